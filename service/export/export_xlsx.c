/* The workbook: rows, summary by shop, control sheet, written row by row by libxlsxwriter in its
 * constant memory mode. The library has temporary files of its own for sheets, which have no name;
 * neither has ours for the whole, so that a crash leaves nothing behind.
 *
 * Every number is formatted and texts are marked as such, so a spreadsheet shows leading zeros and
 * 18-digit documents as they are. The library prints numbers by the thread's locale: while it
 * works the thread's is "C". */
#include <assert.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xlsxwriter.h>

#include "service/export/export_inner.h"
#include "service/rules/currency.h"

enum { FILE_PATH_BYTES = 4096, FD_PATH_BYTES = 32, SHEET_NAME_BYTES = 32, SEND_BYTES = 65536,
       ROW_MAX = 1048576 /* of a sheet, its heading included */ };

struct export_xlsx {
    const struct export_job *job;
    const struct export_layout *layout;
    double scale;                   /* minor units of one unit */
    int fd;                         /* the file in the making; it has no name */
    char path[FD_PATH_BYTES];
    lxw_workbook *workbook;
    lxw_worksheet *sheet;
    lxw_format *heading, *text, *count, *amount;
    lxw_row_t row;                  /* the next one on `sheet` */
    unsigned sheet_count;
    locale_t plain, kept;
};

const char *export_library(void)
{
    return "libxlsxwriter " LXW_VERSION;
}

static enum export_result answer(lxw_error error)
{
    if (error == LXW_NO_ERROR) return EXPORT_OK;
    return error == LXW_ERROR_MEMORY_MALLOC_FAILED ? EXPORT_NO_MEMORY : EXPORT_FAULT;
}

static void enter(struct export_xlsx *xlsx)
{
    xlsx->kept = uselocale(xlsx->plain);
}

static void leave(struct export_xlsx *xlsx)
{
    uselocale(xlsx->kept);
}

/* ---- beginning ------------------------------------------------------------------------------- */

/* A file that has no name any more, and a path by which this process can still open it. */
static bool file_open(struct export_xlsx *xlsx)
{
    char name[FILE_PATH_BYTES];
    int size = snprintf(name, sizeof name, "%s/export-XXXXXX", xlsx->job->folder);

    if (size < 0 || (size_t)size >= sizeof name) return false;
    xlsx->fd = mkostemp(name, O_CLOEXEC);
    if (xlsx->fd < 0) return false;
    snprintf(xlsx->path, sizeof xlsx->path, "/proc/self/fd/%d", xlsx->fd);
    return unlink(name) == 0;
}

static void add_formats(struct export_xlsx *xlsx)
{
    static const char *const AMOUNTS[] = {"0", "0.0", "0.00", "0.000"};

    xlsx->heading = workbook_add_format(xlsx->workbook);
    xlsx->text = workbook_add_format(xlsx->workbook);
    xlsx->count = workbook_add_format(xlsx->workbook);
    xlsx->amount = workbook_add_format(xlsx->workbook);
    if (xlsx->heading == NULL || xlsx->text == NULL || xlsx->count == NULL ||
        xlsx->amount == NULL)
        return;
    format_set_bold(xlsx->heading);
    format_set_num_format(xlsx->text, "@");
    format_set_num_format(xlsx->count, "0");
    format_set_num_format(xlsx->amount, AMOUNTS[currency_decimals(xlsx->job->currency)]);
}

static enum export_result add_sheet(struct export_xlsx *xlsx, const char *name)
{
    xlsx->sheet = workbook_add_worksheet(xlsx->workbook, name);
    xlsx->row = 0;
    if (xlsx->sheet == NULL) return EXPORT_NO_MEMORY;
    worksheet_freeze_panes(xlsx->sheet, 1, 0);
    return EXPORT_OK;
}

static enum export_result add_rows_sheet(struct export_xlsx *xlsx)
{
    const struct export_layout *layout = xlsx->layout;
    char name[SHEET_NAME_BYTES];

    xlsx->sheet_count++;
    if (xlsx->sheet_count == 1)
        snprintf(name, sizeof name, "%s", layout->sheet);
    else
        snprintf(name, sizeof name, "%s %u", layout->sheet, xlsx->sheet_count);
    enum export_result result = add_sheet(xlsx, name);
    for (size_t i = 0; i < layout->count && result == EXPORT_OK; i++)
        result = answer(worksheet_set_column(xlsx->sheet, (lxw_col_t)i, (lxw_col_t)i,
                                             layout->columns[i].width, NULL));
    for (size_t i = 0; i < layout->count && result == EXPORT_OK; i++)
        result = answer(worksheet_write_string(xlsx->sheet, 0, (lxw_col_t)i,
                                               layout->columns[i].name, xlsx->heading));
    xlsx->row = 1;
    return result;
}

