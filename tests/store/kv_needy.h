/* kv_needy: an engine for tests that behaves like one across a network. It wraps LMDB; in each
 * snapshot the first get of a key, and the first scan of a range, answers STORE_NEED until fetched.
 *
 * Goes into store_options.engine_open. Counters say that the path was really taken. */
#ifndef BECKON_TESTS_STORE_KV_NEEDY_H
#define BECKON_TESTS_STORE_KV_NEEDY_H

#include <stddef.h>
#include <stdint.h>

#include "store/kv.h"

/* Opens LMDB in the folder `path` and wraps it. As store_options.engine_open. */
enum store_result kv_needy_open(const char *path, const uint8_t *checksum_key,
                                struct kv **ret_kv);
/* Wraps *kv in place. */
void kv_needy_wrap(struct kv **kv);

/* STORE_NEED answered and fetches made, by all needy engines of the process. */
size_t kv_needy_need_count(void);
size_t kv_needy_fetch_count(void);

#endif
