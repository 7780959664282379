/* A scan merges three walks in key order, active, frozen and tree. Of those that stand on the same
 * key the first named counts and all step; a tombstone hides the key. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/kv_lmdb_inner.h"

enum { SIDE_COUNT = 2 };

/* A generation's walk. */
struct side {
    const struct generation *generation; /* NULL: there is none */
    const struct generation_node *node;  /* where it stands; NULL: it ended */
};

struct lmdb_scan {
    struct side sides[SIDE_COUNT]; /* active, frozen */
    MDB_cursor *cursor;
    bool reverse, started, ended;
    bool tree_held, tree_ended; /* the tree stands on tree_key; it has no more */
    struct bytes tree_key, tree_value;
    uint64_t commit;
    struct bytes from, to; /* in `bounds` */
    uint8_t bounds[2 * KV_KEY_BYTES_MAX];
};

/* The engine's own keys are never shown. */
static struct bytes clamp(struct bytes to)
{
    static const uint8_t reserved[1] = {KV_KEY_RESERVED};
    return to.data[0] < KV_KEY_RESERVED ? to : (struct bytes){reserved, sizeof reserved};
}

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
    to = clamp(to);
    assert(from.size + to.size <= sizeof scan->bounds);
    memcpy(scan->bounds, from.data, from.size);
    memcpy(scan->bounds + from.size, to.data, to.size);
    scan->from = (struct bytes){scan->bounds, from.size};
    scan->to = (struct bytes){scan->bounds + from.size, to.size};
    scan->reverse = reverse;
    scan->ended = bytes_compare(scan->from, scan->to) >= 0;
    scan->commit = snapshot->commit;
    if (snapshot->active != NULL) {
        scan->sides[0].generation = snapshot->active->generation;
    }
    if (snapshot->frozen != NULL) {
        scan->sides[1].generation = snapshot->frozen->generation;
    }
    *ret_scan = scan;
    return STORE_OK;
}

static bool inside(const struct lmdb_scan *scan, struct bytes key)
{
    return scan->reverse ? bytes_compare(key, scan->from) >= 0 : bytes_compare(key, scan->to) < 0;
}

/* ---- one walk ------------------------------------------------------------------------------- */

static void side_stand(const struct lmdb_scan *scan, struct side *side,
                       const struct generation_node *node)
{
    side->node = node != NULL && inside(scan, generation_at(node).key) ? node : NULL;
}

static void side_start(const struct lmdb_scan *scan, struct side *side)
{
    if (side->generation == NULL) {
        return;
    }
    side_stand(scan, side,
               scan->reverse ? generation_before(side->generation, scan->to, scan->commit)
                             : generation_from(side->generation, scan->from, scan->commit));
}

static void side_step(const struct lmdb_scan *scan, struct side *side)
{
    side_stand(scan, side,
               scan->reverse ? generation_before(side->generation, generation_at(side->node).key,
                                                 scan->commit)
                             : generation_after(side->generation, side->node, scan->commit));
}

/* Moves to the tree's first record: the first key >= from, or the last key < to. */
static int tree_start(struct lmdb_scan *scan, MDB_val *key, MDB_val *value)
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

/* Sees to it that the tree stands on a record, or has ended: STORE_OK or STORE_FAULT. */
static enum store_result tree_hold(struct lmdb_scan *scan)
{
    MDB_val key, value;
    if (scan->tree_held || scan->tree_ended) {
        return STORE_OK;
    }
    int code = scan->started
                   ? mdb_cursor_get(scan->cursor, &key, &value, scan->reverse ? MDB_PREV : MDB_NEXT)
                   : tree_start(scan, &key, &value);
    if (code != MDB_SUCCESS || !inside(scan, lmdb_bytes(key))) {
        scan->tree_ended = true;
        return code == MDB_SUCCESS || code == MDB_NOTFOUND ? STORE_OK : lmdb_result(code);
    }
    scan->tree_held = true;
    scan->tree_key = lmdb_bytes(key);
    scan->tree_value = lmdb_bytes(value);
    return STORE_OK;
}

/* ---- all three ------------------------------------------------------------------------------ */

static bool comes_before(const struct lmdb_scan *scan, struct bytes a, struct bytes b)
{
    int order = bytes_compare(a, b);
    return scan->reverse ? order > 0 : order < 0;
}

/* Takes the next key of any walk and steps those that stand on it; false at the end. */
static bool take(struct lmdb_scan *scan, struct kv_write *ret_found)
{
    struct kv_write found = {0};
    for (size_t i = 0; i < SIDE_COUNT; i++) {
        if (scan->sides[i].node == NULL) {
            continue;
        }
        struct kv_write at = generation_at(scan->sides[i].node);
        if (found.key.data == NULL || comes_before(scan, at.key, found.key)) {
            found = at;
        }
    }
    if (scan->tree_held &&
        (found.key.data == NULL || comes_before(scan, scan->tree_key, found.key))) {
        found = (struct kv_write){scan->tree_key, scan->tree_value};
    }
    if (found.key.data == NULL) {
        return false;
    }
    for (size_t i = 0; i < SIDE_COUNT; i++) {
        struct side *side = &scan->sides[i];
        if (side->node != NULL && bytes_compare(generation_at(side->node).key, found.key) == 0) {
            side_step(scan, side);
        }
    }
    if (scan->tree_held && bytes_compare(scan->tree_key, found.key) == 0) {
        scan->tree_held = false;
    }
    *ret_found = found;
    return true;
}

enum store_result lmdb_scan_next(void *state, void *opened, struct bytes *ret_key,
                                 struct bytes *ret_value)
{
    (void)state;
    struct lmdb_scan *scan = opened;
    struct kv_write found = {0};
    if (scan->ended) {
        return STORE_ABSENT;
    }
    do {
        enum store_result result = tree_hold(scan);
        for (size_t i = 0; i < SIDE_COUNT && !scan->started; i++) {
            side_start(scan, &scan->sides[i]);
        }
        scan->started = true;
        if (result != STORE_OK || !take(scan, &found)) {
            scan->ended = true;
            return result != STORE_OK ? result : STORE_ABSENT;
        }
    } while (found.value.data == NULL);
    *ret_key = found.key;
    *ret_value = found.value;
    return STORE_OK;
}

void lmdb_scan_close(void *state, void *opened)
{
    (void)state;
    struct lmdb_scan *scan = opened;
    mdb_cursor_close(scan->cursor);
    free(scan);
}
