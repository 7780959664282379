#include "tests/store/kv_model_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t LOWEST[] = {0}, HIGHEST[] = {0xff, 0xff, 0xff};

/* ---- what differs --------------------------------------------------------------------------- */

static void print_bytes(struct bytes bytes)
{
    enum { SHOWN_MAX = 32 };
    for (size_t i = 0; i < bytes.size && i < SHOWN_MAX; i++) {
        fprintf(stderr, "%02x", bytes.data[i]);
    }
    fprintf(stderr, "%s (%zu bytes)", bytes.size > SHOWN_MAX ? "..." : "", bytes.size);
}

static void print_value(const struct oracle_value *value)
{
    if (value == NULL) {
        fprintf(stderr, "nothing");
        return;
    }
    uint8_t *copy = malloc(value->size + 1);
    if (copy == NULL) {
        abort();
    }
    oracle_value_write(value, copy);
    print_bytes((struct bytes){copy, value->size});
    free(copy);
}

/* `expected` NULL: nothing was. `found` is only looked at with STORE_OK. */
static _Noreturn void differs(const struct model *model, const struct model_snapshot *snapshot,
                              const char *what, struct bytes key,
                              const struct oracle_value *expected, enum store_result result,
                              struct bytes found)
{
    fprintf(stderr, "%s: BECKON_TEST_SEED=%" PRIu64 ", step %" PRIu64 ", commit %" PRIu64,
            model->engine->name, model->seed, model->step, model->commit);
    if (snapshot != NULL) {
        fprintf(stderr, ", a snapshot of commit %" PRIu64 " opened at step %" PRIu64,
                snapshot->commit, snapshot->opened_at);
    }
    fprintf(stderr, ": %s\n  key      ", what);
    print_bytes(key);
    fprintf(stderr, "\n  expected ");
    print_value(expected);
    fprintf(stderr, "\n  found    ");
    if (result == STORE_OK) {
        print_bytes(found);
    } else {
        fprintf(stderr, "nothing (result %d)", result);
    }
    fprintf(stderr, "\n");
    abort();
}

void model_expect(const struct model *model, const char *what, enum store_result expected,
                  enum store_result found)
{
    if (expected != found) {
        fprintf(stderr, "%s: BECKON_TEST_SEED=%" PRIu64 ", step %" PRIu64 ", write set %" PRIu64
                ": %s answered %d instead of %d\n", model->engine->name, model->seed, model->step,
                model->batch_number, what, found, expected);
        abort();
    }
}

/* ---- snapshots ------------------------------------------------------------------------------ */

/* Also checks the number: it grows with every commit, over restarts too; one that changed nothing
 * need not count. */
void model_snapshot_open(struct model *model, struct model_snapshot *snapshot)
{
    *snapshot = (struct model_snapshot){.commit = model->commit, .opened_at = model->step};
    model_expect(model, "kv_snapshot_open", STORE_OK,
                 kv_snapshot_open(model->kv, &snapshot->snapshot));
    uint64_t number = kv_snapshot_commit(snapshot->snapshot);
    if (number < model->seen_number + model->growth) {
        fprintf(stderr, "%s: BECKON_TEST_SEED=%" PRIu64 ", step %" PRIu64 ": the number went from %"
                PRIu64 " to %" PRIu64 " with %" PRIu64 " commits\n", model->engine->name,
                model->seed, model->step, model->seen_number, number, model->growth);
        abort();
    }
    model->seen_number = number;
    model->growth = 0;
}

static void keep_view(struct model_snapshot *snapshot, uint64_t *random, struct bytes key,
                      struct bytes found_key, struct bytes found,
                      const struct oracle_value *value)
{
    size_t index = snapshot->view_count;
    if (index == MODEL_VIEW_MAX) {
        index = scratch_below(random, MODEL_VIEW_MAX);
    } else {
        snapshot->view_count++;
    }
    snapshot->views[index] = (struct model_view){key, found_key, found, *value};
}

void model_snapshot_close(struct model *model, struct model_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->view_count; i++) {
        const struct model_view *view = &snapshot->views[i];
        if (!oracle_value_is(&view->value, view->found)) {
            differs(model, snapshot, "a value handed out earlier has changed", view->key,
                    &view->value, STORE_OK, view->found);
        }
        if (view->found_key.data != NULL && bytes_compare(view->found_key, view->key) != 0) {
            differs(model, snapshot, "a key handed out earlier has changed", view->key,
                    &view->value, STORE_OK, view->found_key);
        }
    }
    kv_scan_close(snapshot->scan);
    kv_snapshot_close(snapshot->snapshot);
}

/* Once more after fetching, where an engine asks for that. */
static bool fetched(struct model *model, struct model_snapshot *snapshot, enum store_result result)
{
    if (result != STORE_NEED || !model->engine->needy) {
        return false;
    }
    model_expect(model, "kv_fetch", STORE_OK, kv_fetch(snapshot->snapshot));
    return true;
}

void model_get(struct model *model, struct model_snapshot *snapshot, struct bytes key)
{
    struct bytes found = {0};
    enum store_result result = kv_get(snapshot->snapshot, key, &found);
    if (fetched(model, snapshot, result)) {
        result = kv_get(snapshot->snapshot, key, &found);
    }
    const struct oracle_value *value = kv_oracle_get(model->oracle, snapshot->commit, key);
    if (value == NULL ? result != STORE_ABSENT
                      : result != STORE_OK || !oracle_value_is(value, found)) {
        differs(model, snapshot, "a get", key, value, result, found);
    }
    if (value != NULL) {
        keep_view(snapshot, &model->random, key, (struct bytes){0}, found, value);
    }
    model->counts[MODEL_COUNT_GETS]++;
}

