/* The settle ticker of a running executor: work that is ordered gets done, also what a process
 * before left behind. */
#include "service/main_settle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/command/bootstrap.h"
#include "store/settlements.h"
#include "tests/store/scratch.h"

enum { WAIT_TENTHS = 100 };
#define NOW_MS (UINT64_C(20514) * 24 * 60 * 60 * 1000) /* 2026-03-02 */

static uint64_t now(void *context)
{
    (void)context;
    return NOW_MS;
}

static void fault(void *context, const char *sentence)
{
    (void)context;
    fail_msg("%s", sentence);
    abort();
}

static struct executor *serve(struct store *store)
{
    return executor_start(&(struct executor_options){
        .store = store, .clock = {.now_ms = now, .monotonic_ms = now}, .fault = fault});
}

/* A run of last year whose work was begun and never ended. */
static void order(struct store *store, uint32_t number, enum run_work work)
{
    struct settlement_run run = {
        .number = number, .type = RUN_YEAR_END, .state = RUN_DRAFT, .work = work, .draft = 1,
        .start = 20089, .end = 20454, .rate_points = 10, .rate_minor = 100, .made_at = 1,
        .period = 20089};
    struct batch *batch = batch_new(store);
    assert_int_equal(batch_begin(batch, NOW_MS), STORE_OK);
    assert_int_equal(batch_command_begin(batch, 1), STORE_OK);
    settlements_put(batch, &run);
    assert_int_equal(batch_commit(batch), STORE_OK);
    batch_destroy(batch);
}

/* Where the run stands once it has no work any more. */
static struct settlement_run run_done(struct store *store, uint32_t number)
{
    struct settlement_run run;
    for (unsigned i = 0; i < WAIT_TENTHS; i++) {
        struct reader reader;
        assert_int_equal(reader_open(store, &reader), STORE_OK);
        reader.merchant = 1;
        assert_int_equal(settlements_get(&reader, number, &run), STORE_OK);
        reader_close(&reader);
        if (run.work == RUN_WORK_NONE) return run;
        usleep(100 * 1000);
    }
    fail_msg("run %u is still at work", (unsigned)number);
    return run;
}

static void work_that_was_left_behind_is_done_by_the_next_process(void **state)
{
    (void)state;
    static const uint8_t seed[BOOTSTRAP_SEED_BYTES] = {7};
    struct scratch scratch = scratch_make();
    struct store *store = scratch_store(&scratch, false);

    secret_init();
    assert_int_equal(bootstrap_commit(store, NOW_MS, seed), OUTCOME_OK);
    order(store, 1, RUN_WORK_PERIODS);
    order(store, 2, RUN_WORK_FREEZE);
    struct executor *executor = serve(store);
    struct settle_ticker *ticker = settle_ticker_start(executor, store);
    assert_int_equal(run_done(store, 1).state, RUN_DRAFT);
    assert_int_equal(run_done(store, 2).state, RUN_REVIEW);
    settle_ticker_stop(ticker);
    executor_stop(executor);

    /* Nobody is at work now: what is ordered waits for the next start. */
    order(store, 3, RUN_WORK_DRAFT);
    executor = serve(store);
    ticker = settle_ticker_start(executor, store);
    assert_int_equal(run_done(store, 3).state, RUN_DRAFT);
    settle_ticker_stop(ticker);
    executor_stop(executor);
    store_close(store);
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_that_was_left_behind_is_done_by_the_next_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
