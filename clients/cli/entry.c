/* beckon entry: the ledger, movement by movement. */
#include "clients/cli/nouns.h"

#include "beckon/v1/ledger_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec GET_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "entry_number",
     .help = "its number"},
    {.name = NULL},
};
static const char *const GET_EXAMPLES[] = {
    "beckon entry get 1",
    NULL,
};

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "account", .value = "ACCOUNT", .field = "account",
     .help = "as in beckon balance get"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon entry list --account guide:G01 --limit 20",
    "beckon entry list",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "get",
        .help = "Shows an entry.",
        .options = GET_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__ledger_service__descriptor,
        .method = "GetEntry",
        .shows = "entry",
    },
    {
        .name = "list",
        .help = "Lists an account's entries, last first; without an account all, first first.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__ledger_service__descriptor,
        .method = "ListEntries",
        .shows = "entries",
        .columns = "entry_number,business_date,kind,unit,from,to,account,amount,balance_after,"
                   "credit_number,rule_id,shop_id,receipt_number",
    },
};

const struct noun NOUN_ENTRY = {
    .name = "entry",
    .help = "the ledger, movement by movement",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
