/* The write buffer while it runs: swaps, drains, refusals, and what snapshots see meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <errno.h>

#include <lmdb.h>

#include <cmocka.h>

#include "store/kv_lmdb.h"
#include "tests/store/buffer_model.h"
#include "tests/store/lmdb_hook.h"

enum {
    TINY = KV_LMDB_BUFFER_BYTES_MIN,
    SWAP_COMMITS = 60, /* more than enough of them to swap a tiny buffer */
};

static struct scratch scratch;
static uint64_t seed;

static int setup(void **state)
{
    (void)state;
    scratch = scratch_make();
    seed = scratch_seed();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

static struct kv_snapshot *snapshot_of(struct kv *kv)
{
    struct kv_snapshot *snapshot;
    assert_int_equal(kv_snapshot_open(kv, &snapshot), STORE_OK);
    return snapshot;
}

/* ---- a snapshot's steps ---------------------------------------------------------------------- */

struct meanwhile {
    struct buffer_model *model;
    struct kv *kv;
    unsigned commits;
};

static void commit_meanwhile(void *context)
{
    struct meanwhile *meanwhile = context;
    buffer_model_commits(meanwhile->model, meanwhile->kv, meanwhile->commits);
}

static void commits_between_the_steps_of_a_snapshot_leave_it_whole(void **state)
{
    (void)state;
    static const unsigned counts[] = {1, 2, 5, 10, 20, 40, 80};
    struct buffer_model model = buffer_model_new(seed);
    struct kv *kv = buffer_model_open(&scratch, TINY);
    for (unsigned round = 0; round < 28; round++) {
        unsigned count = counts[round % (sizeof counts / sizeof counts[0])];
        struct buffer_model before = model;
        struct meanwhile meanwhile = {&model, kv, count};
        lmdb_hook_before_read(commit_meanwhile, &meanwhile);
        struct kv_snapshot *snapshot = snapshot_of(kv);
        struct kv_snapshot *fresh = snapshot_of(kv);
        /* It sees all of what came in between, or nothing of it; and says which. */
        bool newest = kv_snapshot_commit(snapshot) == kv_snapshot_commit(fresh);
        buffer_model_assert(newest ? &model : &before, snapshot);
        assert_true(newest || count < SWAP_COMMITS);
        kv_snapshot_close(fresh);
        kv_snapshot_close(snapshot);
        buffer_model_commits(&model, kv, round % 7);
    }
    kv_destroy(kv);
}

static void old_snapshots_stay_what_they_were_over_swaps_and_drains(void **state)
{
    (void)state;
    enum { OLD = 2 };
    struct buffer_model model = buffer_model_new(seed), olds[OLD];
    struct kv_snapshot *snapshots[OLD];
    struct kv *kv = buffer_model_open(&scratch, TINY);
    buffer_model_commits(&model, kv, 10);
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < OLD; i++) {
            olds[i] = model;
            snapshots[i] = snapshot_of(kv);
            buffer_model_commits(&model, kv, SWAP_COMMITS / 2 + 3 * round);
        }
        buffer_model_commits(&model, kv, SWAP_COMMITS * 2);
        for (int i = 0; i < OLD; i++) {
            buffer_model_assert(&olds[i], snapshots[i]);
            kv_snapshot_close(snapshots[i]);
        }
        buffer_model_assert_now(&model, kv);
    }
    kv_destroy(kv);
}

/* ---- the drain ------------------------------------------------------------------------------- */

static void an_aborted_drain_is_done_again_and_nothing_is_lost(void **state)
{
    (void)state;
    struct buffer_model model = buffer_model_new(seed);
    struct kv *kv = buffer_model_open(&scratch, TINY);
    unsigned refused = 0;
    buffer_model_commits(&model, kv, 20);
    lmdb_hook_fail_commits(1000, 3, MDB_MAP_FULL);
    for (int i = 0; i < 300; i++) {
        enum store_result result = buffer_model_commit(&model, kv);
        assert_true(result == STORE_OK || result == STORE_FULL);
        refused += result == STORE_FULL;
        if (i % 50 == 0) {
            buffer_model_assert_now(&model, kv);
        }
    }
    assert_true(refused > 60 && lmdb_hook_failed() >= refused);
    lmdb_hook_fail_commits(0, 1, 0);
    buffer_model_assert_now(&model, kv);
    assert_int_equal(kv_flush(kv), STORE_OK);
    buffer_model_assert_now(&model, kv);
    kv_destroy(kv);
    kv = buffer_model_open(&scratch, 0);
    buffer_model_assert_now(&model, kv);
    kv_destroy(kv);
}

