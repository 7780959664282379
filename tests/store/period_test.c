/* Calendar periods, and which of a member's live days count in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/date.h"
#include "store/kpi.h"
#include "store/period.h"

static void periods_begin_and_end_with_the_calendar(void **state)
{
    (void)state;
    static const struct {
        enum period_kind kind;
        int year, month, day;    /* the date */
        int from_year, from_month, from_day;
        int to_year, to_month, to_day; /* the first day behind */
    } rows[] = {
        {PERIOD_DAY, 2024, 2, 29, 2024, 2, 29, 2024, 3, 1},
        {PERIOD_MONTH, 2024, 2, 29, 2024, 2, 1, 2024, 3, 1},
        {PERIOD_MONTH, 2023, 12, 1, 2023, 12, 1, 2024, 1, 1},
        {PERIOD_QUARTER, 2024, 3, 31, 2024, 1, 1, 2024, 4, 1},
        {PERIOD_QUARTER, 2024, 4, 1, 2024, 4, 1, 2024, 7, 1},
        {PERIOD_QUARTER, 2024, 11, 30, 2024, 10, 1, 2025, 1, 1},
        {PERIOD_YEAR, 1997, 1, 1, 1997, 1, 1, 1998, 1, 1},
        {PERIOD_YEAR, 1969, 12, 31, 1969, 1, 1, 1970, 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct period period = period_of(
            rows[i].kind, date_from_civil(rows[i].year, rows[i].month, rows[i].day));
        assert_int_equal(period.kind, rows[i].kind);
        assert_int_equal(period.start, date_from_civil(rows[i].from_year, rows[i].from_month,
                                                       rows[i].from_day));
        assert_int_equal(period.end,
                         date_from_civil(rows[i].to_year, rows[i].to_month, rows[i].to_day));
    }
}

static void the_reckonable_dates_are_whole_years(void **state)
{
    (void)state;
    assert_int_equal(PERIOD_DATE_MIN, date_from_civil(1, 1, 1));
    assert_int_equal(PERIOD_DATE_MAX, date_from_civil(9999, 12, 31));
    assert_int_equal(period_of(PERIOD_YEAR, PERIOD_DATE_MIN).start, PERIOD_DATE_MIN);
    assert_int_equal(period_of(PERIOD_YEAR, PERIOD_DATE_MAX).end, PERIOD_DATE_MAX + 1);
}

static void the_first_two_days_are_kept_in_whatever_order_they_come(void **state)
{
    (void)state;
    static const business_date orders[][4] = {
        {10, 20, 30, 40}, {40, 30, 20, 10}, {20, 40, 10, 30}, {30, 10, 40, 20},
    };
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct kpi_days days = {.first = {DATE_NEVER}, .second = {DATE_NEVER}};
        for (size_t k = 0; k < 4; k++) kpi_days_add(&days, KPI_SPAN_MONTH, orders[i][k]);
        assert_int_equal(days.first[KPI_SPAN_MONTH], 10);
        assert_int_equal(days.second[KPI_SPAN_MONTH], 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_begin_and_end_with_the_calendar),
        cmocka_unit_test(the_reckonable_dates_are_whole_years),
        cmocka_unit_test(the_first_two_days_are_kept_in_whatever_order_they_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
