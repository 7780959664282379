/* What the files of the LMDB engine share; only kv_lmdb*.c include it.
 *
 * kv_lmdb_make.c makes the file, kv_lmdb.c opens and closes, kv_lmdb_snapshot.c reads,
 * kv_lmdb_commit.c writes, kv_lmdb_room.c refuses in time, kv_lmdb_backup.c copies. */
#ifndef BECKON_STORE_KV_LMDB_INNER_H
#define BECKON_STORE_KV_LMDB_INNER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lmdb.h>

#include "store/kv_lmdb.h"

/* A reset read transaction keeps its reader slot, so that opening a snapshot is a renewal: two
 * loads and a store, no system call. */
struct lmdb_snapshot {
    MDB_txn *txn;
    struct lmdb_snapshot *next; /* in the pool */
};

/* kv_lmdb_room.c's. */
struct lmdb_room {
    atomic_bool full;       /* the last look found no room: commits are refused */
    atomic_bool look_again; /* that may have changed */
    atomic_uint_fast64_t free_bytes; /* within what is used, when last counted */
    atomic_uint ticks;      /* of maintenance */
    /* The committing thread's own. */
    uint64_t headroom_bytes;
    uint64_t allocated_bytes; /* of the file's beginning, known to have disk space */
    uint64_t uncounted_bytes; /* may be written before free pages are counted again */
};

struct lmdb_engine {
    MDB_env *env;
    MDB_dbi table;
    pthread_mutex_t pool_lock;
    struct lmdb_snapshot *pool; /* under pool_lock: closed snapshots */
    atomic_uint_fast64_t commit_count; /* moved on after each commit, before the next begins */
    struct lmdb_room room;
    /* The committing thread's own. */
    bool faulted;             /* a commit's fate is unknown: no other may follow it */
};

/* LMDB doesn't write through the pointer of a key or of a value it is given. */
static inline MDB_val lmdb_val(struct bytes bytes)
{
    return (MDB_val){.mv_size = bytes.size, .mv_data = (void *)(uintptr_t)bytes.data};
}

/* Makes data.mdb in the folder where there is none, synced; its name is synced with the folder. An
 * LMDB code. */
int lmdb_make(const char *folder, uint64_t map_bytes);

/* What an LMDB return code means to callers of kv.h. */
enum store_result lmdb_result(int code);

/* Bytes up to the last page in use, and the map's size. */
void lmdb_usage(struct lmdb_engine *engine, uint64_t *ret_used_bytes, uint64_t *ret_map_bytes);
/* Open snapshots of all processes, and the commit the oldest of them sees. */
struct lmdb_readers { unsigned count; size_t oldest; };
void lmdb_readers(struct lmdb_engine *engine, struct lmdb_readers *ret_readers);

/* Is there room for a commit that changes `write_count` records in `bytes`? STORE_OK, STORE_FULL
 * (remembered until lmdb_maintain has run), STORE_FAULT. Committing thread. */
enum store_result lmdb_room(struct lmdb_engine *engine, uint64_t bytes, size_t write_count);
/* The same at the start; STORE_FULL only for a store without commits. */
enum store_result lmdb_room_open(struct lmdb_engine *engine, uint64_t headroom_bytes);
void lmdb_maintain(void *engine);

enum store_result lmdb_snapshot_open(void *engine, void **ret_snapshot, uint64_t *ret_commit);
void lmdb_snapshot_close(void *engine, void *snapshot);
void lmdb_snapshots_free(struct lmdb_engine *engine);
void lmdb_want(void *engine, void *snapshot, struct bytes key);
enum store_result lmdb_fetch(void *engine, void *snapshot);
enum store_result lmdb_get(void *engine, void *snapshot, struct bytes key,
                           struct bytes *ret_value);
enum store_result lmdb_scan_open(void *engine, void *snapshot, struct bytes from, struct bytes to,
                                 bool reverse, void **ret_scan);
enum store_result lmdb_scan_next(void *engine, void *scan, struct bytes *ret_key,
                                 struct bytes *ret_value);
void lmdb_scan_close(void *engine, void *scan);
enum store_result lmdb_commit(void *engine, const struct kv_write *writes, size_t write_count,
                              const struct kv_fence_check *checks, size_t check_count);
enum store_result lmdb_backup(void *engine, const char *path);

#endif
