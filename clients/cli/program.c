/* beckon program: the numbered versions of all reward rules. */
#include "clients/cli/nouns.h"

#include "beckon/v1/explain_service.pb-c.h"
#include "beckon/v1/program_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/charter.h"
#include "clients/cli/program_file.h"

static const struct option_spec PUBLISH_OPTIONS[] = {
    {.name = "FILE", .argument = true, .required = true,
     .help = "the program; - for standard input"},
    {.name = "dry-run", .field = "validate_only",
     .help = "checks everything, publishes nothing"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const PUBLISH_EXAMPLES[] = {
    "beckon program publish charter.yaml --dry-run",
    "beckon program publish charter.yaml",
    "beckon program show | sed 's/^from:.*/from: 2027-01-01/' | beckon program publish -",
    NULL,
};

static const struct option_spec DIFF_OPTIONS[] = {
    {.name = "FILE", .argument = true, .required = true,
     .help = "the program; - for standard input"},
    {.name = NULL},
};
static const char *const DIFF_EXAMPLES[] = {
    "beckon program diff charter.yaml",
    NULL,
};

static const char *const SHOW_EXAMPLES[] = {
    "beckon program show > charter.yaml",
    "beckon program show 1",
    NULL,
};

static const struct option_spec GET_OPTIONS[] = {
    {.name = "VERSION", .argument = true, .field = "version",
     .help = "its number"},
    {.name = "on", .value = "DATE", .field = "on_date",
     .help = "instead: in force on YYYY-MM-DD"},
    {.name = NULL},
};
static const char *const GET_EXAMPLES[] = {
    "beckon program get",
    "beckon program get 1",
    "beckon program get --on 2026-06-01",
    NULL,
};

static const char *const LIST_EXAMPLES[] = {
    "beckon program list",
    NULL,
};

static const struct option_spec BACKTEST_OPTIONS[] = {
    {.name = "FILE", .argument = true, .required = true,
     .help = "the draft; - for standard input"},
    {.name = "from", .value = "DATE", .required = true, .field = "from_date",
     .help = "the first business date it decides, YYYY-MM-DD"},
    {.name = "to", .value = "DATE", .required = true, .field = "to_date",
     .help = "the first date that is not added up any more"},
    {.name = NULL},
};
static const char *const BACKTEST_EXAMPLES[] = {
    "beckon program backtest draft.yaml --from 2026-01-01 --to 2026-07-01",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .name = "publish",
        .help = "Publishes the program in a file.",
        .details = "What is wrong is told as FILE:LINE:COLUMN. The file's words: beckon program "
                   "--help.",
        .options = PUBLISH_OPTIONS,
        .examples = PUBLISH_EXAMPLES,
        .run = program_publish,
        .service = &beckon__v1__program_service__descriptor,
        .method = "PublishProgram",
        .shows = "program",
    },
    {
        .name = "diff",
        .help = "Compares a file with the version in force on the file's date.",
        .details = "Lines with - are only in the version, with + only in the file, with ~ in both "
                   "and different.\nEnds with 0 when there is no difference, with 1 when there is "
                   "one.",
        .options = DIFF_OPTIONS,
        .examples = DIFF_EXAMPLES,
        .run = program_diff,
        .service = &beckon__v1__program_service__descriptor,
        .method = "GetProgram",
    },
    {
        .name = "backtest",
        .help = "Shows what a draft would have cost on recorded history; changes nothing.",
        .details = "History is decided again in the order in which it was recorded: by the draft "
                   "from --from\non, with tiers, caps and budgets as they would have stood. Next "
                   "to it stands what was really\ngiven.",
        .options = BACKTEST_OPTIONS,
        .examples = BACKTEST_EXAMPLES,
        .run = program_backtest,
        .service = &beckon__v1__explain_service__descriptor,
        .method = "BackTestProgram",
    },
    {
        .name = "show",
        .help = "Writes a version as a file that publishes to the same.",
        .options = GET_OPTIONS,
        .examples = SHOW_EXAMPLES,
        .run = program_show,
        .service = &beckon__v1__program_service__descriptor,
        .method = "GetProgram",
    },
    {
        .name = "get",
        .help = "Shows a version; without a number the one in force.",
        .options = GET_OPTIONS,
        .examples = GET_EXAMPLES,
        .run = verb_call,
        .service = &beckon__v1__program_service__descriptor,
        .method = "GetProgram",
        .shows = "program",
    },
    {
        .name = "list",
        .help = "Lists versions, ascending.",
        .examples = LIST_EXAMPLES,
        .run = verb_list,
        .service = &beckon__v1__program_service__descriptor,
        .method = "ListPrograms",
        .shows = "programs",
        .columns = "version,from_date,title,inherit_serving_guide,published_at",
    },
};

const struct noun NOUN_PROGRAM = {
    .name = "program",
    .help = "the numbered versions of all reward rules",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
    .more = charter_help,
};
