/* What works together and in which order: lanes, shares, rows, reserve phases, deadlines, stop. */
#include "service/executor/executor.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/limits.h"
#include "tests/service/executor/toy.h"

static struct toy_world world;

static int setup(void **state)
{
    (void)state;
    toy_world_open(&world, TOY_LMDB, false);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    toy_world_close(&world);
    return 0;
}

static struct executor_counters counters(void)
{
    struct executor_counters counters;
    executor_counters(world.executor, &counters);
    return counters;
}

static void what_waits_is_one_commit_answered_in_order(void **state)
{
    (void)state;
    struct toy *toys[20];
    toy_close_gate(&world);
    for (size_t i = 0; i < 20; i++) toy_submit(&world, toys[i] = toy_new(&toy_count, 5));
    toy_open_gate();
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(toy_wait(toys[i]), OUTCOME_OK);
        assert_int_equal(toys[i]->value, i + 1); /* each sees the one before, in the same batch */
        assert_int_equal(toys[i]->done_order, i + 2);
        assert_true(toys[i]->durable);
    }
    assert_int_equal(toy_stored(world.store, 1, 5), 20);
    assert_int_equal(counters().commits, 2); /* the gate's and theirs */
    assert_int_equal(counters().commands, 21);
    assert_int_equal(counters().batch_command_max, 20);
    assert_int_equal(counters().refusals, 0);
}

static void a_writer_that_rests_leaves_nothing_in_the_journal(void **state)
{
    (void)state;
    enum { PAUSE_US = 10 * 1000, PAUSES_MAX = 1000 };
    struct toy_world buffered;
    struct kv_usage usage;
    toy_world_open(&buffered, TOY_BUFFER, false);
    for (size_t round = 1; round <= 3; round++) {
        struct toy *toy = toy_new(&toy_count, 5);
        toy_submit(&buffered, toy);
        assert_int_equal(toy_wait(toy), OUTCOME_OK);
        kv_usage(store_kv(buffered.store), &usage);
        assert_int_equal(usage.buffer_bytes, 1 << 20);
        for (int i = 0; usage.journal_commits > 0 && i < PAUSES_MAX; i++) {
            usleep(PAUSE_US);
            kv_usage(store_kv(buffered.store), &usage);
        }
        assert_int_equal(usage.journal_commits, 0);
        assert_int_equal(usage.buffered_bytes, 0);
        assert_int_equal(toy_stored(buffered.store, 1, 5), round);
    }
    toy_world_close(&buffered);
}

static void a_refusal_is_answered_and_stops_nobody(void **state)
{
    (void)state;
    toy_close_gate(&world);
    struct toy *refused = toy_new(&toy_count, 5), *good = toy_new(&toy_count, 5);
    refused->refuse = OUTCOME_SHOP_UNKNOWN;
    toy_submit(&world, refused);
    toy_submit(&world, good);
    toy_open_gate();
    assert_int_equal(toy_wait(refused), OUTCOME_SHOP_UNKNOWN);
    assert_null(refused->work.reply);
    assert_int_equal(toy_wait(good), OUTCOME_OK);
    assert_int_equal(good->value, 1);
    assert_int_equal(counters().refusals, 1);
}

static void a_revoked_token_is_noticed_in_the_batch(void **state)
{
    (void)state;
    struct toy *toy = toy_new(&toy_count, 5);
    toy->is_revoked = true;
    toy_submit(&world, toy);
    assert_int_equal(toy_wait(toy), OUTCOME_TOKEN_INVALID);
    assert_int_equal(toy->runs, 0);
}

static void a_full_queue_answers_busy(void **state)
{
    (void)state;
    struct toy *first = toy_close_gate(&world), *last = NULL;
    for (size_t i = 0; i < LIMIT_QUEUE; i++) toy_submit(&world, last = toy_new(&toy_count, 5));
    struct toy *refused = toy_new(&toy_count, 5);
    assert_int_equal(executor_submit(world.executor, &refused->work), OUTCOME_BUSY);
    toy_open_gate();
    assert_int_equal(toy_wait(first), OUTCOME_OK);
    assert_int_equal(toy_wait(last), OUTCOME_OK);
    assert_int_equal(refused->done_count, 0);
    assert_int_equal(toy_stored(world.store, 1, 5), LIMIT_QUEUE);
    assert_int_equal(counters().queue_depth_max, LIMIT_QUEUE);
    assert_int_equal(counters().batch_command_max, BATCH_COMMAND_MAX);
    toy_submit(&world, refused); /* there is room again */
    assert_int_equal(toy_wait(refused), OUTCOME_OK);
}

static void a_deadline_is_checked_when_the_work_is_taken(void **state)
{
    (void)state;
    toy_close_gate(&world);
    struct toy *late = toy_new(&toy_count, 5), *early = toy_new(&toy_count, 5);
    late->work.deadline_ms = 1500;
    early->work.deadline_ms = 2500;
    toy_submit(&world, late);
    toy_submit(&world, early);
    toy_monotonic_ms = 2000;
    toy_open_gate();
    assert_int_equal(toy_wait(late), OUTCOME_DEADLINE_PASSED);
    assert_int_equal(late->runs, 0);
    assert_int_equal(toy_wait(early), OUTCOME_OK);
}

