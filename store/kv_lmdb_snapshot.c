#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/kv_lmdb_inner.h"

static struct bytes from_val(MDB_val val)
{
    return (struct bytes){val.mv_data, val.mv_size};
}

static struct lmdb_snapshot *pool_take(struct lmdb_engine *engine)
{
    pthread_mutex_lock(&engine->pool_lock);
    struct lmdb_snapshot *snapshot = engine->pool;
    if (snapshot != NULL) {
        engine->pool = snapshot->next;
    }
    pthread_mutex_unlock(&engine->pool_lock);
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

enum store_result lmdb_snapshot_open(void *state, void **ret_snapshot, uint64_t *ret_commit)
{
    struct lmdb_engine *engine = state;
    struct lmdb_snapshot *snapshot = pool_take(engine);
    if (snapshot == NULL) {
        snapshot = calloc(1, sizeof *snapshot);
        if (snapshot == NULL) {
            return STORE_FAULT;
        }
    }
    int code = txn_open_whole(engine, &snapshot->txn);
    if (code != MDB_SUCCESS) {
        free(snapshot);
        return STORE_FAULT;
    }
    *ret_snapshot = snapshot;
    *ret_commit = mdb_txn_id(snapshot->txn);
    return STORE_OK;
}

void lmdb_snapshot_close(void *state, void *opened)
{
    struct lmdb_engine *engine = state;
    struct lmdb_snapshot *snapshot = opened;
    mdb_txn_reset(snapshot->txn);
    pthread_mutex_lock(&engine->pool_lock);
    snapshot->next = engine->pool;
    engine->pool = snapshot;
    pthread_mutex_unlock(&engine->pool_lock);
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
    MDB_val key_val = lmdb_val(key), value;
    int code = mdb_get(snapshot->txn, engine->table, &key_val, &value);
    if (code == MDB_SUCCESS) {
        *ret_value = from_val(value);
    }
    return lmdb_result(code);
}

/* ---- scans ---------------------------------------------------------------------------------- */

struct lmdb_scan {
    MDB_cursor *cursor;
    bool reverse;
    bool started;
    bool ended;
    struct bytes from, to; /* in `bounds` */
    uint8_t bounds[2 * KV_KEY_BYTES_MAX];
};

enum store_result lmdb_scan_open(void *state, void *opened, struct bytes from, struct bytes to,
                                 bool reverse, void **ret_scan)
{
    struct lmdb_engine *engine = state;
    struct lmdb_snapshot *snapshot = opened;
    struct lmdb_scan *scan = calloc(1, sizeof *scan);
    if (scan == NULL) {
        return STORE_FAULT;
    }
    int code = mdb_cursor_open(snapshot->txn, engine->table, &scan->cursor);
    if (code != MDB_SUCCESS) {
        free(scan);
        return STORE_FAULT;
    }
    assert(from.size + to.size <= sizeof scan->bounds);
    memcpy(scan->bounds, from.data, from.size);
    memcpy(scan->bounds + from.size, to.data, to.size);
    scan->from = (struct bytes){scan->bounds, from.size};
    scan->to = (struct bytes){scan->bounds + from.size, to.size};
    scan->reverse = reverse;
    *ret_scan = scan;
    return STORE_OK;
}

/* Moves to the first record of the walk: the first key >= from, or the last key < to. */
static int scan_start(struct lmdb_scan *scan, MDB_val *key, MDB_val *value)
{
    *key = lmdb_val(scan->reverse ? scan->to : scan->from);
    int code = mdb_cursor_get(scan->cursor, key, value, MDB_SET_RANGE);
    if (!scan->reverse) {
        return code;
    }
    if (code == MDB_SUCCESS) {
        return mdb_cursor_get(scan->cursor, key, value, MDB_PREV);
    }
    return code == MDB_NOTFOUND ? mdb_cursor_get(scan->cursor, key, value, MDB_LAST) : code;
}

enum store_result lmdb_scan_next(void *state, void *opened, struct bytes *ret_key,
                                 struct bytes *ret_value)
{
    (void)state;
    struct lmdb_scan *scan = opened;
    MDB_val key, value;
    int code;
    if (scan->ended) {
        return STORE_ABSENT;
    }
    if (!scan->started) {
        code = scan_start(scan, &key, &value);
        scan->started = true;
    } else {
        code = mdb_cursor_get(scan->cursor, &key, &value, scan->reverse ? MDB_PREV : MDB_NEXT);
    }
    if (code != MDB_SUCCESS) {
        scan->ended = true;
        return lmdb_result(code);
    }
    struct bytes found = from_val(key);
    if (scan->reverse ? bytes_compare(found, scan->from) < 0
                      : bytes_compare(found, scan->to) >= 0) {
        scan->ended = true;
        return STORE_ABSENT;
    }
    *ret_key = found;
    *ret_value = from_val(value);
    return STORE_OK;
}

void lmdb_scan_close(void *state, void *opened)
{
    (void)state;
    struct lmdb_scan *scan = opened;
    mdb_cursor_close(scan->cursor);
    free(scan);
}
