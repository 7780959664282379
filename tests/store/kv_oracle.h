/* What kv.h promises, kept the plainest way: a sorted array of keys, each with every version it
 * ever had. Commits are numbered 1, 2, 3 ... by whoever keeps it; 0 is the empty store.
 *
 * Values are not kept but named: two numbers and a size, from which their bytes are made again, so
 * that a million large ones fit into memory. One thread; running out of memory aborts. */
#ifndef BECKON_TESTS_STORE_KV_ORACLE_H
#define BECKON_TESTS_STORE_KV_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/bytes.h"

/* The value's bytes: `first` and `second` big-endian, which is what a fence begins with, and then
 * noise made of both; cut off at `size`. */
struct oracle_value {
    uint64_t first, second;
    uint32_t size;
};
void oracle_value_write(const struct oracle_value *value, uint8_t *to);
bool oracle_value_is(const struct oracle_value *value, struct bytes found);

struct kv_oracle;

struct kv_oracle *kv_oracle_new(void);
void kv_oracle_destroy(struct kv_oracle *oracle);

/* What commit number `commit` did to `key`, which is copied; NULL: it deleted it. Commits come in
 * order. */
void kv_oracle_put(struct kv_oracle *oracle, uint64_t commit, struct bytes key,
                   const struct oracle_value *value);
/* What a snapshot of `commit` must find, NULL: nothing. Lives until the next put. */
const struct oracle_value *kv_oracle_get(const struct kv_oracle *oracle, uint64_t commit,
                                         struct bytes key);
/* The first record in [from, to) that a snapshot of `commit` must find, or, with reverse, the last;
 * NULL: there is none. The key lives as long as the oracle. */
const struct oracle_value *kv_oracle_find(const struct kv_oracle *oracle, uint64_t commit,
                                          struct bytes from, struct bytes to, bool reverse,
                                          struct bytes *ret_key);

#endif
