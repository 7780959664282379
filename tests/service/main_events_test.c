/* What the due ticker does about events, on a running executor: each birthday is told once,
 * whatever stands still, and what was kept long enough goes. */
#include "service/main_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/command/bootstrap.h"
#include "service/limits.h"
#include "store/accounts.h"
#include "store/birthdays.h"
#include "store/date.h"
#include "store/events.h"
#include "store/profiles.h"
#include "tests/store/scratch.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)
enum { MEMBERS = 1400, TOLD_ROOM = 4096 };
static _Atomic uint64_t wall_ms;

static uint64_t now(void *context)
{
    (void)context;
    return wall_ms;
}

static void fault(void *context, const char *sentence)
{
    (void)context;
    fail_msg("%s", sentence);
    abort();
}

static const struct executor_clock fake = {.now_ms = now, .monotonic_ms = now};

struct world {
    struct scratch scratch;
    struct store *store;
    struct executor *executor;
    struct asker *asker;
};

static void set_date(int year, unsigned month, unsigned day)
{
    wall_ms = (uint64_t)date_from_civil(year, month, day) * DAY_MS + DAY_MS / 2;
}

/* Somebody with a birthday; of every hundred one has taken her consent back, one never gave it, one
 * is erased, and one is gone but for her account. */
static void put_member(struct batch *batch, uint32_t number, const char *birthday)
{
    struct party party = {PARTY_MEMBER, number};
    struct account account = account_empty();
    struct profile profile = {.consent_at = 1000};
    uint8_t seed[PROFILE_SEED_BYTES] = {(uint8_t)number, (uint8_t)(number >> 8)};
    uint8_t nonce[PROFILE_NONCE_BYTES] = {1};

    snprintf(profile.phone, sizeof profile.phone, "+86138%08u", number);
    strcpy(profile.birthday, birthday);
    if (number % 100 == 1) profile.consent_withdrawn_at = 2000;
    if (number % 100 == 2) profile.consent_at = 0;
    if (number % 100 == 3) account.status = ACCOUNT_ERASING;
    else account.status = ACCOUNT_ACTIVE;
    accounts_put(batch, party, &account);
    if (number % 100 != 4) profiles_create(batch, party, &profile, seed, nonce);
}

static bool greeted(uint32_t number)
{
    return number % 100 < 1 || number % 100 > 4;
}

/* A third were born on 2 March, a third on 29 February, the others on 1 July. */
static struct world open_world(void)
{
    static const uint8_t seed[BOOTSTRAP_SEED_BYTES] = {7};
    static const char *const birthdays[] = {"1990-03-02", "--02-29", "1985-07-01"};
    struct world world = {.scratch = scratch_make()};

    world.store = scratch_store(&world.scratch, false);
    assert_int_equal(bootstrap_commit(world.store, wall_ms, seed), OUTCOME_OK);
    struct batch *batch = batch_new(world.store);
    for (uint32_t number = 1; number <= MEMBERS;) {
        assert_int_equal(batch_begin(batch, wall_ms), STORE_OK);
        assert_int_equal(batch_command_begin(batch, 1), STORE_OK);
        for (uint32_t i = 0; i < 200 && number <= MEMBERS; i++, number++)
            put_member(batch, number, birthdays[number % 3]);
        assert_int_equal(batch_commit(batch), STORE_OK);
    }
    batch_destroy(batch);
    world.executor = executor_start(&(struct executor_options){
        .store = world.store, .clock = fake, .fault = fault});
    world.asker = asker_new(world.executor, world.store);
    return world;
}

static void close_world(struct world *world)
{
    asker_destroy(world->asker);
    executor_stop(world->executor);
    store_close(world->store);
    scratch_remove(&world->scratch);
}

/* So many seconds' shares, each as after a restart. */
static void run(struct world *world, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct event_work work = {0};
        atomic_bool stopping = false;
        event_work_run(&work, world->asker, 1, wall_ms, &stopping);
        assert_int_equal(work.refusal, OUTCOME_OK);
    }
}

