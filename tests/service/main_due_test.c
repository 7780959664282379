/* The due ticker of a running executor: it posts what is due, but only by a clock it may trust. */
#include "service/main_due.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/command/bootstrap.h"
#include "store/accounts.h"
#include "store/clock.h"
#include "store/date.h"
#include "store/debts.h"
#include "store/ledger.h"
#include "store/purchases.h"
#include "store/refunds.h"
#include "tests/store/scratch.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)
static const struct party member = {PARTY_MEMBER, 1};
static _Atomic uint64_t wall_ms, monotonic_ms;

static uint64_t now(void *context)
{
    (void)context;
    return wall_ms;
}

static uint64_t monotonic(void *context)
{
    (void)context;
    return monotonic_ms;
}

static void fault(void *context, const char *sentence)
{
    (void)context;
    fail_msg("%s", sentence);
    abort();
}

static const struct executor_clock fake = {.now_ms = now, .monotonic_ms = monotonic};

/* A credit of 10 that expires at the end of the date. */
static void owe_expiry(struct store *store, business_date expires_on)
{
    struct batch *batch = batch_new(store);
    struct account account = account_empty();
    struct ledger ledger;
    assert_int_equal(batch_begin(batch, wall_ms), STORE_OK);
    assert_int_equal(batch_command_begin(batch, 1), STORE_OK);
    assert_int_equal(ledger_open(batch, &ledger), STORE_OK);
    struct entry entry = {.business_date = 20000, .kind = ENTRY_ADJUST, .to = SIDE_OWNER,
                          .party = member, .amount = 10, .event = {.kind = EVENT_DECISION}};
    struct credit credit = {
        .number = ledger_post(batch, &ledger, &account, &entry), .state = CREDIT_AVAILABLE,
        .posted = 10, .remaining = 10, .business_date = 20000, .matures_on = 20000,
        .expires_on = expires_on};
    credits_add(batch, member, &credit);
    due_lower(batch, member, &account, credit_due_on(&credit));
    accounts_put(batch, member, &account);
    ledger_close(batch, &ledger);
    assert_int_equal(batch_commit(batch), STORE_OK);
    batch_destroy(batch);
}

static void accept_clock_now(struct store *store)
{
    struct batch *batch = batch_new(store);
    struct clock_acceptance acceptance;
    assert_int_equal(batch_begin(batch, wall_ms), STORE_OK);
    assert_int_equal(batch_command_begin(batch, 0), STORE_OK);
    assert_int_equal(clock_acceptance_get(&batch->reader, &acceptance), STORE_OK);
    acceptance.count++;
    acceptance.at = wall_ms;
    clock_acceptance_put(batch, &acceptance);
    assert_int_equal(batch_commit(batch), STORE_OK);
    batch_destroy(batch);
}

/* Is it gone within so many tenths of a second? */
static bool expired(struct store *store, unsigned tenths)
{
    for (unsigned i = 0; i <= tenths; i++) {
        struct reader reader;
        struct account account;
        assert_int_equal(reader_open(store, &reader), STORE_OK);
        reader.merchant = 1;
        assert_int_equal(accounts_get(&reader, member, &account), STORE_OK);
        reader_close(&reader);
        if (account.balance[UNIT_POINTS].available == 0) return true;
        usleep(100 * 1000);
    }
    return false;
}

struct world {
    struct scratch scratch;
    struct store *store;
    struct executor *executor;
    struct due_ticker *ticker;
};

/* A fresh store of 2026-03-02 with a credit that expires on the date. */
static struct world store_open_world(business_date expires_on)
{
    static const uint8_t seed[BOOTSTRAP_SEED_BYTES] = {7};
    wall_ms = (uint64_t)date_from_civil(2026, 3, 2) * DAY_MS + DAY_MS / 2;
    monotonic_ms = 1000;
    struct world world = {.scratch = scratch_make()};
    world.store = scratch_store(&world.scratch, false);
    assert_int_equal(bootstrap_commit(world.store, wall_ms, seed), OUTCOME_OK);
    owe_expiry(world.store, expires_on);
    return world;
}

static void serve(struct world *world)
{
    world->executor = executor_start(&(struct executor_options){
        .store = world->store, .clock = fake, .fault = fault});
    world->ticker = due_ticker_start(world->executor, world->store, fake);
}

