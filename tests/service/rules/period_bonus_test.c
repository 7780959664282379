/* Period bonuses: whom a KPI counts, what it is, and what its bracket gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "service/rules/period_bonus.h"
#include "service/rules/period_text.h"

static const struct period may = {PERIOD_MONTH, 100, 131};

static void a_kpi_counts_whom_it_is_about(void **state)
{
    (void)state;
    static const struct {
        enum rule_kpi kpi;
        struct period_member member;
        uint32_t numerator, denominator;
    } rows[] = {
        /* registered_on, own, first_day, served, live_days */
        {KPI_REPURCHASE_RATE, {50, false, 60, true, 0}, 0, 0},
        {KPI_REPURCHASE_RATE, {50, false, 60, true, 1}, 0, 1},
        {KPI_REPURCHASE_RATE, {50, false, 60, true, 2}, 1, 1},
        {KPI_REPURCHASE_RATE, {50, true, 60, false, 2}, 0, 0}, /* another serves her by then */
        {KPI_NEW_MEMBERS, {99, true, DATE_NEVER, true, 0}, 0, 0},
        {KPI_NEW_MEMBERS, {100, true, DATE_NEVER, false, 0}, 1, 1}, /* whoever serves her now */
        {KPI_NEW_MEMBERS, {130, true, DATE_NEVER, true, 0}, 1, 1},
        {KPI_NEW_MEMBERS, {131, true, DATE_NEVER, true, 0}, 0, 0},
        {KPI_NEW_MEMBERS, {100, false, 100, true, 2}, 0, 0},
        {KPI_ACTIVATED_MEMBERS, {100, true, DATE_NEVER, true, 0}, 0, 1},
        {KPI_ACTIVATED_MEMBERS, {100, true, 130, true, 1}, 1, 1},
        {KPI_ACTIVATED_MEMBERS, {101, true, 131, true, 0}, 0, 1}, /* the period ended before */
        {KPI_ACTIVATED_MEMBERS, {120, true, 130, true, 1}, 1, 1},
        {KPI_ACTIVATED_MEMBERS, {120, true, 90, true, 1}, 1, 1}, /* bought before she registered */
        {KPI_ACTIVATED_MEMBERS, {99, true, 110, true, 1}, 0, 0},
        {KPI_ACTIVATED_MEMBERS, {110, false, 110, true, 1}, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct period_figures figures = {0, 0};
        period_count(rows[i].kpi, &may, &rows[i].member, &figures);
        if (figures.numerator != rows[i].numerator || figures.denominator != rows[i].denominator)
            fail_msg("row %zu: %u of %u", i, figures.numerator, figures.denominator);
    }
}

static void a_purchase_31_days_after_registration_activates_nobody(void **state)
{
    (void)state;
    struct period year = {PERIOD_YEAR, 0, 365};
    struct period_member member = {.registered_on = 100, .own = true, .first_day = 130};
    struct period_figures figures = {0, 0};
    period_count(KPI_ACTIVATED_MEMBERS, &year, &member, &figures);
    member.first_day = 131;
    period_count(KPI_ACTIVATED_MEMBERS, &year, &member, &figures);
    assert_int_equal(figures.numerator, 1);
    assert_int_equal(figures.denominator, 2);
}

