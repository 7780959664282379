#include "clients/cli/settlement_file.h"

#include <errno.h>
#include <string.h>

#include "clients/cli/call.h"
#include "clients/cli/output.h"

#define EXPORT_CALL(rpc)                                                                           \
    {.service = &beckon__v1__export_service__descriptor, .method = (rpc)}
static const struct verb CREATE_CALL = EXPORT_CALL("CreateSettlementExport");
static const struct verb FETCH_CALL = EXPORT_CALL("ExportSettlement");
static const struct verb MANIFEST_CALL = EXPORT_CALL("GetSettlementManifest");

struct fetching {
    FILE *out;
    GChecksum *checksum;
    struct settlement_file *file;
    bool done, failed; /* failed: `out` refused; errno is kept */
    int reason;
};

static bool receive(void *context, const ProtobufCMessage *message)
{
    const Beckon__V1__ExportSettlementResponse *piece =
        (const Beckon__V1__ExportSettlementResponse *)message;
    struct fetching *fetching = context;
    struct settlement_file *file = fetching->file;
    if (piece->done) {
        fetching->done = true;
        file->bytes = piece->bytes;
        file->rows = piece->rows;
        file->rows_net_minor = piece->rows_net_minor;
        g_strlcpy(file->sha256, piece->sha256, sizeof file->sha256);
        return true;
    }
    g_checksum_update(fetching->checksum, piece->data.data, (gssize)piece->data.len);
    if (fwrite(piece->data.data, 1, piece->data.len, fetching->out) == piece->data.len)
        return true;
    fetching->failed = true;
    fetching->reason = errno;
    return false;
}

static enum cli_exit damaged_on_the_way(struct cli *cli)
{
    struct channel_error error = {0};
    channel_error_set(&error, CHANNEL_INTERNAL, "The file did not arrive whole.",
                      "文件未完整送达。");
    return output_error(cli, &error);
}

static enum cli_exit fetch(struct cli *cli, uint32_t run, uint32_t number, FILE *out,
                           struct settlement_file *ret_file)
{
    Beckon__V1__ExportSettlementRequest request = BECKON__V1__EXPORT_SETTLEMENT_REQUEST__INIT;
    struct fetching fetching = {.out = out, .checksum = g_checksum_new(G_CHECKSUM_SHA256),
                                .file = ret_file};
    request.run_number = run;
    request.export_number = number;
    enum cli_exit end = stream_once(cli, &FETCH_CALL, &request.base, receive, &fetching);
    bool same = fetching.done &&
                strcmp(g_checksum_get_string(fetching.checksum), ret_file->sha256) == 0;
    g_checksum_free(fetching.checksum);
    if (fetching.failed) {
        output_complaint(cli, "the file can't be written: %s", g_strerror(fetching.reason));
        return CLI_LOCAL;
    }
    if (end == CLI_OK && !same)
        return damaged_on_the_way(cli);
    return end;
}

enum cli_exit settlement_file_fetch(struct cli *cli,
                                    const Beckon__V1__CreateSettlementExportRequest *request,
                                    FILE *out, struct settlement_file *ret_file, char **ret_name)
{
    ProtobufCMessage *reply = NULL;
    enum cli_exit end = call_once(cli, &CREATE_CALL, &request->base, &reply);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__CreateSettlementExportResponse *recorded =
        (const Beckon__V1__CreateSettlementExportResponse *)reply;
    *ret_name = g_strdup(recorded->file_name);
    end = fetch(cli, recorded->run_number, recorded->export_number, out, ret_file);
    protobuf_c_message_free_unpacked(reply, NULL);
    return end;
}

static bool manifest_receive(void *context, const ProtobufCMessage *message)
{
    const Beckon__V1__GetSettlementManifestResponse *part =
        (const Beckon__V1__GetSettlementManifestResponse *)message;
    char **json = context;
    if (part->done)
        *json = g_strdup(part->json);
    return true;
}

enum cli_exit settlement_manifest_fetch(struct cli *cli,
                                        const Beckon__V1__GetSettlementManifestRequest *request,
                                        char **ret_json)
{
    char *json = NULL;
    enum cli_exit end = stream_once(cli, &MANIFEST_CALL, &request->base, manifest_receive, &json);
    if (end == CLI_OK && !json)
        return damaged_on_the_way(cli);
    if (end == CLI_OK)
        *ret_json = json;
    return end;
}
