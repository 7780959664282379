/* How fast a generation is drained: so that a commit's share costs the same wherever in key order
 * the drain is. Where keys lie scattered over the tree, each takes a page of its own along; where
 * they are appended, hundreds share one. Drains are alike, so the last one says what each part of
 * the next will cost. Pure; one thread. */
#ifndef BECKON_STORE_KV_LMDB_PACE_H
#define BECKON_STORE_KV_LMDB_PACE_H

#include <stdint.h>

enum { LMDB_PACE_PARTS = 64 };

/* cost[i]: of the first i/LMDB_PACE_PARTS of a drain's keys; ascending. In keys. */
struct lmdb_pace {
    uint64_t cost[LMDB_PACE_PARTS + 1];
};

/* Where nothing is known: each key costs the same. */
void lmdb_pace_even(struct lmdb_pace *pace);

/* A drain of `key_count` keys went from `keys` and `cost` on to `keys_after` and `cost_after`; each
 * key costs 1 at least. The first call begins with 0, 0, the last ends with key_count; then `pace`
 * is whole, if there were LMDB_PACE_PARTS keys at least. */
void lmdb_pace_note(struct lmdb_pace *pace, uint64_t key_count, uint64_t keys, uint64_t cost,
                    uint64_t keys_after, uint64_t cost_after);

/* How many of `key_count` keys cost part/whole of all? All of them from 1 on. */
uint64_t lmdb_pace_keys(const struct lmdb_pace *pace, uint64_t key_count, uint64_t part,
                        uint64_t whole);

#endif