static void a_rate_is_in_basis_points_rounded_down(void **state)
{
    (void)state;
    static const struct { uint32_t numerator, denominator; int64_t value; } rows[] = {
        {211, 519, 4065}, {0, 0, 0}, {0, 7, 0}, {7, 7, 10000}, {1, 3, 3333}, {2, 3, 6666},
        {UINT32_MAX, UINT32_MAX, 10000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct period_figures figures = {rows[i].numerator, rows[i].denominator};
        assert_int_equal(period_value(KPI_REPURCHASE_RATE, &figures), rows[i].value);
    }
}

/* One rule: nothing below 20 %, 30 points below 50 %, then 90; least of 10 members. */
static struct program bonus(enum rule_kpi kpi)
{
    struct program program = {.version = 1, .rule_count = 1, .bracket_count = 3};
    program.rules[0] = (struct rule){
        .id = "bonus", .trigger = TRIGGER_PERIOD_CLOSE, .beneficiary = BENEFICIARY_SERVING_GUIDE,
        .unit = UNIT_CASH, .formula = FORMULA_BRACKETS, .rounding = ROUNDING_FLOOR,
        .brackets = {0, 3}, .kpi = kpi, .period = PERIOD_MONTH, .minimum_n = 10,
    };
    program.brackets[0] = (struct bracket){.from = 0, .to = 2000};
    program.brackets[1] = (struct bracket){.from = 2000, .to = 5000, .fixed_amount = 30};
    program.brackets[2] = (struct bracket){.from = 5000, .to = INT64_MAX, .fixed_amount = 90};
    return program;
}

static void a_bonus_is_that_of_the_bracket_reached(void **state)
{
    (void)state;
    static const struct {
        uint32_t numerator, denominator;
        bool entitled;
        int64_t amount;
        enum award_reason reason;
        uint8_t bracket;
    } rows[] = {
        {0, 10, true, 0, AWARD_ROUNDED_TO_ZERO, 0},
        {1, 10, true, 0, AWARD_ROUNDED_TO_ZERO, 0},
        {2, 10, true, 30, AWARD_GRANTED, 1},
        {4, 10, true, 30, AWARD_GRANTED, 1},
        {5, 10, true, 90, AWARD_GRANTED, 2},
        {10, 10, true, 90, AWARD_GRANTED, 2},
        {9, 9, true, 0, AWARD_BELOW_MINIMUM, BRACKET_NONE},
        {0, 0, true, 0, AWARD_BELOW_MINIMUM, BRACKET_NONE},
        {10, 10, false, 0, AWARD_GUIDE_INACTIVE, BRACKET_NONE},
        {0, 0, false, 0, AWARD_GUIDE_INACTIVE, BRACKET_NONE},
    };
    static struct program program;
    program = bonus(KPI_REPURCHASE_RATE);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct period_figures figures = {rows[i].numerator, rows[i].denominator};
        struct award award = period_award(&program, 0, 7, rows[i].entitled, &figures);
        if (award.amount != rows[i].amount || award.reason != rows[i].reason ||
            award.bracket != rows[i].bracket)
            fail_msg("row %zu: %lld, reason %d, bracket %d", i, (long long)award.amount,
                     award.reason, award.bracket);
        assert_int_equal(award.full_amount, award.amount);
        assert_int_equal(award.base_minor, period_value(KPI_REPURCHASE_RATE, &figures));
        assert_int_equal(award.party.number, 7);
        assert_int_equal(award.unit, UNIT_CASH);
    }
}

static void a_count_is_held_against_the_minimum_itself(void **state)
{
    (void)state;
    static struct program program;
    program = bonus(KPI_ACTIVATED_MEMBERS);
    struct period_figures figures = {9, 40};
    assert_int_equal(period_award(&program, 0, 7, true, &figures).reason, AWARD_BELOW_MINIMUM);
    figures.numerator = 10;
    assert_int_equal(period_award(&program, 0, 7, true, &figures).base_minor, 10);
    assert_int_equal(period_award(&program, 0, 7, true, &figures).bracket, 0);
}

static void periods_are_read_as_they_are_written(void **state)
{
    (void)state;
    static const char *const good[] = {"1970", "2026", "2026Q1", "2026Q4", "2026-01", "2026-12",
                                       "9999-12"};
    static const char *const bad[] = {"", "26", "2026Q", "2026Q0", "2026Q5", "2026q1", "2026-00",
                                      "2026-13", "2026/01", "20261", "2026-1", "1969", "202a",
                                      "2026-01-01", "0000", " 2026", "+026"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct period period;
        char text[PERIOD_TEXT_BYTES];
        assert_true(period_parse((struct bytes){(const uint8_t *)good[i], strlen(good[i])},
                                 &period));
        period_write(period.kind, period.start, text);
        assert_string_equal(text, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct period period;
        if (period_parse((struct bytes){(const uint8_t *)bad[i], strlen(bad[i])}, &period))
            fail_msg("%s was read", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kpi_counts_whom_it_is_about),
        cmocka_unit_test(a_purchase_31_days_after_registration_activates_nobody),
        cmocka_unit_test(a_rate_is_in_basis_points_rounded_down),
        cmocka_unit_test(a_bonus_is_that_of_the_bracket_reached),
        cmocka_unit_test(a_count_is_held_against_the_minimum_itself),
        cmocka_unit_test(periods_are_read_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
