/* The embedded engine: one LMDB environment, one unnamed table, default durability.
 *
 * A commit applies the sorted write set in one LMDB transaction on the calling thread and returns
 * after LMDB's sync. At least KV_LMDB_HEADROOM_BYTES beyond the last used page are kept allocated,
 * so that a full disk is met before a commit (STORE_FULL) and not inside it; so is a map of which
 * more than 90 % are in use. Both are looked at again once a second (kv_maintain). */
#ifndef BECKON_STORE_KV_LMDB_H
#define BECKON_STORE_KV_LMDB_H

#include "store/kv.h"

#define KV_LMDB_MAP_BYTES (UINT64_C(64) << 30)        /* address space, not memory */
#define KV_LMDB_HEADROOM_BYTES (UINT64_C(256) << 20)  /* see pitfalls: ENOSPC may come as EIO */

struct kv_lmdb_options {
    const char *path;         /* existing directory; data.mdb and lock.mdb live there */
    uint64_t map_bytes;       /* 0: KV_LMDB_MAP_BYTES; may be another with every opening */
    uint64_t headroom_bytes;  /* kept allocated; 0 keeps none (tests) */
    unsigned reader_max;      /* snapshots open at once, at most */
    const uint8_t *checksum_key; /* KV_CHECKSUM_KEY_BYTES */
};

/* Opens or creates. STORE_OK, STORE_FULL (a new store, and no room for it), STORE_FAULT. A store
 * that has commits is opened without room too: it can be read, and commits answer STORE_FULL. */
enum store_result kv_lmdb_open(const struct kv_lmdb_options *options,
                               struct kv **ret_kv) STORE_CHECKED;

#endif
