/* A commit: room, fences, writes, LMDB's commit.
 *
 * Happy path: disk and map have room (kv_lmdb_room.c) -> write transaction -> fences compare ->
 * puts and deletions -> mdb_txn_commit, which returns after its sync.
 * Ways it fails: no room (STORE_FULL) before or while writing, a fence moved (STORE_CONFLICT,
 * STORE_FENCED): the transaction is aborted and nothing happened. mdb_txn_commit fails: unless the
 * map was full, which it notices before it writes, nobody knows what is on disk. STORE_FAULT then,
 * and for every commit after it: LMDB would let the next one succeed over a hole. */
#include <assert.h>

#include "store/kv_lmdb_inner.h"

static uint64_t read_u64(const uint8_t *from)
{
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof value; i++) {
        value = value << 8 | from[i];
    }
    return value;
}

/* Is the fence as the batch read it? An absent fence counts as epoch 0, commit 0. */
static enum store_result check_fence(struct lmdb_engine *engine, MDB_txn *txn,
                                     const struct kv_fence_check *check)
{
    enum { EPOCH_OFFSET = 0, COMMIT_OFFSET = 8, HEAD_BYTES = 16 };
    uint64_t epoch = 0, commit = 0;
    MDB_val key = lmdb_val(check->key), value;
    int code = mdb_get(txn, engine->table, &key, &value);
    if (code == MDB_SUCCESS) {
        if (value.mv_size < HEAD_BYTES) {
            return STORE_FAULT;
        }
        const uint8_t *head = value.mv_data;
        epoch = read_u64(head + EPOCH_OFFSET);
        commit = read_u64(head + COMMIT_OFFSET);
    } else if (code != MDB_NOTFOUND) {
        return STORE_FAULT;
    }
    if (epoch != check->epoch) {
        return STORE_FENCED;
    }
    return commit == check->commit ? STORE_OK : STORE_CONFLICT;
}

static int apply(struct lmdb_engine *engine, MDB_txn *txn, const struct kv_write *write)
{
    MDB_val key = lmdb_val(write->key);
    if (write->value.data == NULL) {
        int code = mdb_del(txn, engine->table, &key, NULL);
        return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
    }
    MDB_val value = lmdb_val(write->value);
    return mdb_put(txn, engine->table, &key, &value, 0);
}

/* Everything before the point of no return; on failure the transaction is the caller's to abort. */
static enum store_result fill(struct lmdb_engine *engine, MDB_txn *txn,
                              const struct kv_write *writes, size_t write_count,
                              const struct kv_fence_check *checks, size_t check_count)
{
    for (size_t i = 0; i < check_count; i++) {
        enum store_result result = check_fence(engine, txn, &checks[i]);
        if (result != STORE_OK) {
            return result;
        }
    }
    for (size_t i = 0; i < write_count; i++) {
        int code = apply(engine, txn, &writes[i]);
        if (code != MDB_SUCCESS) {
            enum store_result result = lmdb_result(code);
            assert(result != STORE_OK);
            return result == STORE_FULL ? STORE_FULL : STORE_FAULT;
        }
    }
    return STORE_OK;
}

static uint64_t bytes_of(const struct kv_write *writes, size_t write_count)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < write_count; i++) {
        bytes += writes[i].key.size + writes[i].value.size;
    }
    return bytes;
}

enum store_result lmdb_commit(void *state, const struct kv_write *writes, size_t write_count,
                              const struct kv_fence_check *checks, size_t check_count)
{
    struct lmdb_engine *engine = state;
    if (engine->faulted) {
        return STORE_FAULT;
    }
    enum store_result result = lmdb_room(engine, bytes_of(writes, write_count), write_count);
    if (result != STORE_OK) {
        return result;
    }
    MDB_txn *txn;
    if (mdb_txn_begin(engine->env, NULL, 0, &txn) != MDB_SUCCESS) {
        engine->faulted = true;
        return STORE_FAULT;
    }
    result = fill(engine, txn, writes, write_count, checks, check_count);
    if (result != STORE_OK) {
        mdb_txn_abort(txn);
        engine->faulted = result == STORE_FAULT;
        return result;
    }
    int code = mdb_txn_commit(txn);
    if (code == MDB_SUCCESS) {
        atomic_fetch_add(&engine->commit_count, 1); /* snapshots being opened begin anew */
        return STORE_OK;
    }
    if (code == MDB_MAP_FULL) {
        return STORE_FULL;
    }
    engine->faulted = true; /* ENOSPC too: pages may be half written */
    return STORE_FAULT;
}
