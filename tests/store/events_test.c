/* Events are told in order and without gaps, listened to from any number, trimmed from the oldest
 * end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenario.h"
#include "scratch.h"
#include "store/events.h"
#include "store/key.h"
#include "store/store.h"
#include "store/table.h"

enum { MANY = 40 }; /* events of one command: three records */

struct play {
    struct scratch scratch;
    struct store *store;
    struct batch *batch;
};

static int begin(void **state)
{
    static struct play play;
    play.scratch = scratch_make();
    play.store = scratch_store(&play.scratch, false);
    scenario_build(play.store);
    play.batch = batch_new(play.store);
    *state = &play;
    return 0;
}

static int end(void **state)
{
    struct play *play = *state;
    batch_destroy(play->batch);
    store_close(play->store);
    scratch_remove(&play->scratch);
    return 0;
}

/* One command at a time; what it tells is about members first, first + 1, ... */
static void tell(struct batch *batch, uint32_t first, uint32_t count)
{
    assert_int_equal(events_begin(batch), STORE_OK);
    for (uint32_t i = 0; i < count; i++)
        events_tell(batch, &(struct told_event){.kind = TOLD_MEMBER_UPDATED,
                                                .party = {PARTY_MEMBER, first + i}});
    events_end(batch);
}

static struct event_head head_of(struct batch *batch)
{
    struct event_head head;
    assert_int_equal(events_head_get(&batch->reader, &head), STORE_OK);
    return head;
}

/* Every event above `after`, up to `last`, comes with its own number; in portions of `portion`. */
static void expect(struct batch *batch, uint64_t after, uint64_t last, size_t portion)
{
    struct told_event events[MANY + 20];
    size_t count = 1;
    for (; count > 0; after += count) {
        assert_int_equal(events_after(&batch->reader, after, events, portion, &count), STORE_OK);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(events[i].number, after + 1 + i);
            assert_int_equal(events[i].party.number, 100 + events[i].number);
        }
    }
    assert_int_equal(after, last);
}

