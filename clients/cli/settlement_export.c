/* beckon settlement export, manifest, print: files of a run on this machine.
 *
 * A file is written beside its name first and renamed when it is whole, readable by its owner
 * alone: it holds names and what people are paid. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/cli/call.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/settlement_file.h"

/* ---- files ----------------------------------------------------------------------------------- */

static enum cli_exit cannot_write(struct cli *cli, const char *path, int reason)
{
    output_complaint(cli, "%s can't be written: %s", path, g_strerror(reason));
    return CLI_LOCAL;
}

/* The file in the making, beside its name. */
static FILE *part_open(const char *path, char **ret_part)
{
    *ret_part = g_strdup_printf("%s.XXXXXX", path);
    int fd = g_mkstemp_full(*ret_part, O_RDWR | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (!file && fd >= 0)
        close(fd);
    return file;
}

static bool part_finish(FILE *file, const char *part, const char *path)
{
    bool good = fflush(file) == 0 && fsync(fileno(file)) == 0;
    int reason = errno;
    good = fclose(file) == 0 && good;
    if (good && rename(part, path) == 0)
        return true;
    errno = good ? errno : reason;
    return false;
}

static enum cli_exit write_whole(struct cli *cli, const char *path, const void *data, size_t size)
{
    g_autofree char *part = NULL;
    FILE *file = part_open(path, &part);
    if (!file)
        return cannot_write(cli, path, errno);
    bool written = fwrite(data, 1, size, file) == size;
    if (part_finish(file, part, path) && written)
        return CLI_OK;
    int reason = errno;
    unlink(part);
    return cannot_write(cli, path, reason);
}

/* ---- export ---------------------------------------------------------------------------------- */

/* The format a file's name asks for where --format doesn't. */
static enum cli_exit choose_format(struct cli *cli, const struct values *values,
                                   Beckon__V1__CreateSettlementExportRequest *request)
{
    const char *path = values_get(values, "output");
    if (!values_get(values, "format") && path && g_str_has_suffix(path, ".xlsx"))
        request->format = BECKON__V1__EXPORT_FORMAT__EXPORT_FORMAT_XLSX;
    if (!path && cli->out_is_terminal &&
        request->format == BECKON__V1__EXPORT_FORMAT__EXPORT_FORMAT_XLSX) {
        output_complaint(cli, "a workbook is no text for a terminal: give --output FILE.xlsx");
        return CLI_USAGE;
    }
    return CLI_OK;
}

static enum cli_exit choose_payees(struct cli *cli, const struct values *values,
                                   Beckon__V1__CreateSettlementExportRequest *request)
{
    const char *payees = values_get(values, "payees");
    if (!payees || g_str_has_prefix("guides", payees))
        request->payees = BECKON__V1__PARTY_KIND__PARTY_KIND_GUIDE;
    else if (g_str_has_prefix("members", payees))
        request->payees = BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER;
    if (request->payees != BECKON__V1__PARTY_KIND__PARTY_KIND_UNSPECIFIED && !(payees && !*payees))
        return CLI_OK;
    output_complaint(cli, "--payees must be guides or members");
    return CLI_USAGE;
}

static void tell_file(struct cli *cli, const char *path, const struct settlement_file *file)
{
    fprintf(cli->err, "%s  %" G_GUINT64_FORMAT " rows, %" G_GINT64_FORMAT
            " minor units to pay, sha256 %s\n", path, file->rows, file->rows_net_minor,
            file->sha256);
}

static enum cli_exit export_to_file(struct cli *cli, const char *path,
                                    const Beckon__V1__CreateSettlementExportRequest *request)
{
    struct settlement_file fetched;
    g_autofree char *part = NULL, *name = NULL;
    FILE *file = part_open(path, &part);
    if (!file)
        return cannot_write(cli, path, errno);
    enum cli_exit end = settlement_file_fetch(cli, request, file, &fetched, &name);
    if (end != CLI_OK) {
        fclose(file);
        unlink(part);
        return end;
    }
    if (!part_finish(file, part, path)) {
        int reason = errno;
        unlink(part);
        return cannot_write(cli, path, reason);
    }
    tell_file(cli, path, &fetched);
    return CLI_OK;
}

enum cli_exit settlement_export(struct cli *cli, const struct verb *verb,
                                const struct values *values)
{
    ProtobufCMessage *made = NULL;
    enum cli_exit end = request_make(cli, verb, values, &made);
    if (end != CLI_OK)
        return end;
    Beckon__V1__CreateSettlementExportRequest *request =
        (Beckon__V1__CreateSettlementExportRequest *)made;
    const char *path = values_get(values, "output");
    end = choose_format(cli, values, request);
    if (end == CLI_OK)
        end = choose_payees(cli, values, request);
    if (end == CLI_OK && path) {
        end = export_to_file(cli, path, request);
    } else if (end == CLI_OK) {
        struct settlement_file fetched;
        g_autofree char *name = NULL;
        end = settlement_file_fetch(cli, request, cli->out, &fetched, &name);
        if (end == CLI_OK)
            tell_file(cli, name, &fetched);
    }
    protobuf_c_message_free_unpacked(made, NULL);
    return end;
}

const char SETTLEMENT_EXPORT_DETAILS[] =
    "Every export is on record (beckon settlement exports). The same run gives the same bytes each "
    "time.\nCSV is UTF-8 with a byte order mark. Import it with every column as text, or leading "
    "zeros go:\nLibreOffice asks when it opens the file (Unicode (UTF-8), comma, Text for all "
    "columns), without a\nscreen: soffice --headless --convert-to xlsx "
    "--infilter='CSV:44,34,76,1,1/2/2/2/...' FILE.csv with\nN/2 for each column N; Excel: Data, "
    "From Text/CSV, origin 65001, do not detect types. The XLSX needs\nno setting.";
const struct option_spec SETTLEMENT_EXPORT_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "a closed run's number"},
    {.name = "format", .value = "FORMAT", .field = "format",
     .help = "csv or xlsx; else what the file's name says, or csv"},
    {.name = "profile", .value = "PROFILE", .field = "profile",
     .help = "generic, china (全年一次性奖金) or erpnext (Additional Salary); else generic"},
    {.name = "payees", .value = "KIND",
     .help = "guides or members, whose file names nobody; else guides"},
    {.name = "pay-entity", .value = "NAME", .field = "pay_entity",
     .help = "only this employer's lines; else all"},
    {.name = "output", .value = "FILE", .help = "where to put it; else standard output"},
    {.name = "request-id", .value = "ID", .field = "request_id",
     .help = "names this export: repeated, it is the same on record; else random"},
    {.name = NULL},
};
const char *const SETTLEMENT_EXPORT_EXAMPLES[] = {
    "beckon settlement export 3 --output bonus.xlsx",
    "beckon settlement export 3 --profile china --pay-entity \"上海某某\" --output bonus.xlsx",
    "beckon settlement export 3 --payees members --output members.csv",
    NULL,
};

