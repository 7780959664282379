/* Starting from the journal: physical redo, no command is run again.
 *
 * Happy path: floor and ends of the journal -> the values of commits >= floor, in order, into one
 * generation -> it becomes the frozen one, so that it drains while the active one fills from empty.
 * It may take what both may (the active one has its own room besides, until this one is drained).
 * More than that, because the buffer was larger before: what fits is drained, in bounded
 * transactions, before the next is read.
 * Ways it fails: a value that is damaged or missing (STORE_DAMAGED, nothing was changed but for
 * whole generations drained before), no memory or no room to drain (STORE_FULL). A crash anywhere
 * in it leaves a journal from which the next start does the same. */
#include <assert.h>

#include "store/kv_lmdb_inner.h"

/* Inserts one gathered value, whose need is known to fit. */
static enum store_result insert(struct lmdb_engine *engine, struct bytes value, uint64_t commit)
{
    struct lmdb_journal_walk walk;
    struct kv_write write;
    enum store_result result;
    if (!lmdb_journal_walk_open(engine, value, commit, engine->journal.previous, &walk)) {
        return STORE_DAMAGED;
    }
    while ((result = lmdb_journal_walk_next(&walk, &write)) == STORE_OK) {
        lmdb_buffer_insert(engine, commit, &write, 1);
    }
    if (result != STORE_ABSENT) {
        return result;
    }
    engine->journal.previous = commit;
    lmdb_buffer_publish(engine, commit, value.size);
    return STORE_OK;
}

/* What a value takes in a generation, and that all of it can be read. */
static enum store_result measure(const struct lmdb_engine *engine, struct bytes value,
                                 uint64_t commit, size_t *ret_need)
{
    struct lmdb_journal_walk walk;
    struct kv_write write;
    enum store_result result;
    size_t need = 0, count = 0;
    if (!lmdb_journal_walk_open(engine, value, commit, engine->journal.previous, &walk)) {
        return STORE_DAMAGED;
    }
    while ((result = lmdb_journal_walk_next(&walk, &write)) == STORE_OK) {
        need += generation_need(&write, 1);
        count++;
    }
    if (result != STORE_ABSENT || count == 0) {
        return STORE_DAMAGED;
    }
    *ret_need = need;
    return STORE_OK;
}

/* Reads values from `*next` on until the active generation is full (*ret_need is what the next one
 * takes) or the journal ends (*ret_need is 0). */
static enum store_result read_values(struct lmdb_engine *engine, MDB_txn *txn, uint64_t *next,
                                     size_t *ret_need, uint64_t *ret_damaged_commit)
{
    MDB_cursor *cursor;
    if (mdb_cursor_open(txn, engine->table, &cursor) != MDB_SUCCESS) {
        return STORE_FAULT;
    }
    enum store_result result;
    for (;;) {
        uint64_t commit = *next;
        struct bytes value;
        size_t need = 0;
        result = lmdb_journal_read(engine, cursor, *next, &commit, &value);
        if (result == STORE_OK) {
            result = measure(engine, value, commit, &need);
        }
        bool fits = result == STORE_OK && lmdb_buffer_fits(engine, need);
        if (fits) {
            result = insert(engine, value, commit);
        }
        if (result == STORE_DAMAGED) {
            *ret_damaged_commit = commit;
        }
        if (!fits || result != STORE_OK) {
            *ret_need = need;
            break;
        }
        *next = commit + 1;
    }
    mdb_cursor_close(cursor);
    return result == STORE_ABSENT ? STORE_OK : result;
}

enum store_result lmdb_refill(struct lmdb_engine *engine, uint64_t *ret_damaged_commit)
{
    size_t half = lmdb_buffer_half(engine), need = 2 * half;
    uint64_t next = engine->journal.floor;
    enum store_result result = lmdb_buffer_swap(engine, need);
    while (result == STORE_OK) {
        MDB_txn *txn;
        if (mdb_txn_begin(engine->env, NULL, MDB_RDONLY, &txn) != MDB_SUCCESS) {
            return STORE_FAULT;
        }
        result = read_values(engine, txn, &next, &need, ret_damaged_commit);
        mdb_txn_abort(txn); /* what is drained below must not be kept for it */
        if (result != STORE_OK) {
            return result;
        }
        bool ended = need == 0;
        result = lmdb_buffer_swap(engine, ended ? half : need > 2 * half ? need : 2 * half);
        if (ended) {
            break;
        }
        if (result == STORE_OK) {
            result = lmdb_drain_all(engine);
        }
    }
    assert(result != STORE_OK || engine->active->last_commit == 0);
    return result;
}
