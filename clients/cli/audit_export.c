/* beckon audit export: the trail as a file that proves itself. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/audit_file.h"
#include "clients/cli/call.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"

const struct option_spec AUDIT_EXPORT_OPTIONS[] = {
    {.name = "FILE", .argument = true, .required = true,
     .help = "where to; JSON lines, or CSV where it ends in .csv or with --csv"},
    {.name = "from", .value = "N", .field = "first_number",
     .help = "only entries from this number on, behind an earlier export"},
    {.name = NULL},
};
const char *const AUDIT_EXPORT_EXAMPLES[] = {
    "beckon audit export audit-2026.jsonl",
    "beckon audit export audit.csv --from 1201",
    NULL,
};
const char AUDIT_EXPORT_DETAILS[] =
    "The file's first line states its first and last entry and the hash of the last. Keep that "
    "hash elsewhere: with it `beckon audit verify` proves the file without a service.";

struct exporting {
    FILE *file;
    bool csv, begun;
    struct audit_statement statement;
    uint64_t next;
};

static bool take(void *context, const ProtobufCMessage *message)
{
    struct exporting *exporting = context;
    const Beckon__V1__ExportAuditResponse *reply = (const Beckon__V1__ExportAuditResponse *)message;
    if (!exporting->begun) {
        exporting->begun = true;
        exporting->next = reply->first_number;
        exporting->statement = (struct audit_statement){
            reply->first_number, reply->last_number, g_strdup(reply->head_hash)};
        audit_file_begin(exporting->file, exporting->csv, &exporting->statement);
    }
    for (size_t i = 0; i < reply->n_entries; i++) {
        struct audit_row row;
        audit_row_fill(reply->entries[i], &row);
        audit_file_write(exporting->file, exporting->csv, &row);
        audit_row_clear(&row);
        exporting->next = reply->entries[i]->entry_number + 1;
    }
    return ferror(exporting->file) == 0;
}

static enum cli_exit cannot_write(struct cli *cli, const char *path, int reason)
{
    output_complaint(cli, "%s can't be written: %s", path, g_strerror(reason));
    return CLI_LOCAL;
}

/* Into a file beside its name, which it gets when it is whole. */
static enum cli_exit export_to(struct cli *cli, const struct verb *verb,
                               const ProtobufCMessage *request, const char *path,
                               struct exporting *exporting)
{
    g_autofree char *part = g_strdup_printf("%s.XXXXXX", path);
    int fd = g_mkstemp(part);
    exporting->file = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (!exporting->file)
        return cannot_write(cli, path, errno);
    enum cli_exit end = stream_once(cli, verb, request, take, exporting);
    bool written = fflush(exporting->file) == 0 && ferror(exporting->file) == 0 &&
                   fsync(fileno(exporting->file)) == 0;
    int reason = errno;
    written = fclose(exporting->file) == 0 && written;
    if (end == CLI_OK && written && exporting->next != exporting->statement.last_number + 1) {
        output_complaint(cli, "the service ended before the last entry; nothing was written");
        end = CLI_UNREACHABLE;
    } else if (written && end == CLI_OK && rename(part, path) == 0) {
        return CLI_OK;
    } else if (end == CLI_OK) {
        end = cannot_write(cli, path, written ? errno : reason);
    }
    unlink(part);
    return end;
}

enum cli_exit audit_export(struct cli *cli, const struct verb *verb, const struct values *values)
{
    const char *path = values_get(values, "FILE");
    struct exporting exporting = {.csv = cli->csv != CSV_OFF || g_str_has_suffix(path, ".csv")};
    ProtobufCMessage *request = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = export_to(cli, verb, request, path, &exporting);
    protobuf_c_message_free_unpacked(request, NULL);
    if (end == CLI_OK)
        fprintf(cli->err, "%s  entries %" PRIu64 " to %" PRIu64 ", head %s\n", path,
                exporting.statement.first_number, exporting.statement.last_number,
                exporting.statement.head_hash);
    g_free(exporting.statement.head_hash);
    return end;
}
