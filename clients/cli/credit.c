/* beckon credit: lots of points and cash, and what people decide about them. */
#include "clients/cli/nouns.h"

#include "beckon/v1/credit_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "ACCOUNT", .argument = true, .field = "account",
     .help = "member:NUMBER, phone:PHONE, guide:NUMBER or guide:EMPLOYEE_NO; your own without"},
    {.name = "unit", .value = "UNIT", .field = "unit",
     .help = "points or cash"},
    {.name = "state", .value = "STATE", .field = "state",
     .help = "pending, available or done"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon credit list member:17 --state available",
    NULL,
};

static const struct option_spec GET_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "credit_number",
     .help = "its number"},
    {.name = NULL},
};
static const char *const GET_EXAMPLES[] = {
    "beckon credit get 4711",
    NULL,
};

static const struct option_spec HOLD_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "credit_number",
     .help = "its number"},
    {.name = "reason", .value = "TEXT", .required = true, .field = "reason",
     .help = "why: kept for ever"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const HOLD_EXAMPLES[] = {
    "beckon credit hold 4711 --reason 'till was open'",
    NULL,
};

static const struct option_spec RELEASE_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "credit_number",
     .help = "its number"},
    {.name = "reason", .value = "TEXT", .required = true, .field = "reason",
     .help = "why: kept for ever"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const RELEASE_EXAMPLES[] = {
    "beckon credit release 4711 --reason 'looked into'",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "list",
        .help = "Lists an account's credits as they stand today.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__credit_service__descriptor,
        .method = "ListCredits",
        .shows = "credits",
        .columns = "credit_number,unit,state,held,posted,remaining,rule_id,business_date,"
                   "matures_on,expires_on",
    },
    {
        .name = "get",
        .help = "Shows a credit and what became of it.",
        .options = GET_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__credit_service__descriptor,
        .method = "GetCredit",
        .shows = "credit",
    },
    {
        .name = "hold",
        .help = "Freezes a credit until somebody releases it.",
        .options = HOLD_OPTIONS,
        .examples = HOLD_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__credit_service__descriptor,
        .method = "HoldCredit",
    },
    {
        .name = "release",
        .help = "Lets a held credit go on.",
        .details = "What was due meanwhile happens at once.",
        .options = RELEASE_OPTIONS,
        .examples = RELEASE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__credit_service__descriptor,
        .method = "ReleaseCredit",
    },
};

const struct noun NOUN_CREDIT = {
    .name = "credit",
    .help = "lots of points and cash, each with a life of its own",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
