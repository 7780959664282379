#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/generation.h"
#include "tests/store/scratch.h"

enum { CAPACITY_BYTES = 4 << 20 };

static struct generation *generation;

static int setup(void **state)
{
    (void)state;
    generation = generation_new(CAPACITY_BYTES);
    return generation == NULL;
}

static int teardown(void **state)
{
    (void)state;
    generation_destroy(generation);
    return 0;
}

/* value NULL: a tombstone. */
static void insert(uint64_t commit, const char *key, const char *value)
{
    struct kv_write write = {scratch_bytes(key),
                             value == NULL ? (struct bytes){0} : scratch_bytes(value)};
    generation_insert(generation, commit, &write);
}

static void assert_value(const char *key, uint64_t commit, const char *value)
{
    struct bytes found;
    assert_true(generation_get(generation, scratch_bytes(key), commit, &found));
    if (value == NULL) {
        assert_null(found.data);
        assert_int_equal(found.size, 0);
        return;
    }
    assert_non_null(found.data);
    assert_int_equal(found.size, strlen(value));
    assert_memory_equal(found.data, value, found.size);
}

static void assert_unknown(const char *key, uint64_t commit)
{
    struct bytes found = {(const uint8_t *)"untouched", 9};
    assert_false(generation_get(generation, scratch_bytes(key), commit, &found));
    assert_int_equal(found.size, 9);
}

static void assert_node(const struct generation_node *node, const char *key, uint64_t commit)
{
    if (key == NULL) {
        assert_null(node);
        return;
    }
    assert_non_null(node);
    struct kv_write write = generation_at(node);
    assert_int_equal(write.key.size, strlen(key));
    assert_memory_equal(write.key.data, key, write.key.size);
    assert_int_equal(generation_commit(node), commit);
}

static void a_commit_sees_the_newest_version_up_to_it(void **state)
{
    (void)state;
    insert(5, "a", "five");
    insert(7, "a", "seven");
    insert(7, "b", "b");
    assert_unknown("a", 4);
    assert_value("a", 5, "five");
    assert_value("a", 6, "five");
    assert_value("a", 7, "seven");
    assert_value("a", UINT64_MAX, "seven");
    assert_unknown("b", 6);
    assert_unknown("aa", 7);
    assert_unknown("Z", 7);
    assert_int_equal(generation_versions(generation), 3);
    assert_int_equal(generation_keys(generation), 2);
}

static void a_tombstone_is_a_version_and_an_empty_value_is_no_tombstone(void **state)
{
    (void)state;
    insert(1, "gone", "here");
    insert(2, "gone", NULL);
    insert(3, "gone", "");
    insert(3, "never", NULL);
    assert_value("gone", 1, "here");
    assert_value("gone", 2, NULL);
    assert_value("gone", 3, "");
    assert_value("never", 3, NULL);
}

static void walks_pass_by_keys_that_are_too_new(void **state)
{
    (void)state;
    const struct generation_node *node;
    insert(1, "c", "1");
    insert(1, "m", "1");
    insert(2, "cc", NULL);
    insert(2, "m", "2");
    insert(3, "a", "3");
    insert(3, "z", "3");
    node = generation_from(generation, scratch_bytes("a"), 2);
    assert_node(node, "c", 1);
    assert_node(node = generation_after(generation, node, 2), "cc", 2);
    assert_node(node = generation_after(generation, node, 2), "m", 2);
    assert_node(generation_after(generation, node, 2), NULL, 0);
    assert_node(generation_after(generation, node, 3), "z", 3);
    node = generation_from(generation, scratch_bytes("c"), 1);
    assert_node(node = generation_after(generation, node, 1), "m", 1);
    assert_node(generation_from(generation, scratch_bytes("n"), 2), NULL, 0);
    assert_node(generation_from(generation, scratch_bytes("a"), 0), NULL, 0);
    assert_node(generation_before(generation, scratch_bytes("zz"), 3), "z", 3);
    assert_node(generation_before(generation, scratch_bytes("zz"), 2), "m", 2);
    assert_node(generation_before(generation, scratch_bytes("m"), 1), "c", 1);
    assert_node(generation_before(generation, scratch_bytes("m"), 2), "cc", 2);
    assert_node(generation_before(generation, scratch_bytes("c"), 2), NULL, 0);
    assert_node(generation_before(generation, scratch_bytes("c"), 3), "a", 3);
}