static void a_commit_whose_fate_is_unknown_is_seen_by_nobody_and_followed_by_none(void **state)
{
    (void)state;
    struct buffer_model model = buffer_model_new(seed);
    struct kv *kv = buffer_model_open(&scratch, TINY);
    buffer_model_commits(&model, kv, 20);
    lmdb_hook_fail_commits(1, 1, EIO);
    assert_int_equal(buffer_model_commit(&model, kv), STORE_FAULT);
    buffer_model_assert_now(&model, kv);
    assert_int_equal(buffer_model_commit(&model, kv), STORE_FAULT);
    assert_int_equal(kv_flush(kv), STORE_FAULT);
    buffer_model_assert_now(&model, kv);
    assert_int_equal(lmdb_hook_failed(), 1);
    kv_destroy(kv);
}

static void a_flush_leaves_everything_in_the_tree_and_no_journal(void **state)
{
    (void)state;
    struct buffer_model model = buffer_model_new(seed);
    struct kv *kv = buffer_model_open(&scratch, TINY);
    struct kv_usage usage;
    for (unsigned count = 0; count < 200; count += 17) {
        buffer_model_commits(&model, kv, count);
        struct buffer_model old = model;
        struct kv_snapshot *snapshot = snapshot_of(kv);
        assert_int_equal(kv_flush(kv), STORE_OK);
        buffer_model_assert(&old, snapshot);
        kv_snapshot_close(snapshot);
        buffer_model_assert_now(&model, kv);
        kv_usage(kv, &usage);
        assert_int_equal(usage.journal_commits, 0);
        assert_int_equal(usage.journal_bytes, 0);
        assert_int_equal(usage.buffered_bytes, 0);
        assert_int_equal(usage.draining_percent, 100);
    }
    kv_destroy(kv);
}

/* ---- bounds ---------------------------------------------------------------------------------- */

static void a_write_set_larger_than_the_buffer_gets_room_of_its_own(void **state)
{
    (void)state;
    enum { LARGE = 6 };
    static uint8_t values[LARGE][KV_VALUE_BYTES_MAX];
    struct buffer_model model = buffer_model_new(seed);
    struct kv *kv = buffer_model_open(&scratch, TINY);
    for (int round = 0; round < 5; round++) {
        uint8_t keys[LARGE];
        struct kv_write writes[LARGE];
        for (uint8_t i = 0; i < LARGE; i++) {
            keys[i] = (uint8_t)(0xf0 + i);
            memset(values[i], round * LARGE + i, sizeof values[i]);
            writes[i] = (struct kv_write){{&keys[i], 1}, {values[i], sizeof values[i]}};
        }
        buffer_model_commits(&model, kv, 7);
        assert_int_equal(kv_commit(kv, writes, LARGE, NULL, 0), STORE_OK);
        buffer_model_commits(&model, kv, 3);
        struct kv_snapshot *snapshot = snapshot_of(kv);
        buffer_model_assert(&model, snapshot);
        for (uint8_t i = 0; i < LARGE; i++) {
            struct bytes value;
            assert_int_equal(kv_get(snapshot, (struct bytes){&keys[i], 1}, &value), STORE_OK);
            assert_int_equal(value.size, sizeof values[i]);
            assert_memory_equal(value.data, values[i], value.size);
        }
        kv_snapshot_close(snapshot);
        kv_destroy(kv);
        kv = buffer_model_open(&scratch, TINY);
        buffer_model_assert_now(&model, kv);
    }
    kv_destroy(kv);
}

/* Snapshots a swap apart hold two generations each. */
static void when_old_snapshots_hold_all_memory_commits_are_refused_until_one_is_closed(void **state)
{
    (void)state;
    enum { OLD = 20 };
    static struct buffer_model olds[OLD];
    struct kv_snapshot *snapshots[OLD];
    struct buffer_model model = buffer_model_new(seed);
    struct kv *kv = buffer_model_open(&scratch, TINY);
    struct kv_usage usage;
    enum store_result result = STORE_OK;
    size_t count = 0;
    while (result == STORE_OK && count < OLD) {
        olds[count] = model;
        snapshots[count] = snapshot_of(kv);
        count++;
        for (int i = 0; i < SWAP_COMMITS && result == STORE_OK; i++) {
            result = buffer_model_commit(&model, kv);
        }
    }
    assert_int_equal(result, STORE_FULL);
    assert_in_range(count, 3, OLD - 1);
    /* A smaller write set may still fit; then there is less room. */
    unsigned refused = 0;
    for (int i = 0; i < 50 && refused < 3; i++) {
        refused += buffer_model_commit(&model, kv) == STORE_FULL;
    }
    assert_int_equal(refused, 3);
    kv_usage(kv, &usage);
    assert_in_range(usage.held_bytes, 3 * TINY / 2, 4 * TINY);
    buffer_model_assert_now(&model, kv);
    for (size_t i = 0; i < count; i++) {
        buffer_model_assert(&olds[i], snapshots[i]);
        kv_snapshot_close(snapshots[i]);
        if (i == 2) {
            buffer_model_commits(&model, kv, 1); /* there is room again */
        }
    }
    buffer_model_commits(&model, kv, 3 * SWAP_COMMITS);
    kv_usage(kv, &usage);
    assert_int_equal(usage.held_bytes, 0);
    buffer_model_assert_now(&model, kv);
    kv_destroy(kv);
}

