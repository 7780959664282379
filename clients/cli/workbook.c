/* Happy path: zip -> shared strings, if any -> first sheet -> cells by their addresses. */
#include "clients/cli/workbook.h"

#include <string.h>

#define FIRST_SHEET "xl/worksheets/sheet1.xml"
#define SHARED_STRINGS "xl/sharedStrings.xml"

/* Cells stand one behind the other; a row is where its first one is. */
struct stored {
    unsigned column;
    bool number;
    size_t text; /* offset in `texts` */
};

struct workbook {
    GString *texts;   /* each terminated */
    GArray *cells;    /* struct stored */
    GArray *rows;     /* size_t: index of the row's first cell */
    GArray *shared;   /* size_t: offsets of shared strings in `texts` */
};

/* ---- reading --------------------------------------------------------------------------------- */

struct reading {
    struct workbook *workbook;
    GString *text;         /* of the cell or string at hand */
    bool in_text;          /* between <t> or <v> and their end */
    bool phonetic;         /* within <rPh>: how it is spoken, not what it says */
    unsigned column;
    enum { KIND_NUMBER, KIND_TEXT, KIND_SHARED } kind;
};

static const char *attribute(const gchar **names, const gchar **values, const char *wanted)
{
    for (size_t i = 0; names[i]; i++)
        if (strcmp(names[i], wanted) == 0)
            return values[i];
    return NULL;
}

/* "AB12": column 27. WORKBOOK_COLUMNS_MAX and above: further than anybody compares. */
static unsigned column_of(const char *address)
{
    unsigned column = 0;
    for (; address && *address >= 'A' && *address <= 'Z' && column < 10000; address++)
        column = column * 26 + (unsigned)(*address - 'A' + 1);
    return column == 0 ? WORKBOOK_COLUMNS_MAX : column - 1;
}

static size_t keep(struct workbook *workbook, const GString *text)
{
    size_t at = workbook->texts->len;
    g_string_append_len(workbook->texts, text->str, (gssize)strlen(text->str));
    g_string_append_c(workbook->texts, '\0');
    return at;
}

static void cell_begin(struct reading *reading, const gchar **names, const gchar **values)
{
    const char *type = attribute(names, values, "t"), *address = attribute(names, values, "r");
    reading->column = column_of(address);
    reading->kind = KIND_NUMBER;
    if (type && strcmp(type, "s") == 0)
        reading->kind = KIND_SHARED;
    else if (type && strcmp(type, "n") != 0)
        reading->kind = KIND_TEXT;
    g_string_truncate(reading->text, 0);
}

static void cell_end(struct reading *reading)
{
    struct workbook *workbook = reading->workbook;
    struct stored cell = {.column = reading->column, .number = reading->kind == KIND_NUMBER};
    if (reading->text->len == 0 || reading->column >= WORKBOOK_COLUMNS_MAX ||
        workbook->rows->len == 0)
        return;
    if (reading->kind == KIND_SHARED) {
        guint64 index = g_ascii_strtoull(reading->text->str, NULL, 10);
        if (index >= workbook->shared->len)
            return;
        cell.text = g_array_index(workbook->shared, size_t, index);
    } else {
        cell.text = keep(workbook, reading->text);
    }
    g_array_append_val(workbook->cells, cell);
}

static void begin(GMarkupParseContext *context, const gchar *element, const gchar **names,
                  const gchar **values, gpointer data, GError **error)
{
    struct reading *reading = data;
    (void)context, (void)error;
    if (strcmp(element, "row") == 0) {
        size_t first = reading->workbook->cells->len;
        g_array_append_val(reading->workbook->rows, first);
    } else if (strcmp(element, "c") == 0) {
        cell_begin(reading, names, values);
    } else if (strcmp(element, "si") == 0) {
        g_string_truncate(reading->text, 0);
    } else if (strcmp(element, "rPh") == 0) {
        reading->phonetic = true;
    } else if (strcmp(element, "t") == 0 || strcmp(element, "v") == 0) {
        reading->in_text = !reading->phonetic;
    }
}

