/* beckon handover: a guide's members go to another guide, or to nobody, from a date on. */
#include "clients/cli/nouns.h"

#include "beckon/v1/handover_service.pb-c.h"
#include "clients/cli/call.h"

static const struct option_spec MAKE_OPTIONS[] = {
    {.name = "FROM", .argument = true, .required = true, .field = "from_guide_number",
     .help = "whose members: the guide's number; 0: members nobody serves"},
    {.name = "to", .value = "N", .field = "to_guide_number", .help = "who gets them"},
    {.name = "release", .field = "release", .help = "instead of --to: nobody gets them"},
    {.name = "date", .value = "DATE", .required = true, .field = "from_date",
     .help = "the first day they are his; past or to come"},
    {.name = "all", .field = "all_members", .help = "all he serves on that day"},
    {.name = "member", .value = "N", .field = "member_numbers",
     .help = "instead of --all: this one; may be repeated"},
    {.name = "codes", .field = "codes_follow",
     .help = "his codes go too: printed cards keep working"},
    {.name = "reason", .value = "TEXT", .required = true, .field = "reason", .help = "why"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const MAKE_EXAMPLES[] = {
    "beckon handover make 3 --to 5 --date 2026-04-01 --all --codes --reason leaves",
    "beckon handover make 3 --release --date 2026-04-01 --member 17 --reason asked",
    NULL,
};

static const struct option_spec SHOW_OPTIONS[] = {
    {.name = "HANDOVER", .argument = true, .required = true, .field = "handover_number",
     .help = "its number"},
    {.name = NULL},
};
static const char *const SHOW_EXAMPLES[] = {
    "beckon handover show 1",
    NULL,
};
static const char *const ROWS_EXAMPLES[] = {
    "beckon handover rows 1",
    NULL,
};

static const struct option_spec LIST_OPTIONS[] = {
    {.name = "guide", .value = "N", .field = "guide_number", .help = "only from or to this guide"},
    {.name = NULL},
};
static const char *const LIST_EXAMPLES[] = {
    "beckon handover list",
    "beckon handover list --guide 3",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "make",
        .help = "Begins a handover; the service does it member by member.",
        .details = "What is past stays credited to whom it was; what comes follows the purchase's "
                   "date. `beckon handover show` says how far it is.",
        .options = MAKE_OPTIONS,
        .examples = MAKE_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__handover_service__descriptor,
        .method = "HandOverMembers",
        .typed = "FROM",
        .typed_if = "all",
        .loss = "All members this guide serves will go to somebody else, or to nobody.",
        .loss_zh = "该导购服务的全部会员将移交他人或不再有人服务。",
        .shows = "handover",
    },
    {
        .name = "show",
        .help = "Shows a handover: how far it is, how many members came to what.",
        .options = SHOW_OPTIONS,
        .examples = SHOW_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__handover_service__descriptor,
        .method = "GetHandover",
        .shows = "handover",
    },
    {
        .name = "rows",
        .help = "Lists what became of each member.",
        .options = SHOW_OPTIONS,
        .examples = ROWS_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__handover_service__descriptor,
        .method = "ListHandoverRows",
        .shows = "rows",
        .columns = "member_number,outcome,from_date,guide_number",
    },
    {
        .name = "list",
        .help = "Lists handovers by number.",
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__handover_service__descriptor,
        .method = "ListHandovers",
        .shows = "handovers",
        .columns = "handover_number,from_guide_number,to_guide_number,from_date,state,codes_moved,"
                   "counts,reason",
    },
};

const struct noun NOUN_HANDOVER = {
    .name = "handover",
    .help = "a guide's members go to another guide, or to nobody",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
