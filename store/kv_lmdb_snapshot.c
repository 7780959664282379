/* A snapshot is what was published {commit, active, frozen} and a read transaction begun after it
 * was taken. Of the tree it sees at least everything older than those two generations; what the
 * tree has of them is never newer than `commit`, unless `active` was frozen in between and began to
 * drain: then it starts over. Per record the newest version up to `commit` counts: in active, else
 * in frozen, else in the tree. */
#include <assert.h>
#include <stdlib.h>

#include "store/kv_lmdb_inner.h"

static struct lmdb_snapshot *pool_take(struct lmdb_engine *engine)
{
    struct lmdb_snapshot *snapshot = engine->pool;
    if (snapshot != NULL) {
        engine->pool = snapshot->next;
    }
    return snapshot;
}

static int txn_open(struct lmdb_engine *engine, MDB_txn **txn)
{
    if (*txn == NULL) {
        return mdb_txn_begin(engine->env, NULL, MDB_RDONLY, txn);
    }
    int code = mdb_txn_renew(*txn);
    if (code != MDB_SUCCESS) {
        mdb_txn_abort(*txn);
    }
    return code;
}

/* LMDB 0.9.24 takes the number N of the last commit first and copies the meta page N lies in
 * afterwards. A thread that is held up in between while N + 1 ends may copy what N + 2 has just
 * written there, which is neither N nor on disk yet. So: when a commit ended meanwhile, again. */
static int txn_open_whole(struct lmdb_engine *engine, MDB_txn **txn)
{
    for (;;) {
        uint_fast64_t before = atomic_load(&engine->commit_count);
        int code = txn_open(engine, txn);
        if (code != MDB_SUCCESS || atomic_load(&engine->commit_count) == before) {
            return code;
        }
        mdb_txn_reset(*txn);
    }
}

static struct lmdb_snapshot *snapshot_begin(struct lmdb_engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    struct lmdb_snapshot *snapshot = pool_take(engine);
    if (snapshot != NULL) {
        lmdb_buffer_hold(engine, snapshot);
    }
    pthread_mutex_unlock(&engine->lock);
    if (snapshot != NULL) {
        return snapshot;
    }
    snapshot = calloc(1, sizeof *snapshot);
    if (snapshot != NULL) {
        pthread_mutex_lock(&engine->lock);
        lmdb_buffer_hold(engine, snapshot);
        pthread_mutex_unlock(&engine->lock);
    }
    return snapshot;
}

enum store_result lmdb_snapshot_open(void *state, void **ret_snapshot, uint64_t *ret_commit)
{
    struct lmdb_engine *engine = state;
    struct lmdb_snapshot *snapshot = snapshot_begin(engine);
    if (snapshot == NULL) {
        return STORE_FAULT;
    }
    for (;;) {
        int code = txn_open_whole(engine, &snapshot->txn);
        if (code != MDB_SUCCESS) {
            pthread_mutex_lock(&engine->lock);
            lmdb_buffer_drop(snapshot);
            pthread_mutex_unlock(&engine->lock);
            free(snapshot);
            return STORE_FAULT;
        }
        atomic_thread_fence(memory_order_seq_cst); /* LMDB's loads aren't atomic ones */
        if (atomic_load(&engine->swap_count) == snapshot->swaps) {
            break;
        }
        mdb_txn_reset(snapshot->txn);
        pthread_mutex_lock(&engine->lock);
        lmdb_buffer_drop(snapshot);
        lmdb_buffer_hold(engine, snapshot);
        pthread_mutex_unlock(&engine->lock);
    }
    if (snapshot->active == NULL) {
        snapshot->commit = mdb_txn_id(snapshot->txn) + engine->commit_offset;
    }
    *ret_snapshot = snapshot;
    *ret_commit = snapshot->commit;
    return STORE_OK;
}

void lmdb_snapshot_close(void *state, void *opened)
{
    struct lmdb_engine *engine = state;
    struct lmdb_snapshot *snapshot = opened;
    mdb_txn_reset(snapshot->txn);
    pthread_mutex_lock(&engine->lock);
    lmdb_buffer_drop(snapshot);
    snapshot->next = engine->pool;
    engine->pool = snapshot;
    pthread_mutex_unlock(&engine->lock);
}

void lmdb_snapshots_free(struct lmdb_engine *engine)
{
    struct lmdb_snapshot *snapshot;
    while ((snapshot = pool_take(engine)) != NULL) {
        mdb_txn_abort(snapshot->txn);
        free(snapshot);
    }
}

void lmdb_want(void *state, void *snapshot, struct bytes key)
{
    (void)state, (void)snapshot, (void)key; /* everything is here already */
}

enum store_result lmdb_fetch(void *state, void *snapshot)
{
    (void)state, (void)snapshot;
    return STORE_OK;
}

enum store_result lmdb_get(void *state, void *opened, struct bytes key, struct bytes *ret_value)
{
    struct lmdb_engine *engine = state;
    struct lmdb_snapshot *snapshot = opened;
    const struct lmdb_arena *arenas[] = {snapshot->active, snapshot->frozen};
    for (size_t i = 0; i < 2; i++) {
        struct bytes value;
        if (arenas[i] != NULL &&
            generation_get(arenas[i]->generation, key, snapshot->commit, &value)) {
            if (value.data == NULL) {
                return STORE_ABSENT;
            }
            *ret_value = value;
            return STORE_OK;
        }
    }
    MDB_val key_val = lmdb_val(key), value;
    int code = mdb_get(snapshot->txn, engine->table, &key_val, &value);
    if (code == MDB_SUCCESS) {
        *ret_value = lmdb_bytes(value);
    }
    return lmdb_result(code);
}
