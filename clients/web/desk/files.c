/* Files of a closed run: fetched whole and held against the service's SHA-256 before the first byte
 * leaves, in a file that has no name. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "beckon/v1/export_service.pb-c.h"
#include "clients/web/desk/runs.h"

enum { HEADER_BYTES = 160, FILE_NAME_BYTES = 96 };

static const char CSV_TYPE[] = "text/csv; charset=utf-8";
static const char XLSX_TYPE[] =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/* Names of files have nothing but letters, digits, '-', '_', '.'. */
void run_name_file(struct visit *visit, const char *name)
{
    char header[HEADER_BYTES], plain[FILE_NAME_BYTES];
    g_strlcpy(plain, name, sizeof plain);
    g_strcanon(plain, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.", '_');
    snprintf(header, sizeof header, "attachment; filename=\"%s\"", plain);
    exchange_header(visit->exchange, "Content-Disposition", header);
}

struct fetching {
    int file;
    GChecksum *checksum;
    bool done, same;
};

static bool write_all(int file, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(file, data, size);
        if (written <= 0)
            return false;
        data += written;
        size -= (size_t)written;
    }
    return true;
}

static bool receive(void *context, const ProtobufCMessage *message)
{
    const Beckon__V1__ExportSettlementResponse *piece =
        (const Beckon__V1__ExportSettlementResponse *)message;
    struct fetching *fetching = context;
    if (piece->done) {
        fetching->done = true;
        fetching->same =
            strcmp(g_checksum_get_string(fetching->checksum), piece->sha256) == 0;
        return true;
    }
    g_checksum_update(fetching->checksum, piece->data.data, (gssize)piece->data.len);
    return write_all(fetching->file, piece->data.data, piece->data.len);
}

/* An open file without a name; -1: the disk takes none. */
static int open_nameless(void)
{
    char *path = NULL;
    int file = g_file_open_tmp("beckon-web-XXXXXX", &path, NULL);
    if (file >= 0)
        unlink(path);
    g_free(path);
    return file;
}

/* Fetches a recorded export; -1: visit->error. */
static int fetch(struct visit *visit, uint32_t number, uint32_t export_number)
{
    Beckon__V1__ExportSettlementRequest request = BECKON__V1__EXPORT_SETTLEMENT_REQUEST__INIT;
    struct channel_method method;
    struct fetching fetching = {.file = open_nameless(),
                                .checksum = g_checksum_new(G_CHECKSUM_SHA256)};
    visit->error = (struct channel_error){0};
    request.run_number = number;
    request.export_number = export_number;
    channel_method_find(&beckon__v1__export_service__descriptor, "ExportSettlement", &method);
    bool good = fetching.file >= 0 && channel_stream(visit->channel, &method, &request.base,
                                                     receive, &fetching, &visit->error);
    g_checksum_free(fetching.checksum);
    if (good && fetching.done && fetching.same)
        return fetching.file;
    if (fetching.file >= 0)
        close(fetching.file);
    if (good || visit->error.code == CHANNEL_OK) /* cut short, or the disk took none of it */
        channel_error_set(&visit->error, CHANNEL_INTERNAL, "The file did not arrive whole.",
                          "文件未完整送达。");
    return -1;
}

void run_export_post(struct visit *visit)
{
    static const char *const fields[] = {"request_id", "profile", "format", "payees",
                                         "pay_entity", NULL};
    uint32_t number = 0;
    unsigned status = 400;
    if (!run_begin(visit, &number))
        return;
    Beckon__V1__CreateSettlementExportRequest *request =
        desk_form(visit, &beckon__v1__create_settlement_export_request__descriptor, fields);
    request->run_number = number;
    const Beckon__V1__CreateSettlementExportResponse *recorded = NULL;
    if (!view_is_wrong(visit))
        recorded = ask(visit, &beckon__v1__export_service__descriptor, "CreateSettlementExport",
                       &request->base);
    if (!recorded) {
        if (view_is_wrong(visit) || desk_refused(visit, fields, &status))
            run_show(visit, status, number);
        return;
    }
    int file = fetch(visit, number, recorded->export_number);
    if (file < 0) {
        visit_failed(visit);
        return;
    }
    run_name_file(visit, recorded->file_name);
    bool workbook = request->format == BECKON__V1__EXPORT_FORMAT__EXPORT_FORMAT_XLSX;
    visit_keep_cookie(visit);
    exchange_send_file(visit->exchange, 200, workbook ? XLSX_TYPE : CSV_TYPE, file);
}

/* ---- the manifest ---------------------------------------------------------------------------- */

static bool receive_manifest(void *context, const ProtobufCMessage *message)
{
    const Beckon__V1__GetSettlementManifestResponse *part =
        (const Beckon__V1__GetSettlementManifestResponse *)message;
    char **json = context;
    if (part->done && !*json)
        *json = g_strdup(part->json);
    return true;
}

void run_manifest_post(struct visit *visit)
{
    Beckon__V1__GetSettlementManifestRequest request =
        BECKON__V1__GET_SETTLEMENT_MANIFEST_REQUEST__INIT;
    struct channel_method method;
    char *json = NULL, name[FILE_NAME_BYTES];
    uint32_t number = 0;
    if (!run_begin(visit, &number))
        return;
    visit->error = (struct channel_error){0};
    request.run_number = number;
    channel_method_find(&beckon__v1__export_service__descriptor, "GetSettlementManifest", &method);
    bool good = channel_stream(visit->channel, &method, &request.base, receive_manifest, &json,
                               &visit->error);
    if (good && !json)
        channel_error_set(&visit->error, CHANNEL_INTERNAL, "The file did not arrive whole.",
                          "文件未完整送达。");
    if (!good || !json) {
        unsigned status = 400;
        g_free(json);
        if (desk_refused(visit, (const char *const[]){NULL}, &status))
            run_show(visit, status, number);
        return;
    }
    snprintf(name, sizeof name, "settlement-%u.json", number);
    run_name_file(visit, name);
    visit_keep_cookie(visit);
    exchange_send(visit->exchange, 200, "application/json", json, strlen(json));
}