const struct option_spec SETTLEMENT_EXPORTS_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "its number"},
    {.name = NULL},
};
const char *const SETTLEMENT_EXPORTS_EXAMPLES[] = {
    "beckon settlement exports 3",
    NULL,
};

/* ---- manifest -------------------------------------------------------------------------------- */

enum cli_exit settlement_manifest(struct cli *cli, const struct verb *verb,
                                  const struct values *values)
{
    ProtobufCMessage *request = NULL;
    g_autofree char *json = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = settlement_manifest_fetch(
        cli, (const Beckon__V1__GetSettlementManifestRequest *)request, &json);
    protobuf_c_message_free_unpacked(request, NULL);
    const char *path = values_get(values, "output");
    if (end == CLI_OK && path)
        return write_whole(cli, path, json, strlen(json));
    if (end == CLI_OK)
        fputs(json, cli->out);
    return end;
}

const struct option_spec SETTLEMENT_MANIFEST_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "a closed run's number"},
    {.name = "pay-entity", .value = "NAME", .field = "pay_entity",
     .help = "of this employer's files; else of the whole run's"},
    {.name = "output", .value = "FILE", .help = "where to put it; else standard output"},
    {.name = NULL},
};
const char *const SETTLEMENT_MANIFEST_EXAMPLES[] = {
    "beckon settlement manifest 3 --output settlement-3.json",
    NULL,
};

/* ---- print ----------------------------------------------------------------------------------- */

enum cli_exit settlement_print(struct cli *cli, const struct verb *verb,
                               const struct values *values)
{
    ProtobufCMessage *request = NULL, *reply = NULL;
    enum cli_exit end = request_make(cli, verb, values, &request);
    if (end != CLI_OK)
        return end;
    end = call_once(cli, verb, request, &reply);
    protobuf_c_message_free_unpacked(request, NULL);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__PrintStatementResponse *page =
        (const Beckon__V1__PrintStatementResponse *)reply;
    const char *path = values_get(values, "output");
    if (!path && cli->out_is_terminal)
        path = page->file_name;
    if (path) {
        end = write_whole(cli, path, page->html.data, page->html.len);
        if (end == CLI_OK)
            fprintf(cli->err, "%s\n", path);
    } else {
        fwrite(page->html.data, 1, page->html.len, cli->out);
    }
    protobuf_c_message_free_unpacked(reply, NULL);
    return end;
}

const struct option_spec SETTLEMENT_PRINT_OPTIONS[] = {
    {.name = "RUN", .argument = true, .required = true, .field = "run_number",
     .help = "its number"},
    {.name = "PAYEE", .argument = true, .field = "payee",
     .help = "guide:EMPLOYEE_NO, guide:NUMBER, member:NUMBER; guides and members: their own"},
    {.name = "pay-entity", .value = "NAME", .field = "pay_entity",
     .help = "where a guide has several employers"},
    {.name = "english", .field = "english", .help = "in English; else in Chinese"},
    {.name = "output", .value = "FILE",
     .help = "where to put the page (HTML); else its own name on a terminal"},
    {.name = NULL},
};
const char *const SETTLEMENT_PRINT_EXAMPLES[] = {
    "beckon settlement print 3 guide:G01 --output G01.html",
    NULL,
};
