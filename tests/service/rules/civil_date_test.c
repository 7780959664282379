#include "service/rules/civil_date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static bool parse(const char *text, business_date *ret_date)
{
    return civil_date_parse((struct bytes){(const uint8_t *)text, strlen(text)}, ret_date);
}

static void every_day_agrees_with_the_system_calendar(void **state)
{
    (void)state;
    for (business_date date = 0; date < 200000; date++) { /* to the year 2517 */
        time_t seconds = (time_t)date * 86400;
        struct tm tm;
        char want[CIVIL_DATE_BYTES], text[CIVIL_DATE_BYTES];
        assert_non_null(gmtime_r(&seconds, &tm));
        assert_int_equal(strftime(want, sizeof(want), "%Y-%m-%d", &tm), 10);
        civil_date_write(date, text);
        assert_string_equal(text, want);
        business_date again = -1;
        assert_true(parse(text, &again));
        assert_int_equal(again, date);
        assert_int_equal(date_month_start(date), date - tm.tm_mday + 1);
    }
}

static void the_ends_of_the_range_are_read(void **state)
{
    (void)state;
    business_date date = -1;
    assert_true(parse("1970-01-01", &date));
    assert_int_equal(date, 0);
    assert_true(parse("9999-12-31", &date));
    assert_int_equal(date, 2932896);
    char text[CIVIL_DATE_BYTES];
    civil_date_write(date, text);
    assert_string_equal(text, "9999-12-31");
    civil_date_write(DATE_NEVER, text);
    assert_string_equal(text, "");
}

static void dates_before_1970_have_civil_days_too(void **state)
{
    (void)state;
    int year, month, day;
    assert_int_equal(date_from_civil(1969, 12, 31), -1);
    date_to_civil(-1, &year, &month, &day);
    assert_int_equal(year * 10000 + month * 100 + day, 19691231);
    assert_int_equal(date_from_civil(0, 3, 1), -719468);
    date_to_civil(-719469, &year, &month, &day);
    assert_int_equal(month * 100 + day, 229);
    assert_int_equal(date_from_civil(-400, 3, 1), -719468 - 146097);
    date_to_civil(-719468 - 146097, &year, &month, &day);
    assert_int_equal(year, -400);
}

static void what_is_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "2026-11-2", "2026-11-021", "2026/11/02", "2026-1-002", "26-11-02", "1969-12-31",
        "2026-00-10", "2026-13-10", "2026-01-00", "2026-01-32", "2026-04-31", "2025-02-29",
        "2100-02-29", "2024-02-30", " 2026-1-02", "2026-11-0 ", "+026-11-02", "2026-11--2",
        "abcd-ef-gh",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        business_date date = 77;
        if (parse(bad[i], &date)) fail_msg("'%s'", bad[i]);
        assert_int_equal(date, 77);
    }
    business_date date;
    assert_true(parse("2024-02-29", &date));
    assert_true(parse("2000-02-29", &date));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_agrees_with_the_system_calendar),
        cmocka_unit_test(the_ends_of_the_range_are_read),
        cmocka_unit_test(dates_before_1970_have_civil_days_too),
        cmocka_unit_test(what_is_no_date_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
