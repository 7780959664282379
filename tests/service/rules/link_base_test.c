/* What may stand before /R/CODE, as rows. */
#include "service/rules/link_base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define EIGHT "abcdefgh"
#define SEVENTY_TWO EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT

static struct bytes text_of(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static void a_scheme_and_a_host_are_written_in_upper_case(void **state)
{
    (void)state;
    static const struct { const char *typed, *written; } rows[] = {
        {"http://192.168.1.5:7780", "HTTP://192.168.1.5:7780"},
        {"HTTPS://PAGES.EXAMPLE.COM", "HTTPS://PAGES.EXAMPLE.COM"},
        {"Https://a-b.c:1", "HTTPS://A-B.C:1"},
        {"http://localhost:65535", "HTTP://LOCALHOST:65535"},
        {"http://" SEVENTY_TWO "i", NULL}, /* 80 bytes: filled in below */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char base[LINK_BASE_BYTES_MAX + 1] = "";
        assert_true(link_base_parse(text_of(rows[i].typed), base));
        if (rows[i].written != NULL) assert_string_equal(base, rows[i].written);
        else assert_int_equal(strlen(base), LINK_BASE_BYTES_MAX);
    }
}

static void anything_else_is_no_base(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "", "http://", "https://", "ftp://a", "a.example.com", "//a", "javascript:alert(1)",
        "http:/a", "http://a/", "http://a/b", "http://a?b", "http://a#b", "http://u@a",
        "http://a:", "http://a:0", "http://a:080", "http://a:65536", "http://a:123456",
        "http://a:8x", "http://a:8:8", "http://.a", "http://a.", "http://a..b", "http://-a",
        "http://a-", "http://a.-b", "http://a-.b", "http://a b", " http://a", "http://a ",
        "http://[::1]", "http://a_b", "http://\xc3\xa4.de", "http://a%2f",
        "http://" SEVENTY_TWO "ij",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char base[LINK_BASE_BYTES_MAX + 1] = "as it was";
        if (link_base_parse(text_of(rows[i]), base)) fail_msg("taken: %s", rows[i]);
        assert_string_equal(base, "as it was");
    }
    char base[LINK_BASE_BYTES_MAX + 1];
    assert_false(link_base_parse((struct bytes){(const uint8_t *)"http://a\0b", 10}, base));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scheme_and_a_host_are_written_in_upper_case),
        cmocka_unit_test(anything_else_is_no_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