/* How often each has been told a birthday on this date. */
static size_t tell_count(struct world *world, business_date date, uint8_t counts[MEMBERS + 1])
{
    static struct told_event events[TOLD_ROOM];
    struct reader reader;
    size_t count, found = 0;

    memset(counts, 0, MEMBERS + 1);
    assert_int_equal(reader_open(world->store, &reader), STORE_OK);
    reader.merchant = 1;
    assert_int_equal(events_after(&reader, 0, events, TOLD_ROOM, &count), STORE_OK);
    reader_close(&reader);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(events[i].kind, TOLD_MEMBER_BIRTHDAY);
        if (events[i].date != date) continue;
        counts[events[i].party.number]++;
        found++;
    }
    return found;
}

static void expect(struct world *world, business_date date, unsigned third)
{
    uint8_t counts[MEMBERS + 1];

    tell_count(world, date, counts);
    for (uint32_t number = 1; number <= MEMBERS; number++) {
        unsigned expected = number % 3 == third && greeted(number);
        if (counts[number] != expected)
            fail_msg("member %u: told %u times", number, counts[number]);
    }
}

static void each_birthday_is_told_once_on_its_day(void **state)
{
    (void)state;
    set_date(2026, 3, 2);
    struct world world = open_world();
    uint8_t counts[MEMBERS + 1];

    run(&world, 5);
    expect(&world, date_from_civil(2026, 3, 2), 0);
    assert_int_equal(tell_count(&world, date_from_civil(2026, 3, 1), counts), 0);
    run(&world, 5);
    expect(&world, date_from_civil(2026, 3, 2), 0);
    set_date(2026, 3, 3);
    run(&world, 5);
    expect(&world, date_from_civil(2026, 3, 2), 0);
    close_world(&world);
}

/* From 20 February to 10 March nothing ran: what lies between is told late, once. A standstill of
 * months is not made up for. */
static void what_was_missed_is_told_late_and_once(void **state)
{
    (void)state;
    set_date(2026, 2, 20);
    struct world world = open_world();
    uint8_t counts[MEMBERS + 1];

    run(&world, 5);
    assert_int_equal(tell_count(&world, date_from_civil(2026, 2, 20), counts), 0);
    set_date(2026, 3, 10);
    run(&world, 5);
    expect(&world, date_from_civil(2026, 3, 2), 0);
    expect(&world, date_from_civil(2026, 2, 28), 1); /* there is no 29th this year */
    set_date(2026, 9, 1);
    run(&world, 5);
    assert_int_equal(tell_count(&world, date_from_civil(2026, 7, 1), counts), 0);
    close_world(&world);
}

/* It ends after any portion, as a kill would, and the day may turn meanwhile. */
static void a_pass_that_is_cut_short_goes_on_where_it_stopped(void **state)
{
    (void)state;
    set_date(2026, 3, 2);
    struct world world = open_world();
    struct birthdays birthdays = {date_from_civil(2026, 3, 1), date_from_civil(2026, 3, 2), 700};
    struct batch *batch = batch_new(world.store);
    uint8_t counts[MEMBERS + 1];

    assert_int_equal(batch_begin(batch, wall_ms), STORE_OK);
    assert_int_equal(batch_command_begin(batch, 1), STORE_OK);
    birthdays_put(batch, &birthdays);
    assert_int_equal(batch_commit(batch), STORE_OK);
    batch_destroy(batch);
    set_date(2026, 3, 3);
    run(&world, 5);
    tell_count(&world, date_from_civil(2026, 3, 2), counts);
    for (uint32_t number = 1; number <= MEMBERS; number++)
        assert_int_equal(counts[number], number > 700 && number % 3 == 0 && greeted(number));
    close_world(&world);
}

static void events_of_a_season_ago_are_deleted(void **state)
{
    (void)state;
    set_date(2026, 3, 2);
    struct world world = open_world();
    struct event_head head;
    struct reader reader;

    run(&world, 5);
    set_date(2026, 7, 1);
    run(&world, 5);
    assert_int_equal(reader_open(world.store, &reader), STORE_OK);
    reader.merchant = 1;
    assert_int_equal(events_head_get(&reader, &head), STORE_OK);
    reader_close(&reader);
    assert_true(head.trimmed > 0 && head.trimmed < head.count);
    expect(&world, date_from_civil(2026, 7, 1), 2);
    close_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_birthday_is_told_once_on_its_day),
        cmocka_unit_test(what_was_missed_is_told_late_and_once),
        cmocka_unit_test(a_pass_that_is_cut_short_goes_on_where_it_stopped),
        cmocka_unit_test(events_of_a_season_ago_are_deleted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
