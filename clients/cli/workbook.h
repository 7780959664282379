/* Reads the first sheet of a workbook (XLSX: ISO/IEC 29500, a zip of XML) as far as a comparison
 * needs it: texts and numbers, cell by cell, whoever saved it. No formulas, no styles, no dates.
 *
 * Files come from people: every offset and size is checked, and what is no workbook is told. */
#ifndef BECKON_CLIENTS_CLI_WORKBOOK_H
#define BECKON_CLIENTS_CLI_WORKBOOK_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

enum { WORKBOOK_COLUMNS_MAX = 64 };

struct workbook_cell {
    const char *text; /* NULL: empty. Of a number, as the file writes it */
    bool number;
};
struct workbook_row {
    struct workbook_cell cells[WORKBOOK_COLUMNS_MAX];
};

struct workbook;

/* NULL: `error` says why. The data is not needed any more. */
struct workbook *workbook_read(const void *data, size_t size, GString *error);
size_t workbook_row_count(const struct workbook *workbook);
/* Row `index` from 0; lives as long as the workbook. */
struct workbook_row workbook_row(const struct workbook *workbook, size_t index);
void workbook_free(struct workbook *workbook);

/* One file of a zip, to be freed with g_free; NULL: none of that name, or damaged. */
char *zip_file(const void *data, size_t size, const char *name, size_t *ret_size);

#endif