/* ---- scans ---------------------------------------------------------------------------------- */

void model_scan_open(struct model *model, struct model_snapshot *snapshot, struct bytes from,
                      struct bytes to, bool reverse)
{
    memcpy(snapshot->from_bytes, from.data, from.size);
    memcpy(snapshot->to_bytes, to.data, to.size);
    snapshot->from_size = from.size;
    snapshot->to_size = to.size;
    snapshot->reverse = reverse;
    enum store_result result = kv_scan_open(snapshot->snapshot, from, to, reverse,
                                            &snapshot->scan);
    if (fetched(model, snapshot, result)) {
        result = kv_scan_open(snapshot->snapshot, from, to, reverse, &snapshot->scan);
    }
    model_expect(model, "kv_scan_open", STORE_OK, result);
}

/* Narrows what is still to come to what lies beyond `key`. */
static void scan_pass(struct model_snapshot *snapshot, struct bytes key)
{
    if (snapshot->reverse) {
        memcpy(snapshot->to_bytes, key.data, key.size);
        snapshot->to_size = key.size;
        return;
    }
    memcpy(snapshot->from_bytes, key.data, key.size);
    snapshot->from_bytes[key.size] = 0;
    snapshot->from_size = key.size + 1;
}

void model_scan_close(struct model_snapshot *snapshot)
{
    kv_scan_close(snapshot->scan);
    snapshot->scan = NULL;
}

/* The record its next step must find; NULL: the end. */
static const struct oracle_value *scan_expected(const struct model *model,
                                                const struct model_snapshot *snapshot,
                                                struct bytes *ret_key)
{
    struct bytes from = {snapshot->from_bytes, snapshot->from_size};
    struct bytes to = {snapshot->to_bytes, snapshot->to_size};
    return kv_oracle_find(model->oracle, snapshot->commit, from, to, snapshot->reverse, ret_key);
}

/* One step; false: it has come to its end, and is closed. */
bool model_scan_step(struct model *model, struct model_snapshot *snapshot)
{
    struct bytes key = {0}, found_key = {0}, found = {0};
    const struct oracle_value *value = scan_expected(model, snapshot, &key);
    enum store_result result = kv_scan_next(snapshot->scan, &found_key, &found);
    if (value == NULL) {
        if (result == STORE_ABSENT) { /* and stays there */
            result = kv_scan_next(snapshot->scan, &found_key, &found);
        }
        if (result != STORE_ABSENT) {
            differs(model, snapshot, "a scan goes on behind its end", found_key, NULL, result,
                    found);
        }
        model_scan_close(snapshot);
        return false;
    }
    if (result != STORE_OK) {
        differs(model, snapshot, snapshot->reverse ? "a scan backwards" : "a scan", key, value,
                result, found);
    }
    if (bytes_compare(key, found_key) != 0) {
        differs(model, snapshot, snapshot->reverse ? "the key of a scan backwards"
                                                   : "the key of a scan",
                key, value, result, found_key);
    }
    if (!oracle_value_is(value, found)) {
        differs(model, snapshot, "the value of a scan", key, value, result, found);
    }
    keep_view(snapshot, &model->random, key, found_key, found, value);
    scan_pass(snapshot, key);
    model->counts[MODEL_COUNT_SCANNED]++;
    return true;
}

void model_snapshot_check(struct model *model, struct model_snapshot *snapshot)
{
    struct bytes from = {LOWEST, sizeof LOWEST}, to = {HIGHEST, sizeof HIGHEST};
    if (snapshot->scan != NULL) {
        model_scan_close(snapshot);
    }
    for (int reverse = 0; reverse < 2; reverse++) {
        model_scan_open(model, snapshot, from, to, reverse == 1);
        while (model_scan_step(model, snapshot)) {
        }
    }
    model->counts[MODEL_COUNT_CHECKS]++;
}

void model_check(struct model *model)
{
    struct model_snapshot snapshot;
    model_snapshot_open(model, &snapshot);
    model_snapshot_check(model, &snapshot);
    model_snapshot_close(model, &snapshot);
}

bool model_same(struct model *model)
{
    struct model_snapshot snapshot;
    struct bytes key = {0}, found_key, found;
    enum store_result result;
    bool same = true;
    uint64_t seen_number = model->seen_number, growth = model->growth;
    model_snapshot_open(model, &snapshot);
    model_scan_open(model, &snapshot, (struct bytes){LOWEST, sizeof LOWEST},
              (struct bytes){HIGHEST, sizeof HIGHEST}, false);
    do {
        const struct oracle_value *value = scan_expected(model, &snapshot, &key);
        result = kv_scan_next(snapshot.scan, &found_key, &found);
        same = value == NULL ? result == STORE_ABSENT
                             : result == STORE_OK && bytes_compare(key, found_key) == 0 &&
                               oracle_value_is(value, found);
        if (same && value != NULL) {
            scan_pass(&snapshot, key);
        }
    } while (same && result == STORE_OK);
    model_snapshot_close(model, &snapshot);
    model->seen_number = seen_number; /* it may have been one commit further than is known */
    model->growth = growth;
    return same;
}