static void a_nearly_full_map_drains_while_it_refuses(void **state)
{
    (void)state;
    static uint8_t value[60000];
    struct kv_lmdb_options options = {
        .path = scratch.path, .map_bytes = 16 << 20, .reader_max = 4, .buffer_bytes = 1 << 20,
        .checksum_key = BUFFER_MODEL_CHECKSUM_KEY,
    };
    struct kv *kv;
    struct kv_usage usage;
    assert_int_equal(kv_lmdb_open(&options, &kv), STORE_OK);
    enum store_result result = STORE_OK;
    uint32_t count = 0;
    while (result == STORE_OK && count < 1000) {
        uint8_t key[4];
        bytes_put_u32(key, count);
        struct kv_write write = {{key, sizeof key}, {value, sizeof value}};
        result = kv_commit(kv, &write, 1, NULL, 0);
        count += result == STORE_OK;
    }
    assert_int_equal(result, STORE_FULL);
    uint8_t more[] = {0xf0};
    struct kv_write write = {{more, sizeof more}, {value, 8}};
    for (int i = 0; i < 20; i++) {
        (void)!kv_commit(kv, &write, 1, NULL, 0);
    }
    kv_usage(kv, &usage);
    assert_int_equal(usage.draining_percent, 100);
    assert_true(usage.used_bytes < usage.map_bytes);
    struct kv_snapshot *snapshot = snapshot_of(kv);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t key[4];
        struct bytes found;
        bytes_put_u32(key, i);
        assert_int_equal(kv_get(snapshot, (struct bytes){key, sizeof key}, &found), STORE_OK);
        assert_int_equal(found.size, sizeof value);
    }
    kv_snapshot_close(snapshot);
    kv_destroy(kv);
}

/* ---- fences ---------------------------------------------------------------------------------- */

static void a_fence_is_found_wherever_it_lies(void **state)
{
    (void)state;
    struct buffer_model model = buffer_model_new(seed);
    struct kv *kv = buffer_model_open(&scratch, TINY);
    uint8_t key[] = {0xfa}, fence[16] = {0};
    struct kv_write write = {{key, sizeof key}, {fence, sizeof fence}};
    struct kv_fence_check check = {.key = write.key, .epoch = 3};
    for (uint64_t number = 0; number < 90; number++) {
        bytes_put_u64(fence, 3);
        bytes_put_u64(fence + 8, number + 1);
        check.epoch = number == 0 ? 0 : 3;
        check.commit = number + 1;
        assert_int_equal(kv_commit(kv, &write, 1, &check, 1), STORE_CONFLICT);
        check.commit = number;
        check.epoch++;
        assert_int_equal(kv_commit(kv, &write, 1, &check, 1), STORE_FENCED);
        check.epoch--;
        assert_int_equal(kv_commit(kv, &write, 1, &check, 1), STORE_OK);
        /* Now it is in active, soon in frozen, then in the tree. */
        buffer_model_commits(&model, kv, (unsigned)(number % 23));
    }
    buffer_model_assert_now(&model, kv);
    kv_destroy(kv);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(commits_between_the_steps_of_a_snapshot_leave_it_whole),
        IN_FOLDER(old_snapshots_stay_what_they_were_over_swaps_and_drains),
        IN_FOLDER(an_aborted_drain_is_done_again_and_nothing_is_lost),
        IN_FOLDER(a_commit_whose_fate_is_unknown_is_seen_by_nobody_and_followed_by_none),
        IN_FOLDER(a_flush_leaves_everything_in_the_tree_and_no_journal),
        IN_FOLDER(a_write_set_larger_than_the_buffer_gets_room_of_its_own),
        IN_FOLDER(when_old_snapshots_hold_all_memory_commits_are_refused_until_one_is_closed),
        IN_FOLDER(a_nearly_full_map_drains_while_it_refuses),
        IN_FOLDER(a_fence_is_found_wherever_it_lies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
