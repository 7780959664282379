/* beckon backup: copies the store while it serves. */
#include "clients/cli/nouns.h"

#include "beckon/v1/store_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/output.h"

struct copying {
    struct cli *cli;
    bool done;
};

static bool backup_receive(void *context, const ProtobufCMessage *message)
{
    struct copying *copying = context;
    const Beckon__V1__BackupStoreResponse *report =
        (const Beckon__V1__BackupStoreResponse *)message;
    if (report->done) {
        copying->done = true;
        output_message(copying->cli, message);
    } else if (copying->cli->err_is_terminal) {
        fprintf(copying->cli->err, "\rcopied %llu bytes", (unsigned long long)report->bytes);
    }
    return true;
}

static enum cli_exit backup(struct cli *cli, const struct verb *verb, const struct values *values)
{
    ProtobufCMessage *request = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    struct copying copying = {.cli = cli};
    end = stream_once(cli, verb, request, backup_receive, &copying);
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK || copying.done)
        return end;
    struct channel_error error = {0};
    channel_error_set(&error, CHANNEL_INTERNAL, "The service ended without a result.",
                      "服务未给出结果即结束。");
    return output_error(cli, &error);
}

static const struct option_spec BACKUP_OPTIONS[] = {
    {.name = "PATH", .argument = true, .required = true, .field = "path",
     .help = "a folder that does not exist yet, absolute, on the service's machine"},
    {.name = NULL},
};
static const char *const BACKUP_EXAMPLES[] = {
    "beckon backup /var/backups/beckon/2026-01-31",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .help = "Copies the store, consistent and synced, while it serves.",
        .options = BACKUP_OPTIONS,
        .examples = BACKUP_EXAMPLES,
        .run = backup,
        .service = &beckon__v1__store_service__descriptor,
        .method = "BackupStore",
    },
};

const struct noun NOUN_BACKUP = {
    .name = "backup",
    .help = "copies the store while it serves",
    .verbs = VERBS,
    .verb_count = sizeof VERBS / sizeof VERBS[0],
};
