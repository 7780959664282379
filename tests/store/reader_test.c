/* Reader and batch against a model: two plain arrays, what is committed and what the batch sees.
 * Every step of a random run is checked against them, on LMDB and on an engine that needs fetching.
 * The seed is printed; BECKON_TEST_SEED replays it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/batch.h"
#include "store/key.h"
#include "tests/store/kv_needy.h"
#include "tests/store/scratch.h"

enum {
    NUMBER_MAX = 60, BATCHES = 80, STEPS_OF_BATCH = 40, MERCHANT = 3, CLOCK = 1000,
    REFETCH_MAX = 4,
};

/* 0: absent. Values are numbers; their bytes repeat them as often as they say. */
struct model {
    uint32_t values[NUMBER_MAX];
};

static struct scratch scratch;
static struct store *store;
static struct batch *batches[2], *batch; /* `batch`: one of them */

static int setup(void **state)
{
    scratch = scratch_make();
    store = scratch_store(&scratch, *state != NULL);
    for (size_t i = 0; i < 2; i++) {
        batches[i] = batch_new(store);
    }
    batch = batches[0];
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        batch_destroy(batches[i]);
    }
    store_close(store);
    scratch_remove(&scratch);
    return 0;
}

static struct key key_of(uint32_t number)
{
    struct key key = key_begin(MERCHANT, TABLE_SHOP);
    key_u32(&key, number);
    if (number % 3 == 0) {
        key_u8(&key, 0); /* keys of two lengths: one may begin the other */
    }
    return key;
}

static void assert_value(struct bytes value, uint32_t expected)
{
    assert_int_equal(value.size, 4 * (expected % 50));
    for (size_t i = 0; i < value.size; i += 4) {
        assert_memory_equal(value.data + i, &expected, 4);
    }
}

static void put_value(uint32_t number, uint32_t value)
{
    uint32_t repeated[50];
    for (uint32_t i = 0; i < value % 50; i++) {
        repeated[i] = value;
    }
    struct key key = key_of(number);
    batch_put(batch, key_view(&key), (struct bytes){(const uint8_t *)repeated, 4 * (value % 50)});
}

/* Runs a whole scan; STORE_OK after comparing all of it, or STORE_NEED. */
static enum store_result check_scan(struct reader *reader, const struct model *model,
                                    uint32_t from, uint32_t to, bool reverse)
{
    struct key from_key = key_of(from), to_key = key_of(to);
    struct reader_scan scan;
    enum store_result result = reader_scan_open(reader, key_view(&from_key), key_view(&to_key),
                                                reverse, &scan);
    uint32_t step = reverse ? to - 1 : from;
    while (result == STORE_OK) {
        struct bytes key, value;
        result = reader_scan_next(&scan, &key, &value);
        if (result == STORE_NEED) {
            break;
        }
        while (step < NUMBER_MAX && step >= from && step < to && model->values[step] == 0) {
            step += reverse ? -1U : 1U;
        }
        if (result == STORE_ABSENT) {
            assert_true(step == NUMBER_MAX || step < from || step >= to);
            break;
        }
        assert_int_equal(result, STORE_OK);
        assert_true(step < NUMBER_MAX && step >= from && step < to);
        struct key expected = key_of(step);
        assert_int_equal(bytes_compare(key, key_view(&expected)), 0);
        assert_value(value, model->values[step]);
        step += reverse ? -1U : 1U;
    }
    reader_scan_close(&scan);
    return result == STORE_ABSENT ? STORE_OK : result;
}

static enum store_result check_get(struct reader *reader, const struct model *model,
                                   uint32_t number)
{
    struct key key = key_of(number);
    struct bytes value;
    enum store_result result = reader_get(reader, key_view(&key), &value);
    if (result == STORE_NEED) {
        return result;
    }
    assert_int_equal(result, model->values[number] == 0 ? STORE_ABSENT : STORE_OK);
    if (result == STORE_OK) {
        assert_value(value, model->values[number]);
    }
    return STORE_OK;
}

/* One batch: a few random steps, replayable from `random` since a refetch runs them again. */
static enum store_result run_steps(struct model *model, uint64_t random, uint32_t step_count)
{
    enum store_result result = batch_command_begin(batch, MERCHANT);
    bool need = result == STORE_NEED;
    if (need) {
        return result;
    }
    assert_int_equal(result, STORE_OK);
    for (uint32_t i = 0; i < step_count; i++) {
        uint32_t number = scratch_below(&random, NUMBER_MAX);
        uint32_t other = scratch_below(&random, NUMBER_MAX);
        uint32_t what = scratch_below(&random, 6);
        uint32_t value = 1 + scratch_below(&random, 1000);
        result = STORE_OK;
        if (what < 2) {
            put_value(number, value);
            model->values[number] = value;
        } else if (what == 2) {
            struct key key = key_of(number);
            batch_delete(batch, key_view(&key));
            model->values[number] = 0;
        } else if (what == 3) {
            result = check_get(&batch->reader, model, number);
        } else {
            uint32_t low = number < other ? number : other, high = number < other ? other : number;
            result = check_scan(&batch->reader, model, low, high, what == 4);
        }
        need = need || result == STORE_NEED; /* and go on, to collect more wants */
    }
    return need ? STORE_NEED : STORE_OK;
}

