/* beckon guide: sales associates with their employments. */
#include "clients/cli/nouns.h"

#include "beckon/v1/guide_service.pb-c.h"
#include "beckon/v1/scoreboard_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec CREATE_OPTIONS[] = {
    {.name = "EMPLOYEE_NO", .argument = true, .required = true, .field = "guide.employee_no",
     .help = "unique in the pay entity of the shop"},
    {.name = "name", .value = "TEXT", .required = true, .field = "guide.name",
     .help = "legal name"},
    {.name = "shop", .value = "SHOP_ID", .required = true, .field = "guide.employments.shop_id",
     .help = "where the guide works"},
    {.name = "from", .value = "DATE", .required = true, .field = "guide.employments.from_date",
     .help = "first day, YYYY-MM-DD"},
    {.name = "until", .value = "DATE", .field = "guide.employments.until_date",
     .help = "first day no more; else no end"},
    {.name = "phone", .value = "PHONE", .field = "guide.phone",
     .help = "in any usual way of writing"},
    {.name = "document-type", .value = "TEXT", .field = "guide.document_type",
     .help = "of an identity document"},
    {.name = "document-number", .value = "TEXT", .field = "guide.document_number",
     .help = "its number"},
    {.name = NULL},
};
static const char *const CREATE_EXAMPLES[] = {
    "beckon guide create G01 --name \"Li Na\" --shop S01 --from 2026-01-01 --phone 13800138000",
    NULL,
};

static const struct option_spec GET_OPTIONS[] = {
    {.name = "EMPLOYEE_NO", .argument = true, .field = "employee_no",
     .help = "the employee number"},
    {.name = "number", .value = "N", .field = "guide_number",
     .help = "instead: the guide's number"},
    {.name = "pay-entity", .value = "TEXT", .field = "pay_entity",
     .help = "where several have the employee number"},
    {.name = NULL},
};
static const char *const GET_EXAMPLES[] = {
    "beckon guide get G01",
    "beckon guide get --number 3",
    NULL,
};

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "shop", .value = "SHOP_ID", .field = "shop_id",
     .help = "only those employed there today"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon guide list",
    "beckon guide list --shop S01",
    NULL,
};

static const struct option_spec SCOREBOARD_OPTIONS[] = {
    {.name = "GUIDE", .argument = true, .field = "guide_number",
     .help = "the guide's number; guides may leave it out for themselves"},
    {.name = "span", .value = "SPAN", .field = "span",
     .help = "day, week, month, quarter or year; else month"},
    {.name = "date", .value = "DATE", .field = "date",
     .help = "any date of the span; else today"},
    {.name = NULL},
};
static const char *const SCOREBOARD_EXAMPLES[] = {
    "beckon guide scoreboard",
    "beckon guide scoreboard 3 --span year --date 2026-01-01",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "create",
        .help = "Makes a guide with a first employment.",
        .options = CREATE_OPTIONS,
        .examples = CREATE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__guide_service__descriptor,
        .method = "CreateGuide",
        .shows = "guide",
    },
    {
        .name = "get",
        .help = "Shows a guide, by employee number or by number.",
        .options = GET_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__guide_service__descriptor,
        .method = "GetGuide",
        .shows = "guide",
    },
    {
        .name = "list",
        .help = "Lists guides by number.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__guide_service__descriptor,
        .method = "ListGuides",
        .shows = "guides",
        .columns = "guide_number,employee_no,name,phone,pay_entity,employments",
    },
    {
        .name = "scoreboard",
        .help = "Shows a guide's figures of a day, week, month, quarter or year.",
        .options = SCOREBOARD_OPTIONS,
        .examples = SCOREBOARD_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__scoreboard_service__descriptor,
        .method = "GetScoreboard",
        .shows = "scoreboard",
    },
};

const struct noun NOUN_GUIDE = {
    .name = "guide",
    .help = "sales associates with their employments",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