static void clearing_forgets_everything_and_gives_all_room_back(void **state)
{
    (void)state;
    insert(9, "a", "one");
    assert_true(generation_bytes(generation) > 4);
    generation_clear(generation);
    assert_int_equal(generation_bytes(generation), 0);
    assert_int_equal(generation_versions(generation), 0);
    assert_int_equal(generation_keys(generation), 0);
    assert_int_equal(generation_capacity(generation), CAPACITY_BYTES);
    assert_unknown("a", 9);
    assert_node(generation_from(generation, scratch_bytes("a"), 9), NULL, 0);
    insert(1, "b", "commits may begin anew");
    assert_value("b", 1, "commits may begin anew");
}

static void need_is_enough_for_any_write_down_to_the_last_byte(void **state)
{
    (void)state;
    uint64_t random = scratch_seed(), commit = 0;
    uint8_t key[KV_KEY_BYTES_MAX], value[300] = {1};
    struct kv_write write = {.key.data = key, .value.data = value};
    for (;;) {
        for (size_t i = 0; i < sizeof key; i++)
            key[i] = (uint8_t)scratch_random(&random);
        write.key.size = 1 + scratch_below(&random, sizeof key);
        write.value.size = scratch_below(&random, sizeof value);
        size_t before = generation_bytes(generation), need = generation_need(&write, 1);
        if (before + need > generation_capacity(generation))
            break;
        generation_insert(generation, ++commit, &write);
        assert_in_range(generation_bytes(generation) - before, 1, need);
    }
    assert_true(generation_bytes(generation) > CAPACITY_BYTES - 2000);
}

static void an_old_commit_is_found_among_ten_thousand_versions_of_a_key(void **state)
{
    (void)state;
    enum { VERSION_COUNT = 10000 };
    for (uint64_t commit = 1; commit <= VERSION_COUNT; commit++) {
        struct kv_write write = {scratch_bytes("hot"),
                                 {(const uint8_t *)&commit, sizeof commit}};
        generation_insert(generation, 2 * commit, &write);
    }
    for (uint64_t commit = 1; commit <= VERSION_COUNT; commit++) {
        for (uint64_t asked = 2 * commit; asked <= 2 * commit + 1; asked++) {
            struct bytes value;
            assert_true(generation_get(generation, scratch_bytes("hot"), asked, &value));
            assert_memory_equal(value.data, &commit, sizeof commit);
        }
    }
    assert_unknown("hot", 1);
}

/* ---- against a plain table ------------------------------------------------------------------ */

enum { KEYS = 300, COMMITS = 400, KEY_BYTES = 6 };

/* What version of which key a commit wrote: 0 none, 1 a tombstone, 2 a value. */
static struct oracle {
    uint8_t keys[KEYS][KEY_BYTES];
    size_t sizes[KEYS];
    uint8_t wrote[KEYS][COMMITS + 1];
} oracle;

static struct bytes oracle_key(int index)
{
    return (struct bytes){oracle.keys[index], oracle.sizes[index]};
}

static int oracle_order(const void *a, const void *b)
{
    struct bytes left = {a, strlen(a)}, right = {b, strlen(b)};
    return bytes_compare(left, right);
}

/* Short keys of few letters: many are prefixes of others. */
static void oracle_fill_keys(uint64_t *random)
{
    memset(&oracle, 0, sizeof oracle);
    for (int i = 0; i < KEYS; i++) {
        for (;;) {
            size_t size = 1 + scratch_below(random, KEY_BYTES - 1);
            memset(oracle.keys[i], 0, KEY_BYTES);
            for (size_t j = 0; j < size; j++)
                oracle.keys[i][j] = (uint8_t)("ab\x7f\x80\xff"[scratch_below(random, 5)]);
            int twin = 0;
            while (memcmp(oracle.keys[twin], oracle.keys[i], KEY_BYTES) != 0)
                twin++;
            if (twin == i)
                break;
        }
    }
    qsort(oracle.keys, KEYS, KEY_BYTES, oracle_order);
    for (int i = 0; i < KEYS; i++)
        oracle.sizes[i] = strlen((const char *)oracle.keys[i]);
}

/* The newest commit <= `commit` that wrote key `index`; 0: none. */
static uint64_t oracle_commit(int index, uint64_t commit)
{
    while (commit > 0 && oracle.wrote[index][commit] == 0)
        commit--;
    return commit;
}

