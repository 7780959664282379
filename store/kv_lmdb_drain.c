/* The frozen generation goes into the tree, in key order, so that many changes of one page become
 * one. Its newest version of each key is put there; a key whose newest is a tombstone is deleted.
 *
 * A slice goes with each commit that appends to the journal, so much that the frozen generation is
 * in the tree some time before the active one is full, and that slices cost alike: pages decide,
 * not keys (kv_lmdb_pace.h). Progress is taken over only after LMDB's
 * commit: an aborted slice is put again. After a crash all of it is drained again from its
 * beginning, which puts the same values: nothing newer than the frozen generation is in the tree.
 * The transaction that puts the last key moves the journal's floor. */
#include <assert.h>

#include "store/kv_lmdb_inner.h"

enum {
    KEYS_MIN = 64,            /* the upper pages of the tree are written for these together */
    SLICE_BYTES_MAX = 1 << 20,
    KEYS_PER_WRITE = 2,       /* a large commit drains more, lest the drain falls behind */
    SWEEP_MAX = 1024,         /* of a transaction of its own */
    PACE_PERCENT = 110,       /* of the active one's filling */
    PAGE_BYTES = 4096,        /* LMDB's, where memory has such pages; an estimate needs no more */
    PAGE_COST = 16,           /* in keys: a page is copied, written and waited for */
};

size_t lmdb_drain_due(const struct lmdb_engine *engine, size_t write_count)
{
    if (engine->frozen == NULL) {
        return 0;
    }
    const struct generation *active = engine->active->generation;
    uint64_t key_count = generation_keys(engine->frozen->generation);
    uint64_t goal = lmdb_pace_keys(&engine->pace, key_count,
                                   PACE_PERCENT * (uint64_t)generation_bytes(active),
                                   100 * (uint64_t)generation_capacity(active));
    uint64_t due = goal > engine->drain.keys ? goal - engine->drain.keys : 0;
    if (due < KEYS_MIN && goal < key_count) {
        return 0;
    }
    uint64_t key_max = write_count > LMDB_DRAIN_KEYS_MAX / KEYS_PER_WRITE
                           ? KEYS_PER_WRITE * (uint64_t)write_count
                           : LMDB_DRAIN_KEYS_MAX;
    return (size_t)(due < key_max ? due : key_max);
}

/* *ret_place: within the page where the key is or was. */
static int put(MDB_cursor *cursor, const struct kv_write *write, uintptr_t *ret_place)
{
    MDB_val key = lmdb_val(write->key), value;
    int code;
    if (write->value.data != NULL) {
        value = lmdb_val(write->value);
        code = mdb_cursor_put(cursor, &key, &value, 0);
        if (code == MDB_SUCCESS) {
            code = mdb_cursor_get(cursor, &key, &value, MDB_GET_CURRENT);
        }
        *ret_place = (uintptr_t)key.mv_data;
        return code;
    }
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_KEY);
    if (code == MDB_NOTFOUND) {
        return MDB_SUCCESS;
    }
    *ret_place = (uintptr_t)key.mv_data;
    return code == MDB_SUCCESS ? mdb_cursor_del(cursor, 0) : code;
}

/* A key nearer than a page to the one before is taken to be on its page. */
static uint64_t cost_of(uintptr_t before, uintptr_t place)
{
    uintptr_t apart = place > before ? place - before : before - place;
    return apart < PAGE_BYTES ? 1 : 1 + PAGE_COST;
}