static void end(GMarkupParseContext *context, const gchar *element, gpointer data, GError **error)
{
    struct reading *reading = data;
    (void)context, (void)error;
    if (strcmp(element, "c") == 0) {
        cell_end(reading);
    } else if (strcmp(element, "si") == 0) {
        size_t at = keep(reading->workbook, reading->text);
        g_array_append_val(reading->workbook->shared, at);
    } else if (strcmp(element, "rPh") == 0) {
        reading->phonetic = false;
    } else if (strcmp(element, "t") == 0 || strcmp(element, "v") == 0) {
        reading->in_text = false;
    }
}

static void characters(GMarkupParseContext *context, const gchar *text, gsize size, gpointer data,
                       GError **error)
{
    struct reading *reading = data;
    (void)context, (void)error;
    if (reading->in_text)
        g_string_append_len(reading->text, text, (gssize)size);
}

static bool parse(struct workbook *workbook, const char *xml, size_t size, GString *error)
{
    static const GMarkupParser PARSER = {.start_element = begin, .end_element = end,
                                         .text = characters};
    struct reading reading = {.workbook = workbook, .text = g_string_new(NULL)};
    g_autoptr(GError) reason = NULL;
    GMarkupParseContext *context =
        g_markup_parse_context_new(&PARSER, G_MARKUP_TREAT_CDATA_AS_TEXT, &reading, NULL);
    bool good = g_markup_parse_context_parse(context, xml, (gssize)size, &reason) &&
                g_markup_parse_context_end_parse(context, &reason);
    if (!good)
        g_string_assign(error, reason->message);
    g_markup_parse_context_free(context);
    g_string_free(reading.text, TRUE);
    return good;
}

/* ---- the workbook ---------------------------------------------------------------------------- */

struct workbook *workbook_read(const void *data, size_t size, GString *error)
{
    size_t sheet_size, shared_size;
    g_autofree char *sheet = zip_file(data, size, FIRST_SHEET, &sheet_size);
    g_autofree char *shared = zip_file(data, size, SHARED_STRINGS, &shared_size);
    if (!sheet) {
        g_string_assign(error, "it has no first sheet, or is damaged");
        return NULL;
    }
    struct workbook *workbook = g_new0(struct workbook, 1);
    workbook->texts = g_string_new(NULL);
    workbook->cells = g_array_new(FALSE, FALSE, sizeof(struct stored));
    workbook->rows = g_array_new(FALSE, FALSE, sizeof(size_t));
    workbook->shared = g_array_new(FALSE, FALSE, sizeof(size_t));
    if ((!shared || parse(workbook, shared, shared_size, error)) &&
        parse(workbook, sheet, sheet_size, error))
        return workbook;
    workbook_free(workbook);
    return NULL;
}

size_t workbook_row_count(const struct workbook *workbook)
{
    return workbook->rows->len;
}

struct workbook_row workbook_row(const struct workbook *workbook, size_t index)
{
    struct workbook_row row = {0};
    size_t first = g_array_index(workbook->rows, size_t, index);
    size_t last = index + 1 < workbook->rows->len
                      ? g_array_index(workbook->rows, size_t, index + 1)
                      : workbook->cells->len;
    for (size_t i = first; i < last; i++) {
        const struct stored *cell = &g_array_index(workbook->cells, struct stored, i);
        row.cells[cell->column].text = workbook->texts->str + cell->text;
        row.cells[cell->column].number = cell->number;
    }
    return row;
}

void workbook_free(struct workbook *workbook)
{
    if (!workbook)
        return;
    g_string_free(workbook->texts, TRUE);
    g_array_free(workbook->cells, TRUE);
    g_array_free(workbook->rows, TRUE);
    g_array_free(workbook->shared, TRUE);
    g_free(workbook);
}
