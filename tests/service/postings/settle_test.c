/* What a payee's credits, debts and carries come to, case by case. */
#include "service/postings/settle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* One payee: what he has, and what must come out. */
struct settle_case {
    const char *name;
    struct settle_terms terms;
    struct settle_sums sums; /* [POINTS], [CASH] */
    int64_t points_earned, points_taken, converted, kept;
    int64_t gross, clawback, carry_out, net;
};

#define TEN_TO_A_YUAN {.rate_points = 10, .rate_minor = 100}
#define SEVEN_TO_THREE {.rate_points = 7, .rate_minor = 3}
#define AT_LEAST_50 {.rate_points = 10, .rate_minor = 100, .minimum_payout_minor = 5000}

static const struct settle_case cases[] = {
    {"points become money, what makes no lot stays", TEN_TO_A_YUAN, {.free = {1234, 0}},
     1234, 0, 1230, 4, 12300, 0, 0, 12300},
    {"fewer points than a lot are nothing yet", TEN_TO_A_YUAN, {.free = {9, 0}},
     9, 0, 0, 9, 0, 0, 0, 0},
    {"an odd rate", SEVEN_TO_THREE, {.free = {20, 0}}, 20, 0, 14, 6, 6, 0, 0, 6},
    {"cash is money already", TEN_TO_A_YUAN, {.free = {0, 555}}, 0, 0, 0, 0, 555, 0, 0, 555},
    {"points and cash together", TEN_TO_A_YUAN, {.free = {25, 55}}, 25, 0, 20, 5, 255, 0, 0, 255},
    {"a rate of nothing pays no points", {.rate_points = 10}, {.free = {25, 55}},
     25, 0, 20, 5, 55, 0, 0, 55},

    {"a debt of the run's own credits lowers what they earned", TEN_TO_A_YUAN,
     {.free = {0, 900}, .debt = {0, 200}}, 0, 0, 0, 0, 700, 0, 0, 700},
    {"an open points debt becomes a money debt", TEN_TO_A_YUAN, {.debt = {250, 0}},
     0, 250, 0, 0, 0, 2500, -2500, 0},
    {"toward zero", TEN_TO_A_YUAN, {.debt_settled = {259, 0}}, 0, 259, 0, 0, 0, 2500, -2500, 0},
    {"toward zero at an odd rate", SEVEN_TO_THREE, {.debt_settled = {13, 0}},
     0, 13, 0, 0, 0, 3, -3, 0},
    {"a debt of less than a lot is forgotten", SEVEN_TO_THREE, {.debt_settled = {6, 0}},
     0, 6, 0, 0, 0, 0, 0, 0},
    {"cash debts stay what they are", TEN_TO_A_YUAN, {.debt = {0, 30}, .debt_settled = {0, 4}},
     0, 0, 0, 0, 0, 34, -34, 0},
    {"a points debt is paid by cash", TEN_TO_A_YUAN,
     {.free = {0, 3000}, .debt_settled = {250, 0}}, 0, 250, 0, 0, 3000, 2500, 0, 500},

    {"what refunds of settled points took is shown as clawback", TEN_TO_A_YUAN,
     {.free = {300, 0}, .clawed = {200, 0}}, 500, 200, 300, 0, 5000, 2000, 0, 3000},
    {"clawback is the difference of two conversions", TEN_TO_A_YUAN,
     {.free = {95, 0}, .clawed = {10, 0}}, 105, 10, 90, 5, 1000, 100, 0, 900},
    {"clawed cash", TEN_TO_A_YUAN, {.free = {0, 70}, .clawed = {0, 30}},
     0, 0, 0, 0, 100, 30, 0, 70},
    {"all that was left was clawed", TEN_TO_A_YUAN, {.clawed = {40, 0}},
     40, 40, 0, 0, 400, 400, 0, 0},
    {"clawed and still in debt", TEN_TO_A_YUAN, {.clawed = {40, 0}, .debt_settled = {60, 0}},
     40, 100, 0, 0, 400, 1000, -600, 0},
    {"clawed less than the run's own debts", TEN_TO_A_YUAN, {.clawed = {40, 0}, .debt = {60, 0}},
     0, 60, 0, 0, 0, 600, -600, 0},

    {"a debt carried in", TEN_TO_A_YUAN, {.free = {100, 0}, .carry_minor = -300},
     100, 0, 100, 0, 1000, 0, 0, 700},
    {"a larger debt goes on", TEN_TO_A_YUAN, {.free = {100, 0}, .carry_minor = -1300},
     100, 0, 100, 0, 1000, 0, -300, 0},
    {"what is owed to the payee is paid", TEN_TO_A_YUAN, {.carry_minor = 300},
     0, 0, 0, 0, 0, 0, 0, 300},

    {"below the minimum it is carried", AT_LEAST_50, {.free = {499, 9}},
     499, 0, 490, 9, 4909, 0, 4909, 0},
    {"the minimum itself is paid", AT_LEAST_50, {.free = {500, 0}},
     500, 0, 500, 0, 5000, 0, 0, 5000},
    {"with what was carried it is reached", AT_LEAST_50, {.free = {10, 0}, .carry_minor = 4909},
     10, 0, 10, 0, 100, 0, 0, 5009},
    {"nothing is carried of nothing", AT_LEAST_50, {.free = {3, 0}}, 3, 0, 0, 3, 0, 0, 0, 0},
    {"a debt is carried with a minimum, too", AT_LEAST_50, {.carry_minor = -1},
     0, 0, 0, 0, 0, 0, -1, 0},
};

