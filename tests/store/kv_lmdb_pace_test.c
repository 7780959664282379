/* A drain's pace: the arithmetic, and an engine whose keys lie scattered in one half of key order
 * and side by side in the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/kv_lmdb.h"
#include "store/kv_lmdb_pace.h"
#include "tests/store/scratch.h"

/* ---- arithmetic ------------------------------------------------------------------------------ */

static void at_first_every_key_costs_the_same(void **state)
{
    (void)state;
    struct lmdb_pace pace;
    lmdb_pace_even(&pace);
    assert_int_equal(lmdb_pace_keys(&pace, 6400, 0, 10), 0);
    assert_int_equal(lmdb_pace_keys(&pace, 6400, 5, 10), 3200);
    assert_int_equal(lmdb_pace_keys(&pace, 6400, 10, 10), 6400);
    assert_int_equal(lmdb_pace_keys(&pace, 6400, 11, 10), 6400);
    assert_int_equal(lmdb_pace_keys(&pace, 1, 9, 10), 0);
    assert_int_equal(lmdb_pace_keys(&pace, 1, 1, 1), 1);
}

/* The first quarter of the keys cost ten each, the others one. */
static uint64_t cost_of(uint64_t key_count, uint64_t keys)
{
    uint64_t dear = key_count / 4;
    return keys < dear ? 10 * keys : 10 * dear + (keys - dear);
}

static void noted_in_steps_of_any_size_it_says_what_the_keys_cost(void **state)
{
    (void)state;
    enum { KEYS = 13000, TOTAL = 13 * KEYS / 4, SLACK = KEYS / LMDB_PACE_PARTS };
    uint64_t random = scratch_seed();
    for (int round = 0; round < 50; round++) {
        struct lmdb_pace pace;
        uint64_t keys = 0, step_max = 1 + scratch_random(&random) % (round < 25 ? 90 : 3000);
        while (keys < KEYS) {
            uint64_t after = keys + 1 + scratch_random(&random) % step_max;
            if (after > KEYS) after = KEYS;
            lmdb_pace_note(&pace, KEYS, keys, cost_of(KEYS, keys), after, cost_of(KEYS, after));
            keys = after;
        }
        uint64_t before = 0, slack = SLACK + step_max;
        for (uint64_t part = 0; part <= 100; part++) {
            uint64_t goal = lmdb_pace_keys(&pace, KEYS, part, 100);
            uint64_t cost = cost_of(KEYS, goal), wanted = TOTAL * part / 100;
            assert_in_range(goal, before, KEYS);
            assert_in_range(cost + 10 * slack, wanted, wanted + 20 * slack);
            before = goal;
        }
        assert_int_equal(before, KEYS);
    }
}

/* ---- an engine ------------------------------------------------------------------------------- */

enum {
    HALF = 1 << 20, SCATTERED = 60000, KEYS_PER_COMMIT = 16, VALUE_BYTES = 60,
    COMMITS_MAX = 20000,
};

struct feed {
    struct kv *kv;
    uint64_t random;
    uint32_t appended;
};

static void key_write(uint8_t key[5], uint8_t first, uint32_t number)
{
    key[0] = first;
    bytes_put_u32(key + 1, number);
}

static void put_all(struct kv *kv, uint8_t keys[KEYS_PER_COMMIT][5])
{
    static const uint8_t value[VALUE_BYTES] = {1};
    struct kv_write writes[KEYS_PER_COMMIT];
    for (unsigned i = 0; i < KEYS_PER_COMMIT; i++) {
        writes[i] = (struct kv_write){{keys[i], 5}, {value, sizeof value}};
    }
    assert_int_equal(kv_commit(kv, writes, KEYS_PER_COMMIT, NULL, 0), STORE_OK);
}

static void fill(struct kv *kv)
{
    uint8_t keys[KEYS_PER_COMMIT][5];
    for (uint32_t first = 0; first < SCATTERED; first += KEYS_PER_COMMIT) {
        for (uint32_t i = 0; i < KEYS_PER_COMMIT; i++) {
            key_write(keys[i], 'a', first + i);
        }
        put_all(kv, keys);
    }
}

/* Half of the keys lie anywhere in what was filled before, half behind one another. */
static void commit(struct feed *feed)
{
    enum { EACH = KEYS_PER_COMMIT / 2, STRIDE = SCATTERED / EACH };
    uint8_t keys[KEYS_PER_COMMIT][5];
    for (uint32_t i = 0; i < EACH; i++) {
        key_write(keys[i], 'a', i * STRIDE + scratch_below(&feed->random, STRIDE));
        key_write(keys[EACH + i], 'b', feed->appended++);
    }
    put_all(feed->kv, keys);
}

/* Commits to the next swap; then how much of the frozen half is in the tree when the other is half
 * full: percent. */
static unsigned drained_at_half(struct feed *feed)
{
    struct kv_usage usage, before;
    unsigned commits = 0;
    kv_usage(feed->kv, &usage);
    do {
        before = usage;
        commit(feed);
        kv_usage(feed->kv, &usage);
        assert_in_range(++commits, 0, COMMITS_MAX);
    } while (usage.draining_percent >= before.draining_percent);
    assert_in_range(usage.buffered_bytes, HALF - HALF / 8, HALF + HALF / 8);
    while (usage.buffered_bytes < HALF + HALF / 2) {
        commit(feed);
        kv_usage(feed->kv, &usage);
        assert_in_range(++commits, 0, COMMITS_MAX);
    }
    return usage.draining_percent;
}

static struct kv *engine_open(const struct scratch *scratch, uint64_t buffer_bytes)
{
    struct kv_lmdb_options options = {
        .path = scratch->path, .map_bytes = 256 << 20, .reader_max = 4,
        .buffer_bytes = buffer_bytes, .checksum_key = (const uint8_t *)"0123456789abcde"};
    struct kv *kv;
    assert_int_equal(kv_lmdb_open(&options, &kv), STORE_OK);
    return kv;
}

static void a_drain_goes_slowly_where_the_last_one_was_dear(void **state)
{
    (void)state;
    struct scratch scratch = scratch_make();
    struct kv *kv = engine_open(&scratch, 0);
    fill(kv);
    kv_destroy(kv);
    struct feed feed = {engine_open(&scratch, 2 * HALF), scratch_seed(), 0};
    /* 1.1 times as fast as the active one fills: that is all the first drain goes by. */
    assert_in_range(drained_at_half(&feed), 50, 57);
    for (int round = 0; round < 3; round++) {
        assert_in_range(drained_at_half(&feed), 20, 40);
    }
    kv_destroy(feed.kv);
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_first_every_key_costs_the_same),
        cmocka_unit_test(noted_in_steps_of_any_size_it_says_what_the_keys_cost),
        cmocka_unit_test(a_drain_goes_slowly_where_the_last_one_was_dear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