static void close_world(struct world *world)
{
    due_ticker_stop(world->ticker);
    executor_stop(world->executor);
    store_close(world->store);
    scratch_remove(&world->scratch);
}

static void what_is_due_is_posted_while_the_clocks_agree(void **state)
{
    (void)state;
    struct world world = store_open_world(date_from_civil(2026, 2, 1));
    serve(&world);
    assert_true(expired(world.store, 50));
    close_world(&world);
}

static void a_clock_that_jumps_waits_for_an_operator(void **state)
{
    (void)state;
    struct world world = store_open_world(date_from_civil(2026, 3, 3));
    serve(&world);
    wall_ms += 3 * DAY_MS;
    assert_false(expired(world.store, 25));
    accept_clock_now(world.store);
    assert_true(expired(world.store, 50));
    close_world(&world);
}

static void time_that_both_clocks_saw_is_no_jump(void **state)
{
    (void)state;
    struct world world = store_open_world(date_from_civil(2026, 3, 3));
    serve(&world);
    monotonic_ms += 3 * DAY_MS; /* both before the ticker's first look, a second from now */
    wall_ms += 3 * DAY_MS - 1000;
    assert_true(expired(world.store, 50));
    close_world(&world);
}

static void a_store_that_lay_for_long_waits_for_an_operator(void **state)
{
    (void)state;
    struct world world = store_open_world(date_from_civil(2026, 3, 3));
    wall_ms += 31 * DAY_MS;
    serve(&world);
    assert_false(expired(world.store, 25));
    accept_clock_now(world.store);
    assert_true(expired(world.store, 50));
    close_world(&world);
}

enum { WAITING = 20 }; /* more than one portion of the ticker */

static struct receipt refund_at(unsigned i)
{
    return (struct receipt){1, 2, {'R', (char)('A' + i)}};
}

/* Refunds of more than their purchase, which need nobody's account to be rejected. */
static void leave_refunds_waiting(struct store *store)
{
    struct purchase purchase = {.receipt = {1, 1, "A"}, .member = 1, .business_date = 20000,
                                .parts = {.amount_minor = 100}, .base_minor = 100};
    struct batch *batch = batch_new(store);
    assert_int_equal(batch_begin(batch, wall_ms), STORE_OK);
    assert_int_equal(batch_command_begin(batch, 1), STORE_OK);
    purchases_put(batch, &purchase);
    for (unsigned i = 0; i < WAITING; i++) {
        struct refund refund = {.receipt = refund_at(i), .purchase = purchase.receipt,
                                .state = REFUND_PARKED, .parked = true, .amount_minor = 200,
                                .business_date = 20000};
        refunds_put(batch, &refund);
        refunds_waiting_put(batch, &refund.receipt);
    }
    assert_int_equal(batch_commit(batch), STORE_OK);
    batch_destroy(batch);
}

static void refunds_that_wait_are_settled(void **state)
{
    (void)state;
    struct world world = store_open_world(DATE_NEVER - 1);
    struct receipt first = {.shop = 0}, waiting;
    enum store_result left = STORE_OK;
    leave_refunds_waiting(world.store);
    serve(&world);
    for (unsigned tenth = 0; tenth < 50 && left == STORE_OK; tenth++) {
        struct reader reader;
        struct refund last;
        struct receipt receipt = refund_at(WAITING - 1);
        usleep(100 * 1000);
        assert_int_equal(reader_open(world.store, &reader), STORE_OK);
        reader.merchant = 1;
        left = refunds_waiting_next(&reader, &first, &waiting);
        assert_int_equal(refunds_get(&reader, &receipt, &last), STORE_OK);
        if (left == STORE_ABSENT) assert_int_equal(last.state, REFUND_REJECTED);
        reader_close(&reader);
    }
    assert_int_equal(left, STORE_ABSENT);
    close_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_due_is_posted_while_the_clocks_agree),
        cmocka_unit_test(a_clock_that_jumps_waits_for_an_operator),
        cmocka_unit_test(time_that_both_clocks_saw_is_no_jump),
        cmocka_unit_test(a_store_that_lay_for_long_waits_for_an_operator),
        cmocka_unit_test(refunds_that_wait_are_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
