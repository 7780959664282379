/* The embedded engine: one LMDB environment, one unnamed table, default durability; and a write
 * buffer before it, so that a commit costs one append and a drain of many costs one write.
 *
 * Promised, with a buffer or without:
 *  - Durability. kv_commit answers STORE_OK after LMDB's sync of a transaction that holds the whole
 *    write set: as one value of the journal (with a buffer) or in the tree. A crash or a loss of
 *    power at any moment leaves all commits that were answered, in order, and at most the one that
 *    wasn't answered yet, whole or not at all.
 *  - Isolation. A snapshot names a commit and sees exactly the commits up to it, however many
 *    follow, drain, and are moved into the tree before it is closed. Readers never wait for the
 *    writer, nor it for them.
 *  - Ordering. A commit is published after it is on disk: nobody sees what a crash could take back.
 *    Commit numbers grow, over restarts and restored backups too.
 *  - Bounded memory. Two generations of buffer_bytes together; up to eight of them
 *    only while snapshots older than a swap are open; a write set that is larger than one gets one
 *    of its own; at start what was in the journal may take buffer_bytes besides.
 *  - Bounded transactions. The buffer drains with the commits, so much with each that there is room
 *    when it is needed.
 * A fault: when LMDB's commit fails (other than for a full map, which it notices before it writes),
 * nobody knows what is on disk. STORE_FAULT then and for ever after: stop, reopen. Reopening reads
 * what is there; a journal value that is damaged or missing refuses the opening (STORE_DAMAGED).
 * STORE_FULL: nothing happened; map or disk have no room, or old snapshots hold all generations.
 * Asking again later is right.
 *
 * At least KV_LMDB_HEADROOM_BYTES beyond the last used page are kept allocated, so that a full disk
 * is met before a commit (STORE_FULL) and not inside it; so is a map of which more than 90 % are in
 * use. Both are looked at again once a second (kv_maintain). */
#ifndef BECKON_STORE_KV_LMDB_H
#define BECKON_STORE_KV_LMDB_H

#include "store/kv.h"

#define KV_LMDB_MAP_BYTES (UINT64_C(64) << 30)        /* address space, not memory */
#define KV_LMDB_HEADROOM_BYTES (UINT64_C(256) << 20)  /* see pitfalls: ENOSPC may come as EIO */
#define KV_LMDB_BUFFER_BYTES_MIN (UINT64_C(64) << 10) /* so small for tests only */
#define KV_LMDB_TAKEOVER_BYTES (UINT64_C(64) << 20)   /* carries a journal into the tree */

struct kv_lmdb_options {
    const char *path;         /* existing directory; data.mdb and lock.mdb live there */
    uint64_t map_bytes;       /* 0: KV_LMDB_MAP_BYTES; may be another with every opening */
    uint64_t headroom_bytes;  /* kept allocated; 0 keeps none (tests) */
    uint64_t buffer_bytes;    /* 0: each commit goes straight into the tree, and so does a journal
                                 that is there; else >= KV_LMDB_BUFFER_BYTES_MIN */
    unsigned reader_max;      /* snapshots open at once, at most */
    const uint8_t *checksum_key; /* KV_CHECKSUM_KEY_BYTES */
    uint64_t *ret_damaged_commit; /* NULL, or set with STORE_DAMAGED: whose value is damaged */
};

/* Opens or creates. STORE_OK, STORE_FULL (a new store, and no room for it; or no room to drain what
 * the buffer can't hold), STORE_DAMAGED (the journal), STORE_FAULT. A store that has commits is
 * opened without room too: it can be read, and commits answer STORE_FULL. */
enum store_result kv_lmdb_open(const struct kv_lmdb_options *options,
                               struct kv **ret_kv) STORE_CHECKED;

#endif
