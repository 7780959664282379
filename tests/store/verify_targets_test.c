/* verify proves targets against guides and the calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "corruption.h"
#include "scenario.h"
#include "store/key.h"
#include "store/table.h"
#include "store/targets.h"

static const struct target sound = {
    .name = {.guide = 1, .span = SCORE_WEEK, .start = 4, .kpi = SCORE_SALES}, /* a Monday */
    .value = 500, .set_at = 77, .set_by = 3,
};

static void make_sound(struct batch *batch)
{
    struct target found[2], later = sound;
    struct target_name after = {.guide = 1};
    size_t count;

    later.name.span = SCORE_YEAR;
    later.name.start = 0;
    targets_put(batch, &later);
    targets_put(batch, &sound);
    assert_int_equal(targets_list(&batch->reader, &after, found, 2, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_memory_equal(&found[0].name, &sound.name, sizeof sound.name);
    assert_int_equal(targets_list(&batch->reader, &sound.name, found, 2, &count), STORE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(found[0].name.span, SCORE_YEAR);
    targets_delete(batch, &later.name);
    assert_int_equal(targets_get(&batch->reader, &later.name, found), STORE_ABSENT);
}

static void a_week_begins_on_a_tuesday(struct batch *batch)
{
    struct target target = sound;
    target.name.start++;
    targets_put(batch, &target);
}

static void a_target_of_nobody(struct batch *batch)
{
    struct target target = sound;
    target.name.guide = 55;
    targets_put(batch, &target);
}

static void a_target_lies_elsewhere(struct batch *batch)
{
    uint8_t data[TARGET_BYTES];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_TARGET);
    key_u32(&key, 1);
    key_u8(&key, SCORE_WEEK);
    key_date(&key, 11);
    key_u8(&key, SCORE_SALES);
    table_put(batch, &key, data, target_encode(&sound, data));
}

static void a_target_is_cut_short(struct batch *batch)
{
    uint8_t data[TARGET_BYTES];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_TARGET);
    key_u32(&key, 1);
    key_u8(&key, SCORE_WEEK);
    key_date(&key, 4);
    key_u8(&key, SCORE_SALES);
    table_put(batch, &key, data, target_encode(&sound, data) - 1);
}

static void an_employment_changed_in_a_commit_to_come(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_ROSTER);
    table_put(batch, &key, "\0\0\1\0\0\0\0\0", 8);
}

static void every_wrong_target_is_found(void **state)
{
    (void)state;
    static const struct corruption_row rows[] = {
        ROW(a_week_begins_on_a_tuesday, "targets: a damaged record of guide 1"),
        ROW(a_target_of_nobody, "targets: guide 55 has no account"),
        ROW(a_target_lies_elsewhere, "targets: a damaged record of guide 1"),
        ROW(a_target_is_cut_short, "targets: a damaged record"),
        ROW(an_employment_changed_in_a_commit_to_come, "roster: a damaged mark"),
    };
    corruptions_are_found(make_sound, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_wrong_target_is_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