/* Runs a batch to its end over `base`; *ret_model is what it sees then. */
static void run_batch(const struct model *base, uint64_t *random, struct model *ret_model)
{
    uint64_t run_seed = scratch_random(random);
    uint32_t step_count = 1 + scratch_below(random, STEPS_OF_BATCH);
    enum store_result result = STORE_NEED;
    for (int run = 0; result == STORE_NEED; run++) {
        assert_in_range(run, 0, REFETCH_MAX);
        if (run > 0) {
            assert_int_equal(batch_refetch(batch), STORE_OK);
        }
        *ret_model = *base;
        result = run_steps(ret_model, run_seed, step_count);
    }
}

/* A snapshot alone sees what is committed, and only that. */
static void check_committed(const struct model *committed)
{
    struct reader reader;
    assert_int_equal(reader_open(store, &reader), STORE_OK);
    reader.merchant = MERCHANT;
    for (int run = 0; run < 2; run++) {
        enum store_result result = check_scan(&reader, committed, 0, NUMBER_MAX, run == 1);
        if (result == STORE_NEED) {
            assert_int_equal(kv_fetch(reader.snapshot), STORE_OK);
            result = check_scan(&reader, committed, 0, NUMBER_MAX, run == 1);
        }
        assert_int_equal(result, STORE_OK);
    }
    reader_close(&reader);
}

static void random_batches_agree_with_a_plain_array(void **state)
{
    (void)state;
    uint64_t random = scratch_seed();
    struct model committed = {{0}};
    for (int count = 0; count < BATCHES; count++) {
        struct model model;
        assert_int_equal(batch_begin(batch, CLOCK), STORE_OK);
        run_batch(&committed, &random, &model);
        if (scratch_below(&random, 5) == 0) {
            batch_abandon(batch);
        } else {
            assert_int_equal(batch_commit(batch), STORE_OK);
            committed = model;
        }
        check_committed(&committed);
    }
}

/* Each batch is run over the one before, which is committed before or after it runs, or fails: then
 * neither has happened. */
static void batches_over_one_another_agree_with_a_plain_array(void **state)
{
    (void)state;
    enum { FAILS, COMMITS_FIRST, CHOICES = 5 };
    uint64_t random = scratch_seed();
    struct model committed = {{0}}, closed = committed;
    struct batch *under = NULL;
    for (int count = 0; count < BATCHES; count++) {
        struct model model;
        batch = batches[count % 2];
        assert_int_equal(under == NULL ? batch_begin(batch, CLOCK)
                                       : batch_begin_over(batch, under, CLOCK), STORE_OK);
        uint32_t choice = scratch_below(&random, CHOICES);
        if (under != NULL && choice == COMMITS_FIRST) {
            assert_int_equal(batch_commit(under), STORE_OK);
            committed = closed;
        }
        run_batch(&closed, &random, &model);
        check_committed(&committed);
        if (under != NULL && choice == FAILS) {
            batch_abandon(under);
            batch_abandon(batch);
            closed = committed;
            under = NULL;
            continue;
        }
        if (under != NULL && choice != COMMITS_FIRST) {
            assert_int_equal(batch_commit(under), STORE_OK);
            committed = closed;
        }
        check_committed(&committed);
        assert_true(batch_close(batch));
        closed = model;
        under = batch;
    }
    assert_int_equal(under == NULL ? STORE_OK : batch_commit(under), STORE_OK);
    check_committed(&closed);
}

static void a_needy_engine_was_really_asked(void **state)
{
    size_t before = kv_needy_need_count();
    random_batches_agree_with_a_plain_array(state);
    assert_true(kv_needy_need_count() > before + 100);
}

static void a_snapshot_does_not_see_later_commits(void **state)
{
    (void)state;
    struct model empty = {{0}};
    struct reader reader;
    assert_int_equal(reader_open(store, &reader), STORE_OK);
    reader.merchant = MERCHANT;
    uint64_t commit = kv_snapshot_commit(reader.snapshot);
    assert_int_equal(batch_begin(batch, CLOCK), STORE_OK);
    assert_int_equal(batch_command_begin(batch, MERCHANT), STORE_OK);
    put_value(7, 70);
    assert_int_equal(batch_commit(batch), STORE_OK);
    assert_int_equal(check_get(&reader, &empty, 7), STORE_OK);
    assert_int_equal(check_scan(&reader, &empty, 0, NUMBER_MAX, false), STORE_OK);
    reader_close(&reader);
    assert_int_equal(reader_open(store, &reader), STORE_OK);
    assert_true(kv_snapshot_commit(reader.snapshot) > commit);
    reader_close(&reader);
}

int main(void)
{
    static int needy = 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(random_batches_agree_with_a_plain_array, setup, teardown),
        cmocka_unit_test_setup_teardown(batches_over_one_another_agree_with_a_plain_array, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_snapshot_does_not_see_later_commits, setup, teardown),
        {"batches_over_one_another_on_a_needy_engine",
         batches_over_one_another_agree_with_a_plain_array, setup, teardown, &needy},
        cmocka_unit_test_prestate_setup_teardown(a_needy_engine_was_really_asked, setup, teardown,
                                                 &needy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
