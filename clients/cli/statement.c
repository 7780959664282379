/* beckon statement, dispute, payout: what a run pays whom, and what payees say to it. */
#include "beckon/v1/payout_service.pb-c.h"
#include "beckon/v1/statement_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/nouns.h"

#define RUN_ARGUMENT                                                                            \
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",                  \
     .help = "its number"}
#define PAYEE_OPTION                                                                            \
    {.name = "payee", .value = "PAYEE", .field = "payee",                                       \
     .help = "guide:NUMBER, guide:EMPLOYEE_NO or member:NUMBER; else one's own"}
#define ENTITY_OPTION                                                                           \
    {.name = "pay-entity", .value = "NAME", .field = "pay_entity",                              \
     .help = "the employer, where a guide has several"}
#define STATEMENT(rpc) .service = &beckon__v1__statement_service__descriptor, .method = (rpc)

/* ---- statement ------------------------------------------------------------------------------- */

static const struct option_spec STATEMENTS_OPTIONS[] = {PAYEE_OPTION, {.name = NULL}};
static const char *const STATEMENTS_EXAMPLES[] = {
    "beckon statement list --payee guide:12",
    NULL,
};
static const struct option_spec STATEMENT_OPTIONS[] = {
    RUN_ARGUMENT, PAYEE_OPTION, ENTITY_OPTION, {.name = NULL}};
static const char *const STATEMENT_EXAMPLES[] = {
    "beckon statement show 3 --payee guide:12",
    NULL,
};

static const struct verb STATEMENT_VERBS[] = {
    {
        .name = "list",
        .help = "Lists a payee's statements.",
        .options = STATEMENTS_OPTIONS,
        .examples = STATEMENTS_EXAMPLES,
        .run = verb_list,
        STATEMENT("ListStatements"),
        .shows = "statements",
        .columns = "line.run_number,type,state,period_start,period_end,line.payee,"
                   "line.gross_minor,line.net_minor,currency",
    },
    {
        .name = "show",
        .help = "Shows the credits behind a statement.",
        .options = STATEMENT_OPTIONS,
        .examples = STATEMENT_EXAMPLES,
        .run = verb_list,
        STATEMENT("GetStatement"),
        .shows = "credits",
        .columns = "credit_number,unit,amount,posted,taken_back,business_date,rule_id,shop_id",
    },
};

const struct noun NOUN_STATEMENT = {
    .name = "statement",
    .help = "what a settlement run pays whom",
    .verbs = STATEMENT_VERBS,
    .verb_count = sizeof STATEMENT_VERBS / sizeof STATEMENT_VERBS[0],
};

/* ---- dispute --------------------------------------------------------------------------------- */

