#include "store/read_cache.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

/* A batch of 64 purchases reads some 600 records. Longer keys (receipts, phones) are seldom read
 * twice. */
enum { PLACES = 2048, KEY_BYTES = 24 };

struct place {
    uint64_t turn; /* when it was filled; of another turn it is empty */
    const uint8_t *value; /* NULL: there is no such record */
    uint32_t value_size;
    uint8_t key_size;
    uint8_t key[KEY_BYTES];
};

struct read_cache {
    uint64_t turn;
    struct place places[PLACES];
};

struct read_cache *read_cache_new(void)
{
    struct read_cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL) {
        abort(); /* start-up only, as the header says */
    }
    cache->turn = 1;
    return cache;
}

void read_cache_destroy(struct read_cache *cache)
{
    free(cache);
}

void read_cache_clear(struct read_cache *cache)
{
    cache->turn++;
}

bool read_cache_get(const struct read_cache *cache, struct bytes key,
                    enum store_result *ret_result, struct bytes *ret_value)
{
    const struct place *place = &cache->places[bytes_hash(key) % PLACES];
    if (place->turn != cache->turn || place->key_size != key.size ||
        memcmp(place->key, key.data, key.size) != 0) {
        return false;
    }
    *ret_result = place->value != NULL ? STORE_OK : STORE_ABSENT;
    *ret_value = (struct bytes){place->value, place->value_size};
    return true;
}

void read_cache_put(struct read_cache *cache, struct bytes key, enum store_result result,
                    struct bytes value)
{
    if (key.size > KEY_BYTES || (result != STORE_OK && result != STORE_ABSENT)) {
        return;
    }
    assert(result != STORE_OK || value.data != NULL);
    struct place *place = &cache->places[bytes_hash(key) % PLACES];
    place->turn = cache->turn;
    place->key_size = (uint8_t)key.size;
    memcpy(place->key, key.data, key.size);
    place->value = result == STORE_OK ? value.data : NULL;
    place->value_size = result == STORE_OK ? (uint32_t)value.size : 0;
}
