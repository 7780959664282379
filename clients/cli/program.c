/* beckon program: the numbered versions of all reward rules. */
#include "clients/cli/nouns.h"

#include <string.h>

#include <glib.h>
#include <jansson.h>

#include "beckon/v1/program_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/message.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"

static json_t *file_json(struct cli *cli, const char *path)
{
    json_error_t error;
    json_t *json = strcmp(path, "-") == 0 ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &error)
                                          : json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!json && error.line < 0)
        output_complaint(cli, "%s", error.text);
    else if (!json)
        output_complaint(cli, "%s, line %d, column %d: %s", path, error.line, error.column,
                         error.text);
    return json;
}

static enum cli_exit program_publish(struct cli *cli, const struct verb *verb,
                                     const struct values *values)
{
    const char *path = values_get(values, "FILE");
    json_t *json = file_json(cli, path);
    if (!json)
        return CLI_LOCAL;
    g_autoptr(GString) error = g_string_new(NULL);
    ProtobufCMessage *program =
        message_from_json(&beckon__v1__program__descriptor, json, error);
    json_decref(json);
    if (!program) {
        output_complaint(cli, "%s: %s", path, error->str);
        return CLI_LOCAL;
    }
    ProtobufCMessage *request = NULL, *reply = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK) {
        protobuf_c_message_free_unpacked(program, NULL);
        return end;
    }
    ((Beckon__V1__PublishProgramRequest *)request)->program = (Beckon__V1__Program *)program;
    end = call_once(cli, verb, request, &reply);
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__Program *published =
        ((Beckon__V1__PublishProgramResponse *)reply)->program;
    if (published)
        output_message(cli, &published->base);
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

static const struct option_spec PUBLISH_OPTIONS[] = {
    {.name = "FILE", .argument = true, .required = true,
     .help = "JSON; - for standard input"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this request: repeated, it is answered the same; else random"},
    {.name = NULL},
};
static const char *const PUBLISH_EXAMPLES[] = {
    "beckon program publish rules.json",
    "beckon program get --json | jq '.from_date = \"2027-01-01\"' | beckon program publish -",
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

static const struct verb VERBS[] = {
    {
        .name = "publish",
        .help = "Publishes the program in a JSON file.",
        .details = "The file holds one object with the fields of Program in "
                   "proto/beckon/v1/program_service.proto.",
        .options = PUBLISH_OPTIONS,
        .examples = PUBLISH_EXAMPLES,
        .run = program_publish,
        .service = &beckon__v1__program_service__descriptor,
        .method = "PublishProgram",
        .shows = "program",
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
};
