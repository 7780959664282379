/* A program as a merchant writes it: read whole, or told where it is wrong. What was read is
 * written so that it reads as the same (defaults are left out: so the writing is compared). */
#include <string.h>

#include "clients/cli/charter.h"
#include "tests/fuzz/fuzz.h"

static char *written(const struct charter *charter, size_t *ret_size)
{
    GPtrArray *lines = charter_lines(charter->program, charter->currency);
    char *text = NULL;
    FILE *out = open_memstream(&text, ret_size);
    FUZZ_HOLDS(out != NULL);
    charter_print(out, lines);
    fclose(out);
    g_ptr_array_unref(lines);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    GString *errors = g_string_new(NULL);
    struct charter *charter = charter_read("f", (const char *)data, size, errors);
    FUZZ_HOLDS((charter == NULL) == (errors->len > 0));
    if (charter != NULL) {
        size_t first_size, second_size;
        char *first = written(charter, &first_size);
        struct charter *again = charter_read("g", first, first_size, errors);
        FUZZ_HOLDS(again != NULL);
        char *second = written(again, &second_size);
        FUZZ_HOLDS(first_size == second_size && memcmp(first, second, first_size) == 0);
        free(first);
        free(second);
        charter_free(again);
        charter_free(charter);
    }
    g_string_free(errors, TRUE);
    return 0;
}
