/* Tables for a terminal: columns aligned by what characters take there (East Asian ones two).
 *
 * Rows are kept until the first flush, which fixes the widths; later rows go out at once, so that a
 * list of any length needs the memory of its first page. */
#ifndef BECKON_CLIENTS_CLI_TABLE_H
#define BECKON_CLIENTS_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { TABLE_COLUMNS_MAX = 16 };

/* Columns a text takes on a terminal. */
size_t table_width(const char *text);
/* A copy without what would move a cursor or hide: control characters and invalid bytes become
 * '?'. The caller frees (g_free). */
char *table_clean(const char *text);

struct table;

/* Titles are copied; right[i]: numbers, aligned right. */
struct table *table_new(FILE *out, size_t column_count, const char *const *titles,
                        const bool *right);
/* Adds a row of column_count texts, copied. */
void table_add(struct table *table, const char *const *cells);
/* Writes what is kept. */
void table_flush(struct table *table);
/* Flushes and frees. */
void table_destroy(struct table *table);

#endif
