/* One pass, a character at a time: START of a field, PLAIN, QUOTED, after a QUOTE in a quoted
 * one. */
#include "clients/message/csv.h"

#include <string.h>

#include <glib.h>

struct csv {
    FILE *in;
    uint64_t line, offset;      /* of the next character */
    GString *raw, *text;        /* text: the fields, each ended by NUL */
    size_t starts[CSV_FIELDS_MAX];
    size_t count;
    const char *error;
};

enum state { START, PLAIN, QUOTED, QUOTE };

struct csv *csv_new(FILE *in)
{
    struct csv *csv = g_new0(struct csv, 1);
    csv->in = in;
    csv->line = 1;
    csv->raw = g_string_sized_new(256);
    csv->text = g_string_sized_new(256);
    return csv;
}

void csv_destroy(struct csv *csv)
{
    g_string_free(csv->raw, TRUE);
    g_string_free(csv->text, TRUE);
    g_free(csv);
}

static int take(struct csv *csv)
{
    int c = getc_unlocked(csv->in);
    if (c != EOF)
        csv->offset++;
    if (c == '\n')
        csv->line++;
    return c;
}

static void field_begin(struct csv *csv)
{
    if (csv->count == CSV_FIELDS_MAX)
        csv->error = "The row has more than 64 fields.";
    else
        csv->starts[csv->count++] = csv->text->len;
}

/* Takes one character of a row; returns the next state. */
static enum state step(struct csv *csv, enum state state, char c)
{
    switch (state) {
    case START:
        if (c == '"')
            return QUOTED;
        /* fall through */
    case PLAIN:
        if (c == ',') {
            g_string_append_c(csv->text, '\0');
            field_begin(csv);
            return START;
        }
        if (c == '"')
            csv->error = "A quote stands inside a field that does not begin with one.";
        g_string_append_c(csv->text, c);
        return PLAIN;
    case QUOTED:
        if (c == '"')
            return QUOTE;
        g_string_append_c(csv->text, c);
        return QUOTED;
    default:
        if (c == ',')
            return step(csv, PLAIN, c);
        if (c != '"')
            csv->error = "Text follows a closing quote.";
        g_string_append_c(csv->text, c);
        return c == '"' ? QUOTED : PLAIN;
    }
}

/* Reads to the end of the row; EOF when not one character came. */
static int row_read(struct csv *csv)
{
    enum state state = START;
    int c;
    while ((c = take(csv)) != EOF) {
        if (c == '\n' && state != QUOTED)
            break;
        if (csv->raw->len == CSV_ROW_BYTES_MAX) {
            csv->error = "The row is longer than 64 KiB; is a quote not closed?";
            while (c != EOF && c != '\n')
                c = take(csv);
            return c;
        }
        g_string_append_c(csv->raw, (char)c);
        if (c == '\0')
            csv->error = "The row holds a NUL character.";
        if (c == '\r' && state != QUOTED) {
            int next = getc_unlocked(csv->in);
            if (next != EOF)
                ungetc(next, csv->in);
            if (next == '\n' || next == EOF) {
                g_string_truncate(csv->raw, csv->raw->len - 1);
                continue;
            }
        }
        state = step(csv, state, (char)c);
        if (csv->offset == 3 && csv->line == 1 && memcmp(csv->raw->str, "\xEF\xBB\xBF", 3) == 0) {
            g_string_truncate(csv->raw, 0);
            g_string_truncate(csv->text, 0);
            state = START;
        }
    }
    if (state == QUOTED)
        csv->error = "A quote is not closed.";
    return c == EOF && csv->raw->len == 0 ? EOF : 0;
}

enum csv_result csv_next(struct csv *csv, struct csv_row *ret_row)
{
    uint64_t line;
    do {
        line = csv->line;
        g_string_truncate(csv->raw, 0);
        g_string_truncate(csv->text, 0);
        csv->count = 0;
        csv->error = NULL;
        field_begin(csv);
        int end = row_read(csv);
        if (ferror(csv->in))
            return CSV_FAULT;
        if (end == EOF && csv->raw->len == 0)
            return CSV_END;
    } while (csv->raw->len == 0);
    if (!csv->error && !g_utf8_validate_len(csv->raw->str, csv->raw->len, NULL))
        csv->error = "The row is not UTF-8.";
    struct csv_row row = {.line = line,
                          .field_count = csv->count,
                          .raw = csv->raw->str,
                          .raw_size = csv->raw->len,
                          .error = csv->error,
                          .end_line = csv->line,
                          .end_offset = csv->offset};
    for (size_t i = 0; i < csv->count; i++)
        row.fields[i] = csv->text->str + csv->starts[i];
    *ret_row = row;
    return csv->error ? CSV_BAD : CSV_ROW;
}

bool csv_seek(struct csv *csv, uint64_t line, uint64_t offset)
{
    if (fseeko(csv->in, (off_t)offset, SEEK_SET) != 0)
        return false;
    csv->line = line;
    csv->offset = offset;
    return true;
}

void csv_write_field(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}
