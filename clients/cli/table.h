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

/* Columns a text takes on a terminal: what wcwidth says of each character, added up. */
size_t table_width(const char *text);
/* A copy without what would move a cursor or hide: control characters and invalid bytes become
 * '?'. What joins or recolours emoji (zero-width joiners, variation selectors, skin tones) is left
 * out: terminals disagree about the width of the result, and without it they don't. The caller
 * frees (g_free). */
char *table_clean(const char *text);
/* The text when it takes no more than `columns`, else its beginning and an ellipsis that together
 * take no more. The caller frees. */
char *table_cut(const char *text, size_t columns);

struct table;

/* Titles are copied; right[i]: numbers, aligned right. */
struct table *table_new(FILE *out, size_t column_count, const char *const *titles,
                        const bool *right);
/* For a terminal of so many columns (0: any number): where rows don't fit, titles are cut to what
 * stands below them, then the widest columns of text; numbers never. coloured: titles stand out.
 * Before the first flush. */
void table_fit(struct table *table, size_t columns, bool coloured);
/* Adds a row of column_count texts, copied. */
void table_add(struct table *table, const char *const *cells);
/* Writes what is kept. */
void table_flush(struct table *table);
/* Flushes and frees. */
void table_destroy(struct table *table);

#endif