static const struct option_spec OPEN_OPTIONS[] = {
    RUN_ARGUMENT,
    {.name = "TEXT", .argument = true, .required = true, .field = "text",
     .help = "what is wrong"},
    PAYEE_OPTION, ENTITY_OPTION,
    {.name = "credit", .value = "NUMBER", .field = "credit_number",
     .help = "the credit it is about; else the whole statement"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const OPEN_EXAMPLES[] = {
    "beckon dispute open 3 \"purchase R-1001 was mine\" --credit 812",
    NULL,
};
#define DISPUTE_ARGUMENT                                                                        \
    {.name = "NUMBER", .argument = true, .required = true, .field = "dispute_number",           \
     .help = "its number within the run"}
static const struct option_spec WITHDRAW_OPTIONS[] = {
    RUN_ARGUMENT, DISPUTE_ARGUMENT, {.name = NULL}};
static const char *const WITHDRAW_EXAMPLES[] = {
    "beckon dispute withdraw 3 1",
    NULL,
};
static const struct option_spec DECIDE_OPTIONS[] = {
    RUN_ARGUMENT, DISPUTE_ARGUMENT,
    {.name = "DECISION", .argument = true, .required = true, .field = "decision",
     .help = "accept or reject"},
    {.name = "reason", .value = "TEXT", .required = true, .field = "reason",
     .help = "why, for the payee"},
    {.name = "remedy", .value = "WHEN", .field = "remedy",
     .help = "accept: now (the run goes back to its draft) or later (an adjustment run)"},
    {.name = "unit", .value = "UNIT", .field = "unit", .help = "accept: points or cash"},
    {.name = "amount", .value = "AMOUNT", .field = "amount",
     .help = "accept: above 0 gives, below 0 takes"},
    {.name = NULL},
};
static const char *const DECIDE_EXAMPLES[] = {
    "beckon dispute decide 3 1 reject --reason \"it was refunded\"",
    "beckon dispute decide 3 2 accept --remedy now --unit cash --amount 500 --reason \"seen\"",
    NULL,
};
static const struct option_spec DISPUTES_OPTIONS[] = {
    RUN_ARGUMENT, PAYEE_OPTION,
    {.name = "state", .value = "STATE", .field = "state",
     .help = "open, accepted, rejected or withdrawn; else all"},
    {.name = NULL},
};
static const char *const DISPUTES_EXAMPLES[] = {
    "beckon dispute list 3 --state open",
    NULL,
};

static const struct verb DISPUTE_VERBS[] = {
    {
        .name = "open",
        .help = "Disputes a statement, or a credit of it.",
        .options = OPEN_OPTIONS,
        .examples = OPEN_EXAMPLES,
        .run = verb_call,
        STATEMENT("OpenDispute"),
    },
    {
        .name = "list",
        .help = "Lists a run's disputes.",
        .options = DISPUTES_OPTIONS,
        .examples = DISPUTES_EXAMPLES,
        .run = verb_list,
        STATEMENT("ListDisputes"),
        .shows = "disputes",
        .columns = "dispute_number,draft_no,payee,pay_entity,credit_number,state,text,remedy,unit,"
                   "amount,reason",
    },
    {
        .name = "withdraw",
        .help = "Takes a dispute back.",
        .options = WITHDRAW_OPTIONS,
        .examples = WITHDRAW_EXAMPLES,
        .run = verb_call,
        STATEMENT("WithdrawDispute"),
    },
    {
        .name = "decide",
        .help = "Accepts or rejects a dispute, once.",
        .options = DECIDE_OPTIONS,
        .examples = DECIDE_EXAMPLES,
        .run = verb_call,
        STATEMENT("DecideDispute"),
    },
};

const struct noun NOUN_DISPUTE = {
    .name = "dispute",
    .help = "what payees say to their statements",
    .verbs = DISPUTE_VERBS,
    .verb_count = sizeof DISPUTE_VERBS / sizeof DISPUTE_VERBS[0],
};

/* ---- payout ---------------------------------------------------------------------------------- */

static const struct option_spec RESOLVE_OPTIONS[] = {
    RUN_ARGUMENT,
    {.name = "MEMBER", .argument = true, .required = true, .field = "member_number",
     .help = "her number"},
    {.name = NULL},
};
static const char *const RESOLVE_EXAMPLES[] = {
    "beckon payout resolve 3 17",
    NULL,
};
static const struct option_spec PAYMENTS_OPTIONS[] = {
    RUN_ARGUMENT,
    {.name = "PAYEE", .argument = true, .required = true, .field = "payee",
     .help = "guide:NUMBER, guide:EMPLOYEE_NO or member:NUMBER"},
    ENTITY_OPTION,
    {.name = NULL},
};
static const char *const PAYMENTS_EXAMPLES[] = {
    "beckon payout list 3 guide:12",
    NULL,
};

static const struct verb PAYOUT_VERBS[] = {
    {
        .name = "resolve",
        .help = "Tells who a member in a run is, so that she can be paid; that is kept.",
        .options = RESOLVE_OPTIONS,
        .examples = RESOLVE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__payout_service__descriptor,
        .method = "ResolvePayee",
    },
    {
        .name = "list",
        .help = "Lists what became of a line's money, and who was told whom it is for.",
        .options = PAYMENTS_OPTIONS,
        .examples = PAYMENTS_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__payout_service__descriptor,
        .method = "ListPayments",
        .shows = "payments",
        .columns = "result,reference,recorded_at,token_number",
    },
};

const struct noun NOUN_PAYOUT = {
    .name = "payout",
    .help = "what became of a settlement's money",
    .verbs = PAYOUT_VERBS,
    .verb_count = sizeof PAYOUT_VERBS / sizeof PAYOUT_VERBS[0],
};
