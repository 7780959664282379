/* RFC 4180 with CRLF and a byte order mark. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "service/export/export_inner.h"
#include "service/rules/currency.h"

static const char BYTE_ORDER_MARK[] = "\xef\xbb\xbf";

static void flush(struct export_csv *csv)
{
    crypto_hash_sha256_update(&csv->hash, (const unsigned char *)csv->buffer, csv->size);
    csv->bytes += csv->size;
    if (csv->sink != NULL && !csv->gone && csv->size > 0)
        csv->gone = !csv->sink->write(csv->sink->context, csv->buffer, csv->size);
    csv->size = 0;
}

static void put(struct export_csv *csv, const char *text, size_t size)
{
    assert(size <= sizeof csv->buffer);
    if (size > sizeof csv->buffer - csv->size) flush(csv);
    memcpy(csv->buffer + csv->size, text, size);
    csv->size += size;
}

void csv_begin(struct export_csv *csv, const struct export_sink *sink, const char *currency)
{
    csv->sink = sink;
    csv->bytes = 0;
    csv->gone = false;
    csv->size = 0;
    csv->decimals = currency_decimals(currency);
    crypto_hash_sha256_init(&csv->hash);
    put(csv, BYTE_ORDER_MARK, sizeof BYTE_ORDER_MARK - 1);
}

/* Would a spreadsheet take a cell that begins so for a formula? OWASP's list, with the full-width
 * forms that some take for the same; an apostrophe before it is what OWASP advises. */
static bool begins_formula(const char *text)
{
    static const char *const WIDE[] = {"＝", "＋", "－", "＠"};

    if (text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL) return true;
    for (size_t i = 0; i < sizeof WIDE / sizeof WIDE[0]; i++)
        if (strncmp(text, WIDE[i], strlen(WIDE[i])) == 0) return true;
    return false;
}

/* Quotes also around what other separators would cut (a semicolon, a TAB): a name must not begin a
 * cell of its own where the reader guesses. */
static bool wants_quotes(const char *text, size_t size)
{
    return strpbrk(text, ",;\"\t\r\n") != NULL ||
           (size > 0 && (text[0] == ' ' || text[size - 1] == ' '));
}

void csv_text(struct export_csv *csv, const char *text, bool first)
{
    size_t size = strlen(text);
    bool quoted = wants_quotes(text, size);

    if (!first) put(csv, ",", 1);
    if (quoted) put(csv, "\"", 1);
    if (begins_formula(text)) put(csv, "'", 1);
    for (const char *at = text; at < text + size;) {
        size_t plain = strcspn(at, "\"");
        put(csv, at, plain);
        at += plain;
        if (*at == '"') {
            put(csv, "\"\"", 2);
            at++;
        }
    }
    if (quoted) put(csv, "\"", 1);
}

void csv_cell(struct export_csv *csv, const struct export_cell *cell, bool first)
{
    char number[CURRENCY_TEXT_BYTES];

    if (cell->kind == CELL_TEXT) {
        csv_text(csv, cell->text, first);
        return;
    }
    if (!first) put(csv, ",", 1);
    currency_write(cell->value, cell->kind == CELL_AMOUNT ? csv->decimals : 0, number);
    put(csv, number, strlen(number));
}

void csv_line_end(struct export_csv *csv)
{
    put(csv, "\r\n", 2);
}

enum export_result csv_end(struct export_csv *csv, uint8_t ret_sha256[EXPORT_SHA256_BYTES])
{
    flush(csv);
    if (csv->gone) return EXPORT_GONE;
    crypto_hash_sha256_final(&csv->hash, ret_sha256);
    return EXPORT_OK;
}
