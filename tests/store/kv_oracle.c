#include "tests/store/kv_oracle.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/store/scratch.h"

struct oracle_version {
    uint64_t commit;
    bool deleted;
    struct oracle_value value;
};

struct oracle_entry {
    struct bytes key;
    struct oracle_version *versions; /* oldest first */
    size_t count, room;
};

struct kv_oracle {
    struct oracle_entry **entries; /* by key */
    size_t count, room;
};

/* ---- values --------------------------------------------------------------------------------- */

/* The bytes from `offset`, a multiple of eight, on. */
static void value_word(const struct oracle_value *value, size_t offset, uint8_t ret_word[8])
{
    uint64_t word = offset == 0 ? value->first : value->second;
    if (offset > 8) {
        uint64_t state = value->first ^ value->second << 1 ^ (uint64_t)offset << 40;
        word = scratch_random(&state);
    }
    bytes_put_u32(ret_word, (uint32_t)(word >> 32));
    bytes_put_u32(ret_word + 4, (uint32_t)word);
}

static size_t word_size(const struct oracle_value *value, size_t offset)
{
    return value->size - offset < 8 ? value->size - offset : 8;
}

void oracle_value_write(const struct oracle_value *value, uint8_t *to)
{
    uint8_t word[8];
    for (size_t offset = 0; offset < value->size; offset += 8) {
        value_word(value, offset, word);
        memcpy(to + offset, word, word_size(value, offset));
    }
}

bool oracle_value_is(const struct oracle_value *value, struct bytes found)
{
    uint8_t word[8];
    if (found.size != value->size) {
        return false;
    }
    for (size_t offset = 0; offset < value->size; offset += 8) {
        value_word(value, offset, word);
        if (memcmp(found.data + offset, word, word_size(value, offset)) != 0) {
            return false;
        }
    }
    return true;
}

/* ---- the map -------------------------------------------------------------------------------- */

/* `memory` with room for one more than `count` items, at least doubled when it grows. */
static void *room_for_one(void *memory, size_t count, size_t *room, size_t item_bytes)
{
    if (count < *room) {
        return memory;
    }
    *room = *room == 0 ? 4 : 2 * *room;
    void *grown = realloc(memory, *room * item_bytes);
    if (grown == NULL) {
        abort();
    }
    return grown;
}

struct kv_oracle *kv_oracle_new(void)
{
    struct kv_oracle *oracle = calloc(1, sizeof *oracle);
    if (oracle == NULL) {
        abort();
    }
    return oracle;
}

void kv_oracle_destroy(struct kv_oracle *oracle)
{
    for (size_t i = 0; i < oracle->count; i++) {
        free((void *)(uintptr_t)oracle->entries[i]->key.data);
        free(oracle->entries[i]->versions);
        free(oracle->entries[i]);
    }
    free(oracle->entries);
    free(oracle);
}

/* The index of the first key >= `key`. */
static size_t index_of(const struct kv_oracle *oracle, struct bytes key)
{
    size_t low = 0, high = oracle->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (bytes_compare(oracle->entries[middle]->key, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct oracle_entry *entry_new(struct bytes key)
{
    struct oracle_entry *entry = calloc(1, sizeof *entry);
    uint8_t *copy = malloc(key.size);
    if (entry == NULL || copy == NULL) {
        abort();
    }
    memcpy(copy, key.data, key.size);
    entry->key = (struct bytes){copy, key.size};
    return entry;
}

void kv_oracle_put(struct kv_oracle *oracle, uint64_t commit, struct bytes key,
                   const struct oracle_value *value)
{
    size_t index = index_of(oracle, key);
    if (index == oracle->count || bytes_compare(oracle->entries[index]->key, key) != 0) {
        oracle->entries = room_for_one(oracle->entries, oracle->count, &oracle->room,
                                       sizeof oracle->entries[0]);
        memmove(oracle->entries + index + 1, oracle->entries + index,
                (oracle->count - index) * sizeof oracle->entries[0]);
        oracle->entries[index] = entry_new(key);
        oracle->count++;
    }
    struct oracle_entry *entry = oracle->entries[index];
    assert(entry->count == 0 || entry->versions[entry->count - 1].commit < commit);
    entry->versions = room_for_one(entry->versions, entry->count, &entry->room,
                                   sizeof entry->versions[0]);
    entry->versions[entry->count++] = (struct oracle_version){
        .commit = commit,
        .deleted = value == NULL,
        .value = value == NULL ? (struct oracle_value){0} : *value,
    };
}

/* The newest version that is not newer than `commit`; NULL when there is none or it deleted. */
static const struct oracle_value *value_at(const struct oracle_entry *entry, uint64_t commit)
{
    size_t low = 0, high = entry->count; /* versions before `low` are <= commit */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (entry->versions[middle].commit <= commit) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 || entry->versions[low - 1].deleted ? NULL : &entry->versions[low - 1].value;
}

const struct oracle_value *kv_oracle_get(const struct kv_oracle *oracle, uint64_t commit,
                                         struct bytes key)
{
    size_t index = index_of(oracle, key);
    if (index == oracle->count || bytes_compare(oracle->entries[index]->key, key) != 0) {
        return NULL;
    }
    return value_at(oracle->entries[index], commit);
}

const struct oracle_value *kv_oracle_find(const struct kv_oracle *oracle, uint64_t commit,
                                          struct bytes from, struct bytes to, bool reverse,
                                          struct bytes *ret_key)
{
    size_t low = index_of(oracle, from), high = index_of(oracle, to);
    while (low < high) {
        const struct oracle_entry *entry = oracle->entries[reverse ? --high : low++];
        const struct oracle_value *value = value_at(entry, commit);
        if (value != NULL) {
            *ret_key = entry->key;
            return value;
        }
    }
    return NULL;
}