enum store_result lmdb_drain_slice(struct lmdb_engine *engine, MDB_txn *txn, size_t key_max,
                                   struct lmdb_drain_step *ret_step,
                                   struct lmdb_journal_step *journal_step)
{
    struct lmdb_drain_step step = {.drain = engine->drain};
    if (engine->frozen == NULL || key_max == 0) {
        *ret_step = step;
        return STORE_OK;
    }
    MDB_cursor *cursor;
    int code = mdb_cursor_open(txn, engine->table, &cursor);
    if (code != MDB_SUCCESS) {
        return lmdb_step_result(code);
    }
    const struct generation *frozen = engine->frozen->generation;
    size_t keys = 0, bytes = 0;
    uintptr_t place = 0;
    while (step.drain.next != NULL && keys < key_max && bytes < SLICE_BYTES_MAX) {
        struct kv_write write = generation_at(step.drain.next);
        uintptr_t before = place;
        code = put(cursor, &write, &place);
        if (code != MDB_SUCCESS) {
            break;
        }
        keys++;
        step.drain.cost += cost_of(before, place);
        bytes += write.key.size + write.value.size;
        step.drain.next = generation_after(frozen, step.drain.next, UINT64_MAX);
    }
    mdb_cursor_close(cursor);
    step.drain.keys += keys;
    enum store_result result = lmdb_step_result(code);
    if (result == STORE_OK && step.drain.next == NULL) {
        assert(step.drain.keys == generation_keys(frozen));
        step.finishes = true;
        result = lmdb_journal_move_floor(engine, txn, engine->frozen->last_commit + 1,
                                         journal_step);
    }
    *ret_step = step;
    return result;
}

void lmdb_drain_taken(struct lmdb_engine *engine, const struct lmdb_drain_step *step)
{
    if (engine->frozen == NULL) {
        assert(!step->finishes);
        return;
    }
    size_t key_count = generation_keys(engine->frozen->generation);
    if (step->drain.keys > engine->drain.keys) {
        lmdb_pace_note(&engine->noted, key_count, engine->drain.keys, engine->drain.cost,
                       step->drain.keys, step->drain.cost);
    }
    engine->drain = step->drain;
    if (step->finishes) {
        if (key_count >= LMDB_PACE_PARTS) {
            engine->pace = engine->noted;
        }
        lmdb_buffer_thaw(engine);
        return;
    }
    assert(step->drain.keys < key_count);
    pthread_mutex_lock(&engine->lock);
    engine->draining_percent = (unsigned)((uint64_t)step->drain.keys * 100 / key_count);
    pthread_mutex_unlock(&engine->lock);
}

static enum store_result drain_some(struct lmdb_engine *engine, size_t key_max)
{
    MDB_txn *txn;
    struct lmdb_drain_step step = {.drain = engine->drain};
    struct lmdb_journal_step journal_step = lmdb_journal_step(engine);
    enum store_result result = lmdb_write_begin(engine, &txn);
    if (result != STORE_OK) {
        return result;
    }
    result = lmdb_drain_slice(engine, txn, key_max, &step, &journal_step);
    if (result == STORE_OK) {
        result = lmdb_journal_sweep(engine, txn, SWEEP_MAX, &journal_step);
    }
    result = lmdb_write_end(engine, txn, result);
    if (result == STORE_OK) {
        lmdb_journal_taken(engine, &journal_step);
        lmdb_drain_taken(engine, &step);
    }
    return result;
}

enum store_result lmdb_drain_alone(struct lmdb_engine *engine, size_t key_max)
{
    assert(key_max > 0);
    const size_t key_maxima[] = {key_max, key_max / 16 + 1, key_max / 256 + 1};
    enum store_result result = STORE_OK;
    if (!lmdb_room_drains(engine)) {
        return STORE_FULL;
    }
    /* The fuller the map, the smaller the steps that still fit. */
    for (size_t i = 0; i < sizeof key_maxima / sizeof key_maxima[0]; i++) {
        result = drain_some(engine, key_maxima[i]);
        if (result != STORE_FULL) {
            return result;
        }
    }
    /* Dead values at least: what they free serves the next attempt. */
    return drain_some(engine, 0) == STORE_FAULT ? STORE_FAULT : STORE_FULL;
}

enum store_result lmdb_drain_all(struct lmdb_engine *engine)
{
    while (engine->frozen != NULL) {
        enum store_result result = lmdb_drain_alone(engine, LMDB_DRAIN_KEYS_MAX);
        if (result != STORE_OK) {
            return result;
        }
    }
    return STORE_OK;
}
