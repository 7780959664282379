/* beckon settlement verify: is this file what the run says?
 *
 * Happy path: which run -> its manifest -> the file's SHA-256 is in it. Else the same lines are
 * exported once more as CSV and the first line that differs is named; of a workbook, which may have
 * been saved by another program since, the first cell. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "clients/message/csv.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/settlement_file.h"
#include "clients/cli/workbook.h"

struct checked {
    struct cli *cli;
    const char *path;
    char *data;
    size_t size;
    uint32_t run;
    const char *pay_entity; /* NULL: all */
};

static enum cli_exit differs(struct checked *checked, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static enum cli_exit differs(struct checked *checked, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(checked->cli->out, "%s: ", checked->path);
    vfprintf(checked->cli->out, format, arguments);
    fputc('\n', checked->cli->out);
    va_end(arguments);
    return CLI_DIFFERENCES;
}

/* ---- which run ------------------------------------------------------------------------------- */

/* "settlement-7-guides.csv", as the service names it. */
static uint32_t run_of_name(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    const char *rest = name;
    if (!g_str_has_prefix(rest, "settlement-"))
        return 0;
    guint64 run = g_ascii_strtoull(rest + strlen("settlement-"), NULL, 10);
    return run <= UINT32_MAX ? (uint32_t)run : 0;
}

/* The column run_id of the first row. */
static uint32_t run_of_csv(const struct checked *checked)
{
    FILE *in = fmemopen(checked->data, checked->size, "rb");
    struct csv *csv = in ? csv_new(in) : NULL;
    struct csv_row row;
    size_t column = SIZE_MAX;
    uint32_t run = 0;
    if (csv && csv_next(csv, &row) == CSV_ROW)
        for (size_t i = 0; i < row.field_count; i++)
            if (strcmp(row.fields[i], "run_id") == 0)
                column = i;
    if (csv && column != SIZE_MAX && csv_next(csv, &row) == CSV_ROW && column < row.field_count)
        run = (uint32_t)strtoul(row.fields[column], NULL, 10);
    csv_destroy(csv);
    if (in)
        fclose(in);
    return run;
}

static uint32_t run_of_workbook(const struct checked *checked)
{
    g_autoptr(GString) error = g_string_new(NULL);
    struct workbook *workbook = workbook_read(checked->data, checked->size, error);
    uint32_t run = 0;
    if (workbook && workbook_row_count(workbook) > 1) {
        struct workbook_row head = workbook_row(workbook, 0), first = workbook_row(workbook, 1);
        for (size_t i = 0; i < WORKBOOK_COLUMNS_MAX; i++)
            if (head.cells[i].text && first.cells[i].text &&
                strcmp(head.cells[i].text, "run_id") == 0)
                run = (uint32_t)strtoul(first.cells[i].text, NULL, 10);
    }
    if (workbook)
        workbook_free(workbook);
    return run;
}

static uint32_t run_of_manifest(const struct checked *checked)
{
    json_t *json = json_loadb(checked->data, checked->size, 0, NULL);
    json_t *run = json_object_get(json_object_get(json, "run"), "run_id");
    uint32_t number = (uint32_t)json_integer_value(run);
    json_decref(json);
    return number;
}

static bool is_workbook(const struct checked *checked)
{
    return checked->size > 4 && memcmp(checked->data, "PK\3\4", 4) == 0;
}

static bool is_manifest(const struct checked *checked)
{
    return checked->size > 0 && checked->data[0] == '{';
}

static enum cli_exit find_run(struct checked *checked, const struct values *values)
{
    const char *given = values_get(values, "run");
    checked->run = given ? (uint32_t)strtoul(given, NULL, 10) : 0;
    if (checked->run == 0 && is_manifest(checked))
        checked->run = run_of_manifest(checked);
    else if (checked->run == 0)
        checked->run = is_workbook(checked) ? run_of_workbook(checked) : run_of_csv(checked);
    if (checked->run == 0)
        checked->run = run_of_name(checked->path);
    if (checked->run != 0)
        return CLI_OK;
    output_complaint(checked->cli, "%s does not say which run it is of: give --run NUMBER",
                     checked->path);
    return CLI_USAGE;
}

/* ---- line by line ---------------------------------------------------------------------------- */

/* Names the first line of two texts that is not the same. */
static enum cli_exit compare_lines(struct checked *checked, const char *wanted, size_t wanted_size)
{
    const char *a = checked->data, *a_end = a + checked->size;
    const char *b = wanted, *b_end = b + wanted_size;
    for (uint64_t line = 1;; line++) {
        if (a == a_end && b == b_end)
            return CLI_OK;
        if (a == a_end)
            return differs(checked, "line %" PRIu64 " and what follows are missing; the run has "
                           "\"%.*s\"", line, (int)strcspn(b, "\r\n"), b);
        if (b == b_end)
            return differs(checked, "the run has no line %" PRIu64, line);
        const char *a_next = memchr(a, '\n', (size_t)(a_end - a));
        const char *b_next = memchr(b, '\n', (size_t)(b_end - b));
        size_t a_size = (size_t)((a_next ? a_next + 1 : a_end) - a);
        size_t b_size = (size_t)((b_next ? b_next + 1 : b_end) - b);
        if (a_size != b_size || memcmp(a, b, a_size) != 0)
            return differs(checked, "line %" PRIu64 " differs: \"%.*s\", where the run has "
                           "\"%.*s\"", line, (int)strcspn(a, "\r\n"), a,
                           (int)strcspn(b, "\r\n"), b);
        a += a_size;
        b += b_size;
    }
}

/* What a heading tells about the file. */
static void heading_read(const char *heading, Beckon__V1__CreateSettlementExportRequest *request)
{
    if (heading && strcmp(heading, "*证件号码") == 0)
        request->profile = BECKON__V1__EXPORT_PROFILE__EXPORT_PROFILE_CHINA;
    else if (heading && strcmp(heading, "Salary Component") == 0)
        request->profile = BECKON__V1__EXPORT_PROFILE__EXPORT_PROFILE_ERPNEXT;
    else if (heading && strcmp(heading, "member_number") == 0)
        request->payees = BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER;
}

static void headings_of_csv(const struct checked *checked,
                            Beckon__V1__CreateSettlementExportRequest *request)
{
    FILE *in = fmemopen(checked->data, checked->size, "rb");
    struct csv *csv = in ? csv_new(in) : NULL;
    struct csv_row row;
    if (csv && csv_next(csv, &row) == CSV_ROW)
        for (size_t i = 0; i < row.field_count; i++)
            heading_read(row.fields[i], request);
    csv_destroy(csv);
    if (in)
        fclose(in);
}

static void headings_of_workbook(const struct workbook *workbook,
                                 Beckon__V1__CreateSettlementExportRequest *request)
{
    if (workbook_row_count(workbook) == 0)
        return;
    struct workbook_row row = workbook_row(workbook, 0);
    for (size_t i = 0; i < WORKBOOK_COLUMNS_MAX; i++)
        heading_read(row.cells[i].text, request);
}

/* The same lines once more, as CSV; the caller frees. */
static enum cli_exit fetch_csv(const struct checked *checked,
                               Beckon__V1__CreateSettlementExportRequest *request,
                               char **ret_text, size_t *ret_size)
{
    g_autofree char *id = g_uuid_string_random(), *name = NULL;
    struct settlement_file fetched;
    FILE *out = open_memstream(ret_text, ret_size);
    if (!out)
        abort();
    request->request_id = id;
    request->run_number = checked->run;
    if (checked->pay_entity)
        request->pay_entity = (char *)(uintptr_t)checked->pay_entity; /* only read */
    enum cli_exit end = settlement_file_fetch(checked->cli, request, out, &fetched, &name);
    fclose(out);
    return end;
}

static enum cli_exit compare_csv(struct checked *checked)
{
    Beckon__V1__CreateSettlementExportRequest request =
        BECKON__V1__CREATE_SETTLEMENT_EXPORT_REQUEST__INIT;
    char *text = NULL;
    size_t size = 0;
    headings_of_csv(checked, &request);
    enum cli_exit end = fetch_csv(checked, &request, &text, &size);
    if (end == CLI_OK)
        end = compare_lines(checked, text, size);
    free(text);
    return end;
}

static enum cli_exit compare_workbook(struct checked *checked)
{
    Beckon__V1__CreateSettlementExportRequest request =
        BECKON__V1__CREATE_SETTLEMENT_EXPORT_REQUEST__INIT;
    g_autoptr(GString) error = g_string_new(NULL);
    char *text = NULL;
    size_t size = 0;
    struct workbook *workbook = workbook_read(checked->data, checked->size, error);
    if (!workbook)
        return differs(checked, "no workbook that can be read: %s", error->str);
    headings_of_workbook(workbook, &request);
    enum cli_exit end = fetch_csv(checked, &request, &text, &size);
    if (end == CLI_OK)
        end = settlement_workbook_compare(checked->cli, checked->path, workbook, text, size);
    free(text);
    workbook_free(workbook);
    return end;
}

/* ---- the verb -------------------------------------------------------------------------------- */

/* Is the hash one of the manifest's? Then the file is named; else NULL. */
static const char *name_by_hash(json_t *manifest, const char *sha256)
{
    json_t *files = json_object_get(manifest, "files"), *file;
    size_t i;
    json_array_foreach(files, i, file) {
        const char *hash = json_string_value(json_object_get(file, "sha256"));
        if (hash && strcmp(hash, sha256) == 0)
            return json_string_value(json_object_get(file, "name"));
    }
    return NULL;
}

static enum cli_exit compare(struct checked *checked, const char *manifest)
{
    g_autofree char *sha256 = g_compute_checksum_for_data(
        G_CHECKSUM_SHA256, (const guchar *)checked->data, checked->size);
    json_t *json = json_loads(manifest, 0, NULL);
    const char *name = name_by_hash(json, sha256);
    bool same = name || (is_manifest(checked) && strlen(manifest) == checked->size &&
                         memcmp(manifest, checked->data, checked->size) == 0);
    if (same)
        fprintf(checked->cli->out, "%s: the same as %s of run %" PRIu32 ", sha256 %s\n",
                checked->path, name ? name : "the manifest", checked->run, sha256);
    enum cli_exit end = CLI_OK;
    if (!same && is_manifest(checked))
        end = compare_lines(checked, manifest, strlen(manifest));
    else if (!same && is_workbook(checked))
        end = compare_workbook(checked);
    else if (!same)
        end = compare_csv(checked);
    json_decref(json);
    return end;
}

enum cli_exit settlement_verify(struct cli *cli, const struct verb *verb,
                                const struct values *values)
{
    (void)verb;
    struct checked checked = {.cli = cli, .path = values_get(values, "FILE"),
                              .pay_entity = values_get(values, "pay-entity")};
    g_autofree char *data = NULL, *manifest = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(checked.path, &data, &checked.size, &error)) {
        output_complaint(cli, "%s can't be read: %s", checked.path, error->message);
        return CLI_LOCAL;
    }
    checked.data = data;
    enum cli_exit end = find_run(&checked, values);
    if (end != CLI_OK)
        return end;
    Beckon__V1__GetSettlementManifestRequest request =
        BECKON__V1__GET_SETTLEMENT_MANIFEST_REQUEST__INIT;
    request.run_number = checked.run;
    if (checked.pay_entity)
        request.pay_entity = (char *)(uintptr_t)checked.pay_entity; /* only read */
    end = settlement_manifest_fetch(cli, &request, &manifest);
    return end == CLI_OK ? compare(&checked, manifest) : end;
}

const char SETTLEMENT_VERIFY_DETAILS[] =
    "Makes the run's files again and compares SHA-256. Of a file that differs it names the first "
    "line or\ncell that does; that is an export, and on record. A workbook saved by another "
    "program has other\nbytes and the same cells. Exit code 0: the same. 4: it differs.";
const struct option_spec SETTLEMENT_VERIFY_OPTIONS[] = {
    {.name = "FILE", .argument = true, .required = true,
     .help = "a CSV, XLSX or manifest that was exported"},
    {.name = "run", .value = "NUMBER", .help = "the run; else what the file or its name says"},
    {.name = "pay-entity", .value = "NAME", .help = "of a file with one employer's lines"},
    {.name = NULL},
};
const char *const SETTLEMENT_VERIFY_EXAMPLES[] = {
    "beckon settlement verify settlement-3-guides.csv",
    "beckon settlement verify bonus.xlsx --run 3",
    NULL,
};