static enum export_result open_workbook(struct export_xlsx *xlsx)
{
    lxw_workbook_options options = {
        .constant_memory = LXW_TRUE,
        .tmpdir = (char *)(uintptr_t)xlsx->job->folder, /* the library only reads it */
        .use_zip64 = LXW_FALSE,
    };
    lxw_doc_properties properties = {
        .title = "Settlement", .created = (time_t)(xlsx->job->run->closed_at / 1000),
    };

    xlsx->workbook = workbook_new_opt(xlsx->path, &options);
    if (xlsx->workbook == NULL) return EXPORT_NO_MEMORY;
    add_formats(xlsx);
    if (xlsx->amount == NULL || xlsx->count == NULL || xlsx->text == NULL ||
        xlsx->heading == NULL)
        return EXPORT_NO_MEMORY;
    enum export_result result = answer(workbook_set_properties(xlsx->workbook, &properties));
    return result == EXPORT_OK ? add_rows_sheet(xlsx) : result;
}

enum export_result xlsx_begin(const struct export_job *job, struct export_xlsx **ret_xlsx)
{
    struct export_xlsx *xlsx = calloc(1, sizeof *xlsx);
    enum export_result result = EXPORT_FAULT;

    /* Without a date the library would write the clock's. */
    assert(job->run->closed_at / 1000 != 0);
    if (xlsx == NULL) return EXPORT_NO_MEMORY;
    xlsx->job = job;
    xlsx->layout = export_layout(job);
    xlsx->fd = -1;
    xlsx->scale = 1;
    for (unsigned i = 0; i < currency_decimals(job->currency); i++) xlsx->scale *= 10;
    xlsx->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (xlsx->plain != (locale_t)0 && file_open(xlsx)) {
        enter(xlsx);
        result = open_workbook(xlsx);
        leave(xlsx);
    }
    if (result != EXPORT_OK) {
        xlsx_destroy(xlsx);
        return result;
    }
    *ret_xlsx = xlsx;
    return EXPORT_OK;
}

/* ---- cells ----------------------------------------------------------------------------------- */

static enum export_result write_text(struct export_xlsx *xlsx, unsigned column, const char *text,
                                     lxw_format *format)
{
    if (text[0] == '\0') return EXPORT_OK;
    return answer(worksheet_write_string(xlsx->sheet, xlsx->row, (lxw_col_t)column, text, format));
}

static enum export_result write_number(struct export_xlsx *xlsx, unsigned column,
                                       enum cell_kind kind, int64_t value)
{
    double number = kind == CELL_AMOUNT ? (double)value / xlsx->scale : (double)value;

    assert(kind != CELL_TEXT);
    return answer(worksheet_write_number(xlsx->sheet, xlsx->row, (lxw_col_t)column, number,
                                         kind == CELL_AMOUNT ? xlsx->amount : xlsx->count));
}

enum export_result xlsx_cell(struct export_xlsx *xlsx, const struct export_cell *cell,
                             unsigned column)
{
    enter(xlsx);
    enum export_result result = cell->kind == CELL_TEXT
                                    ? write_text(xlsx, column, cell->text, xlsx->text)
                                    : write_number(xlsx, column, cell->kind, cell->value);
    leave(xlsx);
    return result;
}

enum export_result xlsx_line_end(struct export_xlsx *xlsx)
{
    enum export_result result = EXPORT_OK;

    if (++xlsx->row == ROW_MAX) {
        enter(xlsx);
        result = add_rows_sheet(xlsx);
        leave(xlsx);
    }
    return result;
}

/* ---- summary, control ------------------------------------------------------------------------ */

static const char *const SUMMARY[] = {
    "pay_entity", "shop_id", "cost_center", "lines", "points_converted", "gross_amount",
    "clawback_amount", "carry_in", "carry_out", "net_amount",
};
enum { SUMMARY_COUNT = sizeof SUMMARY / sizeof SUMMARY[0], SUMMARY_FIRST_NUMBER = 3 };

static enum export_result summary_row(struct export_xlsx *xlsx, const char *const texts[],
                                      const struct run_totals *totals)
{
    const struct { enum cell_kind kind; int64_t value; } numbers[] = {
        {CELL_COUNT, totals->line_count}, {CELL_COUNT, totals->points_converted},
        {CELL_AMOUNT, totals->gross_minor}, {CELL_AMOUNT, totals->clawback_minor},
        {CELL_AMOUNT, totals->carry_in_minor}, {CELL_AMOUNT, totals->carry_out_minor},
        {CELL_AMOUNT, totals->net_minor},
    };
    enum export_result result = EXPORT_OK;

    for (unsigned i = 0; i < SUMMARY_FIRST_NUMBER && result == EXPORT_OK; i++)
        result = write_text(xlsx, i, texts[i], xlsx->text);
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0] && result == EXPORT_OK; i++)
        result = write_number(xlsx, SUMMARY_FIRST_NUMBER + i, numbers[i].kind, numbers[i].value);
    xlsx->row++;
    return result;
}

