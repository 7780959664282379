/* beckon debt: what members and guides owe after refunds. */
#include "clients/cli/nouns.h"

#include "beckon/v1/refund_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "ACCOUNT", .argument = true, .field = "account",
     .help = "member:NUMBER, phone:PHONE, guide:NUMBER or guide:EMPLOYEE_NO; your own without"},
    {.name = "closed", .field = "closed",
     .help = "those paid or forgiven instead"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon debt list guide:G01",
    NULL,
};

static const struct option_spec WRITE_OFF_OPTIONS[] = {
    {.name = "ACCOUNT", .argument = true, .required = true, .field = "account",
     .help = "who owes: as in beckon debt list"},
    {.name = "DEBT", .argument = true, .required = true, .field = "debt_number",
     .help = "the debt's number"},
    {.name = "amount", .value = "AMOUNT", .required = true, .field = "amount",
     .help = "how much: points, or minor units"},
    {.name = "reason", .value = "TEXT", .required = true, .field = "reason",
     .help = "why; kept with the entry"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "repeats are answered the same; else a fresh one"},
    {.name = NULL},
};
static const char *const WRITE_OFF_EXAMPLES[] = {
    "beckon debt write-off member:17 4711 --amount 300 --reason 'goodwill, ticket 88'",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "list",
        .help = "Lists what an account owes after refunds, oldest first.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__refund_service__descriptor,
        .method = "ListDebts",
        .shows = "debts",
        .columns = "debt_number,unit,posted,netted,written_off,open,age_days,credit_number,"
                   "refund_shop_id,refund_number",
    },
    {
        .name = "write-off",
        .help = "Forgives a debt or a part of it.",
        .options = WRITE_OFF_OPTIONS,
        .examples = WRITE_OFF_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__refund_service__descriptor,
        .method = "WriteOffDebt",
        .typed = "ACCOUNT",
        .loss = "What is forgiven is never asked for again.",
        .loss_zh = "免除的欠款不再追回。",
    },
};

const struct noun NOUN_DEBT = {
    .name = "debt",
    .help = "what members and guides owe after refunds",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
