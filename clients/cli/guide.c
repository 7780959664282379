/* beckon guide: sales associates with their employments. */
#include "clients/cli/nouns.h"

#include "beckon/v1/guide_service.pb-c.h"
#include "beckon/v1/privacy_service.pb-c.h"
#include "beckon/v1/scoreboard_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/guide_employment.h"
#include "clients/cli/member_privacy.h"
#include "clients/cli/scoreboard.h"

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
    {.name = "watch", .help = "show it again whenever it changes, until interrupted"},
    {.name = NULL},
};
static const char *const SCOREBOARD_EXAMPLES[] = {
    "beckon guide scoreboard",
    "beckon guide scoreboard 3 --watch",
    "beckon guide scoreboard 3 --span year --date 2026-01-01",
    NULL,
};

static const struct option_spec RANKING_OPTIONS[] = {
    {.name = "KPI", .argument = true, .required = true, .field = "kpi",
     .help = "sales, new_members, activated_members, repurchase_rate, points_earned, cash_earned, "
             "purchases, inherited_members or handed_over_members"},
    {.name = "span", .value = "SPAN", .field = "span",
     .help = "day, week, month, quarter or year; else month"},
    {.name = "date", .value = "DATE", .field = "date",
     .help = "any date of the span; else today"},
    {.name = "shop", .value = "SHOP_ID", .field = "shop_id",
     .help = "only its guides; else all the merchant's"},
    {.name = "guide", .value = "N", .field = "guide_number",
     .help = "whose place to show; guides: their own"},
    {.name = NULL},
};
static const char *const RANKING_EXAMPLES[] = {
    "beckon guide ranking sales",
    "beckon guide ranking repurchase_rate --span year --shop S01 --guide 3",
    NULL,
};

#define BEHIND_OPTIONS(figures)                                                                  \
    {.name = "KPI", .argument = true, .required = true, .field = "kpi", .help = figures},        \
    {.name = "GUIDE", .argument = true, .field = "guide_number",                                 \
     .help = "the guide's number; guides may leave it out for themselves"},                      \
    {.name = "span", .value = "SPAN", .field = "span",                                           \
     .help = "day, week, month, quarter or year; else month"},                                   \
    {.name = "date", .value = "DATE", .field = "date",                                           \
     .help = "any date of the span; else today"},                                                \
    {.name = NULL}
static const struct option_spec MEMBERS_OPTIONS[] = {
    BEHIND_OPTIONS("new_members, activated_members, inherited_members, handed_over_members, "
                   "repurchase_rate, sales or purchases"),
};
static const char *const MEMBERS_EXAMPLES[] = {
    "beckon guide members new_members",
    "beckon guide members sales 3 --span week",
    NULL,
};
static const struct option_spec ENTRIES_OPTIONS[] = {
    BEHIND_OPTIONS("points_earned or cash_earned"),
};
static const char *const ENTRIES_EXAMPLES[] = {
    "beckon guide entries points_earned 3 --span year",
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
        .name = "update",
        .help = "Replaces what is given of a guide.",
        .options = GUIDE_UPDATE_OPTIONS,
        .examples = GUIDE_UPDATE_EXAMPLES,
        .run = guide_update,
        .service = &beckon__v1__guide_service__descriptor,
        .method = "UpdateGuide",
        .shows = "guide",
    },
    {
        .name = "transfer",
        .help = "Moves a guide to another shop from a date on.",
        .details = "What is past stays credited where he was.",
        .options = GUIDE_TRANSFER_OPTIONS,
        .examples = GUIDE_TRANSFER_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__guide_service__descriptor,
        .method = "TransferGuide",
    },
    {
        .name = "leave",
        .help = "Ends a guide's employment, and hands his members over where that is said.",
        .details = "His codes, where they don't follow, bind nobody any more. He keeps reading "
                   "what is his own.",
        .options = GUIDE_LEAVE_OPTIONS,
        .examples = GUIDE_LEAVE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__guide_service__descriptor,
        .method = "EndEmployment",
        .typed = "GUIDE",
        .loss = "The guide's employment will end; his codes bind nobody any more.",
        .loss_zh = "该导购将被办理离职，其推荐码不再绑定新会员。",
    },
    {
        .name = "scoreboard",
        .help = "Shows a guide's figures of a day, week, month, quarter or year.",
        .details = "On a terminal with bars and the course of the span; coloured, unless NO_COLOR "
                   "is set.",
        .options = SCOREBOARD_OPTIONS,
        .examples = SCOREBOARD_EXAMPLES,
        .run = guide_scoreboard,
        .service = &beckon__v1__scoreboard_service__descriptor,
        .method = "GetScoreboard",
        .shows = "scoreboard",
    },
    {
        .name = "ranking",
        .help = "Ranks guides by a figure, with one guide's own place.",
        .options = RANKING_OPTIONS,
        .examples = RANKING_EXAMPLES,
        .run = guide_ranking,
        .service = &beckon__v1__scoreboard_service__descriptor,
        .method = "ListRanking",
        .shows = "rows",
        .columns = "rank,guide_number,employee_no,name,shop_id,value,numerator,denominator",
    },
    {
        .name = "members",
        .help = "Lists the members behind a guide's figure.",
        .options = MEMBERS_OPTIONS,
        .examples = MEMBERS_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__scoreboard_service__descriptor,
        .method = "ListScoreboardMembers",
        .shows = "members",
        .columns = "member_number,name,phone,registered_date,first_purchase_date,"
                   "activation_until_date,purchase_days,purchases,sales_minor",
    },
    {
        .name = "entries",
        .help = "Lists the ledger entries behind what a guide earned.",
        .options = ENTRIES_OPTIONS,
        .examples = ENTRIES_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__scoreboard_service__descriptor,
        .method = "ListScoreboardEntries",
        .shows = "entries",
        .columns = "entry_number,recorded_at,event_date,kind,unit,from,to,amount,rule_id,shop_id,"
                   "member_number",
    },
    {
        .name = "erase",
        .help = "Erases a guide who has left, for ever.",
        .details = "Refused while he is employed or to be paid, and until what payroll was given "
                   "need not be kept any more.",
        .options = GUIDE_ERASE_OPTIONS,
        .examples = GUIDE_ERASE_EXAMPLES,
        .run = verb_call,
        .typed = "NUMBER",
        .loss = "His name, phone and all that is personal will be gone for ever, from backups too.",
        .loss_zh = "该导购的姓名、手机号等全部个人信息将被永久删除，备份中的也无法恢复。",
        .service = &beckon__v1__privacy_service__descriptor,
        .method = "EraseGuide",
    },
};

const struct noun NOUN_GUIDE = {
    .name = "guide",
    .help = "sales associates with their employments",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
