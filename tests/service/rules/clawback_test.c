/* What refunds ask back, as rows one can read aloud. */
#include "service/rules/clawback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_reversal_is_the_refunded_share_rounded_once_as_the_rule_says(void **state)
{
    static const struct {
        const char *says;
        int64_t posted, refunded, whole;
        enum rounding rounding;
        int64_t reversal;
    } rows[] = {
        {"a fixed 3, half refunded, gives back 1", 3, 50, 100, ROUNDING_FLOOR, 1},
        {"rounded half up it gives back 2", 3, 50, 100, ROUNDING_HALF_UP, 2},
        {"nothing refunded, nothing back", 100, 0, 100, ROUNDING_HALF_UP, 0},
        {"all refunded, all back", 99, 7, 7, ROUNDING_FLOOR, 99},
        {"just less than all rounds down", 99, 6, 7, ROUNDING_FLOOR, 84},
        {"84.86 rounds up", 99, 6, 7, ROUNDING_HALF_UP, 85},
        {"beyond 64 bits", INT64_C(4000000000000000000), 999999999999, 1000000000000,
         ROUNDING_FLOOR, INT64_C(3999999999996000000)},
        {"nothing posted", 0, 5, 10, ROUNDING_HALF_UP, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct clawback_share share = {rows[i].refunded, rows[i].whole};
        if (clawback_reversal(rows[i].posted, share, rows[i].rounding) != rows[i].reversal)
            fail_msg("%s", rows[i].says);
    }
}

static void amounts_give_back_their_share_of_the_base(void **state)
{
    static const struct {
        const char *says;
        int64_t amount, base, refunded;
        struct clawback_share share;
    } rows[] = {
        {"a third of the amount is a third of the base, rounded down", 300, 200, 100, {66, 200}},
        {"the full amount gives the whole base", 300, 199, 300, {199, 199}},
        {"a base of 0: amounts take its place", 300, 0, 100, {100, 300}},
        {"nothing yet", 300, 200, 0, {0, 200}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct purchase purchase = {.parts = {.amount_minor = rows[i].amount},
                                    .base_minor = rows[i].base,
                                    .refunded_minor = rows[i].refunded,
                                    .refunded_by_amount_minor = rows[i].refunded};
        struct purchase_lines lines = {.count = 0};
        struct clawback_share share = clawback_share_of(&purchase, &lines);
        if (share.refunded != rows[i].share.refunded || share.whole != rows[i].share.whole)
            fail_msg("%s", rows[i].says);
    }
}

/* 100 of freight, tax in the first line: shoes 300 (base 200), a coat 600 (base 600). */
static void lines_give_back_their_own_base_and_mix_with_amounts(void **state)
{
    static const struct {
        const char *says;
        int64_t shoes, coat, by_amount, refunded, of_shoes;
    } rows[] = {
        {"the shoes, whole", 300, 0, 0, 200, 200},
        {"half the shoes", 150, 0, 0, 100, 100},
        {"a third of the coat: nothing of the shoes", 0, 200, 0, 200, 0},
        {"both lines: the base is whole before the freight is back", 300, 600, 0, 800, 200},
        {"a tenth of the amount is a tenth of each", 0, 0, 100, 80, 20},
        {"the shoes and a tenth", 300, 0, 100, 280, 200},
        {"everything", 300, 600, 100, 800, 200},
        {"everything by amount", 0, 0, 1000, 800, 200},
        {"never more than there is", 0, 600, 300, 800, 60},
    };
    static struct program program = {.category_count = 1, .categories = {"shoes"}};
    struct rule rule = {.categories = {0, 1}}, any = {.categories = {0, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct purchase purchase = {
            .parts = {.amount_minor = 1000, .freight_minor = 100, .tax_minor = 100},
            .base_minor = 800,
            .refunded_minor = rows[i].shoes + rows[i].coat + rows[i].by_amount,
            .refunded_by_amount_minor = rows[i].by_amount,
        };
        struct purchase_lines lines = {2, {{300, 100, 200, rows[i].shoes, "", "shoes"},
                                           {600, 0, 600, rows[i].coat, "", "coats"}}};
        struct clawback_share whole = clawback_share_of(&purchase, &lines);
        struct clawback_share shoes =
            clawback_share_of_rule(&purchase, &lines, &program, &rule);
        struct clawback_share all = clawback_share_of_rule(&purchase, &lines, &program, &any);
        if (whole.refunded != rows[i].refunded || whole.whole != 800 ||
            all.refunded != whole.refunded || shoes.refunded != rows[i].of_shoes ||
            shoes.whole != 200)
            fail_msg("%s", rows[i].says);
    }
}

static void lines_without_a_base_count_by_their_amounts(void **state)
{
    struct purchase purchase = {.parts = {.amount_minor = 1000, .gift_card_minor = 1000},
                                .refunded_minor = 250};
    struct purchase_lines lines = {2, {{.amount_minor = 500, .refunded_minor = 250},
                                       {.amount_minor = 500}}};

    (void)state;
    struct clawback_share share = clawback_share_of(&purchase, &lines);
    assert_int_equal(share.refunded, 250);
    assert_int_equal(share.whole, 1000);
}

static void what_is_asked_comes_from_the_credit_then_by_policy_then_from_nobody(void **state)
{
    static const struct {
        const char *says;
        struct credit credit;
        enum return_policy policy;
        int64_t asked;
        struct clawback_split split;
    } rows[] = {
        {"what remains is enough", {.posted = 100, .remaining = 100, .state = CREDIT_AVAILABLE},
         RETURN_CARRY_FORWARD, 40, {40, 0, 0}},
        {"what was redeemed follows the policy",
         {.posted = 100, .remaining = 30, .redeemed = 70, .state = CREDIT_AVAILABLE},
         RETURN_UNLIMITED, 40, {30, 10, 0}},
        {"what expired is not owed",
         {.posted = 100, .redeemed = 60, .expired = 40, .state = CREDIT_DONE},
         RETURN_CARRY_FORWARD, 100, {0, 60, 40}},
        {"the policy was asked before: the rest is what expired",
         {.posted = 100, .redeemed = 60, .expired = 40, .state = CREDIT_DONE,
          .recall_elsewhere = 55}, RETURN_CARRY_FORWARD, 45, {0, 5, 40}},
        {"what was taken of itself is not redeemed",
         {.posted = 100, .reversed = 20, .recall_own = 20, .redeemed = 80, .state = CREDIT_DONE},
         RETURN_WITHIN_BALANCE, 80, {0, 80, 0}},
        {"settled is gone like redeemed", {.posted = 100, .settled = 100, .state = CREDIT_DONE},
         RETURN_WITHIN_BALANCE, 10, {0, 10, 0}},
        {"only while pending: pending", {.posted = 9, .remaining = 9, .state = CREDIT_PENDING},
         RETURN_ONLY_PENDING, 5, {5, 0, 0}},
        {"only while pending: matured", {.posted = 9, .remaining = 9, .state = CREDIT_AVAILABLE},
         RETURN_ONLY_PENDING, 5, {0, 0, 5}},
        {"held does not protect", {.posted = 9, .remaining = 9, .state = CREDIT_AVAILABLE,
                                   .flags = CREDIT_HELD}, RETURN_CARRY_FORWARD, 9, {9, 0, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct clawback_split split =
            clawback_split(&rows[i].credit, rows[i].asked, rows[i].policy);
        if (memcmp(&split, &rows[i].split, sizeof split) != 0) fail_msg("%s", rows[i].says);
    }
}

static void only_the_difference_to_date_is_asked(void **state)
{
    struct credit credit = {.posted = 100, .recall_own = 20, .recall_elsewhere = 5,
                            .recall_waived = 5};

    (void)state;
    assert_int_equal(clawback_asked(&credit, 50), 20);
    assert_int_equal(clawback_asked(&credit, 30), 0);
    assert_int_equal(clawback_asked(&credit, 0), 0);
    /* A review took what a refund had waived before: nothing is left to ask for. */
    credit.recall_own = credit.posted;
    credit.recall_waived = 1;
    assert_int_equal(clawback_asked(&credit, credit.posted), 0);
}

static void points_come_back_in_the_share_refunded_all_at_the_end(void **state)
{
    struct purchase purchase = {.parts = {.amount_minor = 300}, .refunded_minor = 100};

    (void)state;
    assert_int_equal(clawback_given_back(100, &purchase), 33);
    purchase.refunded_minor = 299;
    assert_int_equal(clawback_given_back(100, &purchase), 99);
    purchase.refunded_minor = 300;
    assert_int_equal(clawback_given_back(100, &purchase), 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reversal_is_the_refunded_share_rounded_once_as_the_rule_says),
        cmocka_unit_test(amounts_give_back_their_share_of_the_base),
        cmocka_unit_test(lines_give_back_their_own_base_and_mix_with_amounts),
        cmocka_unit_test(lines_without_a_base_count_by_their_amounts),
        cmocka_unit_test(what_is_asked_comes_from_the_credit_then_by_policy_then_from_nobody),
        cmocka_unit_test(only_the_difference_to_date_is_asked),
        cmocka_unit_test(points_come_back_in_the_share_refunded_all_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
