#include "store/kv_lmdb.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "store/folder.h"
#include "store/kv_lmdb_inner.h"

/* Beside the snapshots: a backup reads through a transaction of LMDB's own, and free pages are
 * counted by two threads. */
enum { OTHER_READER_COUNT = 4 };

enum store_result lmdb_result(int code)
{
    switch (code) {
    case MDB_SUCCESS:
        return STORE_OK;
    case MDB_NOTFOUND:
        return STORE_ABSENT;
    case MDB_MAP_FULL: /* met before anything is written */
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return STORE_FULL;
    default:
        return STORE_FAULT;
    }
}

enum store_result lmdb_step_result(int code)
{
    enum store_result result = lmdb_result(code);
    return result == STORE_OK || result == STORE_FULL ? result : STORE_FAULT;
}

static void usage(void *state, struct kv_usage *ret_usage)
{
    struct lmdb_engine *engine = state;
    struct lmdb_readers readers;
    MDB_envinfo info;
    lmdb_readers(engine, &readers);
    int code = mdb_env_info(engine->env, &info);
    assert(code == MDB_SUCCESS);
    (void)code;
    *ret_usage = (struct kv_usage){.snapshots = readers.count};
    if (readers.count > 0 && info.me_last_txnid > readers.oldest)
        ret_usage->oldest_commits = info.me_last_txnid - readers.oldest;
    lmdb_usage(engine, &ret_usage->used_bytes, &ret_usage->map_bytes);
    lmdb_buffer_usage(engine, ret_usage);
    uint64_t free_bytes = atomic_load(&engine->room.free_bytes);
    ret_usage->free_bytes = free_bytes < ret_usage->used_bytes ? free_bytes : ret_usage->used_bytes;
    ret_usage->full = atomic_load(&engine->room.full);
}

static void engine_free(void *state)
{
    struct lmdb_engine *engine = state;
    lmdb_snapshots_free(engine);
    sodium_memzero(engine->checksum_key, sizeof engine->checksum_key);
    if (engine->env != NULL) {
        mdb_env_close(engine->env);
    }
    pthread_mutex_destroy(&engine->lock);
    lmdb_buffer_free(engine);
    free(engine->journal.bytes);
    free(engine);
}

static const struct kv_engine LMDB_ENGINE = {
    .snapshot_open = lmdb_snapshot_open,
    .snapshot_close = lmdb_snapshot_close,
    .want = lmdb_want,
    .fetch = lmdb_fetch,
    .get = lmdb_get,
    .scan_open = lmdb_scan_open,
    .scan_next = lmdb_scan_next,
    .scan_close = lmdb_scan_close,
    .commit = lmdb_commit,
    .flush = lmdb_flush,
    .rest = lmdb_rest,
    .backup = lmdb_backup,
    .usage = usage,
    .maintain = lmdb_maintain,
    .close = engine_free,
};

/* Opens the environment and its one table, durable as LMDB is by default. MDB_NOTLS: a snapshot
 * belongs to a request, not to a thread. */
static int environment_open(struct lmdb_engine *engine, const struct kv_lmdb_options *options)
{
    uint64_t map_bytes = options->map_bytes != 0 ? options->map_bytes : KV_LMDB_MAP_BYTES;
    int code = lmdb_make(options->path, map_bytes);
    if (code == MDB_SUCCESS) {
        code = mdb_env_create(&engine->env);
    }
    if (code == MDB_SUCCESS) {
        code = mdb_env_set_mapsize(engine->env, map_bytes);
    }
    if (code == MDB_SUCCESS) {
        code = mdb_env_set_maxreaders(engine->env, options->reader_max + OTHER_READER_COUNT);
    }
    if (code == MDB_SUCCESS) {
        code = mdb_env_open(engine->env, options->path, MDB_NOTLS, 0600);
    }
    MDB_txn *txn;
    if (code == MDB_SUCCESS) {
        code = mdb_txn_begin(engine->env, NULL, 0, &txn);
    }
    if (code != MDB_SUCCESS) {
        return code;
    }
    code = mdb_dbi_open(txn, NULL, 0, &engine->table);
    if (code != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn);
}

/* Fills the buffer from the journal. Where none is wanted, what a journal holds goes into the tree;
 * a buffer of the ordinary size carries it there. */
static enum store_result buffer_open(struct lmdb_engine *engine, uint64_t buffer_bytes,
                                     uint64_t *ret_damaged_commit)
{
    enum store_result result = lmdb_journal_open(engine, ret_damaged_commit);
    if (result != STORE_OK || (buffer_bytes == 0 && engine->journal.first == 0)) {
        return result;
    }
    engine->buffer_bytes = buffer_bytes > 0 ? buffer_bytes : KV_LMDB_TAKEOVER_BYTES;
    result = lmdb_refill(engine, ret_damaged_commit);
    if (result == STORE_OK && buffer_bytes == 0) {
        result = lmdb_flush(engine);
    }
    if (result == STORE_OK && buffer_bytes == 0) {
        lmdb_buffer_end(engine);
        engine->buffer_bytes = 0;
    }
    return result;
}

enum store_result kv_lmdb_open(const struct kv_lmdb_options *options, struct kv **ret_kv)
{
    assert(options->buffer_bytes == 0 || options->buffer_bytes >= KV_LMDB_BUFFER_BYTES_MIN);
    struct lmdb_engine *engine = calloc(1, sizeof *engine);
    if (engine == NULL) {
        return STORE_FAULT;
    }
    pthread_mutex_init(&engine->lock, NULL);
    engine->draining_percent = 100;
    lmdb_pace_even(&engine->pace);
    memcpy(engine->checksum_key, options->checksum_key, sizeof engine->checksum_key);
    int code = environment_open(engine, options);
    enum store_result result = lmdb_result(code);
    if (result == STORE_ABSENT) {
        result = STORE_FAULT;
    }
    if (result == STORE_OK) {
        result = lmdb_room_open(engine, options->headroom_bytes);
    }
    /* LMDB syncs what it writes into data.mdb, but not that the file is there. */
    if (result == STORE_OK && !folder_sync(options->path)) {
        result = STORE_FAULT;
    }
    uint64_t damaged_commit = 0;
    if (result == STORE_OK) {
        result = buffer_open(engine, options->buffer_bytes, &damaged_commit);
    }
    if (result == STORE_DAMAGED && options->ret_damaged_commit != NULL) {
        *options->ret_damaged_commit = damaged_commit;
    }
    if (result != STORE_OK) {
        engine_free(engine);
        return result;
    }
    *ret_kv = kv_new(&LMDB_ENGINE, engine, options->checksum_key);
    return STORE_OK;
}
