#include "store/manifest.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "store/key_slots.h"
#include "store/store_inner.h"

enum { LINE_BYTES_MAX = 256, FIRST_ROOM_BYTES = 4096, HEX_BYTES = 2 * HASH_BYTES + 1 };

static void __attribute__((format(printf, 2, 3)))
add_line(struct manifest *manifest, const char *format, ...)
{
    char line[LINE_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    assert(size > 0 && (size_t)size < sizeof line);
    size_t wanted = manifest->size + (size_t)size + 1;
    if (wanted > manifest->room && !manifest->full) {
        size_t room = manifest->room > 0 ? 2 * manifest->room : FIRST_ROOM_BYTES;
        char *grown = wanted <= MANIFEST_BYTES_MAX ? realloc(manifest->text, room) : NULL;
        if (grown == NULL) {
            manifest->full = true;
        } else {
            manifest->text = grown;
            manifest->room = room;
        }
    }
    if (!manifest->full) {
        memcpy(manifest->text + manifest->size, line, (size_t)size + 1);
        manifest->size += (size_t)size;
    }
}

void manifest_begin(struct manifest *manifest, const uint8_t id[STORE_ID_BYTES])
{
    char hex[2 * STORE_ID_BYTES + 1];
    *manifest = (struct manifest){0};
    sodium_bin2hex(hex, sizeof hex, id, STORE_ID_BYTES);
    add_line(manifest, "beckon-backup 1\nschema %d\nstore %s\n", STORE_SCHEMA_VERSION, hex);
}

void manifest_add(struct manifest *manifest, const struct manifest_file *file)
{
    char hex[HEX_BYTES];
    sodium_bin2hex(hex, sizeof hex, file->hash, sizeof file->hash);
    add_line(manifest, "file %s %" PRIu64 " %s\n", file->name, file->size, hex);
}

void manifest_add_wrapping(struct manifest *manifest, uint32_t generation)
{
    add_line(manifest, "wrapping %" PRIu32 "\n", generation);
}

enum store_result manifest_end(struct manifest *manifest)
{
    if (manifest->full) {
        return STORE_FULL;
    }
    uint8_t hash[HASH_BYTES];
    char hex[HEX_BYTES];
    store_digest((struct bytes){(const uint8_t *)manifest->text, manifest->size}, hash);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    add_line(manifest, "end %s\n", hex);
    return manifest->full ? STORE_FULL : STORE_OK;
}

void manifest_free(struct manifest *manifest)
{
    free(manifest->text);
    *manifest = (struct manifest){0};
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool skip(const char **at, const char *text)
{
    size_t size = strlen(text);
    if (strncmp(*at, text, size) != 0) {
        return false;
    }
    *at += size;
    return true;
}

static bool read_number(const char **at, uint64_t *ret_number)
{
    char *end;
    if (**at < '0' || **at > '9') {
        return false;
    }
    errno = 0;
    unsigned long long number = strtoull(*at, &end, 10);
    if (errno != 0) {
        return false;
    }
    *at = end;
    *ret_number = number;
    return true;
}

static bool read_hash(const char **at, uint8_t ret_hash[HASH_BYTES])
{
    size_t size;
    const char *end;
    if (strnlen(*at, HEX_BYTES) < HEX_BYTES - 1 ||
        sodium_hex2bin(ret_hash, HASH_BYTES, *at, HEX_BYTES - 1, NULL, &size, &end) != 0 ||
        size != HASH_BYTES) {
        return false;
    }
    *at += HEX_BYTES - 1;
    return true;
}

enum store_result manifest_read(const char *text, struct manifest_reader *ret_reader,
                                unsigned *ret_schema)
{
    const char *at = text;
    uint64_t schema;
    if (!skip(&at, "beckon-backup 1\nschema ") || !read_number(&at, &schema) ||
        schema > UINT32_MAX || !skip(&at, "\nstore ")) {
        return STORE_DAMAGED;
    }
    size_t id_size = strspn(at, "0123456789abcdef");
    at += id_size;
    const char *end = strstr(text, "\nend ");
    if (id_size != 2 * STORE_ID_BYTES || !skip(&at, "\n") || end == NULL) {
        return STORE_DAMAGED;
    }
    end++; /* the line feed belongs to what is hashed */
    uint8_t hash[HASH_BYTES], found[HASH_BYTES];
    store_digest((struct bytes){(const uint8_t *)text, (size_t)(end - text)}, hash);
    if (!skip(&end, "end ") || !read_hash(&end, found) ||
        memcmp(hash, found, sizeof hash) != 0 || strcmp(end, "\n") != 0) {
        return STORE_DAMAGED;
    }
    *ret_schema = (unsigned)schema;
    ret_reader->at = at;
    return STORE_OK;
}

/* Nothing but these: a name is used as a path. */
static bool name_is_known(const char *name)
{
    const char *rest = name;
    uint32_t merchant;
    enum party_kind kind;
    return strcmp(name, STORE_ENGINE_FILE) == 0 ||
           (skip(&rest, STORE_KEYS_NAME "/") && key_slots_file(rest, &merchant, &kind));
}

enum store_result manifest_next(struct manifest_reader *reader, struct manifest_file *ret_file)
{
    struct manifest_file file = {0};
    const char *at = reader->at;
    if (skip(&at, "end ") || skip(&at, "wrapping ")) {
        return STORE_ABSENT;
    }
    if (!skip(&at, "file ")) {
        return STORE_DAMAGED;
    }
    size_t size = strcspn(at, " \n");
    if (size >= sizeof file.name) {
        return STORE_DAMAGED;
    }
    memcpy(file.name, at, size);
    at += size;
    if (!name_is_known(file.name) || !skip(&at, " ") || !read_number(&at, &file.size) ||
        !skip(&at, " ") || !read_hash(&at, file.hash) || !skip(&at, "\n")) {
        return STORE_DAMAGED;
    }
    reader->at = at;
    *ret_file = file;
    return STORE_OK;
}

enum store_result manifest_next_wrapping(struct manifest_reader *reader, uint32_t *ret_generation)
{
    const char *at = reader->at;
    uint64_t generation;
    if (skip(&at, "end ")) {
        return STORE_ABSENT;
    }
    if (!skip(&at, "wrapping ") || !read_number(&at, &generation) || generation > UINT32_MAX ||
        !skip(&at, "\n")) {
        return STORE_DAMAGED;
    }
    reader->at = at;
    *ret_generation = (uint32_t)generation;
    return STORE_OK;
}
