/* verify proves the events: missing, misplaced, invented ones are found, and trimmed ones are not
 * missed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "corruption.h"
#include "scenario.h"
#include "store/events.h"
#include "store/key.h"
#include "store/table.h"

/* Seven events in four records; the first record is trimmed: 3 to 7 are there. */
static void make_sound(struct batch *batch)
{
    struct event_trim trim;

    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(events_begin(batch), STORE_OK);
        for (uint32_t k = 0; k < (i == 3 ? 1u : 2u); k++)
            events_tell(batch, &(struct told_event){.kind = TOLD_CREDIT_ACCRUED,
                                                    .party = {PARTY_MEMBER, 1 + k}, .amount = 5,
                                                    .entry = 1});
        events_end(batch);
    }
    assert_int_equal(events_trim_load(&batch->reader, UINT64_MAX, 1, &trim), STORE_OK);
    events_trim_put(batch, &trim);
}

static struct key key_of(uint64_t first)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_EVENT);
    key_u64(&key, first);
    return key;
}

static struct event_record stored(struct batch *batch, uint64_t first)
{
    struct key key = key_of(first);
    struct event_record record;
    struct bytes value;
    assert_int_equal(table_get(&batch->reader, &key, &value), STORE_OK);
    assert_int_equal(event_record_decode(value, &record), STORE_OK);
    return record;
}

static void put(struct batch *batch, uint64_t at, const struct event_record *record)
{
    uint8_t data[EVENT_RECORD_BYTES_MAX];
    struct key key = key_of(at);
    table_put(batch, &key, data, event_record_encode(record, data));
}

static void put_head(struct batch *batch, const struct event_head *head)
{
    uint8_t data[EVENT_HEAD_BYTES];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_EVENT_HEAD);
    table_put(batch, &key, data, event_head_encode(head, data));
}

static void one_is_missing(struct batch *batch)
{
    struct key key = key_of(5);
    table_delete(batch, &key);
}

static void the_first_is_missing(struct batch *batch)
{
    struct key key = key_of(3);
    table_delete(batch, &key);
}

static void the_last_is_missing(struct batch *batch)
{
    struct key key = key_of(7);
    table_delete(batch, &key);
}

static void one_is_invented(struct batch *batch)
{
    struct event_record record = stored(batch, 7);
    record.first = 8;
    put(batch, 8, &record);
}

static void one_lies_elsewhere(struct batch *batch)
{
    struct event_record record = stored(batch, 3);
    put(batch, 5, &record);
}

static void time_runs_back(struct batch *batch)
{
    struct event_record record = stored(batch, 5);
    record.recorded_at = 1;
    put(batch, 5, &record);
}

static void nobody_is_told_of(struct batch *batch)
{
    struct event_record record = stored(batch, 5);
    record.recorded_at = stored(batch, 3).recorded_at;
    record.events[1].party.number = SCENARIO_MEMBERS + 1;
    put(batch, 5, &record);
}

static void no_entry_is_told_of(struct batch *batch)
{
    struct event_record record = stored(batch, 5);
    record.events[0].entry = 1000000;
    put(batch, 5, &record);
}

static void the_head_is_gone(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_EVENT_HEAD);
    table_delete(batch, &key);
}

static void the_head_is_behind(struct batch *batch)
{
    put_head(batch, &(struct event_head){.count = 6, .trimmed = 2});
}

static void the_head_is_damaged(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_EVENT_HEAD);
    table_put(batch, &key, "\1", 1);
}

static void a_record_is_cut_short(struct batch *batch)
{
    struct key key = key_of(5);
    table_put(batch, &key, "\1\0\0", 3);
}

static void every_wrong_event_is_found(void **state)
{
    (void)state;
    static const struct corruption_row rows[] = {
        ROW(one_is_missing, "events: 7 follows 4"),
        ROW(the_first_is_missing, "events: 5 follows 2"),
        ROW(the_last_is_missing, "events: the last is 6, the head says 7"),
        ROW(one_is_invented, "events: the last is 8, the head says 7"),
        ROW(one_lies_elsewhere, "event 5: damaged record"),
        ROW(time_runs_back, "event 5: time runs back"),
        ROW(nobody_is_told_of, "event 6: about nobody there is"),
        ROW(no_entry_is_told_of, "event 5: about no entry there is"),
        ROW(the_head_is_gone, "events: 3 follows 0"),
        ROW(the_head_is_behind, "events: the last is 7, the head says 6"),
        ROW(the_head_is_damaged, "events: damaged head"),
        ROW(a_record_is_cut_short, "event 5: damaged record"),
    };
    corruptions_are_found(make_sound, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_wrong_event_is_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
