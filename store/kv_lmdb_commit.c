/* A commit: room, fences, journal, a slice of the drain, LMDB's commit, memory, publication.
 *
 * Happy path: disk and map have room (kv_lmdb_room.c) -> the active generation has room (else the
 * frozen one is drained, and the two swap) -> write transaction -> fences compare, through active,
 * frozen, tree -> the write set is appended to the journal, one slice of the frozen generation goes
 * into the tree, some dead journal values are deleted -> mdb_txn_commit, which returns after its
 * sync -> drain and journal are where the transaction left them -> the versions are inserted ->
 * published: every snapshot opened from here on sees them. Without a buffer the write set goes into
 * the tree.
 *
 * Ways it fails: no room (STORE_FULL) before or while writing, a fence moved (STORE_CONFLICT,
 * STORE_FENCED): the transaction is aborted, nothing of the write set happened, what was drained
 * for it before changes nothing a snapshot sees. A nearly full map still drains when a commit is
 * refused: dead journal values give their pages back. mdb_txn_commit fails: unless the map was
 * full, which it notices before it writes, nobody knows what is on disk. STORE_FAULT then, and for
 * every commit after it: LMDB would let the next one succeed over a hole. */
#include <assert.h>

#include "store/kv_lmdb_inner.h"

enum {
    REST_KEYS = 256,     /* a commit that comes meanwhile waits for these */
    REST_ARENAS_MIN = 4, /* free ones: a writer that rests leaves them to commits */
    SWEEP_MIN = 16,      /* dead pieces a commit deletes, besides twice what it appends */
};

/* ---- write transactions --------------------------------------------------------------------- */

enum store_result lmdb_write_begin(struct lmdb_engine *engine, MDB_txn **ret_txn)
{
    assert(!engine->faulted);
    if (mdb_txn_begin(engine->env, NULL, 0, ret_txn) != MDB_SUCCESS) {
        engine->faulted = true;
        return STORE_FAULT;
    }
    return STORE_OK;
}

