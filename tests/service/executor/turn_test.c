/* What becomes of a batch when its engine or its commands don't go the happy path. */
#include "service/executor/turn.h"

#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/limits.h"
#include "tests/service/executor/toy.h"
#include "tests/store/kv_needy.h"

static struct toy_world world;

static int setup(void **state)
{
    (void)state;
    toy_world_open(&world, TOY_SCRIPTED, false);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    toy_world_close(&world);
    return 0;
}

static void replies_leave_after_the_commit_only(void **state)
{
    (void)state;
    struct toy *toy = toy_new(&toy_count, 5);
    toy_submit(&world, toy);
    assert_int_equal(toy_wait(toy), OUTCOME_OK);
    assert_true(toy->durable);
    /* and the check above would notice if they left earlier */
    toy_world_close(&world);
    toy_world_open(&world, TOY_LMDB, true);
    toy = toy_new(&toy_count, 5);
    toy_submit(&world, toy);
    assert_int_equal(toy_wait(toy), OUTCOME_OK);
    assert_false(toy->durable);
}

static void an_empty_write_set_is_answered_without_a_commit(void **state)
{
    (void)state;
    struct executor_counters counters;
    struct toy *toy = toy_new(&toy_look, 5);
    toy_submit(&world, toy);
    assert_int_equal(toy_wait(toy), OUTCOME_OK);
    executor_counters(world.executor, &counters);
    assert_int_equal(counters.commits, 0);
    assert_int_equal(counters.commands, 1);
}

static void a_full_store_refuses_the_batch_and_takes_the_next(void **state)
{
    (void)state;
    struct toy *gate = toy_close_gate(&world), *toys[5];
    for (size_t i = 0; i < 5; i++) toy_submit(&world, toys[i] = toy_new(&toy_count, 5));
    toys[3]->refuse = OUTCOME_SHOP_UNKNOWN; /* decided on what never happened: FULL as well */
    toy_script((enum store_result[]){STORE_OK, STORE_FULL}, 2);
    toy_open_gate();
    assert_int_equal(toy_wait(gate), OUTCOME_OK);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(toy_wait(toys[i]), OUTCOME_STORE_FULL);
        assert_null(toys[i]->work.reply);
    }
    assert_int_equal(toy_stored(world.store, 1, 5), 0);
    struct toy *next = toy_new(&toy_count, 5);
    toy_submit(&world, next);
    assert_int_equal(toy_wait(next), OUTCOME_OK);
    assert_int_equal(next->value, 1);
    struct executor_counters counters;
    executor_counters(world.executor, &counters);
    assert_int_equal(counters.commits, 2);
    assert_int_equal(counters.refusals, 5);
}

static void a_store_that_fills_ends_a_rows_call_after_what_is_committed(void **state)
{
    (void)state;
    struct toy *rows = toy_new(&toy_rows, 5);
    rows->row_count = 40;
    rows->put_bytes = 110000;
    toy_script((enum store_result[]){STORE_OK, STORE_FULL}, 2);
    toy_submit(&world, rows);
    assert_int_equal(toy_wait(rows), OUTCOME_STORE_FULL);
    uint64_t stored = toy_stored(world.store, 1, 5);
    assert_true(stored > 0 && stored < 20);
}

static void a_conflict_runs_the_batch_again(void **state)
{
    (void)state;
    struct toy *toys[4];
    toy_close_gate(&world);
    for (size_t i = 0; i < 4; i++) toys[i] = toy_new(i == 2 ? &toy_rows : &toy_count, 5);
    toys[1]->refuse = OUTCOME_SHOP_UNKNOWN;
    toys[2]->row_count = 10;
    for (size_t i = 0; i < 4; i++) toy_submit(&world, toys[i]);
    toy_script((enum store_result[]){STORE_OK, STORE_CONFLICT, STORE_CONFLICT}, 3);
    toy_open_gate();
    assert_int_equal(toy_wait(toys[0]), OUTCOME_OK);
    assert_int_equal(toys[0]->runs, 3);
    assert_int_equal(toy_wait(toys[1]), OUTCOME_SHOP_UNKNOWN);
    assert_int_equal(toy_wait(toys[2]), OUTCOME_OK);
    assert_int_equal(toys[2]->runs, 30);
    assert_int_equal(toy_wait(toys[3]), OUTCOME_OK);
    assert_int_equal(toy_stored(world.store, 1, 5), 12);
    for (size_t i = 0; i < 4; i++) assert_int_equal(toys[i]->done_count, 1);
}

