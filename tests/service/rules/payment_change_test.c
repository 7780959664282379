/* Which payment result may follow which. */
#include "service/rules/payment_change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_result_is_final_but_what_was_paid_may_come_back(void **state)
{
    (void)state;
    static const bool allowed[4][4] = {
        [PAYMENT_NONE] = {[PAYMENT_PAID] = true, [PAYMENT_FAILED] = true,
                          [PAYMENT_RETURNED] = true},
        [PAYMENT_PAID] = {[PAYMENT_RETURNED] = true},
    };
    for (int from = 0; from < 4; from++)
        for (int to = 0; to < 4; to++)
            assert_int_equal(payment_change_allowed((enum payment)from, (enum payment)to),
                             allowed[from][to]);
    assert_false(payment_change_allowed((enum payment)9, PAYMENT_PAID));
}

static void what_did_not_arrive_is_owed_again(void **state)
{
    (void)state;
    assert_false(payment_comes_back(PAYMENT_NONE));
    assert_false(payment_comes_back(PAYMENT_PAID));
    assert_true(payment_comes_back(PAYMENT_FAILED));
    assert_true(payment_comes_back(PAYMENT_RETURNED));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_is_final_but_what_was_paid_may_come_back),
        cmocka_unit_test(what_did_not_arrive_is_owed_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
