#include "clients/cli/table.h"

#include <assert.h>
#include <string.h>

#include <glib.h>
#include <utf8proc.h>

/* A column is cut no shorter than this; between columns stand two spaces. */
enum { CUT_LEAST = 8, GAP = 2 };

struct table {
    FILE *out;
    size_t column_count;
    bool right[TABLE_COLUMNS_MAX];
    size_t widths[TABLE_COLUMNS_MAX];
    size_t content[TABLE_COLUMNS_MAX]; /* the same without the titles */
    size_t room;     /* columns of the terminal; 0: any number */
    bool coloured;
    GPtrArray *kept; /* cells, row by row, the titles first; NULL after the first flush */
};

/* The next character and its bytes; one byte and -1 for what is no UTF-8. */
static size_t next_character(const char *text, size_t size, utf8proc_int32_t *ret_character)
{
    utf8proc_ssize_t bytes =
        utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, ret_character);
    if (bytes > 0)
        return (size_t)bytes;
    *ret_character = -1;
    return 1;
}

size_t table_width(const char *text)
{
    size_t width = 0;
    for (size_t left = strlen(text); left > 0;) {
        utf8proc_int32_t character = -1;
        size_t bytes = next_character(text, left, &character);
        width += character < 0 ? 1 : (size_t)utf8proc_charwidth(character);
        text += bytes;
        left -= bytes;
    }
    return width;
}

/* What changes the look and perhaps the width of an emoji before it: joiners, variation selectors,
 * skin tones, tags. */
static bool alters_emoji(utf8proc_int32_t character)
{
    return character == 0x200C || character == 0x200D ||
           (character >= 0xFE00 && character <= 0xFE0F) ||
           (character >= 0x1F3FB && character <= 0x1F3FF) ||
           (character >= 0xE0000 && character <= 0xE01EF);
}

char *table_clean(const char *text)
{
    GString *clean = g_string_new(NULL);
    for (size_t left = strlen(text); left > 0;) {
        utf8proc_int32_t character = -1;
        size_t bytes = next_character(text, left, &character);
        utf8proc_category_t category =
            character < 0 ? UTF8PROC_CATEGORY_CC : utf8proc_category(character);
        bool moves = category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
                     category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
        if (alters_emoji(character))
            ;
        else if (moves)
            g_string_append_c(clean, '?');
        else
            g_string_append_len(clean, text, (gssize)bytes);
        text += bytes;
        left -= bytes;
    }
    return g_string_free(clean, FALSE);
}

char *table_cut(const char *text, size_t columns)
{
    if (table_width(text) <= columns)
        return g_strdup(text);
    size_t width = 0, kept = 0;
    for (size_t left = strlen(text); left > 0;) {
        utf8proc_int32_t character = -1;
        size_t bytes = next_character(text + kept, left, &character);
        width += character < 0 ? 1 : (size_t)utf8proc_charwidth(character);
        if (width + 1 > columns) /* the ellipsis takes one */
            break;
        kept += bytes;
        left -= bytes;
    }
    return g_strdup_printf("%.*s%s", (int)kept, text, columns > 0 ? "\u2026" : "");
}

struct table *table_new(FILE *out, size_t column_count, const char *const *titles,
                        const bool *right)
{
    assert(column_count > 0 && column_count <= TABLE_COLUMNS_MAX);
    struct table *table = g_new0(struct table, 1);
    table->out = out;
    table->column_count = column_count;
    memcpy(table->right, right, column_count * sizeof right[0]);
    table->kept = g_ptr_array_new_with_free_func(g_free);
    table_add(table, titles);
    return table;
}

void table_fit(struct table *table, size_t columns, bool coloured)
{
    assert(table->kept);
    table->room = columns;
    table->coloured = coloured;
}

static size_t total_width(const struct table *table, const size_t *widths)
{
    size_t total = GAP * (table->column_count - 1);
    for (size_t i = 0; i < table->column_count; i++)
        total += widths[i];
    return total;
}

/* The widest column that may still become narrower; TABLE_COLUMNS_MAX: none. */
static size_t widest_cuttable(const struct table *table, const size_t *widths, bool titles)
{
    size_t widest = TABLE_COLUMNS_MAX;
    for (size_t i = 0; i < table->column_count; i++) {
        size_t least = titles && table->content[i] > CUT_LEAST ? table->content[i] : CUT_LEAST;
        bool cuttable = (titles || !table->right[i]) && widths[i] > least;
        if (cuttable && (widest == TABLE_COLUMNS_MAX || widths[i] > widths[widest]))
            widest = i;
    }
    return widest;
}

/* Takes columns away until rows fit, or nothing more can be taken: first from titles that are wider
 * than what stands below them, then from the widest texts. */
static void widths_fit(const struct table *table, size_t *widths)
{
    for (int titles = 1; titles >= 0; titles--) {
        while (table->room > 0 && total_width(table, widths) > table->room) {
            size_t widest = widest_cuttable(table, widths, titles);
            if (widest == TABLE_COLUMNS_MAX)
                break;
            widths[widest]--;
        }
    }
}

/* A row that came after the widths were fixed may be wider than they are, while there is room. */
static bool row_fits(const struct table *table, char *const *cells)
{
    size_t widths[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < table->column_count; i++) {
        size_t width = table_width(cells[i]);
        widths[i] = width > table->widths[i] ? width : table->widths[i];
    }
    return table->room == 0 || total_width(table, widths) <= table->room;
}

static void row_write(const struct table *table, char *const *cells, bool title)
{
    bool fits = row_fits(table, cells);
    if (title && table->coloured)
        fputs("\033[1m", table->out);
    for (size_t i = 0; i < table->column_count; i++) {
        bool whole = fits || (table->right[i] && !title);
        g_autofree char *cell = whole ? g_strdup(cells[i])
                                      : table_cut(cells[i], table->widths[i]);
        size_t width = table_width(cell);
        int pad = width < table->widths[i] ? (int)(table->widths[i] - width) : 0;
        bool last = i + 1 == table->column_count;
        if (table->right[i])
            fprintf(table->out, "%*s%s", pad, "", cell);
        else
            fprintf(table->out, "%s%*s", cell, last ? 0 : pad, "");
        if (!last)
            fprintf(table->out, "%*s", GAP, "");
    }
    fputs(title && table->coloured ? "\033[0m\n" : "\n", table->out);
}

void table_add(struct table *table, const char *const *cells)
{
    char *clean[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < table->column_count; i++)
        clean[i] = table_clean(cells[i]);
    if (!table->kept)
        row_write(table, clean, false);
    for (size_t i = 0; i < table->column_count; i++) {
        if (!table->kept) {
            g_free(clean[i]);
            continue;
        }
        size_t width = table_width(clean[i]);
        bool title = table->kept->len < table->column_count;
        if (width > table->widths[i])
            table->widths[i] = width;
        if (!title && width > table->content[i])
            table->content[i] = width;
        g_ptr_array_add(table->kept, clean[i]);
    }
}

void table_flush(struct table *table)
{
    if (!table->kept)
        return;
    widths_fit(table, table->widths);
    for (size_t i = 0; i < table->kept->len; i += table->column_count)
        row_write(table, (char *const *)&table->kept->pdata[i], i == 0);
    g_ptr_array_free(table->kept, TRUE);
    table->kept = NULL;
}

void table_destroy(struct table *table)
{
    table_flush(table);
    g_free(table);
}
