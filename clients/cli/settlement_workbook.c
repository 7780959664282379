/* A workbook against the CSV of the same lines, cell by cell: whoever saved it last, and with
 * whatever version of the library it was made. */
#include <stdlib.h>
#include <string.h>

#include "clients/message/csv.h"
#include "clients/cli/settlement_file.h"
#include "clients/cli/workbook.h"

/* In CSV an apostrophe stands before what a spreadsheet would take for a formula. */
static const char *without_apostrophe(const char *text)
{
    static const char *const BEGINNINGS[] = {"=", "+", "-", "@", "\t", "\r", "\n",
                                             "＝", "＋", "－", "＠"};
    if (text[0] != '\'')
        return text;
    for (size_t i = 0; i < sizeof BEGINNINGS / sizeof BEGINNINGS[0]; i++)
        if (g_str_has_prefix(text + 1, BEGINNINGS[i]))
            return text + 1;
    return text;
}

/* A number reads as the CSV writes it: with as many decimals. */
static bool same_number(const char *number, const char *wanted)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE], format[16];
    const char *point = strchr(wanted, '.');
    size_t decimals = point ? strlen(point + 1) : 0;
    if (decimals > 9)
        return false;
    g_snprintf(format, sizeof format, "%%.%zuf", decimals);
    g_ascii_formatd(text, sizeof text, format, g_ascii_strtod(number, NULL));
    return strcmp(text, wanted) == 0;
}

static bool same_cell(const struct workbook_cell *cell, const char *wanted)
{
    if (!cell->text)
        return wanted[0] == '\0';
    if (cell->number)
        return same_number(cell->text, wanted);
    return strcmp(cell->text, without_apostrophe(wanted)) == 0;
}

/* SIZE_MAX: the same. */
static size_t differing_column(const struct workbook_row *row, const struct csv_row *wanted)
{
    for (size_t i = 0; i < WORKBOOK_COLUMNS_MAX; i++) {
        const char *text = i < wanted->field_count ? wanted->fields[i] : "";
        if (!same_cell(&row->cells[i], text))
            return i;
    }
    return SIZE_MAX;
}

static enum cli_exit compare_rows(struct cli *cli, const char *path,
                                  const struct workbook *workbook, struct csv *csv)
{
    size_t count = workbook_row_count(workbook), index = 0;
    struct csv_row wanted;
    while (csv_next(csv, &wanted) == CSV_ROW) {
        if (index == count) {
            fprintf(cli->out, "%s: row %zu and what follows are missing\n", path, index + 1);
            return CLI_DIFFERENCES;
        }
        struct workbook_row row = workbook_row(workbook, index++);
        size_t column = differing_column(&row, &wanted);
        if (column == SIZE_MAX)
            continue;
        fprintf(cli->out, "%s: row %zu, column %zu differs: \"%s\", where the run has \"%s\"\n",
                path, index, column + 1, row.cells[column].text ? row.cells[column].text : "",
                column < wanted.field_count ? wanted.fields[column] : "");
        return CLI_DIFFERENCES;
    }
    if (index < count) {
        fprintf(cli->out, "%s: the run has no row %zu\n", path, index + 1);
        return CLI_DIFFERENCES;
    }
    fprintf(cli->out, "%s: the same cells as the run has, in other bytes\n", path);
    return CLI_OK;
}

enum cli_exit settlement_workbook_compare(struct cli *cli, const char *path,
                                          const struct workbook *workbook, char *csv_text,
                                          size_t size)
{
    FILE *in = fmemopen(csv_text, size, "rb");
    struct csv *csv = in ? csv_new(in) : NULL;
    if (!csv)
        abort();
    enum cli_exit end = compare_rows(cli, path, workbook, csv);
    csv_destroy(csv);
    fclose(in);
    return end;
}
