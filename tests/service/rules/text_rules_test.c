#include "service/rules/text_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct bytes view(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static void identifiers_have_letters_digits_and_three_signs(void **state)
{
    (void)state;
    assert_true(text_is_identifier(view("Shop-1_a.B9"), 1, 40));
    static const char *const bad[] = {"a b", "a/b", "a\n", "\xc3\xa9", "a:b", "a@b",
                                      "`", "[", "{", ","};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(text_is_identifier(view(bad[i]), 1, 40));
    }
    assert_false(text_is_identifier((struct bytes){(const uint8_t *)"a\0b", 3}, 1, 40));
}

static void sizes_are_bounds_of_bytes(void **state)
{
    (void)state;
    assert_false(text_is_identifier(view(""), 1, 4));
    assert_true(text_is_identifier(view(""), 0, 4));
    assert_true(text_is_identifier(view("abcd"), 4, 4));
    assert_false(text_is_identifier(view("abcde"), 1, 4));
    assert_false(text_is_identifier(view("abc"), 4, 8));
    assert_true(text_is_printable((struct bytes){NULL, 0}, 0, 4));
    assert_false(text_is_printable((struct bytes){NULL, 0}, 1, 4));
    assert_true(text_is_printable(view("\xe6\x9d\x8e"), 3, 3));
    assert_false(text_is_printable(view("\xe6\x9d\x8e"), 1, 2));
}

static void names_of_people_are_printable(void **state)
{
    (void)state;
    static const char *const good[] = {
        "Ann", "O'Neil-Smith", "\xe6\x9d\x8e\xe9\x9b\xb7",
        "Jos\xc3\xa9  P.", "\xd8\xb9\xd9\x84\xd9\x8a",
        "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x8c\xbe", /* woman farmer, with a joiner */
        "\xe8\xbe\xbb\xf3\xa0\x84\x80", /* an ideograph and its variation selector */
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(text_is_printable(view(good[i]), 1, 100));
    }
}

static void what_hides_or_reorders_is_not_printable(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "a\tb", "a\nb", "\x1b[1m", "a\x7f", "a\xc2\x85", "a\xc2\x9b" "b", /* controls */
        "a\xe2\x80\xae" "b", "a\xe2\x80\x8f" "b", "a\xd8\x9c" "b",
        "a\xe2\x81\xa6" "b", /* bidi */
        "a\xe2\x80\xa8" "b", "a\xe2\x80\xa9" "b", "\xef\xbb\xbf" "ab", "a\xef\xbf\xbf" "b",
        "a\xf3\xa0\x81\x81" "b",                       /* a tag character */
        " a", "a ", "\xe3\x80\x80" "a", "a\xc2\xa0", "a\xe2\x80\x8b", "\xe2\x80\x8d", " ",
        "\xcc\x81" "a",                                /* combines with nothing */
        "a\xff", "a\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80",
        "\xf8\x88\x80\x80\x80", "a\xe6\x9d",           /* no UTF-8 */
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (text_is_printable(view(bad[i]), 1, 100)) fail_msg("row %zu", i);
    }
    assert_false(text_is_printable((struct bytes){(const uint8_t *)"a\0b", 3}, 1, 100));
}

static void a_masked_name_is_its_first_character(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"Ann", "A**"}, {"\xe6\x9d\x8e\xe9\x9b\xb7", "\xe6\x9d\x8e**"}, {"", "**"}, {"\xff", "**"},
        {"\xf0\x9f\x91\xa9x", "\xf0\x9f\x91\xa9**"}, {"e\xcc\x81x", "e**"}, {"A", "A**"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char masked[TEXT_MASK_BYTES];
        text_mask_name(view(rows[i][0]), masked);
        assert_string_equal(masked, rows[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identifiers_have_letters_digits_and_three_signs),
        cmocka_unit_test(sizes_are_bounds_of_bytes),
        cmocka_unit_test(names_of_people_are_printable),
        cmocka_unit_test(what_hides_or_reorders_is_not_printable),
        cmocka_unit_test(a_masked_name_is_its_first_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