/* The value of a version tells where it belongs. */
static size_t oracle_value(int index, uint64_t commit, uint8_t ret_value[64])
{
    memset(ret_value, index + (int)commit, 64);
    memcpy(ret_value, &index, sizeof index);
    memcpy(ret_value + sizeof index, &commit, sizeof commit);
    return ((size_t)index * 7 + commit) % 5 == 0 ? 0 : 12 + (size_t)(index + (int)commit) % 52;
}

static void oracle_insert(uint64_t commit, uint64_t *random)
{
    for (int i = 0; i < KEYS; i++) {
        bool hot = i % 37 == 0;
        if (scratch_below(random, hot ? 2 : 60) != 0)
            continue;
        bool tombstone = scratch_below(random, 4) == 0;
        oracle.wrote[i][commit] = tombstone ? 1 : 2;
        uint8_t value[64];
        size_t size = oracle_value(i, commit, value);
        struct kv_write write = {.key = oracle_key(i)};
        if (!tombstone)
            write.value = (struct bytes){value, size};
        generation_insert(generation, commit, &write);
    }
}

static void assert_write(struct bytes value, int index, uint64_t commit)
{
    uint8_t expected[64];
    size_t size = oracle_value(index, commit, expected);
    if (oracle.wrote[index][commit] == 1) {
        assert_null(value.data);
        return;
    }
    assert_non_null(value.data);
    assert_int_equal(value.size, size);
    assert_memory_equal(value.data, expected, size);
}

static void assert_version(const struct generation_node *node, int index, uint64_t commit)
{
    struct kv_write write = generation_at(node);
    assert_int_equal(bytes_compare(write.key, oracle_key(index)), 0);
    assert_int_equal(generation_commit(node), oracle_commit(index, commit));
    assert_write(write.value, index, generation_commit(node));
}

static void compare_gets(uint64_t commit)
{
    for (int i = 0; i < KEYS; i++) {
        struct bytes value;
        uint64_t newest = oracle_commit(i, commit);
        assert_int_equal(generation_get(generation, oracle_key(i), commit, &value), newest != 0);
        if (newest != 0)
            assert_write(value, i, newest);
    }
}

static void compare_walk(int from, uint64_t commit)
{
    const struct generation_node *node =
        generation_from(generation, oracle_key(from), commit);
    for (int i = from; i < KEYS; i++) {
        if (oracle_commit(i, commit) == 0)
            continue;
        assert_non_null(node);
        assert_version(node, i, commit);
        node = generation_after(generation, node, commit);
    }
    assert_null(node);
}

static void compare_walk_back(int before, uint64_t commit)
{
    struct bytes key = oracle_key(before);
    const struct generation_node *node;
    for (int i = before - 1; i >= 0; i--) {
        if (oracle_commit(i, commit) == 0)
            continue;
        node = generation_before(generation, key, commit);
        assert_non_null(node);
        assert_version(node, i, commit);
        key = generation_at(node).key;
    }
    assert_null(generation_before(generation, key, commit));
}

/* Every third commit is looked at again while it is the newest, and at the end all are. */
static void any_commit_reads_as_in_a_plain_table(void **state)
{
    (void)state;
    uint64_t random = scratch_seed();
    oracle_fill_keys(&random);
    for (uint64_t commit = 1; commit <= COMMITS; commit++) {
        oracle_insert(commit, &random);
        if (commit % 3 == 0) {
            compare_gets(commit);
            compare_walk((int)scratch_below(&random, KEYS), commit);
        }
    }
    for (uint64_t commit = 0; commit <= COMMITS; commit += 1 + scratch_below(&random, 7)) {
        compare_gets(commit);
        compare_walk((int)scratch_below(&random, KEYS), commit);
        compare_walk_back((int)scratch_below(&random, KEYS), commit);
    }
    compare_walk(0, COMMITS);
    compare_walk_back(KEYS - 1, COMMITS);
}

int main(void)
{
#define ON_ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ON_ONE(a_commit_sees_the_newest_version_up_to_it),
        ON_ONE(a_tombstone_is_a_version_and_an_empty_value_is_no_tombstone),
        ON_ONE(walks_pass_by_keys_that_are_too_new),
        ON_ONE(clearing_forgets_everything_and_gives_all_room_back),
        ON_ONE(need_is_enough_for_any_write_down_to_the_last_byte),
        ON_ONE(an_old_commit_is_found_among_ten_thousand_versions_of_a_key),
        ON_ONE(any_commit_reads_as_in_a_plain_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
