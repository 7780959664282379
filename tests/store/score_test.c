/* Windows of the calendar, and figures summed over them. */
#include "store/score.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/date.h"

static void windows_are_those_of_the_calendar(void **state)
{
    (void)state;
    static const struct {
        enum score_span span;
        int date[3], start[3], end[3];
    } rows[] = {
        {SCORE_DAY, {2026, 3, 1}, {2026, 3, 1}, {2026, 3, 2}},
        {SCORE_WEEK, {2026, 3, 1}, {2026, 2, 23}, {2026, 3, 2}},  /* a Sunday */
        {SCORE_WEEK, {2026, 3, 2}, {2026, 3, 2}, {2026, 3, 9}},   /* a Monday */
        {SCORE_WEEK, {2027, 1, 1}, {2026, 12, 28}, {2027, 1, 4}}, /* ISO week 53 */
        {SCORE_MONTH, {2024, 2, 29}, {2024, 2, 1}, {2024, 3, 1}},
        {SCORE_QUARTER, {2026, 12, 31}, {2026, 10, 1}, {2027, 1, 1}},
        {SCORE_YEAR, {1969, 12, 31}, {1969, 1, 1}, {1970, 1, 1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int *date = rows[i].date, *start = rows[i].start, *end = rows[i].end;
        struct score_window window =
            score_window_of(rows[i].span, date_from_civil(date[0], date[1], date[2]));
        assert_int_equal(window.start, date_from_civil(start[0], start[1], start[2]));
        assert_int_equal(window.end, date_from_civil(end[0], end[1], end[2]));
    }
}

static void only_days_within_the_window_are_added(void **state)
{
    (void)state;
    business_date month = date_from_civil(2026, 3, 1);
    struct kpi_month counts = {.once = {1, 2, 3}, .twice = {4, 5, 6}};
    for (int day = 0; day < KPI_DAYS; day++)
        counts.days[day] = (struct kpi_day){
            .new_members = 1, .sales_minor = -10, .earned = {day, 2 * day}};
    struct score_window week = score_window_of(SCORE_WEEK, month); /* ends with the first */
    struct score score = {.once = 0};
    assert_int_equal(score_add_month(&score, &week, month, &counts), STORE_OK);
    assert_int_equal(score.new_members, 1);
    assert_int_equal(score.sales_minor, -10);
    assert_int_equal(score_value(&score, SCORE_REPURCHASE_RATE), 0); /* of nobody */

    struct score_window quarter = score_window_of(SCORE_QUARTER, month);
    score = (struct score){.once = 0};
    assert_int_equal(score_add_month(&score, &quarter, month, &counts), STORE_OK);
    assert_int_equal(score_value(&score, SCORE_NEW_MEMBERS), 31);
    assert_int_equal(score_value(&score, SCORE_POINTS_EARNED), 465);
    assert_int_equal(score_value(&score, SCORE_CASH_EARNED), 930);
    assert_int_equal(score.once, 2);
    assert_int_equal(score_value(&score, SCORE_REPURCHASE_RATE), 25000); /* as counted */
}

static void a_sum_beyond_64_bits_is_damage(void **state)
{
    (void)state;
    struct kpi_month counts = {.days = {{.sales_minor = INT64_MAX}, {.sales_minor = 1}}};
    struct score_window window = score_window_of(SCORE_MONTH, 0);
    struct score score = {.once = 0};
    assert_int_equal(score_add_month(&score, &window, 0, &counts), STORE_DAMAGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_those_of_the_calendar),
        cmocka_unit_test(only_days_within_the_window_are_added),
        cmocka_unit_test(a_sum_beyond_64_bits_is_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
