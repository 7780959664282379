/* Random keys and write sets for the model tests of kv.h. Write set number n is made of the seed,
 * n and what the oracle holds, of nothing else: whoever knows which ones were committed can make
 * the whole store again, even when the process that committed them is dead.
 *
 * There are some thousand keys, so that each is put, deleted and put again: keys at both ends, long
 * ones that differ in their last byte, ones that begin others, ones like the tables'; a few hot
 * ones are drawn all the time. One thread; running out of memory aborts. */
#ifndef BECKON_TESTS_STORE_KV_DRAW_H
#define BECKON_TESTS_STORE_KV_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "store/kv.h"
#include "tests/store/kv_oracle.h"

enum { DRAW_CHECK_MAX = 2 };

struct kv_draw {
    uint64_t seed;
    size_t bytes_max; /* of one write set: keys, values and some bytes for each */
    struct kv_draw_keys *keys;
    /* The write set drawn last, valid until the next. */
    struct kv_write *writes;
    struct oracle_value *values; /* of each write that puts */
    size_t write_count;
    struct kv_fence_check checks[DRAW_CHECK_MAX];
    size_t check_count;
    enum store_result result; /* what its commit must answer */
    uint8_t *bytes;
};

struct kv_draw *kv_draw_new(uint64_t seed, size_t bytes_max);
void kv_draw_destroy(struct kv_draw *draw);

/* Draws write set `number`. `commit`: the last one the oracle knows. */
void kv_draw_batch(struct kv_draw *draw, const struct kv_oracle *oracle, uint64_t commit,
                   uint64_t number);
/* Tells the oracle that it was committed as number `commit`. False: it changed nothing, since it
 * only deleted what was not there. */
bool kv_draw_apply(const struct kv_draw *draw, struct kv_oracle *oracle, uint64_t commit);

/* Any key, there or not, seldom one that can't be; lives as long as the draw. */
struct bytes kv_draw_key(const struct kv_draw *draw, uint64_t *random);
/* The bound of a scan: a key, something beside one, or an end. */
struct bytes kv_draw_bound(const struct kv_draw *draw, uint64_t *random,
                           uint8_t to[KV_KEY_BYTES_MAX]);

#endif