static void rows_alone_have_the_whole_batch(void **state)
{
    (void)state;
    struct toy *rows = toy_new(&toy_rows, 5);
    rows->row_count = 500;
    toy_submit(&world, rows);
    assert_int_equal(toy_wait(rows), OUTCOME_OK);
    assert_int_equal(counters().commits, 1);
    for (size_t i = 0; i < 500; i++) assert_int_equal(rows->rows[i], i + 1);
}

static void rows_span_batches_when_the_room_ends(void **state)
{
    (void)state;
    struct toy *rows = toy_new(&toy_rows, 5);
    rows->row_count = 40;
    rows->put_bytes = 110000; /* about nine a batch */
    toy_submit(&world, rows);
    assert_int_equal(toy_wait(rows), OUTCOME_OK);
    assert_int_equal(rows->done_count, 1);
    assert_int_equal(rows->runs, 40);
    assert_true(counters().commits >= 4);
    for (size_t i = 0; i < 40; i++) assert_int_equal(rows->rows[i], i + 1);
    assert_int_equal(toy_stored(world.store, 1, 5), 40);
}

static void rows_get_their_share_while_others_wait(void **state)
{
    (void)state;
    toy_close_gate(&world);
    struct toy *rows = toy_new(&toy_rows, 7), *few[3];
    rows->row_count = 500;
    toy_submit(&world, rows);
    for (size_t i = 0; i < 3; i++) {
        few[i] = toy_new(&toy_count, 5);
        few[i]->watch = 7;
        toy_submit(&world, few[i]);
    }
    toy_open_gate();
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(toy_wait(few[i]), OUTCOME_OK);
        assert_int_equal(few[i]->watched, LIMIT_SLOW_LANE_FLOOR);
    }
    assert_int_equal(toy_wait(rows), OUTCOME_OK);
    assert_true(rows->done_order > few[2]->done_order);
    assert_int_equal(rows->value, 500);
}

static void rows_are_at_most_a_quarter_of_a_busy_batch(void **state)
{
    (void)state;
    toy_close_gate(&world);
    struct toy *rows = toy_new(&toy_rows, 7), *many[300];
    rows->row_count = 500;
    toy_submit(&world, rows);
    for (size_t i = 0; i < 300; i++) {
        many[i] = toy_new(&toy_count, 5);
        many[i]->watch = 7;
        toy_submit(&world, many[i]);
    }
    toy_open_gate();
    assert_int_equal(toy_wait(many[299]), OUTCOME_OK);
    assert_int_equal(many[299]->watched, 100); /* of 400 */
    assert_int_equal(toy_wait(rows), OUTCOME_OK);
}

static void a_refused_row_ends_the_call_after_the_rows_before_it(void **state)
{
    (void)state;
    struct toy *rows = toy_new(&toy_rows, 5), *none = toy_new(&toy_rows, 6);
    rows->row_count = 10;
    rows->refuse = OUTCOME_STORE_DAMAGED;
    rows->refuse_row = 4;
    toy_submit(&world, rows);
    assert_int_equal(toy_wait(rows), OUTCOME_STORE_DAMAGED);
    assert_int_equal(toy_stored(world.store, 1, 5), 4);
    assert_int_equal(rows->runs, 5);
    none->refuse = OUTCOME_ROWS_INVALID; /* no rows: the command runs once, to say so */
    toy_submit(&world, none);
    assert_int_equal(toy_wait(none), OUTCOME_ROWS_INVALID);
    assert_int_equal(none->runs, 1);
}

static void a_reserve_phase_is_durable_before_its_write_and_goes_ahead(void **state)
{
    (void)state;
    toy_close_gate(&world);
    struct toy *plain = toy_new(&toy_count, 5), *reserving[3];
    toy_submit(&world, plain);
    for (uint32_t i = 0; i < 3; i++) {
        reserving[i] = toy_new(&toy_reserving, 10 + i);
        reserving[i]->work.deadline_ms = 5000;
        toy_submit(&world, reserving[i]);
    }
    toy_open_gate();
    assert_int_equal(toy_wait(plain), OUTCOME_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(toy_wait(reserving[i]), OUTCOME_OK);
        assert_int_equal(reserving[i]->reserved_seen, TOY_RESERVED);
        assert_int_equal(reserving[i]->runs, 1);
        assert_int_equal(reserving[i]->done_order, 2 + i);
    }
    assert_int_equal(plain->done_order, 5);
    assert_int_equal(counters().commits, 3); /* the gate's, the reserves', the writes' */
}

static void a_rows_command_reserves_once(void **state)
{
    (void)state;
    struct toy *rows = toy_new(&toy_reserving_rows, 10);
    rows->row_count = 20;
    toy_submit(&world, rows);
    assert_int_equal(toy_wait(rows), OUTCOME_OK);
    assert_int_equal(rows->reserve_runs, 1);
    assert_int_equal(rows->runs, 20);
    assert_int_equal(rows->rows[19], 20);
}

