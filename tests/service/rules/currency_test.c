#include "service/rules/currency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void amounts_read_as_plain_decimals(void **state)
{
    static const struct { int64_t amount; const char *currency, *text; } ROWS[] = {
        {0, "CNY", "0.00"}, {5, "CNY", "0.05"}, {-5, "CNY", "-0.05"}, {123456, "CNY", "1234.56"},
        {100, "USD", "1.00"}, {500, "JPY", "500"}, {0, "JPY", "0"}, {-7, "KRW", "-7"},
        {1, "KWD", "0.001"}, {12345, "BHD", "12.345"},
        {INT64_MAX, "CNY", "92233720368547758.07"}, {INT64_MIN, "CNY", "-92233720368547758.08"},
        {INT64_MIN, "JPY", "-9223372036854775808"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        char text[CURRENCY_TEXT_BYTES];
        currency_write(ROWS[i].amount, currency_decimals(ROWS[i].currency), text);
        assert_string_equal(text, ROWS[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_read_as_plain_decimals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
