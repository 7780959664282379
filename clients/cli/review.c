/* beckon review: what looks like fraud, and what a person decides of it. */
#include "clients/cli/nouns.h"

#include "beckon/v1/review_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "state", .value = "STATE", .field = "state",
     .help = "OPEN, RELEASED or VOIDED; else all"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon review list --state OPEN",
    NULL,
};

static const struct option_spec GET_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "review_number",
     .help = "its number"},
    {.name = NULL},
};
static const char *const GET_EXAMPLES[] = {
    "beckon review get 7",
    NULL,
};

static const struct option_spec DECIDE_OPTIONS[] = {
    {.name = "NUMBER", .argument = true, .required = true, .field = "review_number",
     .help = "its number"},
    {.name = "DECISION", .argument = true, .required = true, .field = "decision",
     .help = "RELEASE: its credits were earned; VOID: they were not"},
    {.name = "reason", .value = "TEXT", .required = true, .field = "reason",
     .help = "why, for those who read it later"},
    {.name = NULL},
};
static const char *const DECIDE_EXAMPLES[] = {
    "beckon review decide 7 RELEASE --reason \"wedding party, seen by the manager\"",
    "beckon review decide 8 VOID --reason \"same hand on all forms\"",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "list",
        .help = "Lists what looks like fraud and what was decided.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__review_service__descriptor,
        .method = "ListReviews",
        .shows = "reviews",
        .columns = "review_number,state,business_date,member_number,guide_number,shop_id,"
                   "receipt_number,reason",
    },
    {
        .name = "get",
        .help = "Shows a review with its evidence and what it holds.",
        .options = GET_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__review_service__descriptor,
        .method = "GetReview",
        .shows = "review",
    },
    {
        .name = "decide",
        .help = "Releases what a review holds, or takes it back; once.",
        .options = DECIDE_OPTIONS,
        .examples = DECIDE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__review_service__descriptor,
        .method = "DecideReview",
        .shows = "review",
    },
};

const struct noun NOUN_REVIEW = {
    .name = "review",
    .help = "what looks like fraud",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
