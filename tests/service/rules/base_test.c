/* The base of a purchase and its split over lines, as rows one can read aloud. */
#include "service/rules/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void the_base_is_what_is_left_of_the_amount(void **state)
{
    static const struct {
        const char *says;
        struct purchase_parts parts;
        int64_t base;
    } rows[] = {
        {"an amount alone is its own base", {.amount_minor = 12345}, 12345},
        {"a purchase of nothing", {.amount_minor = 0}, 0},
        {"tax is not sales", {.amount_minor = 11300, .tax_minor = 1300}, 10000},
        {"nor is freight", {.amount_minor = 10500, .freight_minor = 500}, 10000},
        {"a gift card was bought once", {.amount_minor = 10000, .gift_card_minor = 4000}, 6000},
        {"points were rewards", {.amount_minor = 10000, .points_minor = 100}, 9900},
        {"all of them", {.amount_minor = 10000, .tax_minor = 1, .freight_minor = 20,
                         .gift_card_minor = 300, .points_minor = 4000}, 5679},
        {"never below nothing", {.amount_minor = 10000, .tax_minor = 1000,
                                 .gift_card_minor = 10000}, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (base_of(&rows[i].parts) != rows[i].base) fail_msg("%s", rows[i].says);
}

static void lines_fit_when_they_make_up_amount_and_tax(void **state)
{
    struct purchase_parts parts = {.amount_minor = 10500, .tax_minor = 900, .freight_minor = 500};
    struct purchase_line lines[2] = {{.amount_minor = 6000, .tax_minor = 600},
                                     {.amount_minor = 4000, .tax_minor = 300}};

    (void)state;
    assert_true(base_lines_fit(&parts, lines, 2));
    assert_false(base_lines_fit(&parts, lines, 1));
    lines[1].amount_minor++;
    assert_false(base_lines_fit(&parts, lines, 2));
    lines[1].amount_minor--;
    lines[1].tax_minor--;
    assert_false(base_lines_fit(&parts, lines, 2));
    lines[0] = (struct purchase_line){.amount_minor = INT64_MAX};
    assert_false(base_lines_fit(&parts, lines, 2));
    lines[0] = (struct purchase_line){.amount_minor = 6300, .tax_minor = 600};
    lines[1] = (struct purchase_line){.amount_minor = -300, .tax_minor = -300};
    parts = (struct purchase_parts){.amount_minor = 6000, .tax_minor = 300};
    assert_false(base_lines_fit(&parts, lines, 2));
    lines[0] = (struct purchase_line){.amount_minor = 100, .tax_minor = 300};
    lines[1] = (struct purchase_line){.amount_minor = 5900};
    assert_false(base_lines_fit(&parts, lines, 2)); /* more tax than amount */
}

static void lines_share_the_base_by_largest_remainder(void **state)
{
    /* 100.00 less 0.01 over three equal lines: the first two of equal remainders are rounded up. */
    struct purchase_parts parts = {.amount_minor = 9999, .points_minor = 1};
    struct purchase_line lines[3] = {
        {.amount_minor = 3333}, {.amount_minor = 3333}, {.amount_minor = 3333}};

    (void)state;
    base_split(&parts, lines, 3);
    assert_int_equal(lines[0].base_minor, 3333);
    assert_int_equal(lines[1].base_minor, 3333);
    assert_int_equal(lines[2].base_minor, 3332);

    struct purchase_parts untaxed = {
        .amount_minor = 2000, .tax_minor = 500, .gift_card_minor = 500};
    struct purchase_line two[2] = {
        {.amount_minor = 1000, .tax_minor = 500}, {.amount_minor = 1000}};
    base_split(&untaxed, two, 2); /* 1,000 at 500 : 1,000 */
    assert_int_equal(two[0].base_minor, 333);
    assert_int_equal(two[1].base_minor, 667);

    struct purchase_parts nothing = {.amount_minor = 0};
    struct purchase_line empty[2] = {{0}};
    base_split(&nothing, empty, 2);
    assert_int_equal(empty[0].base_minor + empty[1].base_minor, 0);
}

/* Random purchases: shares sum to the base, none is above its line's amount less tax. */
static void shares_always_sum_to_the_base(void **state)
{
    unsigned seed = 20260101;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct purchase_parts parts = {.freight_minor = rand_r(&seed) % 50};
        struct purchase_line lines[PURCHASE_LINES_MAX] = {0};
        size_t count = 1 + (size_t)rand_r(&seed) % PURCHASE_LINES_MAX;
        int64_t sum = 0;

        parts.amount_minor = parts.freight_minor;
        for (size_t i = 0; i < count; i++) {
            lines[i].amount_minor = rand_r(&seed) % 5 == 0 ? 0 : rand_r(&seed);
            lines[i].tax_minor = lines[i].amount_minor * (rand_r(&seed) % 20) / 100;
            parts.amount_minor += lines[i].amount_minor;
            parts.tax_minor += lines[i].tax_minor;
        }
        parts.gift_card_minor = parts.amount_minor / (1 + rand_r(&seed) % 9);
        base_split(&parts, lines, count);
        for (size_t i = 0; i < count; i++) {
            assert_true(lines[i].base_minor >= 0);
            assert_true(lines[i].base_minor <= lines[i].amount_minor - lines[i].tax_minor);
            sum += lines[i].base_minor;
        }
        assert_int_equal(sum, base_of(&parts));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_base_is_what_is_left_of_the_amount),
        cmocka_unit_test(lines_fit_when_they_make_up_amount_and_tax),
        cmocka_unit_test(lines_share_the_base_by_largest_remainder),
        cmocka_unit_test(shares_always_sum_to_the_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
