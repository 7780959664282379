/* Maturity and expiry on the calendar. */
#include "service/rules/lifetime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/date.h"

struct civil { int year, month, day; };

static business_date on(struct civil civil)
{
    return civil.year == 0 ? DATE_NEVER : date_from_civil(civil.year, civil.month, civil.day);
}

static void credits_mature_and_expire_as_the_rule_says(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        struct civil event;
        uint16_t hold_days;
        enum rule_expiry expiry;
        uint16_t count;
        struct civil matures, expires;
    } rows[] = {
        {"at once, for ever", {2026, 6, 15}, 0, EXPIRY_NEVER, 0, {2026, 6, 15}, {0, 0, 0}},
        {"after a week", {2026, 6, 28}, 7, EXPIRY_NEVER, 0, {2026, 7, 5}, {0, 0, 0}},
        {"days count from maturity", {2026, 6, 28}, 7, EXPIRY_DAYS, 30, {2026, 7, 5},
         {2026, 8, 4}},
        {"a month", {2026, 1, 31}, 0, EXPIRY_MONTHS, 1, {2026, 1, 31}, {2026, 2, 28}},
        {"a month of a leap year", {2024, 1, 31}, 0, EXPIRY_MONTHS, 1, {2024, 1, 31},
         {2024, 2, 29}},
        {"a year from February 29", {2024, 2, 29}, 0, EXPIRY_MONTHS, 12, {2024, 2, 29},
         {2025, 2, 28}},
        {"months over the year", {2026, 11, 30}, 0, EXPIRY_MONTHS, 3, {2026, 11, 30},
         {2027, 2, 28}},
        {"this year", {2026, 6, 15}, 0, EXPIRY_END_OF_YEAR, 0, {2026, 6, 15}, {2026, 12, 31}},
        {"this year's last day", {2026, 12, 31}, 0, EXPIRY_END_OF_YEAR, 0, {2026, 12, 31},
         {2026, 12, 31}},
        {"matured in the next", {2026, 12, 30}, 7, EXPIRY_END_OF_YEAR, 0, {2027, 1, 6},
         {2027, 12, 31}},
        {"next year", {2026, 12, 30}, 7, EXPIRY_END_OF_NEXT_YEAR, 0, {2027, 1, 6},
         {2028, 12, 31}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rule rule = {.hold_days = rows[i].hold_days, .expiry = rows[i].expiry,
                            .expiry_count = rows[i].count};
        struct lifetime lifetime = lifetime_of(&rule, on(rows[i].event));
        if (lifetime.matures_on != on(rows[i].matures) ||
            lifetime.expires_on != on(rows[i].expires))
            fail_msg("%s", rows[i].says);
    }
}

static void periods_begin_on_their_first_day(void **state)
{
    (void)state;
    business_date date = on((struct civil){2026, 11, 22});

    assert_int_equal(date_period_start(date, PERIOD_NONE), DATE_ALWAYS);
    assert_int_equal(date_period_start(date, PERIOD_DAY), date);
    assert_int_equal(date_period_start(date, PERIOD_MONTH), on((struct civil){2026, 11, 1}));
    assert_int_equal(date_period_start(date, PERIOD_QUARTER), on((struct civil){2026, 10, 1}));
    assert_int_equal(date_period_start(date, PERIOD_YEAR), on((struct civil){2026, 1, 1}));
    date = on((struct civil){2024, 3, 31});
    assert_int_equal(date_period_start(date, PERIOD_QUARTER), on((struct civil){2024, 1, 1}));
    assert_int_equal(date_add_months(date, -1), on((struct civil){2024, 2, 29}));
    assert_int_equal(date_add_months(date, -13), on((struct civil){2023, 2, 28}));
    assert_int_equal(date_weekday(0), 3);
    assert_int_equal(date_weekday(-1), 2);
    assert_int_equal(date_weekday(-3), 0);
    assert_int_equal(date_weekday(-4), 6);
    assert_int_equal(date_weekday(date), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credits_mature_and_expire_as_the_rule_says),
        cmocka_unit_test(periods_begin_on_their_first_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
