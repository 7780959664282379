/* beckond's settings file: taken whole, or refused with a sentence that says where. */
#include <string.h>

#include "service/main_options.h"
#include "service/settings/settings_inner.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct settings_program *program = options_program();
    struct options values;
    struct settings_texts texts = {0};
    struct settings_origins origins = {0};
    struct settings_error error = {""};
    memset(&values, 0, sizeof values);
    struct settings_reading reading = {.program = program, .values = (unsigned char *)&values,
                                       .texts = &texts, .origins = &origins, .error = &error};
    bool taken = settings_parse(&reading, "/etc/beckon/beckond.conf", (const char *)data, size);
    FUZZ_HOLDS(taken == (error.text[0] == '\0'));
    FUZZ_HOLDS(memchr(error.text, '\0', sizeof error.text) != NULL);
    settings_free(&texts);
    return 0;
}
