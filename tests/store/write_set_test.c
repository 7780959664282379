#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/write_set.h"
#include "tests/store/scratch.h"

enum { ARENA_BYTES = 1 << 20 };

static struct write_set *set;

static int setup(void **state)
{
    (void)state;
    set = write_set_new(ARENA_BYTES);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    write_set_destroy(set);
    return 0;
}

static void put(const char *key, const char *value)
{
    write_set_put(set, scratch_bytes(key), scratch_bytes(value));
}

static void assert_node(const struct write_set_node *node, const char *key)
{
    if (key == NULL) {
        assert_null(node);
        return;
    }
    assert_non_null(node);
    struct kv_write write = write_set_at(node);
    assert_int_equal(write.key.size, strlen(key));
    assert_memory_equal(write.key.data, key, write.key.size);
}

static void get_after_put_returns_the_put(void **state)
{
    (void)state;
    struct bytes value;
    assert_false(write_set_get(set, scratch_bytes("a"), &value));
    put("a", "one");
    assert_true(write_set_get(set, scratch_bytes("a"), &value));
    assert_memory_equal(value.data, "one", 3);
    assert_false(write_set_get(set, scratch_bytes("aa"), &value));
    assert_false(write_set_get(set, scratch_bytes("Z"), &value));
}

static void a_second_put_wins_and_leaves_the_first_view_readable(void **state)
{
    (void)state;
    struct bytes first, second;
    put("a", "one");
    assert_true(write_set_get(set, scratch_bytes("a"), &first));
    put("a", "two");
    assert_true(write_set_get(set, scratch_bytes("a"), &second));
    assert_memory_equal(first.data, "one", 3);
    assert_memory_equal(second.data, "two", 3);
    assert_int_equal(write_set_count(set), 1);
    assert_int_equal(write_set_put_count(set), 2);
}

static void a_deletion_is_in_the_set_and_an_empty_value_is_none(void **state)
{
    (void)state;
    struct bytes value;
    write_set_put(set, scratch_bytes("gone"), (struct bytes){0});
    put("empty", "");
    assert_true(write_set_get(set, scratch_bytes("gone"), &value));
    assert_null(value.data);
    assert_true(write_set_get(set, scratch_bytes("empty"), &value));
    assert_non_null(value.data);
    assert_int_equal(value.size, 0);
}

static void neighbours_are_found_in_both_directions(void **state)
{
    (void)state;
    put("m", "");
    put("c", "");
    put("cc", "");
    assert_node(write_set_from(set, scratch_bytes("a")), "c");
    assert_node(write_set_from(set, scratch_bytes("c")), "c");
    assert_node(write_set_from(set, scratch_bytes("ca")), "cc");
    assert_node(write_set_from(set, scratch_bytes("n")), NULL);
    assert_node(write_set_before(set, scratch_bytes("c")), NULL);
    assert_node(write_set_before(set, scratch_bytes("cc")), "c");
    assert_node(write_set_before(set, scratch_bytes("zz")), "m");
    assert_node(write_set_next(write_set_from(set, scratch_bytes("cc"))), "m");
    assert_node(write_set_next(write_set_from(set, scratch_bytes("m"))), NULL);
}

static void clearing_forgets_everything_and_gives_all_room_back(void **state)
{
    (void)state;
    struct bytes value;
    size_t room = write_set_room(set);
    put("a", "one");
    assert_in_range(room - write_set_room(set), 4, 4 + WRITE_SET_PUT_BYTES_MAX);
    write_set_clear(set);
    assert_int_equal(write_set_room(set), room);
    assert_int_equal(write_set_count(set), 0);
    assert_int_equal(write_set_put_count(set), 0);
    assert_false(write_set_get(set, scratch_bytes("a"), &value));
    assert_node(write_set_from(set, scratch_bytes("a")), NULL);
}

static void many_keys_in_any_order_are_listed_in_key_order(void **state)
{
    (void)state;
    enum { KEY_COUNT = 4000 };
    static struct kv_write writes[KEY_COUNT];
    uint64_t random = scratch_seed();
    size_t room = write_set_room(set);
    for (int i = 0; i < KEY_COUNT; i++) {
        uint64_t key = scratch_random(&random);
        write_set_put(set, (struct bytes){(const uint8_t *)&key, sizeof key},
                      (struct bytes){(const uint8_t *)&key, sizeof key});
    }
    assert_int_equal(write_set_count(set), KEY_COUNT);
    assert_in_range(room - write_set_room(set), KEY_COUNT * WRITE_SET_NODE_BYTES_MIN,
                    KEY_COUNT * (16 + 80));
    write_set_list(set, writes);
    for (int i = 0; i < KEY_COUNT; i++) {
        assert_memory_equal(writes[i].key.data, writes[i].value.data, sizeof(uint64_t));
        if (i > 0) {
            assert_true(bytes_compare(writes[i - 1].key, writes[i].key) < 0);
        }
    }
}

int main(void)
{
#define ON_SET(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ON_SET(get_after_put_returns_the_put),
        ON_SET(a_second_put_wins_and_leaves_the_first_view_readable),
        ON_SET(a_deletion_is_in_the_set_and_an_empty_value_is_none),
        ON_SET(neighbours_are_found_in_both_directions),
        ON_SET(clearing_forgets_everything_and_gives_all_room_back),
        ON_SET(many_keys_in_any_order_are_listed_in_key_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
