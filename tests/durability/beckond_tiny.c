/* beckond_tiny: a beckond whose write buffer has BECKON_TINY_BUFFER bytes, fewer than its settings
 * allow, so that a short load swaps, drains and refills. As safe as the other. */
#include <stdlib.h>

#include "store/kv_lmdb.h"

enum store_result __real_kv_lmdb_open(const struct kv_lmdb_options *options, struct kv **ret_kv);
enum store_result __wrap_kv_lmdb_open(const struct kv_lmdb_options *options, struct kv **ret_kv);

enum store_result __wrap_kv_lmdb_open(const struct kv_lmdb_options *options, struct kv **ret_kv)
{
    struct kv_lmdb_options tiny = *options;
    const char *bytes = getenv("BECKON_TINY_BUFFER");
    if (bytes != NULL) tiny.buffer_bytes = strtoull(bytes, NULL, 10);
    return __real_kv_lmdb_open(&tiny, ret_kv);
}
