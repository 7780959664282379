#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "store/key.h"

static int order(const struct key *a, const struct key *b)
{
    int sign = bytes_compare(key_view(a), key_view(b));
    return (sign > 0) - (sign < 0);
}

static void dates_order_as_dates_do_before_1970_too(void **state)
{
    (void)state;
    static const business_date dates[] = {INT32_MIN, INT32_MIN + 1, -719468, -256, -255, -1, 0,
                                          1, 127, 128, 255, 256, 65535, 65536, 19000,
                                          INT32_MAX - 1, DATE_NEVER};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        for (size_t j = 0; j < sizeof dates / sizeof dates[0]; j++) {
            struct key a = key_begin(1, TABLE_RECENCY), b = a;
            key_date(&a, dates[i]);
            key_date(&b, dates[j]);
            assert_int_equal(order(&a, &b), (dates[i] > dates[j]) - (dates[i] < dates[j]));
            assert_int_equal(key_read_date(key_view(&a), KEY_REST_OFFSET), dates[i]);
        }
    }
}

static void numbers_order_as_numbers_do(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 1, 255, 256, 65535, 65536, UINT32_MAX,
                                       (uint64_t)UINT32_MAX + 1, INT64_MAX, UINT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        for (size_t j = 0; j < sizeof numbers / sizeof numbers[0]; j++) {
            struct key a = key_begin(1, TABLE_ENTRY), b = a;
            key_u64(&a, numbers[i]);
            key_u64(&b, numbers[j]);
            int expected = (numbers[i] > numbers[j]) - (numbers[i] < numbers[j]);
            assert_int_equal(order(&a, &b), expected);
            assert_true(key_read_u64(key_view(&a), KEY_REST_OFFSET) == numbers[i]);
        }
    }
}

static void a_key_begins_with_merchant_then_table(void **state)
{
    (void)state;
    struct key key = key_begin(0x01020304, TABLE_PURCHASE);
    key_u8(&key, 0xff);
    key_bytes(&key, "ab", 2);
    static const uint8_t expected[] = {1, 2, 3, 4, 0x20, 0xff, 'a', 'b'};
    assert_int_equal(key.size, sizeof expected);
    assert_memory_equal(key.data, expected, sizeof expected);
    assert_int_equal(key_read_u32(key_view(&key), 0), 0x01020304);
}

static void merchants_order_before_tables(void **state)
{
    (void)state;
    struct key a = key_begin(1, TABLE_ENTRY), b = key_begin(2, TABLE_FENCE);
    assert_int_equal(order(&a, &b), -1);
}

static void key_after_is_above_all_that_begin_with_the_prefix(void **state)
{
    (void)state;
    struct key prefix = key_begin(7, TABLE_CODE);
    key_u32(&prefix, UINT32_MAX);
    struct key inside = prefix;
    key_u64(&inside, UINT64_MAX);
    struct key next = key_begin(7, TABLE_CODE + 1);
    struct key end = key_after(&prefix);
    assert_int_equal(order(&prefix, &end), -1);
    assert_int_equal(order(&inside, &end), -1);
    assert_int_equal(order(&next, &end), 0); /* all 0xff fell away: the next table begins there */
}

static void an_account_is_one_prefix(void **state)
{
    (void)state;
    struct party member = {PARTY_MEMBER, 5}, guide = {PARTY_GUIDE, 1};
    struct key hot = account_key(1, member, ACCOUNT_HOT);
    struct key day = account_key(1, member, ACCOUNT_DAY);
    key_date(&day, -3);
    struct key credit = account_key(1, member, ACCOUNT_CREDIT);
    key_date(&credit, DATE_NEVER);
    key_u64(&credit, 9);
    struct key history = account_key(1, member, ACCOUNT_HISTORY);
    struct key next = account_key(1, (struct party){PARTY_MEMBER, 6}, ACCOUNT_HOT);
    struct key first_guide = account_key(1, guide, ACCOUNT_HOT);
    const struct key *keys[] = {&hot, &day, &credit, &history, &next, &first_guide};
    for (size_t i = 1; i < sizeof keys / sizeof keys[0]; i++) {
        assert_int_equal(order(keys[i - 1], keys[i]), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_order_as_dates_do_before_1970_too),
        cmocka_unit_test(numbers_order_as_numbers_do),
        cmocka_unit_test(a_key_begins_with_merchant_then_table),
        cmocka_unit_test(merchants_order_before_tables),
        cmocka_unit_test(key_after_is_above_all_that_begin_with_the_prefix),
        cmocka_unit_test(an_account_is_one_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