static void a_notice_leaves_once_with_its_commit_and_never_without(void **state)
{
    (void)state;
    struct toy *gate = toy_close_gate(&world), *toys[4];
    for (size_t i = 0; i < 4; i++) {
        toys[i] = toy_new(&toy_count, 5);
        toys[i]->notifies = true;
    }
    toys[1]->refuse = OUTCOME_SHOP_UNKNOWN;
    toys[2]->tells = OUTCOME_CODE_WRONG;
    for (size_t i = 0; i < 3; i++) toy_submit(&world, toys[i]);
    toy_script((enum store_result[]){STORE_OK, STORE_CONFLICT, STORE_OK, STORE_FULL}, 4);
    toy_open_gate();
    assert_int_equal(toy_wait(gate), OUTCOME_OK);
    assert_int_equal(toy_wait(toys[0]), OUTCOME_OK);
    assert_int_equal(toys[0]->runs, 2);
    assert_int_equal(toy_wait(toys[1]), OUTCOME_SHOP_UNKNOWN);
    assert_int_equal(toy_wait(toys[2]), OUTCOME_CODE_WRONG); /* told, and what it put is there */
    assert_int_equal(toy_stored(world.store, 1, 5), 2);
    toy_submit(&world, toys[3]);
    assert_int_equal(toy_wait(toys[3]), OUTCOME_STORE_FULL);
    const unsigned notices[] = {1, 0, 1, 0};
    for (size_t i = 0; i < 4; i++) assert_int_equal(toys[i]->notice_count, notices[i]);
    assert_int_equal(gate->notice_count, 0);
    assert_true(toys[0]->notice_durable && toys[2]->notice_durable);
    assert_int_equal(toys[0]->done_at_notice, 0);
    assert_true(toys[0]->work.call.sends);
}

static void a_reserve_phase_that_runs_again_starts_from_the_call_as_it_came(void **state)
{
    (void)state;
    struct toy *toy = toy_new(&toy_reserving, 5);
    toy->reserve_moves = true;
    toy_script((enum store_result[]){STORE_CONFLICT, STORE_CONFLICT}, 2);
    toy_submit(&world, toy);
    assert_int_equal(toy_wait(toy), OUTCOME_OK);
    assert_int_equal(toy->reserve_runs, 3);
    assert_int_equal(toy->work.call.merchant, 2);
    assert_int_equal(toy_stored(world.store, 2, 5), 1);
}

static void endless_conflicts_end_as_busy(void **state)
{
    (void)state;
    enum store_result conflicts[LIMIT_BATCH_RUNS];
    for (size_t i = 0; i < LIMIT_BATCH_RUNS; i++) conflicts[i] = STORE_CONFLICT;
    struct toy *toy = toy_new(&toy_count, 5);
    toy_script(conflicts, LIMIT_BATCH_RUNS);
    toy_submit(&world, toy);
    assert_int_equal(toy_wait(toy), OUTCOME_BUSY);
    assert_int_equal(toy->runs, LIMIT_BATCH_RUNS);
    assert_int_equal(toy_stored(world.store, 1, 5), 0);
}

static void endless_fetching_ends_as_busy_for_that_command_only(void **state)
{
    (void)state;
    toy_close_gate(&world);
    struct toy *again = toy_new(&toy_count, 5), *good = toy_new(&toy_count, 5);
    again->always_again = true;
    toy_submit(&world, again);
    toy_submit(&world, good);
    toy_open_gate();
    assert_int_equal(toy_wait(again), OUTCOME_BUSY);
    assert_int_equal(toy_wait(good), OUTCOME_OK);
    assert_int_equal(again->runs, LIMIT_BATCH_RUNS);
    assert_int_equal(toy_stored(world.store, 1, 5), 1);
}

