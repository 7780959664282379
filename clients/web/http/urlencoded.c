#include "clients/web/http/urlencoded.h"

#include <glib.h>
#include <string.h>

enum text_kind { TEXT_ONE_LINE, TEXT_LINES };

/* UTF-8, and no control character but, in TEXT_LINES, newline and tab. */
static bool is_text(const char *text, size_t size, enum text_kind kind)
{
    if (!g_utf8_validate_len(text, size, NULL)) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool lines = kind == TEXT_LINES && (byte == '\n' || byte == '\t');
        if ((byte < 0x20 && !lines) || byte == 0x7f) {
            return false;
        }
        /* U+0080 to U+009F are controls too: c2 80 to c2 9f. */
        if (byte == 0xc2 && (unsigned char)text[i + 1] < 0xa0) {
            return false;
        }
    }
    return true;
}

/* Undoes %XX, and '+' where it is a space; the result is never longer. */
static bool decode(char *text, size_t size, bool plus, size_t *ret_size)
{
    size_t end = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '%') {
            bool whole = size - i > 2;
            int high = whole ? g_ascii_xdigit_value(text[i + 1]) : -1;
            int low = whole ? g_ascii_xdigit_value(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            text[end++] = (char)(high << 4 | low);
            i += 2;
        } else {
            text[end++] = plus && text[i] == '+' ? ' ' : text[i];
        }
    }
    *ret_size = end;
    return true;
}

/* Browsers send line ends of a text area as "\r\n"; a lone "\r" is one too. */
static size_t join_line_ends(char *text, size_t size)
{
    size_t end = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n') {
            continue;
        }
        text[end++] = text[i] == '\r' ? '\n' : text[i];
    }
    return end;
}

/* One "name=value" of `size` bytes; both ends are terminated in place. */
static bool split_pair(char *pair, size_t size, struct field *ret_field)
{
    char *equals = memchr(pair, '=', size);
    char *value = equals == NULL ? pair + size : equals + 1;
    size_t name_size = equals == NULL ? size : (size_t)(equals - pair);
    size_t value_size = (size_t)(pair + size - value);
    if (!decode(pair, name_size, true, &name_size)
        || !decode(value, value_size, true, &value_size)) {
        return false;
    }
    value_size = join_line_ends(value, value_size);
    if (name_size == 0 || !is_text(pair, name_size, TEXT_ONE_LINE)
        || !is_text(value, value_size, TEXT_LINES)) {
        return false;
    }
    pair[name_size] = '\0';
    value[value_size] = '\0';
    *ret_field = (struct field){ .name = pair, .value = value };
    return true;
}

static bool is_there(const struct fields *fields, const char *name)
{
    for (unsigned i = 0; i < fields->count; i++) {
        if (strcmp(fields->list[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

bool urlencoded_fields(char *text, size_t size, enum urlencoded_kind kind,
                       struct fields *ret_fields)
{
    struct fields fields = { 0 };
    char *end = text + size;
    for (char *pair = text, *next; pair < end; pair = next) {
        char *ampersand = memchr(pair, '&', (size_t)(end - pair));
        char *pair_end = ampersand == NULL ? end : ampersand;
        next = pair_end + 1;
        if (pair_end == pair) {
            continue;
        }
        struct field field;
        if (!split_pair(pair, (size_t)(pair_end - pair), &field)) {
            return false;
        }
        if (is_there(&fields, field.name)) {
            if (kind == URLENCODED_FORM) {
                return false;
            }
            continue;
        }
        if (fields.count == EXCHANGE_FIELDS_MAX) {
            return false;
        }
        fields.list[fields.count++] = field;
    }
    *ret_fields = fields;
    return true;
}

bool urlencoded_path(char *text, size_t size)
{
    if (!decode(text, size, false, &size) || !is_text(text, size, TEXT_ONE_LINE)) {
        return false;
    }
    text[size] = '\0';
    return true;
}

bool urlencoded_plain(const char *text, size_t size)
{
    return is_text(text, size, TEXT_ONE_LINE);
}

const char *fields_get(const struct fields *fields, const char *name)
{
    for (unsigned i = 0; i < fields->count; i++) {
        if (strcmp(fields->list[i].name, name) == 0) {
            return fields->list[i].value;
        }
    }
    return "";
}
