/* beckon balance: what members and guides hold. */
#include "clients/cli/nouns.h"

#include "beckon/v1/ledger_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec GET_OPTIONS[] = {
    {.name = "ACCOUNT", .argument = true, .field = "account",
     .help = "member:NUMBER, phone:PHONE, guide:NUMBER or guide:EMPLOYEE_NO; your own without"},
    {.name = NULL},
};
static const char *const GET_EXAMPLES[] = {
    "beckon balance get member:17",
    "beckon balance get guide:G01",
    NULL,
};

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "KIND", .argument = true, .required = true, .field = "kind",
     .help = "member or guide"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon balance list guide",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "get",
        .help = "Shows the balances of a member or guide.",
        .options = GET_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__ledger_service__descriptor,
        .method = "GetBalance",
        .shows = "account_balances",
    },
    {
        .name = "list",
        .help = "Lists the balances of all members or all guides.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__ledger_service__descriptor,
        .method = "ListBalances",
        .shows = "account_balances",
        .columns = "account,employee_no,balances,last_entry",
    },
};

const struct noun NOUN_BALANCE = {
    .name = "balance",
    .help = "what members and guides hold",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