static void each_payee_gets_what_the_sum_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct settle_case *c = &cases[i];
        struct settlement_line line = {.run = 1, .credit_count = 3};
        print_message("%s\n", c->name);
        assert_true(settle_line(&c->sums, &c->terms, &line));
        assert_int_equal(line.points_earned, c->points_earned);
        assert_int_equal(line.points_taken, c->points_taken);
        assert_int_equal(line.points_converted, c->converted);
        assert_int_equal(line.points_kept, c->kept);
        assert_int_equal(line.gross_minor, c->gross);
        assert_int_equal(line.clawback_minor, c->clawback);
        assert_int_equal(line.carry_in_minor, c->sums.carry_minor);
        assert_int_equal(line.carry_out_minor, c->carry_out);
        assert_int_equal(line.net_minor, c->net);
        assert_int_equal(line.cash_settled, c->sums.free[UNIT_CASH]);
        assert_int_equal(line.points_debt, c->sums.debt[UNIT_POINTS] +
                                               c->sums.debt_settled[UNIT_POINTS]);
        assert_int_equal(line.cash_debt, c->sums.debt[UNIT_CASH] + c->sums.debt_settled[UNIT_CASH]);
        assert_int_equal(line.credit_count, 3);
    }
}

static void what_comes_out_of_a_run_goes_into_the_next(void **state)
{
    (void)state;
    static const struct settle_terms terms = AT_LEAST_50;
    struct settle_sums sums = {.free = {0, 0}};
    int64_t earned = 0, paid = 0;
    for (int64_t run = 0; run < 200; run++) {
        struct settlement_line line = {.run = 1};
        sums.free[UNIT_CASH] = run % 7 == 3 ? 0 : run * 37 % 1009;
        sums.debt_settled[UNIT_CASH] = run % 7 == 3 ? run * 11 % 2003 : 0;
        assert_true(settle_line(&sums, &terms, &line));
        earned += sums.free[UNIT_CASH] - sums.debt_settled[UNIT_CASH];
        paid += line.net_minor;
        sums.carry_minor = line.carry_out_minor;
        assert_int_equal(paid + sums.carry_minor, earned);
        assert_true(line.net_minor == 0 || line.net_minor >= terms.minimum_payout_minor);
    }
}

static void a_payee_with_nothing_in_any_column_has_no_line(void **state)
{
    (void)state;
    static const struct settle_terms terms = TEN_TO_A_YUAN;
    static const struct settle_sums none = {.free = {0, 0}};
    for (size_t column = 0; column < 9; column++) {
        struct settle_sums sums = none;
        struct settlement_line line = {.run = 1, .pending_count = 2};
        if (column > 0) (&sums.free[0])[column - 1] = 1; /* nine int64 one behind the other */
        assert_true(settle_line(&sums, &terms, &line));
        assert_int_equal(settle_empty(&line), column == 0);
    }
}

static void totals_add_up_and_never_wrap(void **state)
{
    (void)state;
    struct run_totals totals = {.line_count = 1, .net_minor = 5}, before;
    struct settlement_line line = {
        .payee = {PARTY_MEMBER, 3}, .points_converted = 10, .gross_minor = 7, .clawback_minor = 1,
        .carry_in_minor = -3, .carry_out_minor = -2, .net_minor = 5, .credit_count = 4,
        .reversal_count = 2, .adjustment_count = 1};
    assert_true(settle_add(&totals, &line));
    assert_int_equal(totals.line_count, 2);
    assert_int_equal(totals.member_line_count, 1);
    assert_int_equal(totals.points_converted, 10);
    assert_int_equal(totals.gross_minor, 7);
    assert_int_equal(totals.clawback_minor, 1);
    assert_int_equal(totals.carry_in_minor, -3);
    assert_int_equal(totals.carry_out_minor, -2);
    assert_int_equal(totals.net_minor, 10);
    assert_int_equal(totals.credit_count, 4);
    assert_int_equal(totals.reversal_count, 2);
    assert_int_equal(totals.adjustment_count, 1);
    line.net_minor = INT64_MAX;
    before = totals;
    assert_false(settle_add(&totals, &line));
    assert_memory_equal(&totals, &before, sizeof totals);
}

static void a_sum_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    static const struct settle_sums sums[] = {
        {.free = {INT64_MAX, 0}, .clawed = {1, 0}}, {.free = {INT64_MAX, 0}},
        {.free = {10, INT64_MAX}}, {.free = {0, INT64_MAX}, .carry_minor = 1},
        {.debt = {INT64_MAX, 0}, .debt_settled = {INT64_MAX, 0}},
        {.debt_settled = {0, INT64_MAX}, .carry_minor = -2},
    };
    static const struct settle_terms terms = {.rate_points = 1, .rate_minor = 2};
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        struct settlement_line line = {.run = 7}, before = line;
        assert_false(settle_line(&sums[i], &terms, &line));
        assert_memory_equal(&line, &before, sizeof line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_payee_gets_what_the_sum_says),
        cmocka_unit_test(what_comes_out_of_a_run_goes_into_the_next),
        cmocka_unit_test(a_payee_with_nothing_in_any_column_has_no_line),
        cmocka_unit_test(totals_add_up_and_never_wrap),
        cmocka_unit_test(a_sum_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
