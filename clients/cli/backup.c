/* beckon backup: copies the store while it serves. */
#include "clients/cli/nouns.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "beckon/v1/store_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/options.h"
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

/* The folder becomes one in it, named by now: names sort as times do, and none comes twice. */
static void path_date(Beckon__V1__BackupStoreRequest *request)
{
    char name[32];
    time_t now = time(NULL);
    struct tm parts;
    size_t size = strlen(request->path);
    while (size > 1 && request->path[size - 1] == '/')
        size--;
    gmtime_r(&now, &parts);
    strftime(name, sizeof name, "%Y-%m-%dT%H%M%SZ", &parts);
    char *path = NULL;
    if (asprintf(&path, "%.*s/%s", (int)size, request->path, name) < 0)
        abort();
    free(request->path);
    request->path = path;
}

static enum cli_exit backup(struct cli *cli, const struct verb *verb, const struct values *values)
{
    ProtobufCMessage *request = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    Beckon__V1__BackupStoreRequest *asked = (Beckon__V1__BackupStoreRequest *)request;
    bool dated = values_get(values, "dated") != NULL;
    if (dated)
        path_date(asked);
    struct copying copying = {.cli = cli};
    end = stream_once(cli, verb, request, backup_receive, &copying);
    if (end == CLI_OK && copying.done && dated)
        fprintf(cli->err, "made %s\n", asked->path);
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
    {.name = "dated",
     .help = "PATH is the folder of all backups; the new one in it is named by the time, as "
             "2026-01-31T031000Z"},
    {.name = NULL},
};
static const char *const BACKUP_EXAMPLES[] = {
    "beckon backup /var/backups/beckon/before-the-move",
    "beckon backup --dated /var/backups/beckon; beckond --rehearse /var/backups/beckon --keep 14",
    NULL,
};

static const struct verb VERBS[] = {
    {
        .help = "Copies the store, consistent and synced, while it serves.",
        .details =
            "master.key is not in it: keep a copy of that elsewhere. beckond --rehearse proves "
            "that a backup\ncan be restored, and deletes the oldest only then.",
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
