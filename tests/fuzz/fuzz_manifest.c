/* The MANIFEST of a backup, which may come from elsewhere: read whole or refused, and what it names
 * are files of a backup, by no path out of its folder. With its first byte odd the input gets the
 * last line that fits it. What was read is written, and read again as it was. */
#include <inttypes.h>
#include <string.h>

#include <sodium.h>

#include "store/manifest.h"
#include "tests/fuzz/fuzz.h"

enum { FILES_MAX = 64 };

struct found {
    unsigned schema;
    struct manifest_file files[FILES_MAX];
    size_t file_count;
    uint32_t wrapping;  /* the last one; 0: none */
};

static void check_name(const char *name)
{
    FUZZ_HOLDS(memchr(name, '\0', MANIFEST_NAME_BYTES) != NULL);
    FUZZ_HOLDS(name[0] != '/' && name[0] != '\0' && strstr(name, "..") == NULL);
    FUZZ_HOLDS(strchr(name, '/') != NULL && strchr(name, '/') == strrchr(name, '/'));
}

/* True: all of it could be read. */
static bool read_all(const char *text, struct found *ret)
{
    struct manifest_reader reader;
    struct manifest_file file;
    enum store_result result = manifest_read(text, &reader, &ret->schema);
    ret->file_count = 0;
    ret->wrapping = 0;
    FUZZ_HOLDS(result == STORE_OK || result == STORE_DAMAGED);
    if (result != STORE_OK)
        return false;
    while ((result = manifest_next(&reader, &file)) == STORE_OK) {
        check_name(file.name);
        if (ret->file_count == FILES_MAX)
            return false;
        ret->files[ret->file_count++] = file;
    }
    FUZZ_HOLDS(result == STORE_ABSENT || result == STORE_DAMAGED);
    if (result == STORE_ABSENT)
        do
            result = manifest_next_wrapping(&reader, &ret->wrapping);
        while (result == STORE_OK);
    FUZZ_HOLDS(result == STORE_ABSENT || result == STORE_DAMAGED);
    return result == STORE_ABSENT;
}

static void try_again(const struct found *first)
{
    static const uint8_t ID[STORE_ID_BYTES] = {7};
    static struct found second;
    struct manifest manifest;
    manifest_begin(&manifest, ID);
    for (size_t i = 0; i < first->file_count; i++)
        manifest_add(&manifest, &first->files[i]);
    if (first->wrapping != 0)
        manifest_add_wrapping(&manifest, first->wrapping);
    FUZZ_HOLDS(manifest_end(&manifest) == STORE_OK);
    FUZZ_HOLDS(read_all(manifest.text, &second));
    FUZZ_HOLDS(second.file_count == first->file_count && second.wrapping == first->wrapping);
    for (size_t i = 0; i < first->file_count; i++)
        FUZZ_HOLDS(strcmp(first->files[i].name, second.files[i].name) == 0
                   && first->files[i].size == second.files[i].size
                   && memcmp(first->files[i].hash, second.files[i].hash, HASH_BYTES) == 0);
    manifest_free(&manifest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct found found;
    enum { END_BYTES = 4 + 2 * HASH_BYTES + 2 };
    uint8_t hash[HASH_BYTES];
    char hex[2 * HASH_BYTES + 1];
    if (size < 2 || sodium_init() < 0)
        return 0;
    size_t text_size = size - 1;
    char *text = malloc(text_size + END_BYTES);
    FUZZ_HOLDS(text != NULL);
    memcpy(text, data + 1, text_size);
    text[text_size] = '\0';
    if (data[0] & 1) {
        text_size = strlen(text);
        store_digest((struct bytes){(const uint8_t *)text, text_size}, hash);
        snprintf(text + text_size, END_BYTES, "end %s\n",
                 sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
    }
    if (read_all(text, &found))
        try_again(&found);
    free(text);
    return 0;
}