static void what_was_put_before_it_wants_more_is_dropped_with_the_run(void **state)
{
    (void)state;
    toy_close_gate(&world);
    struct toy *half = toy_new(&toy_count, 5), *good = toy_new(&toy_count, 5);
    half->half_runs = 2;
    toy_submit(&world, half);
    toy_submit(&world, good);
    toy_open_gate();
    assert_int_equal(toy_wait(half), OUTCOME_OK);
    assert_int_equal(toy_wait(good), OUTCOME_OK);
    assert_int_equal(half->runs, 3);
    assert_int_equal(half->value, 1);
    assert_int_equal(toy_stored(world.store, 1, 5), 2);
}

static void what_is_half_done_at_the_end_of_all_runs_takes_its_batch_with_it(void **state)
{
    (void)state;
    toy_close_gate(&world);
    struct toy *half = toy_new(&toy_count, 5), *good = toy_new(&toy_count, 6);
    half->half_runs = UINT_MAX;
    toy_submit(&world, half);
    toy_submit(&world, good);
    toy_open_gate();
    assert_int_equal(toy_wait(half), OUTCOME_BUSY);
    assert_int_equal(toy_wait(good), OUTCOME_BUSY);
    assert_int_equal(toy_stored(world.store, 1, 5), 0);
    assert_int_equal(toy_stored(world.store, 1, 6), 0);
    struct toy *next = toy_new(&toy_count, 6);
    toy_submit(&world, next);
    assert_int_equal(toy_wait(next), OUTCOME_OK);
}

static void what_has_no_room_waits_in_order(void **state)
{
    (void)state;
    struct executor_counters counters;
    struct toy *toys[30];
    toy_close_gate(&world);
    for (size_t i = 0; i < 30; i++) {
        toys[i] = toy_new(&toy_count, 5);
        toys[i]->put_bytes = 110000;
        toy_submit(&world, toys[i]);
    }
    executor_counters(world.executor, &counters);
    assert_int_equal(counters.waiting[1], 30); /* "fast" */
    toy_open_gate();
    for (size_t i = 0; i < 30; i++) {
        assert_int_equal(toy_wait(toys[i]), OUTCOME_OK);
        assert_int_equal(toys[i]->value, i + 1);
        assert_int_equal(toys[i]->done_order, i + 2);
    }
    executor_counters(world.executor, &counters);
    assert_true(counters.commits >= 4 && counters.commits < 31);
    assert_int_equal(counters.commands, 31);
    /* Each batch in one bucket, each commit in one; nothing waits any more. */
    uint64_t batches = 0, timed = 0;
    for (size_t i = 0; i <= EXECUTOR_SIZE_BUCKETS; i++) batches += counters.batch_sizes[i];
    for (size_t i = 0; i <= EXECUTOR_TIME_BUCKETS; i++) timed += counters.commit_times[i];
    assert_int_equal(batches, counters.commits);
    assert_int_equal(timed, counters.commits);
    assert_true(counters.batch_sizes[0] >= 1); /* the gate's own */
    for (size_t i = 0; i < EXECUTOR_LANE_COUNT; i++) assert_int_equal(counters.waiting[i], 0);
}

/* The same works on both engines; what they answer as text. */
static void run_mixed(enum toy_engine engine, char *ret_text, size_t size)
{
    enum { WORKS = 60 };
    struct toy *toys[WORKS];
    uint64_t random = 7;
    size_t used = 0;
    toy_world_open(&world, engine, false);
    toy_close_gate(&world);
    for (size_t i = 0; i < WORKS; i++) {
        const struct command *commands[] = {&toy_count, &toy_count, &toy_rows, &toy_reserving,
                                            &toy_finding, &toy_look};
        toys[i] = toy_new(commands[scratch_below(&random, 6)], scratch_below(&random, 6));
        toys[i]->row_count = scratch_below(&random, 20);
        if (scratch_below(&random, 5) == 0) toys[i]->refuse = OUTCOME_SHOP_UNKNOWN;
        toy_submit(&world, toys[i]);
    }
    toy_open_gate();
    for (size_t i = 0; i < WORKS; i++) {
        enum outcome outcome = toy_wait(toys[i]);
        int written = snprintf(ret_text + used, size - used, "%d:%llu:%u ", (int)outcome,
                               (unsigned long long)toys[i]->value, toys[i]->done_order);
        assert_true(written > 0 && (size_t)written < size - used);
        used += (size_t)written;
    }
    toy_world_close(&world);
}

