#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/batch.h"
#include "store/kv.h"
#include "store/read_cache.h"
#include "tests/store/scratch.h"

static struct read_cache *cache;

static int setup(void **state)
{
    (void)state;
    cache = read_cache_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    read_cache_destroy(cache);
    return 0;
}

static void what_was_read_is_found_until_it_is_cleared(void **state)
{
    (void)state;
    enum store_result result;
    struct bytes value = {0};
    assert_false(read_cache_get(cache, scratch_bytes("key"), &result, &value));
    read_cache_put(cache, scratch_bytes("key"), STORE_OK, scratch_bytes("value"));
    assert_true(read_cache_get(cache, scratch_bytes("key"), &result, &value));
    assert_int_equal(result, STORE_OK);
    assert_int_equal(value.size, 5);
    assert_memory_equal(value.data, "value", 5);
    assert_false(read_cache_get(cache, scratch_bytes("kex"), &result, &value));
    assert_false(read_cache_get(cache, scratch_bytes("ke"), &result, &value));
    read_cache_clear(cache);
    assert_false(read_cache_get(cache, scratch_bytes("key"), &result, &value));
}

static void that_there_is_no_record_is_kept_too_and_an_empty_one_is_one(void **state)
{
    (void)state;
    enum store_result result;
    struct bytes value = {0};
    read_cache_put(cache, scratch_bytes("absent"), STORE_ABSENT, value);
    read_cache_put(cache, scratch_bytes("empty"), STORE_OK, scratch_bytes(""));
    assert_true(read_cache_get(cache, scratch_bytes("absent"), &result, &value));
    assert_int_equal(result, STORE_ABSENT);
    assert_true(read_cache_get(cache, scratch_bytes("empty"), &result, &value));
    assert_int_equal(result, STORE_OK);
    assert_int_equal(value.size, 0);
}

static void what_may_be_answered_otherwise_next_time_is_not_kept(void **state)
{
    (void)state;
    static const enum store_result passing[] = {STORE_NEED, STORE_DAMAGED, STORE_FAULT};
    enum store_result result;
    struct bytes value = {0};
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
        read_cache_put(cache, scratch_bytes("key"), passing[i], value);
        assert_false(read_cache_get(cache, scratch_bytes("key"), &result, &value));
    }
}

static void of_many_keys_none_is_answered_with_anothers_value(void **state)
{
    (void)state;
    enum { KEYS = 20000 };
    static char keys[KEYS][16];
    size_t found = 0;
    for (size_t i = 0; i < KEYS; i++) {
        snprintf(keys[i], sizeof keys[i], "key %zu", i);
        read_cache_put(cache, scratch_bytes(keys[i]), STORE_OK, scratch_bytes(keys[i]));
    }
    for (size_t i = 0; i < KEYS; i++) {
        enum store_result result;
        struct bytes value;
        if (!read_cache_get(cache, scratch_bytes(keys[i]), &result, &value)) continue;
        found++;
        assert_ptr_equal(value.data, keys[i]);
    }
    assert_in_range(found, 1000, KEYS / 2); /* bounded, and well spread */
}

/* The promise of the reader, with the cache between: a batch sees its own puts, and the next batch
 * what the one before committed. */
static void a_batch_that_read_a_record_sees_it_changed_at_once_and_in_the_next(void **state)
{
    (void)state;
    static const uint8_t key_data[] = {0, 0, 0, 1, 0xee, 7};
    const struct bytes key = {key_data, sizeof key_data};
    struct scratch scratch = scratch_make();
    struct store *store = scratch_store(&scratch, false);
    struct batch *batch = batch_new(store);
    struct bytes value;
    for (char turn = '0'; turn < '3'; turn++) {
        char expected = (char)(turn - 1);
        assert_int_equal(batch_begin(batch, 1000), STORE_OK);
        assert_int_equal(batch_command_begin(batch, 1), STORE_OK);
        for (int again = 0; again < 2; again++) {
            enum store_result result = reader_get(&batch->reader, key, &value);
            assert_int_equal(result, turn == '0' ? STORE_ABSENT : STORE_OK);
            if (result == STORE_OK) assert_memory_equal(value.data, &expected, 1);
        }
        batch_put(batch, key, (struct bytes){(const uint8_t *)&turn, 1});
        assert_int_equal(reader_get(&batch->reader, key, &value), STORE_OK);
        assert_memory_equal(value.data, &turn, 1);
        assert_int_equal(batch_commit(batch), STORE_OK);
    }
    batch_destroy(batch);
    store_close(store);
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_read_is_found_until_it_is_cleared, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            that_there_is_no_record_is_kept_too_and_an_empty_one_is_one, setup, teardown),
        cmocka_unit_test_setup_teardown(what_may_be_answered_otherwise_next_time_is_not_kept,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(of_many_keys_none_is_answered_with_anothers_value, setup,
                                        teardown),
        cmocka_unit_test(a_batch_that_read_a_record_sees_it_changed_at_once_and_in_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
