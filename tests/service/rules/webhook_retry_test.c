/* The schedule of attempts, as rows. */
#include "service/rules/webhook_retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void each_wait_is_longer_and_spread_by_a_tenth(void **state)
{
    (void)state;
    static const uint64_t seconds[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
    for (unsigned i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        uint64_t least = seconds[i] * 900, most = seconds[i] * 1100;
        uint64_t shortest = UINT64_MAX, longest = 0;
        for (uint32_t random = 0; random < 2000; random++) {
            uint64_t wait_ms = webhook_retry_ms(i + 1, random * 2147483u);
            assert_in_range(wait_ms, least, most);
            if (wait_ms < shortest) shortest = wait_ms;
            if (wait_ms > longest) longest = wait_ms;
        }
        assert_true(shortest < seconds[i] * 910 && longest > seconds[i] * 1090);
    }
}

static void the_tenth_attempt_is_the_last(void **state)
{
    (void)state;
    assert_int_equal(webhook_retry_ms(WEBHOOK_ATTEMPTS_MAX - 1, 0), 86400 * 900);
    assert_int_equal(webhook_retry_ms(WEBHOOK_ATTEMPTS_MAX, 0), 0);
    assert_int_equal(webhook_retry_ms(255, 7), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_wait_is_longer_and_spread_by_a_tenth),
        cmocka_unit_test(the_tenth_attempt_is_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
