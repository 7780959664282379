/* What a batch has read of its snapshot, by key. The commands of a batch ask for the same few
 * records again and again, the merchant, the till's token, the counters of a guide: they are looked
 * up, and their checksum checked, once a batch.
 *
 * A table of fixed size: a key that finds its place taken takes it over. Values are not copied:
 * they are the snapshot's, so the cache is cleared before the snapshot is closed or fetches anew.
 * What the batch wrote is not its business, the write set is asked first. Used by the writer's
 * thread only. */
#ifndef BECKON_STORE_READ_CACHE_H
#define BECKON_STORE_READ_CACHE_H

#include <stdbool.h>

#include "store/bytes.h"
#include "store/result.h"

struct read_cache;

/* Exits the process when there is no memory (start-up only). */
struct read_cache *read_cache_new(void);
void read_cache_destroy(struct read_cache *cache);
/* Forgets everything, without touching it. */
void read_cache_clear(struct read_cache *cache);

/* Was it read? *ret_result is then STORE_OK, with *ret_value, or STORE_ABSENT. */
bool read_cache_get(const struct read_cache *cache, struct bytes key,
                    enum store_result *ret_result, struct bytes *ret_value);
/* Takes what the snapshot answered; of other results and of long keys it takes nothing. */
void read_cache_put(struct read_cache *cache, struct bytes key, enum store_result result,
                    struct bytes value);

#endif
