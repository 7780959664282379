/* How values are written for people, in both languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clients/web/page/format.h"

struct row {
    const char *filter, *currency, *json, *zh, *en;
};

static const struct row ROWS[] = {
    {"money", "CNY", "12800", "¥128.00", "¥128.00"},
    {"money", "CNY", "-5", "-¥0.05", "-¥0.05"},
    {"money", "CNY", "0", "¥0.00", "¥0.00"},
    {"money", "CNY", "-9223372036854775807", "-¥92,233,720,368,547,758.07",
     "-¥92,233,720,368,547,758.07"},
    {"money", "JPY", "1500", "JP¥1,500", "JP¥1,500"},
    {"money", "KWD", "1500", "1.500 KWD", "1.500 KWD"},
    {"money", "CHF", "1500", "15.00 CHF", "15.00 CHF"},
    {"money", "", "1500", "15.00", "15.00"},
    {"minor", "CNY", "123456", "1,234.56", "1,234.56"},
    {"number", "", "1234567", "1,234,567", "1,234,567"},
    {"number", "", "-1000", "-1,000", "-1,000"},
    {"number", "", "\"9223372036854775807\"", "9,223,372,036,854,775,807",
     "9,223,372,036,854,775,807"},
    {"percent", "", "1234", "12.34%", "12.34%"},
    {"percent", "", "1230", "12.3%", "12.3%"},
    {"percent", "", "10000", "100%", "100%"},
    {"percent", "", "-50", "-0.5%", "-0.5%"},
    {"date", "", "\"2026-03-01\"", "2026年3月1日", "1 Mar 2026"},
    {"date", "", "\"--03-01\"", "3月1日", "1 Mar"},
    {"date", "", "\"2026-02-28T23:30:00Z\"", "2026年3月1日", "1 Mar 2026"},
    {"date", "", "\"2026-13-01\"", "2026-13-01", "2026-13-01"},
    {"date", "", "\"soon\"", "soon", "soon"},
    {"date", "", "7", "7", "7"},
    {"time", "", "\"2026-02-28T23:30:05.123Z\"", "2026年3月1日 07:30", "1 Mar 2026 07:30"},
    {"clock", "", "\"2026-02-28T23:30:00Z\"", "07:30", "07:30"},
    {"code", "", "\"7K3Q9F2MX\"", "7K3 Q9F 2MX", "7K3 Q9F 2MX"},
    {"path", "", "\"a/b?c=d&e\"", "a%2Fb%3Fc%3Dd%26e", "a%2Fb%3Fc%3Dd%26e"},
    {"lower", "", "\"ABC王\"", "abc王", "abc王"},
    {"", "", "\"as it is\"", "as it is", "as it is"},
    {"", "", "null", "", ""},
};

static void each_kind_of_value_is_written_in_both_languages(void **state)
{
    (void)state;
    GTimeZone *shanghai = g_time_zone_new_identifier("Asia/Shanghai");
    assert_non_null(shanghai);
    for (size_t i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        json_t *value = json_loads(ROWS[i].json, JSON_DECODE_ANY, NULL);
        assert_non_null(value);
        for (int language = 0; language < LANGUAGES; language++) {
            struct format format = {.language = (enum language)language,
                                    .currency = ROWS[i].currency, .zone = shanghai};
            GString *out = g_string_new(NULL);
            format_append(&format, ROWS[i].filter, value, out);
            assert_string_equal(out->str, language == LANGUAGE_ZH ? ROWS[i].zh : ROWS[i].en);
            g_string_free(out, true);
        }
        json_decref(value);
    }
    g_time_zone_unref(shanghai);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_value_is_written_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
