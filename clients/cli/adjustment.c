/* beckon adjustment: balances corrected by hand, and by whom. */
#include "clients/cli/nouns.h"

#include "beckon/v1/credit_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec MAKE_OPTIONS[] = {
    {.name = "ACCOUNT", .argument = true, .required = true, .field = "account",
     .help = "member:NUMBER, phone:PHONE, guide:NUMBER or guide:EMPLOYEE_NO"},
    {.name = "UNIT", .argument = true, .required = true, .field = "unit",
     .help = "points or cash"},
    {.name = "amount", .value = "AMOUNT", .required = true, .field = "amount",
     .help = "above 0 gives, below 0 takes"},
    {.name = "reason", .value = "TEXT", .required = true, .field = "reason",
     .help = "why: kept for ever"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const MAKE_EXAMPLES[] = {
    "beckon adjustment make member:17 points --amount=-50 --reason 'typed twice'",
    NULL,
};

static const struct option_spec DECIDE_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "adjustment_number",
     .help = "its number"},
    {.name = "approve", .field = "approve",
     .help = "post it; without, it is rejected"},
    {.name = "reason", .value = "TEXT", .required = true, .field = "reason",
     .help = "why: kept for ever"},
    {.name = NULL},
};
static const char *const DECIDE_EXAMPLES[] = {
    "beckon adjustment decide 3 --approve --reason 'seen the receipt'",
    NULL,
};

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "proposed", .field = "proposed_only",
     .help = "only what nobody has decided"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon adjustment list --proposed",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "make",
        .help = "Corrects a balance, or proposes to.",
        .details = "Above the program's limit somebody with another token has to decide.",
        .options = MAKE_OPTIONS,
        .examples = MAKE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__credit_service__descriptor,
        .method = "AdjustBalance",
        .shows = "adjustment",
    },
    {
        .name = "decide",
        .help = "Approves or rejects a proposed adjustment.",
        .details = "Never with the token that proposed it.",
        .options = DECIDE_OPTIONS,
        .examples = DECIDE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__credit_service__descriptor,
        .method = "DecideAdjustment",
        .shows = "adjustment",
    },
    {
        .name = "list",
        .help = "Lists what was decided by hand.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__credit_service__descriptor,
        .method = "ListAdjustments",
        .shows = "adjustments",
        .columns = "adjustment_number,kind,account,unit,amount,state,reason,created_at,"
                   "created_by_token,decided_by_token,credit_number",
    },
};

const struct noun NOUN_ADJUSTMENT = {
    .name = "adjustment",
    .help = "balances corrected by hand",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