static void fetching_and_running_again_changes_no_answer(void **state)
{
    (void)state;
    static char plain[4096], needy[4096];
    run_mixed(TOY_LMDB, plain, sizeof plain);
    size_t needs = kv_needy_need_count(), fetches = kv_needy_fetch_count();
    run_mixed(TOY_NEEDY, needy, sizeof needy);
    assert_string_equal(plain, needy);
    assert_true(kv_needy_need_count() > needs);
    assert_true(kv_needy_fetch_count() > fetches);
}

static void rows_that_span_batches_survive_fetching(void **state)
{
    (void)state;
    toy_world_open(&world, TOY_NEEDY, false);
    struct toy *rows = toy_new(&toy_rows, 5);
    rows->row_count = 40;
    rows->put_bytes = 110000;
    toy_submit(&world, rows);
    assert_int_equal(toy_wait(rows), OUTCOME_OK);
    for (size_t i = 0; i < 40; i++) assert_int_equal(rows->rows[i], i + 1);
    assert_int_equal(toy_stored(world.store, 1, 5), 40);
    toy_world_close(&world);
}

/* ---- ends of the process --------------------------------------------------------------------*/

/* Runs one work in a process of its own; how that ended. */
static int run_in_child(enum store_result commit_result, bool puts_and_refuses)
{
    struct scratch parent = scratch_make(); /* the child leaves its store behind in there */
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fclose(stderr);
        signal(SIGABRT, SIG_DFL); /* cmocka's own handler would go on */
        setenv("TMPDIR", parent.path, 1);
        toy_world_open(&world, TOY_SCRIPTED, false);
        struct toy *toy = toy_new(&toy_count, 5);
        toy->refuse = puts_and_refuses ? OUTCOME_SHOP_UNKNOWN : OUTCOME_OK;
        toy->puts_and_refuses = puts_and_refuses;
        toy_script(&commit_result, 1);
        toy_submit(&world, toy);
        toy_wait(toy);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    scratch_remove(&parent);
    return status;
}

static void a_commit_of_unknown_fate_stops_the_process_and_answers_nobody(void **state)
{
    (void)state;
    int status = run_in_child(STORE_FAULT, false);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), TOY_FAULT_EXIT);
    status = run_in_child(STORE_FENCED, false);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), TOY_FAULT_EXIT);
}

static void a_command_that_puts_and_refuses_is_stopped(void **state)
{
    (void)state;
    int status = run_in_child(STORE_OK, true);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    status = run_in_child(STORE_OK, false); /* the same without is fine */
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_of_unknown_fate_stops_the_process_and_answers_nobody),
        cmocka_unit_test(a_command_that_puts_and_refuses_is_stopped),
        TEST(replies_leave_after_the_commit_only),
        TEST(an_empty_write_set_is_answered_without_a_commit),
        TEST(a_full_store_refuses_the_batch_and_takes_the_next),
        TEST(a_store_that_fills_ends_a_rows_call_after_what_is_committed),
        TEST(a_conflict_runs_the_batch_again),
        TEST(a_notice_leaves_once_with_its_commit_and_never_without),
        TEST(a_reserve_phase_that_runs_again_starts_from_the_call_as_it_came),
        TEST(endless_conflicts_end_as_busy),
        TEST(endless_fetching_ends_as_busy_for_that_command_only),
        TEST(what_was_put_before_it_wants_more_is_dropped_with_the_run),
        TEST(what_is_half_done_at_the_end_of_all_runs_takes_its_batch_with_it),
        TEST(what_has_no_room_waits_in_order),
        cmocka_unit_test(fetching_and_running_again_changes_no_answer),
        cmocka_unit_test(rows_that_span_batches_survive_fetching),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
