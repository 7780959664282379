#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/command/business_time.h"
#include "tests/store/scratch.h"

enum { ROUNDS = 2000 };

/* Instants on both sides of a change of the clocks; Monrovia's came at no full quarter. */
static const struct row {
    const char *zone;
    uint64_t at_s;
    unsigned minute;
    business_date date;
} ROWS[] = {
    {"America/New_York", 1710053999, 1 * 60 + 59, 19792}, /* 2024-03-10 06:59:59 UTC */
    {"America/New_York", 1710054000, 3 * 60, 19792},
    {"America/New_York", 1710054001, 3 * 60, 19792},
    {"America/New_York", 1730613599, 1 * 60 + 59, 20030}, /* 2024-11-03 05:59:59 UTC */
    {"America/New_York", 1730613600, 1 * 60, 20030},
    {"America/New_York", 1730606399, 23 * 60 + 59, 20029}, /* midnight, by summer time */
    {"America/New_York", 1730606400, 0, 20030},
    {"Africa/Monrovia", 63593069, 23 * 60 + 59, 735},     /* 1972-01-07 00:44:29 UTC */
    {"Africa/Monrovia", 63593070, 44, 736},
    {"Africa/Monrovia", 63593099, 44, 736},
    {"Africa/Monrovia", 63593100, 45, 736},
    {"Asia/Kolkata", 1710053999, 12 * 60 + 29, 19792},
    {"Asia/Kolkata", 0, 5 * 60 + 30, 0},
};

/* What was asked before must not tell: offsets are remembered. */
static void local_time_is_right_in_whatever_order_instants_and_zones_come(void **state)
{
    (void)state;
    uint64_t random = scratch_seed();
    for (size_t i = 0; i < ROUNDS; i++) {
        const struct row *row = &ROWS[scratch_below(&random, sizeof ROWS / sizeof ROWS[0])];
        struct merchant merchant = {0};
        snprintf(merchant.time_zone, sizeof merchant.time_zone, "%s", row->zone);
        assert_int_equal(business_time_local_minute(&merchant, row->at_s * 1000 + 999),
                         row->minute);
        assert_int_equal(business_date_at(&merchant, row->at_s * 1000), row->date);
    }
}

static void a_day_that_begins_later_belongs_to_the_day_before_until_then(void **state)
{
    (void)state;
    struct merchant merchant = {.time_zone = "Asia/Kolkata", .day_cutoff_minutes = 240};
    uint64_t four = UINT64_C(1710023400) * 1000; /* 2024-03-10 04:00 there */
    assert_int_equal(business_date_at(&merchant, four - 1), 19791);
    assert_int_equal(business_date_at(&merchant, four), 19792);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_time_is_right_in_whatever_order_instants_and_zones_come),
        cmocka_unit_test(a_day_that_begins_later_belongs_to_the_day_before_until_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
