/* Which addresses may be a hook's, as rows. */
#include "service/rules/webhook_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct bytes text_of(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static void an_address_names_its_host(void **state)
{
    (void)state;
    static const struct { const char *typed, *host; } rows[] = {
        {"https://a.example", "a.example"},
        {"https://a.example/", "a.example"},
        {"HTTPS://A.Example:8443/Path/%2e%2e?x=1&y=~a@b", "a.example:8443"},
        {"https://a.example?only=query", "a.example"},
        {"https://10.1.2.3:65535/in", "10.1.2.3:65535"},
        {"https://a/a:b;c,d!e$f'(g)*h+i", "a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char host[WEBHOOK_HOST_BYTES];
        if (!webhook_url_parse(text_of(rows[i].typed), host)) fail_msg("%s", rows[i].typed);
        assert_string_equal(host, rows[i].host);
    }
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "", "https://", "https:///path", "http://a.example/", "ftp://a", "a.example", "//a",
        "https:/a", "https:\\\\a", "https://u@a/", "https://u:p@a/", "https://a@b/", "https://a#b",
        "https://a/#b", "https://a/ b", "https://a/\\b", "https://a/\"", "https://a/<b>",
        "https://a/{b}", "https://a/^", "https://a/|", "https://a/`", "https://a/[b]",
        "https://[::1]/", "https://a:0/", "https://a:65536/", "https://a:/", "https://a..b/",
        "https://-a/", "https://a_b/", "https://a/\xc3\xa4", "https://\xc3\xa4/", " https://a",
        "https://a/\x7f", "https://a/\r\nX: y", "https:",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char host[WEBHOOK_HOST_BYTES] = "as it was";
        if (webhook_url_parse(text_of(rows[i]), host)) fail_msg("taken: %s", rows[i]);
        assert_string_equal(host, "as it was");
    }
    char host[WEBHOOK_HOST_BYTES];
    assert_false(webhook_url_parse((struct bytes){(const uint8_t *)"https://a/\0b", 12}, host));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_names_its_host),
        cmocka_unit_test(anything_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
