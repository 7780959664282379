/* China's tax on the year-end bonus, and where one yuan more costs thousands. */
#include "service/rules/year_end_tax.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/date.h"

static void each_bracket_taxes_the_whole_bonus_less_one_deduction(void **state)
{
    (void)state;
    static const struct { int64_t bonus_minor, tax_minor; } rows[] = {
        {0, 0}, {1, 0}, {17, 1}, {100000, 3000},
        {3600000, 108000}, {3600100, 339010},
        {14400000, 1419000}, {14400100, 2739020},
        {30000000, 5859000}, {30000100, 7234025},
        {42000000, 10234000}, {42000100, 12159030},
        {66000000, 19359000}, {66000100, 22384035},
        {96000000, 32884000}, {96000100, 41684045},
        {YEAR_END_TAX_AMOUNT_MAX, 449998484000},
    };
    business_date date = date_from_civil(2026, 1, 15);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t tax_minor = -1;
        assert_true(year_end_tax(date, rows[i].bonus_minor, &tax_minor));
        assert_int_equal(tax_minor, rows[i].tax_minor);
    }
}

static void a_little_above_a_bracket_less_remains_than_at_its_end(void **state)
{
    (void)state;
    static const struct { int64_t bonus_minor, threshold_minor; } rows[] = {
        {3600000, 0}, {3600001, 3600000}, {3856666, 3600000}, {3856667, 0},
        {14400000, 0}, {14400100, 14400000}, {16049999, 14400000}, {16050000, 0},
        {31833332, 30000000}, {31833333, 0}, {44749999, 42000000}, {44750000, 0},
        {70653845, 66000000}, {70653846, 0}, {111999999, 96000000}, {112000000, 0},
    };
    business_date date = date_from_civil(2027, 12, 31);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t threshold_minor = 0;
        bool cliff = year_end_tax_cliff(date, rows[i].bonus_minor, &threshold_minor);
        assert_int_equal(cliff, rows[i].threshold_minor != 0);
        assert_int_equal(threshold_minor, rows[i].threshold_minor);
    }
}

static void outside_the_years_of_its_law_nothing_is_said(void **state)
{
    (void)state;
    int64_t untouched = 7;
    business_date before = date_from_civil(2018, 12, 31), after = date_from_civil(2028, 1, 1);
    assert_false(year_end_tax(before, 3600100, &untouched));
    assert_false(year_end_tax(after, 3600100, &untouched));
    assert_false(year_end_tax_cliff(after, 3600100, &untouched));
    assert_int_equal(untouched, 7);
    assert_true(year_end_tax(date_from_civil(2019, 1, 1), 3600100, &untouched));
    assert_true(year_end_tax(date_from_civil(2027, 12, 31), 3600100, &untouched));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bracket_taxes_the_whole_bonus_less_one_deduction),
        cmocka_unit_test(a_little_above_a_bracket_less_remains_than_at_its_end),
        cmocka_unit_test(outside_the_years_of_its_law_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
