#include "clients/cli/table.h"

#include <assert.h>
#include <string.h>

#include <glib.h>
#include <utf8proc.h>

struct table {
    FILE *out;
    size_t column_count;
    bool right[TABLE_COLUMNS_MAX];
    size_t widths[TABLE_COLUMNS_MAX];
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

char *table_clean(const char *text)
{
    GString *clean = g_string_new(NULL);
    for (size_t left = strlen(text); left > 0;) {
        utf8proc_int32_t character = -1;
        size_t bytes = next_character(text, left, &character);
        utf8proc_category_t category =
            character < 0 ? UTF8PROC_CATEGORY_CC : utf8proc_category(character);
        if (category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF)
            g_string_append_c(clean, '?');
        else
            g_string_append_len(clean, text, (gssize)bytes);
        text += bytes;
        left -= bytes;
    }
    return g_string_free(clean, FALSE);
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

static void row_write(const struct table *table, char *const *cells)
{
    for (size_t i = 0; i < table->column_count; i++) {
        size_t width = table_width(cells[i]);
        int pad = width < table->widths[i] ? (int)(table->widths[i] - width) : 0;
        bool last = i + 1 == table->column_count;
        if (table->right[i])
            fprintf(table->out, "%*s%s", pad, "", cells[i]);
        else
            fprintf(table->out, "%s%*s", cells[i], last ? 0 : pad, "");
        fputs(last ? "\n" : "  ", table->out);
    }
}

void table_add(struct table *table, const char *const *cells)
{
    char *clean[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < table->column_count; i++)
        clean[i] = table_clean(cells[i]);
    if (!table->kept)
        row_write(table, clean);
    for (size_t i = 0; i < table->column_count; i++) {
        if (!table->kept) {
            g_free(clean[i]);
            continue;
        }
        size_t width = table_width(clean[i]);
        if (width > table->widths[i])
            table->widths[i] = width;
        g_ptr_array_add(table->kept, clean[i]);
    }
}

void table_flush(struct table *table)
{
    if (!table->kept)
        return;
    for (size_t i = 0; i < table->kept->len; i += table->column_count)
        row_write(table, (char *const *)&table->kept->pdata[i]);
    g_ptr_array_free(table->kept, TRUE);
    table->kept = NULL;
}

void table_destroy(struct table *table)
{
    table_flush(table);
    g_free(table);
}
