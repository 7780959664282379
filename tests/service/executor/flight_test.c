/* A turn that runs over another whose commit is under way: what it sees, when both are answered,
 * and what becomes of it when that commit fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/service/executor/toy.h"

enum { COUNTER = 99, OTHERS = 3 };

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

struct pair {
    struct toy *below, *over;
};

/* The commit of `below` stands, and the writer stands in `over`, which counts in the same record.
 * Its commit will answer `result`. */
static struct pair fly(enum store_result result)
{
    struct pair pair = {.below = toy_close_gate(&world), .over = toy_new(&toy_count, COUNTER)};
    pair.over->gated = true;
    toy_submit(&world, pair.over);
    toy_script(&result, 1);
    toy_hold_commit();
    toy_open_gate();
    toy_await_commit();
    toy_await_gate();
    return pair;
}

static void the_next_turn_sees_what_is_being_committed_and_nobody_else_does(void **state)
{
    (void)state;
    struct pair pair = fly(STORE_OK);
    assert_int_equal(pair.below->done_count, 0);
    assert_int_equal(toy_stored(world.store, 1, COUNTER), 0);
    toy_open_gate();
    struct toy *late = toy_new(&toy_count, COUNTER); /* gathered while the commit stands */
    toy_submit(&world, late);
    assert_int_equal(toy_stored(world.store, 1, COUNTER), 0);
    toy_let_commit();
    assert_int_equal(toy_wait(pair.below), OUTCOME_OK);
    assert_int_equal(toy_wait(pair.over), OUTCOME_OK);
    assert_int_equal(toy_wait(late), OUTCOME_OK);
    assert_true(pair.below->durable && pair.over->durable && late->durable);
    assert_int_equal(pair.below->value, 1);
    assert_int_equal(pair.over->value, 2);
    assert_int_equal(pair.over->runs, 1);
    assert_int_equal(late->value, 3);
    assert_int_equal(pair.below->done_order, 1);
    assert_int_equal(pair.over->done_order, 2);
    assert_int_equal(toy_stored(world.store, 1, COUNTER), 3);
}

static void a_turn_over_one_that_found_the_store_full_runs_again_without_it(void **state)
{
    (void)state;
    struct pair pair = fly(STORE_FULL);
    toy_open_gate();
    toy_let_commit();
    assert_int_equal(toy_wait(pair.below), OUTCOME_STORE_FULL);
    assert_int_equal(toy_wait(pair.over), OUTCOME_OK);
    assert_int_equal(pair.over->runs, 2);
    assert_int_equal(pair.over->value, 1);
    assert_true(pair.over->durable);
    assert_int_equal(toy_stored(world.store, 1, COUNTER), 1);
}

static void after_a_conflict_both_run_again_in_their_order(void **state)
{
    (void)state;
    struct pair pair = fly(STORE_CONFLICT);
    toy_open_gate();
    toy_let_commit();
    assert_int_equal(toy_wait(pair.below), OUTCOME_OK);
    assert_int_equal(toy_wait(pair.over), OUTCOME_OK);
    assert_int_equal(pair.below->runs, 2);
    assert_int_equal(pair.below->value, 1);
    assert_int_equal(pair.over->runs, 2);
    assert_int_equal(pair.over->value, 2);
    assert_int_equal(toy_stored(world.store, 1, COUNTER), 2);
}

static void what_was_refused_over_a_commit_that_failed_is_asked_again(void **state)
{
    (void)state;
    struct pair pair = fly(STORE_FULL);
    struct toy *others[OTHERS];
    for (size_t i = 0; i < OTHERS; i++) {
        others[i] = toy_new(i == 1 ? &toy_rows : &toy_count, COUNTER);
        others[i]->row_count = 5;
        others[i]->watch = COUNTER;
        toy_submit(&world, others[i]);
    }
    others[2]->refuse = OUTCOME_SHOP_UNKNOWN;
    toy_open_gate();
    toy_let_commit();
    assert_int_equal(toy_wait(pair.below), OUTCOME_STORE_FULL);
    assert_int_equal(toy_wait(pair.over), OUTCOME_OK);
    assert_int_equal(toy_wait(others[0]), OUTCOME_OK);
    assert_int_equal(toy_wait(others[1]), OUTCOME_OK);
    assert_int_equal(toy_wait(others[2]), OUTCOME_SHOP_UNKNOWN);
    assert_int_equal(toy_stored(world.store, 1, COUNTER), 1 + 1 + 5);
}

static void a_reserve_phase_waits_until_nothing_is_in_flight(void **state)
{
    (void)state;
    struct pair pair = fly(STORE_OK);
    struct toy *reserving = toy_new(&toy_reserving, 10);
    toy_submit(&world, reserving);
    toy_open_gate();
    toy_let_commit();
    assert_int_equal(toy_wait(pair.below), OUTCOME_OK);
    assert_int_equal(toy_wait(pair.over), OUTCOME_OK);
    assert_int_equal(toy_wait(reserving), OUTCOME_OK);
    assert_int_equal(reserving->reserved_seen, TOY_RESERVED);
    assert_int_equal(reserving->done_order, 3);
}

static void a_stop_finishes_what_is_in_flight_and_what_runs_over_it(void **state)
{
    (void)state;
    struct pair pair = fly(STORE_OK);
    toy_open_gate();
    toy_let_commit();
    toy_world_stop(&world);
    assert_int_equal(pair.below->done_count, 1);
    assert_int_equal(pair.over->done_count, 1);
    assert_int_equal(toy_stored(world.store, 1, COUNTER), 2);
}

/* Nothing is answered on top of a commit whose fate is unknown. */
static void a_fault_in_flight_ends_the_process_before_anything_is_answered(void **state)
{
    (void)state;
    enum { ANSWERED = 1 };
    toy_world_close(&world);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        toy_world_open(&world, TOY_SCRIPTED, false);
        struct pair pair = fly(STORE_FAULT);
        toy_open_gate();
        toy_let_commit();
        (void)toy_wait(pair.over);
        _exit(ANSWERED);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), TOY_FAULT_EXIT);
    toy_world_open(&world, TOY_SCRIPTED, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_next_turn_sees_what_is_being_committed_and_nobody_else_does),
        TEST(a_turn_over_one_that_found_the_store_full_runs_again_without_it),
        TEST(after_a_conflict_both_run_again_in_their_order),
        TEST(what_was_refused_over_a_commit_that_failed_is_asked_again),
        TEST(a_reserve_phase_waits_until_nothing_is_in_flight),
        TEST(a_stop_finishes_what_is_in_flight_and_what_runs_over_it),
        TEST(a_fault_in_flight_ends_the_process_before_anything_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
