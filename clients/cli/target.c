/* beckon target: what guides shall reach. */
#include "clients/cli/nouns.h"

#include "beckon/v1/scoreboard_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec SET_OPTIONS[] = {
    {.name = "GUIDE", .argument = true, .required = true, .field = "guide_number",
     .help = "the guide's number"},
    {.name = "KPI", .argument = true, .required = true, .field = "kpi",
     .help = "sales, new_members, activated_members, repurchase_rate, points_earned, cash_earned, "
             "purchases, inherited_members or handed_over_members"},
    {.name = "VALUE", .argument = true, .required = true, .field = "value",
     .help = "members, points, minor units or basis points; 0 takes the target away"},
    {.name = "span", .value = "SPAN", .field = "span",
     .help = "day, week, month, quarter or year; else month"},
    {.name = "date", .value = "DATE", .required = true, .field = "date",
     .help = "any date of the span"},
    {.name = NULL},
};
static const char *const SET_EXAMPLES[] = {
    "beckon target set 3 sales 5000000 --date 2026-03-01",
    "beckon target set 3 repurchase_rate 4000 --span year --date 2026-01-01",
    NULL,
};

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "GUIDE", .argument = true, .field = "guide_number",
     .help = "the guide's number; guides may leave it out for themselves"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon target list 3",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "set",
        .help = "Sets what a guide shall reach in a span, or takes it away.",
        .options = SET_OPTIONS,
        .examples = SET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__scoreboard_service__descriptor,
        .method = "SetTarget",
        .shows = "target",
    },
    {
        .name = "list",
        .help = "Lists a guide's targets with what is reached.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__scoreboard_service__descriptor,
        .method = "ListTargets",
        .shows = "targets",
        .columns = "span,start_date,kpi,value,reached,progress_bp,set_at,set_by_token_number",
    },
};

const struct noun NOUN_TARGET = {
    .name = "target",
    .help = "what guides shall reach",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
