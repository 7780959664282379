/* Rates, brackets and shares: what a base becomes, rounded once. */
#include "service/rules/formula.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int64_t rate_of(int64_t base, int32_t rate_bp, enum rounding rounding)
{
    struct program program = {.version = 1};
    struct rule rule = {.formula = FORMULA_RATE, .rate_bp = rate_bp, .rounding = rounding};
    uint8_t bracket;

    int64_t amount = formula_amount(&program, &rule, base, MULTIPLIER_ONE, &bracket);
    assert_int_equal(bracket, BRACKET_NONE);
    return amount;
}

static void a_rate_is_rounded_once_as_the_rule_says(void **state)
{
    (void)state;
    static const struct { int64_t base; int32_t bp; int64_t floor, half_up; } products[] = {
        {0, 100, 0, 0},
        {1, 0, 0, 0},
        {49, 100, 0, 0},             /* 0.49 */
        {50, 100, 0, 1},             /* 0.50 */
        {99, 100, 0, 1},             /* 0.99 */
        {100, 100, 1, 1},            /* 1.00 */
        {149, 100, 1, 1},            /* 1.49 */
        {150, 100, 1, 2},            /* 1.50 */
        {4999, 1, 0, 0},             /* 0.4999 */
        {5000, 1, 0, 1},             /* 0.5000 */
        {9999, 1, 0, 1},             /* 0.9999 */
        {10000, 1, 1, 1},
        {3, 3333, 0, 1},             /* 0.9999 */
        {7, 100000, 70, 70},         /* 1,000 % */
        /* Products beyond 64 bits. */
        {INT64_C(1000000000000), 100000, INT64_C(10000000000000), INT64_C(10000000000000)},
        {INT64_C(922337203685477580), 100000, INT64_C(9223372036854775800),
         INT64_C(9223372036854775800)},
        {INT64_MAX, 10000, INT64_MAX, INT64_MAX},
        {INT64_MAX, 9999, INT64_C(9222449699651090329), INT64_C(9222449699651090329)},
        {INT64_MAX, 1, INT64_C(922337203685477), INT64_C(922337203685478)},
    };
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++) {
        assert_int_equal(rate_of(products[i].base, products[i].bp, ROUNDING_FLOOR),
                         products[i].floor);
        assert_int_equal(rate_of(products[i].base, products[i].bp, ROUNDING_HALF_UP),
                         products[i].half_up);
    }
}

/* Up to 100.00: 1 %; from there to 500.00: 2 % and 3; above: 5 % and 20. */
static const struct bracket steps[] = {
    {0, 10000, 0, 100}, {10000, 50000, 3, 200}, {50000, INT64_MAX, 20, 500},
};

static void brackets_pay_as_a_whole_or_each_part_by_its_own(void **state)
{
    (void)state;
    static const struct {
        int64_t base;
        int32_t multiplier_bp;
        uint8_t bracket;
        int64_t whole, marginal;
    } rows[] = {
        {0, 10000, 0, 0, 0},
        {9999, 10000, 0, 99, 99},
        {10000, 10000, 1, 203, 103},             /* 200 + 3; 100 + 0 + 3 */
        {49999, 10000, 1, 1002, 902},            /* 999.98 + 3; 100 + 799.98 + 3 */
        {50000, 10000, 2, 2520, 923},            /* 2500 + 20; 100 + 800 + 3 + 0 + 20 */
        {50019, 10000, 2, 2520, 923},            /* 2500.95 + 20; 0.95 more */
        {50020, 10000, 2, 2521, 924},
        {60000, 10000, 2, 3020, 1423},
        {50019, 20000, 2, 5041, 1847},           /* the product is rounded, not its parts */
    };
    struct program program = {.version = 1, .bracket_count = 5};
    struct rule rule = {.formula = FORMULA_BRACKETS, .rounding = ROUNDING_FLOOR,
                        .brackets = {.start = 2, .count = 3}};

    for (size_t i = 0; i < 3; i++) program.brackets[2 + i] = steps[i];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bracket;
        rule.bracket_mode = BRACKETS_WHOLE;
        int64_t whole =
            formula_amount(&program, &rule, rows[i].base, rows[i].multiplier_bp, &bracket);
        assert_int_equal(bracket, rows[i].bracket);
        rule.bracket_mode = BRACKETS_MARGINAL;
        int64_t marginal =
            formula_amount(&program, &rule, rows[i].base, rows[i].multiplier_bp, &bracket);
        assert_int_equal(bracket, rows[i].bracket);
        if (whole != rows[i].whole || marginal != rows[i].marginal)
            fail_msg("%" PRId64 ": whole %" PRId64 ", marginal %" PRId64, rows[i].base, whole,
                     marginal);
    }
}

static void shares_sum_to_the_amount(void **state)
{
    (void)state;
    static const struct {
        int64_t amount;
        size_t count;
        uint16_t shares_bp[SELLERS_MAX];
        int64_t parts[SELLERS_MAX];
    } rows[] = {
        {7, 1, {10000}, {7}},
        {0, 2, {5000, 5000}, {0, 0}},
        {1, 2, {5000, 5000}, {1, 0}},            /* of equal remainders the earlier */
        {3, 2, {5000, 5000}, {2, 1}},
        {10, 3, {3333, 3333, 3334}, {3, 3, 4}},
        {100, 3, {3333, 3333, 3334}, {33, 33, 34}},
        {1, 3, {3333, 3333, 3334}, {0, 0, 1}},
        {2, 4, {2500, 2500, 2500, 2500}, {1, 1, 0, 0}},
        {5, 2, {9999, 1}, {5, 0}},
        {INT64_MAX, 2, {1, 9999}, {INT64_C(922337203685478), INT64_C(9222449699651090329)}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t parts[SELLERS_MAX], sum = 0;
        formula_split(rows[i].amount, rows[i].shares_bp, rows[i].count, parts);
        for (size_t j = 0; j < rows[i].count; j++) {
            assert_int_equal(parts[j], rows[i].parts[j]);
            sum += parts[j];
        }
        assert_int_equal(sum, rows[i].amount);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rate_is_rounded_once_as_the_rule_says),
        cmocka_unit_test(brackets_pay_as_a_whole_or_each_part_by_its_own),
        cmocka_unit_test(shares_sum_to_the_amount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
