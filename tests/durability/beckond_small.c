/* beckond_small: a beckond that keeps 4 MiB allocated ahead of its store instead of 256, so that a
 * small disk is soon full, again and again. The rules are the same. With $BECKON_NO_HEADROOM it
 * keeps nothing: then the full disk is met inside a commit. */
#include <stdio.h>
#include <stdlib.h>

#include "store/kv_lmdb.h"

enum store_result __real_kv_lmdb_open(const struct kv_lmdb_options *options, struct kv **ret_kv);
enum store_result __wrap_kv_lmdb_open(const struct kv_lmdb_options *options, struct kv **ret_kv);

enum store_result __wrap_kv_lmdb_open(const struct kv_lmdb_options *options, struct kv **ret_kv)
{
    struct kv_lmdb_options small = *options;
    fputs("beckond_small: for tests only\n", stderr);
    small.headroom_bytes = getenv("BECKON_NO_HEADROOM") != NULL ? 0 : UINT64_C(4) << 20;
    return __real_kv_lmdb_open(&small, ret_kv);
}
