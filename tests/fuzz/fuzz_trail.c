/* A line of an exported audit trail, which somebody else may hold: what a hash is made of says one
 * thing in one way only. The input: a column, a place in its text, what is written there; then the
 * columns, each ended by a newline. A line that was changed has another hash or none. */
#include <string.h>

#include "clients/cli/audit_file.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD_BYTES = 3, TEXT_BYTES_MAX = 300 };

/* The columns, "" where the input has no more; NUL ends one, too. */
static void read_row(const uint8_t *data, size_t size, struct audit_row *ret_row)
{
    for (size_t i = 0; i < AUDIT_COLUMN_COUNT; i++) {
        const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
        size_t taken = end != NULL ? (size_t)(end - data) : size;
        ret_row->texts[i] = g_strndup((const char *)data, taken);
        taken += end != NULL ? 1 : 0;
        data += taken;
        size -= taken;
    }
}

/* Writes, appends or cuts; false: the text is as it was. */
static bool change(char **text, uint8_t place, uint8_t symbol)
{
    size_t size = strlen(*text), at = place % (size + 1);
    g_autofree char *before = g_strdup(*text);
    GString *changed = g_string_new(*text);
    if (at == size && symbol != 0)
        g_string_append_c(changed, (char)symbol);
    else if (at < size && symbol != 0)
        changed->str[at] = (char)symbol;
    else
        g_string_truncate(changed, at);
    g_free(*text);
    *text = g_string_free(changed, FALSE);
    return strcmp(*text, before) != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct audit_row row;
    char first[AUDIT_HASH_DIGITS + 1], second[AUDIT_HASH_DIGITS + 1];
    if (size < HEAD_BYTES || size > HEAD_BYTES + AUDIT_COLUMN_COUNT * TEXT_BYTES_MAX)
        return 0;
    GString *error = g_string_new(NULL);
    read_row(data + HEAD_BYTES, size - HEAD_BYTES, &row);
    bool good = audit_row_hash(&row, first, error);
    FUZZ_HOLDS(good == (error->len == 0));
    int column = data[0] % AUDIT_HASH; /* the hash itself is not in it */
    if (good && change(&row.texts[column], data[1], data[2])
        && audit_row_hash(&row, second, error))
        FUZZ_HOLDS(strcmp(first, second) != 0);
    audit_row_clear(&row);
    g_string_free(error, TRUE);
    return 0;
}