static void what_commands_tell_is_numbered_without_gaps_and_listened_to_from_any_number(
    void **state)
{
    struct batch *batch = ((struct play *)*state)->batch;
    struct told_event events[2];
    size_t count;

    scenario_begin(batch, 5000);
    assert_int_equal(head_of(batch).count, 0);
    tell(batch, 101, 1);
    tell(batch, 102, 3);
    assert_int_equal(batch_commit(batch), STORE_OK);
    scenario_begin(batch, 6000);
    tell(batch, 105, MANY);
    tell(batch, 105 + MANY, 2);
    uint64_t last = 4 + MANY + 2;
    assert_int_equal(head_of(batch).count, last);
    for (uint64_t after = 0; after <= last; after++) expect(batch, after, last, MANY + 20);
    for (size_t portion = 1; portion <= 20; portion++) expect(batch, 0, last, portion);
    assert_int_equal(events_after(&batch->reader, 3, events, 2, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(events[0].recorded_at, 5000);
    assert_int_equal(events[1].recorded_at, 6000);
    assert_int_equal(events_after(&batch->reader, last, events, 2, &count), STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(batch_commit(batch), STORE_OK);
}

static void a_command_that_is_refused_or_tells_nothing_moves_no_number(void **state)
{
    struct batch *batch = ((struct play *)*state)->batch;

    scenario_begin(batch, 5000);
    size_t put_count = batch_put_count(batch);
    assert_int_equal(events_begin(batch), STORE_OK);
    events_tell(batch, &(struct told_event){.kind = TOLD_MEMBER_UPDATED,
                                            .party = {PARTY_MEMBER, 1}});
    events_drop(batch);
    assert_int_equal(events_begin(batch), STORE_OK);
    events_end(batch);
    assert_int_equal(batch_put_count(batch), put_count);
    tell(batch, 101, 1);
    assert_int_equal(head_of(batch).count, 1);
    expect(batch, 0, 1, 5);
    batch_abandon(batch);
}

/* A purchase of the scenario gives her points and her guide cash, and both are told. */
static void the_ledger_tells_what_it_posts_once_per_account(void **state)
{
    struct batch *batch = ((struct play *)*state)->batch;
    struct told_event events[8];
    size_t count;

    scenario_begin(batch, 5000);
    assert_int_equal(events_begin(batch), STORE_OK);
    struct entry entry = {.number = 7, .kind = ENTRY_MATURE, .party = {PARTY_MEMBER, 2},
                          .amount = 30, .balance_after = 40, .credit = 3, .business_date = 9,
                          .event.kind = EVENT_TIME};
    events_tell_entry(batch, &entry);
    entry.number = 8;
    entry.amount = 5;
    entry.balance_after = 45;
    events_tell_entry(batch, &entry);
    entry.party.number = 3;
    events_tell_entry(batch, &entry);
    entry.kind = ENTRY_SETTLE; /* the run tells it */
    events_tell_entry(batch, &entry);
    entry.kind = ENTRY_ADJUST;
    entry.from = SIDE_OWNER;
    entry.to = SIDE_EXPENSE;
    events_tell_entry(batch, &entry);
    scenario_purchase(batch, 1, "C-1", 100, 12345);
    events_end(batch);
    assert_int_equal(events_after(&batch->reader, 0, events, 8, &count), STORE_OK);
    assert_int_equal(count, 5);
    assert_int_equal(events[0].amount, 35);
    assert_int_equal(events[0].balance_after, 45);
    assert_int_equal(events[0].entry, 7);
    assert_int_equal(events[1].party.number, 3);
    assert_int_equal(events[2].kind, TOLD_CREDIT_ADJUSTED);
    assert_int_equal(events[2].amount, -5);
    assert_int_equal(events[3].kind, TOLD_CREDIT_ACCRUED);
    assert_int_equal(events[3].amount, 123);
    assert_true(events[3].available);
    assert_memory_equal(events[3].receipt.text, "C-1", 3);
    assert_int_equal(events[4].unit, UNIT_CASH);
    assert_false(events[4].available);
    batch_abandon(batch);
}

static void the_oldest_are_trimmed_in_portions_and_the_newest_stays(void **state)
{
    struct batch *batch = ((struct play *)*state)->batch;
    struct event_trim trim;
    struct told_event event;

    for (uint32_t i = 0; i < 6; i++) {
        scenario_begin(batch, 5000 + i);
        tell(batch, 101 + 2 * i, 2);
        assert_int_equal(batch_commit(batch), STORE_OK);
    }
    scenario_begin(batch, 9000);
    assert_int_equal(events_trim_load(&batch->reader, 5003, 2, &trim), STORE_OK);
    assert_int_equal(trim.count, 2);
    assert_true(trim.more);
    events_trim_put(batch, &trim);
    assert_int_equal(events_trim_load(&batch->reader, 5003, 2, &trim), STORE_OK);
    assert_int_equal(trim.count, 1);
    assert_false(trim.more);
    events_trim_put(batch, &trim);
    assert_int_equal(head_of(batch).trimmed, 6);
    expect(batch, 6, 12, 5);
    size_t count;
    assert_int_equal(events_after(&batch->reader, 0, &event, 1, &count), STORE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(event.number, 7);
    assert_int_equal(events_trim_load(&batch->reader, 5003, 2, &trim), STORE_OK);
    assert_int_equal(trim.count, 0);
    assert_int_equal(events_trim_load(&batch->reader, UINT64_MAX, 100, &trim), STORE_OK);
    assert_int_equal(trim.count, 2);
    events_trim_put(batch, &trim);
    tell(batch, 113, 1);
    expect(batch, 10, 13, 5);
    assert_int_equal(batch_commit(batch), STORE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_commands_tell_is_numbered_without_gaps_and_listened_to_from_any_number, begin,
            end),
        cmocka_unit_test_setup_teardown(
            a_command_that_is_refused_or_tells_nothing_moves_no_number, begin, end),
        cmocka_unit_test_setup_teardown(the_ledger_tells_what_it_posts_once_per_account, begin,
                                        end),
        cmocka_unit_test_setup_teardown(the_oldest_are_trimmed_in_portions_and_the_newest_stays,
                                        begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