static void a_deadline_no_longer_counts_once_the_work_is_begun(void **state)
{
    (void)state;
    struct toy *toy = toy_new(&toy_reserving, 10);
    toy->work.deadline_ms = 2000;
    toy->reserve_until_ms = 3000;
    toy_submit(&world, toy);
    assert_int_equal(toy_wait(toy), OUTCOME_OK);
}

static void a_refused_reserve_ends_the_call(void **state)
{
    (void)state;
    struct toy *toy = toy_new(&toy_reserving, 10);
    toy->refuses_reserve = true;
    toy_submit(&world, toy);
    assert_int_equal(toy_wait(toy), OUTCOME_NUMBERS_EXHAUSTED);
    assert_int_equal(toy->runs, 0);
}

static void the_merchant_is_found_before_the_work_is_queued(void **state)
{
    (void)state;
    struct toy *found = toy_new(&toy_finding, 5), *unknown = toy_new(&toy_finding, 5);
    unknown->refuses_merchant = true;
    assert_int_equal(executor_submit(world.executor, &unknown->work), OUTCOME_MERCHANT_UNKNOWN);
    assert_int_equal(unknown->done_count, 0);
    toy_submit(&world, found);
    assert_int_equal(toy_wait(found), OUTCOME_OK);
    assert_int_equal(found->work.call.merchant, 2);
    assert_int_equal(toy_stored(world.store, 2, 5), 1);
    assert_int_equal(toy_stored(world.store, 1, 5), 0);
}

static struct executor_pace pace(void)
{
    struct executor_pace pace;
    executor_pace(world.executor, &pace);
    return pace;
}

static void whoever_looks_sees_whether_the_writer_gets_on(void **state)
{
    (void)state;
    assert_false(pace().has_work);
    struct toy *gate = toy_close_gate(&world); /* in a turn, which nothing waits behind */
    uint64_t turns = pace().turns;
    assert_true(pace().has_work);
    struct toy *waiting = toy_new(&toy_count, 5);
    toy_submit(&world, waiting);
    assert_true(pace().has_work);
    assert_int_equal(pace().turns, turns);
    toy_open_gate();
    assert_int_equal(toy_wait(gate), OUTCOME_OK);
    assert_int_equal(toy_wait(waiting), OUTCOME_OK);
    for (int i = 0; pace().has_work && i < 5000; i++) usleep(1000); /* answered, then counted */
    assert_false(pace().has_work);
    assert_int_equal(pace().turns, turns + 2);
}

static void *stop_main(void *argument)
{
    (void)argument;
    toy_world_stop(&world);
    return NULL;
}

static void stopping_refuses_new_work_and_finishes_what_is_queued(void **state)
{
    (void)state;
    struct toy *queued[30];
    struct executor *executor = world.executor;
    toy_close_gate(&world);
    for (size_t i = 0; i < 30; i++) {
        const struct command *commands[] = {&toy_count, &toy_rows, &toy_reserving};
        queued[i] = toy_new(commands[i % 3], (uint32_t)i);
        queued[i]->row_count = 50;
        toy_submit(&world, queued[i]);
    }
    pthread_t stopper;
    assert_int_equal(pthread_create(&stopper, NULL, stop_main, NULL), 0);
    enum outcome outcome = OUTCOME_OK;
    size_t slipped_in = 0;
    while (outcome != OUTCOME_SHUTTING_DOWN) {
        outcome = executor_submit(executor, &toy_new(&toy_count, 50)->work);
        slipped_in += outcome == OUTCOME_OK;
        usleep(1000);
    }
    toy_open_gate();
    assert_int_equal(pthread_join(stopper, NULL), 0);
    for (size_t i = 0; i < 30; i++) {
        assert_int_equal(queued[i]->done_count, 1);
        assert_int_equal(queued[i]->work.outcome, OUTCOME_OK);
        assert_int_equal(queued[i]->value, i % 3 == 1 ? 50 : 1);
    }
    assert_int_equal(toy_stored(world.store, 1, 50), slipped_in);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_waits_is_one_commit_answered_in_order),
        cmocka_unit_test(a_writer_that_rests_leaves_nothing_in_the_journal),
        TEST(a_refusal_is_answered_and_stops_nobody),
        TEST(a_revoked_token_is_noticed_in_the_batch),
        TEST(a_full_queue_answers_busy),
        TEST(a_deadline_is_checked_when_the_work_is_taken),
        TEST(rows_alone_have_the_whole_batch),
        TEST(rows_span_batches_when_the_room_ends),
        TEST(rows_get_their_share_while_others_wait),
        TEST(rows_are_at_most_a_quarter_of_a_busy_batch),
        TEST(a_refused_row_ends_the_call_after_the_rows_before_it),
        TEST(a_reserve_phase_is_durable_before_its_write_and_goes_ahead),
        TEST(a_rows_command_reserves_once),
        TEST(a_deadline_no_longer_counts_once_the_work_is_begun),
        TEST(a_refused_reserve_ends_the_call),
        TEST(the_merchant_is_found_before_the_work_is_queued),
        TEST(whoever_looks_sees_whether_the_writer_gets_on),
        TEST(stopping_refuses_new_work_and_finishes_what_is_queued),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
