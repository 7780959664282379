/* Form tokens: whose they are, and that no two look alike. */
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "clients/web/site/csrf.h"
#include "clients/web/site/visit.h"

static const uint8_t KEY[CSRF_KEY_BYTES] = {1, 2, 3};
static const uint8_t OTHER_KEY[CSRF_KEY_BYTES] = {1, 2, 4};

static void a_token_is_for_its_cookie_and_key_alone(void **state)
{
    (void)state;
    char token[CSRF_TEXT_BYTES];
    csrf_write(KEY, "v.abc", token);
    assert_true(csrf_is_for(KEY, "v.abc", token));
    assert_false(csrf_is_for(KEY, "v.abd", token));
    assert_false(csrf_is_for(OTHER_KEY, "v.abc", token));
}

static void a_changed_token_is_none(void **state)
{
    (void)state;
    char token[CSRF_TEXT_BYTES], changed[CSRF_TEXT_BYTES + 8];
    csrf_write(KEY, "v.abc", token);
    for (size_t i = 0; token[i] != '\0'; i++) {
        memcpy(changed, token, sizeof token);
        changed[i] = token[i] == 'A' ? 'B' : 'A';
        /* The last symbol's lowest bits may stand for nothing: then it is no base64. */
        assert_false(csrf_is_for(KEY, "v.abc", changed));
    }
    static const char *const none[] = {"", "A", "AAAA", "not base64!"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(csrf_is_for(KEY, "v.abc", none[i]));
    memcpy(changed, token, sizeof token);
    strcat(changed, "A");
    assert_false(csrf_is_for(KEY, "v.abc", changed));
}

static void no_two_tokens_look_alike(void **state)
{
    (void)state;
    char first[CSRF_TEXT_BYTES], second[CSRF_TEXT_BYTES];
    csrf_write(KEY, "v.abc", first);
    csrf_write(KEY, "v.abc", second);
    assert_string_not_equal(first, second);
    assert_true(csrf_is_for(KEY, "v.abc", first));
}

static void only_addresses_within_the_site_are_own(void **state)
{
    (void)state;
    static const char *const own[] = {"/", "/card", "/R/7K3Q9F2MX?lang=en", "/a//b"};
    static const char *const others[] = {"", "card", "//evil.example", "/\\evil.example",
                                         "https://evil.example", "javascript:alert(1)",
                                         "/a\r\nX: y", "/a b", "/a\\b", "\t/card"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        assert_true(visit_path_is_own(own[i]));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(visit_path_is_own(others[i]));
}

int main(void)
{
    assert(sodium_init() >= 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_for_its_cookie_and_key_alone),
        cmocka_unit_test(a_changed_token_is_none),
        cmocka_unit_test(no_two_tokens_look_alike),
        cmocka_unit_test(only_addresses_within_the_site_are_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