static enum export_result add_summary(struct export_xlsx *xlsx, const struct export_shops *shops,
                                      const struct run_totals *totals)
{
    static const char *const SUM[SUMMARY_FIRST_NUMBER] = {"total", "", ""};
    struct run_totals sum = {0};
    enum export_result result = add_sheet(xlsx, "summary");

    if (result == EXPORT_OK)
        result = answer(worksheet_set_column(xlsx->sheet, 0, SUMMARY_COUNT - 1, 18, NULL));
    for (unsigned i = 0; i < SUMMARY_COUNT && result == EXPORT_OK; i++)
        result = write_text(xlsx, i, SUMMARY[i], xlsx->heading);
    xlsx->row = 1;
    for (size_t i = 0; i < shops->count && result == EXPORT_OK; i++) {
        const struct export_shop *shop = shops->shops[i];
        const char *texts[SUMMARY_FIRST_NUMBER] = {shop->pay_entity, shop->shop_id,
                                                   shop->cost_center};
        result = summary_row(xlsx, texts, &shop->totals);
        sum.line_count += shop->totals.line_count;
        sum.net_minor += shop->totals.net_minor;
    }
    /* Two ways to the same sums. */
    assert(result != EXPORT_OK || (sum.line_count == totals->line_count &&
                                   sum.net_minor == totals->net_minor));
    return result == EXPORT_OK ? summary_row(xlsx, SUM, totals) : result;
}

static enum export_result control_text(void *context, const char *name, const char *value)
{
    struct export_xlsx *xlsx = context;
    enum export_result result = write_text(xlsx, 0, name, xlsx->heading);
    if (result == EXPORT_OK) result = write_text(xlsx, 1, value, xlsx->text);
    xlsx->row++;
    return result;
}

static enum export_result control_number(void *context, const char *name, enum cell_kind kind,
                                         int64_t value)
{
    struct export_xlsx *xlsx = context;
    enum export_result result = write_text(xlsx, 0, name, xlsx->heading);
    if (result == EXPORT_OK) result = write_number(xlsx, 1, kind, value);
    xlsx->row++;
    return result;
}

static enum export_result add_control(struct export_xlsx *xlsx, const struct export_report *report)
{
    struct export_control control = {control_text, control_number, xlsx};
    enum export_result result = add_sheet(xlsx, "control");

    if (result == EXPORT_OK) result = answer(worksheet_set_column(xlsx->sheet, 0, 0, 22, NULL));
    if (result == EXPORT_OK) result = answer(worksheet_set_column(xlsx->sheet, 1, 1, 68, NULL));
    return result == EXPORT_OK ? control_write(xlsx->job, report, &control) : result;
}

/* ---- the end --------------------------------------------------------------------------------- */

static enum export_result send_file(struct export_xlsx *xlsx, const struct export_sink *sink,
                                    struct export_report *report)
{
    crypto_hash_sha256_state hash;
    unsigned char *buffer = malloc(SEND_BYTES);
    enum export_result result = EXPORT_OK;
    off_t at = 0;

    if (buffer == NULL) return EXPORT_NO_MEMORY;
    crypto_hash_sha256_init(&hash);
    while (result == EXPORT_OK) {
        ssize_t size = pread(xlsx->fd, buffer, SEND_BYTES, at);
        if (size < 0) result = EXPORT_FAULT;
        if (size <= 0) break;
        crypto_hash_sha256_update(&hash, buffer, (size_t)size);
        at += size;
        if (!sink->write(sink->context, buffer, (size_t)size)) result = EXPORT_GONE;
    }
    sodium_memzero(buffer, SEND_BYTES);
    free(buffer);
    report->bytes = (uint64_t)at;
    crypto_hash_sha256_final(&hash, report->sha256);
    return result;
}

enum export_result xlsx_end(struct export_xlsx *xlsx, const struct export_shops *shops,
                            const struct export_sink *sink, struct export_report *report)
{
    enum export_result result = EXPORT_OK;

    enter(xlsx);
    if (xlsx->job->payees == EXPORT_GUIDES) result = add_summary(xlsx, shops, &report->totals);
    if (result == EXPORT_OK) result = add_control(xlsx, report);
    enum export_result closed = answer(workbook_close(xlsx->workbook));
    xlsx->workbook = NULL;
    leave(xlsx);
    if (result == EXPORT_OK) result = closed;
    return result == EXPORT_OK ? send_file(xlsx, sink, report) : result;
}

void xlsx_destroy(struct export_xlsx *xlsx)
{
    if (xlsx == NULL) return;
    /* Closing is the library's only way to give all of it back. */
    if (xlsx->workbook != NULL) (void)workbook_close(xlsx->workbook);
    if (xlsx->fd >= 0) close(xlsx->fd);
    if (xlsx->plain != (locale_t)0) freelocale(xlsx->plain);
    free(xlsx);
}
