#include "store/kv_lmdb_pace.h"

#include <assert.h>

/* Keys of the first `part` parts. */
static uint64_t keys_of(uint64_t key_count, uint64_t part)
{
    return key_count * part / LMDB_PACE_PARTS;
}

void lmdb_pace_even(struct lmdb_pace *pace)
{
    for (unsigned i = 0; i <= LMDB_PACE_PARTS; i++) {
        pace->cost[i] = i;
    }
}

void lmdb_pace_note(struct lmdb_pace *pace, uint64_t key_count, uint64_t keys, uint64_t cost,
                    uint64_t keys_after, uint64_t cost_after)
{
    assert(keys < keys_after && keys_after <= key_count && cost < cost_after);
    pace->cost[0] = 0;
    for (unsigned i = 1; i <= LMDB_PACE_PARTS; i++) {
        uint64_t at = keys_of(key_count, i);
        if (at > keys && at <= keys_after) {
            pace->cost[i] = cost + (cost_after - cost) * (at - keys) / (keys_after - keys);
        }
    }
}

uint64_t lmdb_pace_keys(const struct lmdb_pace *pace, uint64_t key_count, uint64_t part,
                        uint64_t whole)
{
    uint64_t total = pace->cost[LMDB_PACE_PARTS];
    assert(whole > 0 && total > 0);
    if (part >= whole) {
        return key_count;
    }
    uint64_t goal = total * part / whole;
    unsigned i = 0;
    while (pace->cost[i + 1] <= goal) {
        i++; /* ends: goal < total */
    }
    uint64_t first = keys_of(key_count, i), end = keys_of(key_count, i + 1);
    return first + (end - first) * (goal - pace->cost[i]) / (pace->cost[i + 1] - pace->cost[i]);
}