enum store_result lmdb_write_end(struct lmdb_engine *engine, MDB_txn *txn,
                                 enum store_result result)
{
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

/* ---- fences --------------------------------------------------------------------------------- */

/* The newest version of a record, as the transaction has it. */
static enum store_result newest(struct lmdb_engine *engine, MDB_txn *txn, struct bytes key,
                                struct bytes *ret_value)
{
    const struct lmdb_arena *arenas[] = {engine->active, engine->frozen};
    if (key.data[0] >= KV_KEY_RESERVED) {
        return STORE_ABSENT; /* the journal is no record */
    }
    for (size_t i = 0; i < 2; i++) {
        struct bytes value;
        if (arenas[i] != NULL &&
            generation_get(arenas[i]->generation, key, UINT64_MAX, &value)) {
            *ret_value = value;
            return value.data == NULL ? STORE_ABSENT : STORE_OK;
        }
    }
    MDB_val key_val = lmdb_val(key), value_val;
    int code = mdb_get(txn, engine->table, &key_val, &value_val);
    if (code == MDB_SUCCESS) {
        *ret_value = lmdb_bytes(value_val);
    }
    return lmdb_result(code);
}

/* Is the fence as the batch read it? An absent fence counts as epoch 0, commit 0. */
static enum store_result check_fence(struct lmdb_engine *engine, MDB_txn *txn,
                                     const struct kv_fence_check *check)
{
    enum { EPOCH_OFFSET = 0, COMMIT_OFFSET = 8, HEAD_BYTES = 16 };
    uint64_t epoch = 0, commit = 0;
    struct bytes value = {0};
    enum store_result result = newest(engine, txn, check->key, &value);
    if (result == STORE_OK && value.size >= HEAD_BYTES) {
        epoch = bytes_get_u64(value.data + EPOCH_OFFSET);
        commit = bytes_get_u64(value.data + COMMIT_OFFSET);
    } else if (result != STORE_ABSENT) {
        return STORE_FAULT;
    }
    if (epoch != check->epoch) {
        return STORE_FENCED;
    }
    return commit == check->commit ? STORE_OK : STORE_CONFLICT;
}

static enum store_result check_fences(struct lmdb_engine *engine, MDB_txn *txn,
                                      const struct kv_fence_check *checks, size_t check_count)
{
    for (size_t i = 0; i < check_count; i++) {
        enum store_result result = check_fence(engine, txn, &checks[i]);
        if (result != STORE_OK) {
            return result;
        }
    }
    return STORE_OK;
}

/* ---- without a buffer ----------------------------------------------------------------------- */

static enum store_result apply(struct lmdb_engine *engine, MDB_txn *txn,
                               const struct kv_write *writes, size_t write_count)
{
    for (size_t i = 0; i < write_count; i++) {
        MDB_val key = lmdb_val(writes[i].key), value = lmdb_val(writes[i].value);
        int code;
        if (writes[i].value.data == NULL) {
            code = mdb_del(txn, engine->table, &key, NULL);
            code = code == MDB_NOTFOUND ? MDB_SUCCESS : code;
        } else {
            code = mdb_put(txn, engine->table, &key, &value, 0);
        }
        if (code != MDB_SUCCESS) {
            return lmdb_step_result(code);
        }
    }
    return STORE_OK;
}

static enum store_result commit_to_tree(struct lmdb_engine *engine, const struct kv_write *writes,
                                        size_t write_count, const struct kv_fence_check *checks,
                                        size_t check_count)
{
    MDB_txn *txn;
    enum store_result result = lmdb_write_begin(engine, &txn);
    if (result != STORE_OK) {
        return result;
    }
    result = check_fences(engine, txn, checks, check_count);
    if (result == STORE_OK) {
        result = apply(engine, txn, writes, write_count);
    }
    return lmdb_write_end(engine, txn, result);
}

/* ---- with one ------------------------------------------------------------------------------- */

/* Sees to it that the write set fits into the active generation. */
static enum store_result make_room(struct lmdb_engine *engine, size_t need)
{
    if (lmdb_buffer_fits(engine, need)) {
        return STORE_OK;
    }
    enum store_result result = lmdb_drain_all(engine);
    if (result != STORE_OK) {
        return result;
    }
    size_t half = lmdb_buffer_half(engine);
    return lmdb_buffer_swap(engine, need > half ? need : half);
}

static enum store_result commit_to_journal(struct lmdb_engine *engine,
                                           const struct kv_write *writes, size_t write_count,
                                           const struct kv_fence_check *checks,
                                           size_t check_count)
{
    MDB_txn *txn;
    enum store_result result = make_room(engine, generation_need(writes, write_count));
    if (result == STORE_OK) {
        result = lmdb_write_begin(engine, &txn);
    }
    if (result != STORE_OK) {
        return result;
    }
    uint64_t commit = mdb_txn_id(txn) + engine->commit_offset;
    struct lmdb_journal_step journal = lmdb_journal_step(engine);
    struct lmdb_drain_step drain;
    result = check_fences(engine, txn, checks, check_count);
    if (result == STORE_OK) {
        result = lmdb_drain_slice(engine, txn, lmdb_drain_due(engine, write_count), &drain,
                                  &journal);
    }
    if (result == STORE_OK) {
        result = lmdb_journal_append(engine, txn, commit, writes, write_count, &journal);
    }
    if (result == STORE_OK) {
        result = lmdb_journal_sweep(engine, txn, 2 * journal.pieces + SWEEP_MIN, &journal);
    }
    result = lmdb_write_end(engine, txn, result);
    if (result != STORE_OK) {
        return result;
    }
    /* On disk. From here on nothing can fail. */
    assert(commit > engine->commit);
    lmdb_journal_taken(engine, &journal);
    lmdb_drain_taken(engine, &drain);
    lmdb_buffer_insert(engine, commit, writes, write_count);
    lmdb_buffer_publish(engine, commit, journal.bytes);
    return STORE_OK;
}

/* A refused commit moves what is in memory on into the tree, a slice at a time: behind it the
 * journal's pages are free. */
static enum store_result make_free_pages(struct lmdb_engine *engine)
{
    if (engine->active == NULL) {
        return STORE_FULL;
    }
    enum store_result result = STORE_OK;
    if (engine->frozen == NULL && engine->active->last_commit > 0) {
        result = lmdb_buffer_swap(engine, lmdb_buffer_half(engine));
    }
    if (result == STORE_OK && (engine->frozen != NULL || lmdb_journal_has_dead(engine))) {
        result = lmdb_drain_alone(engine, LMDB_DRAIN_KEYS_MAX);
    }
    return result == STORE_FAULT ? STORE_FAULT : STORE_FULL;
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
    if (result == STORE_FULL) {
        return make_free_pages(engine);
    }
    if (result != STORE_OK) {
        return result;
    }
    return engine->active != NULL
               ? commit_to_journal(engine, writes, write_count, checks, check_count)
               : commit_to_tree(engine, writes, write_count, checks, check_count);
}

/* Would a swap help a writer that rests? Not while snapshots hold much: commits need the arenas. */
static bool rest_swaps(struct lmdb_engine *engine)
{
    return engine->active != NULL && engine->frozen == NULL && engine->active->last_commit > 0 &&
           lmdb_buffer_spare(engine) >= REST_ARENAS_MIN;
}

enum store_result lmdb_rest(void *state, bool *ret_more)
{
    struct lmdb_engine *engine = state;
    if (engine->faulted) {
        return STORE_FAULT;
    }
    enum store_result result = STORE_OK;
    if (rest_swaps(engine)) {
        result = lmdb_buffer_swap(engine, lmdb_buffer_half(engine));
    }
    if (result == STORE_OK && (engine->frozen != NULL || lmdb_journal_has_dead(engine))) {
        result = lmdb_drain_alone(engine, REST_KEYS);
    }
    if (result == STORE_OK) {
        *ret_more = engine->frozen != NULL || lmdb_journal_has_dead(engine) || rest_swaps(engine);
    }
    return result;
}

enum store_result lmdb_flush(void *state)
{
    struct lmdb_engine *engine = state;
    if (engine->faulted) {
        return STORE_FAULT;
    }
    if (engine->active == NULL) {
        return STORE_OK;
    }
    enum store_result result = lmdb_drain_all(engine);
    if (result == STORE_OK && engine->active->last_commit > 0) {
        result = lmdb_buffer_swap(engine, lmdb_buffer_half(engine));
        if (result == STORE_OK) {
            result = lmdb_drain_all(engine);
        }
    }
    while (result == STORE_OK && lmdb_journal_has_dead(engine)) {
        result = lmdb_drain_alone(engine, LMDB_DRAIN_KEYS_MAX);
    }
    assert(result != STORE_OK || engine->journal.first == 0);
    return result;
}
