/* Tiers: reached, kept, reviewed, and what is missing. */
#include "service/rules/tiers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/date.h"

static struct program charter(void)
{
    return (struct program){
        .version = 1, .tier_basis = TIER_BASIS_POINTS, .tier_window_months = 12,
        .tier_review = TIER_REVIEW_YEARLY, .tier_review_month = 3, .tier_review_day = 31,
        .tier_count = 3, .tiers = {{.threshold = 0}, {.threshold = 1000}, {.threshold = 5000}},
    };
}

static void the_highest_threshold_not_above_is_reached(void **state)
{
    (void)state;
    static const struct { int64_t measure; uint8_t tier; } rows[] = {
        {-5, 0}, {0, 0}, {999, 0}, {1000, 1}, {4999, 1}, {5000, 2}, {INT64_MAX, 2},
    };
    struct program program = charter();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(tiers_reached(&program, rows[i].measure), rows[i].tier);
}

static void a_review_lets_fall_to_what_is_reached_or_one_step(void **state)
{
    (void)state;
    static const struct { uint8_t tier; int64_t measure; uint8_t reached, one_step; } rows[] = {
        {2, 5000, 2, 2}, {2, 4999, 1, 1}, {2, 0, 0, 1}, {1, 999, 0, 0}, {0, 0, 0, 0},
        {1, 5000, 2, 2},   /* thresholds were lowered meanwhile */
        {7, 0, 0, 1},      /* of a version with more tiers */
    };
    struct program program = charter();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        program.tier_fall = TIER_FALL_TO_REACHED;
        assert_int_equal(tiers_reviewed(&program, rows[i].tier, rows[i].measure),
                         rows[i].reached);
        program.tier_fall = TIER_FALL_ONE_STEP;
        assert_int_equal(tiers_reviewed(&program, rows[i].tier, rows[i].measure),
                         rows[i].one_step);
    }
}

static void reviews_come_once_a_year(void **state)
{
    (void)state;
    struct program program = charter();
    business_date registered = date_from_civil(2024, 2, 29);

    assert_int_equal(tiers_next_review(&program, registered, date_from_civil(2026, 3, 30)),
                     date_from_civil(2026, 3, 31));
    assert_int_equal(tiers_next_review(&program, registered, date_from_civil(2026, 3, 31)),
                     date_from_civil(2027, 3, 31));
    program.tier_review = TIER_REVIEW_ANNIVERSARY;
    assert_int_equal(tiers_next_review(&program, registered, registered),
                     date_from_civil(2025, 2, 28));
    assert_int_equal(tiers_next_review(&program, registered, registered - 40),
                     date_from_civil(2025, 2, 28));
    assert_int_equal(tiers_next_review(&program, registered, date_from_civil(2027, 12, 1)),
                     date_from_civil(2028, 2, 29));
    program.tier_review = TIER_REVIEW_NEVER;
    assert_int_equal(tiers_next_review(&program, registered, registered), DATE_NEVER);
    program.tier_review = TIER_REVIEW_YEARLY;
    program.tier_basis = TIER_BASIS_NONE;
    assert_int_equal(tiers_next_review(&program, registered, registered), DATE_NEVER);
    assert_false(tiers_kept(&program));
    assert_false(tiers_kept(NULL));
}

static void the_window_holds_the_last_months(void **state)
{
    (void)state;
    struct program program = charter();

    assert_int_equal(tiers_window_from(&program, date_from_civil(2026, 11, 22)),
                     date_from_civil(2025, 11, 23));
    program.tier_window_months = 1;
    assert_int_equal(tiers_window_from(&program, date_from_civil(2026, 3, 31)),
                     date_from_civil(2026, 3, 1));
}

static void the_card_says_what_is_missing(void **state)
{
    (void)state;
    struct program program = charter();
    business_date review = date_from_civil(2027, 3, 31);

    struct tier_outlook outlook = tiers_outlook(&program, 1, 1200, 300, review);
    assert_int_equal(outlook.missing_to_next, 3800);
    assert_int_equal(outlook.missing_to_keep, 700);
    assert_int_equal(outlook.review_on, review);
    outlook = tiers_outlook(&program, 2, 1200, 5000, review);
    assert_int_equal(outlook.missing_to_next, 0);
    assert_int_equal(outlook.missing_to_keep, 0);
    outlook = tiers_outlook(&program, 1, 0, 0, DATE_NEVER);
    assert_int_equal(outlook.missing_to_keep, 0);
    outlook = tiers_outlook(&program, 0, -200, -200, review); /* refunds of bought points */
    assert_int_equal(outlook.missing_to_next, 1200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_threshold_not_above_is_reached),
        cmocka_unit_test(a_review_lets_fall_to_what_is_reached_or_one_step),
        cmocka_unit_test(reviews_come_once_a_year),
        cmocka_unit_test(the_window_holds_the_last_months),
        cmocka_unit_test(the_card_says_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
