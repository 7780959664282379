/* The check symbol is proved over GF(32)'s linearity: whether a change is noticed depends on the
 * changed symbols alone, so random codes with every change at every place are exhaustive. */
#include "service/rules/code_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static struct bytes view(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static bool parses(const char *text)
{
    struct code_value code;
    return code_parse(view(text), &code);
}

/* Codes that differ in every symbol, from a fixed congruential sequence. */
static void make_text(uint64_t *state, char text[CODE_TEXT_BYTES])
{
    uint8_t random[CODE_RANDOM_BYTES];
    for (size_t i = 0; i < sizeof(random); i++) {
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        random[i] = (uint8_t)(*state >> 56);
    }
    code_write(code_make(random), text);
}

static void a_made_code_is_read_back(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 1000; i++) {
        char text[CODE_TEXT_BYTES], again[CODE_TEXT_BYTES];
        struct code_value code;
        make_text(&seed, text);
        assert_true(code_parse(view(text), &code));
        assert_true(code.symbols != 0 && code.symbols >> 45 == 0);
        code_write(code, again);
        assert_string_equal(text, again);
    }
}

static void the_first_symbol_is_the_most_significant(void **state)
{
    (void)state;
    const uint8_t random[CODE_RANDOM_BYTES] = {0xff, 0, 0, 0, 0, 0, 0, 2};
    struct code_value code = code_make(random);
    assert_int_equal(code.symbols >> 40, 31); /* only five bits of each byte count */
    assert_int_equal(code.symbols >> 5 & 31, 2);
}

static void every_single_wrong_symbol_is_noticed(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (int round = 0; round < 50; round++) {
        char text[CODE_TEXT_BYTES];
        make_text(&seed, text);
        for (size_t at = 0; at < CODE_SYMBOLS; at++) {
            char right = text[at];
            for (size_t wrong = 0; wrong < 32; wrong++) {
                text[at] = alphabet[wrong];
                assert_int_equal(parses(text), text[at] == right);
            }
            text[at] = right;
        }
    }
}

static void every_swap_of_two_symbols_is_noticed(void **state)
{
    (void)state;
    /* Every pair of places, every pair of symbols in them; the other symbols make up the sum. */
    for (size_t a = 0; a < CODE_SYMBOLS; a++) {
        for (size_t b = a + 1; b < CODE_SYMBOLS; b++) {
            size_t free_place = a == 0 ? (b == 1 ? 2 : 1) : 0;
            size_t seen = 0;
            for (int pair = 0; pair < 32 * 32; pair++) {
                char text[CODE_TEXT_BYTES] = "000000000";
                text[a] = alphabet[pair / 32];
                text[b] = alphabet[pair % 32];
                for (int fill = 0; fill < 32; fill++) {
                    text[free_place] = alphabet[fill];
                    if (parses(text)) break;
                }
                assert_true(parses(text));
                seen++;
                text[a] = alphabet[pair % 32];
                text[b] = alphabet[pair / 32];
                assert_int_equal(parses(text), pair / 32 == pair % 32);
            }
            assert_int_equal(seen, 32 * 32);
        }
    }
}

static void no_valid_code_is_none(void **state)
{
    (void)state;
    const uint8_t zero[CODE_RANDOM_BYTES] = {0};
    assert_true(code_make(zero).symbols != 0);
    assert_false(parses("000000000"));
}

static void any_usual_way_of_typing_is_read(void **state)
{
    (void)state;
    const uint8_t random[CODE_RANDOM_BYTES] = {0, 1, 10, 11, 0, 1, 30, 31};
    struct code_value want = code_make(random), code;
    char text[CODE_TEXT_BYTES];
    code_write(want, text);
    assert_memory_equal(text, "01AB01YZ", 8);

    static const char *const heads[] = {
        "01AB01YZ", "oiabolyz", "OLabOIyZ", " 01a-b01 yz\n", "01ab\xe2\x80\x93" "01yz",
        "\xef\xbc\x90\xef\xbc\x91\xef\xbd\x81" "b01\xe3\x80\x80yz", /* full-width 0, 1, a, blank */
    };
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        char typed[64];
        snprintf(typed, sizeof(typed), "%s%c", heads[i], text[8]);
        assert_true(code_parse(view(typed), &code));
        assert_true(code.symbols == want.symbols);
    }
}

static void what_is_no_code_is_refused_and_leaves_the_result(void **state)
{
    (void)state;
    char text[CODE_TEXT_BYTES];
    uint64_t seed = 3;
    make_text(&seed, text);
    char longer[CODE_TEXT_BYTES + 1], other[CODE_TEXT_BYTES];
    snprintf(longer, sizeof(longer), "%s0", text);
    memcpy(other, text, sizeof(other));
    other[4] = 'U'; /* not in the alphabet */
    const char *bad[] = {"", " ", "-", text + 1, longer, other, "7K3Q9F2M?",
                         "\xff\xff", "https://x"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct code_value code = {.symbols = 77};
        assert_false(code_parse(view(bad[i]), &code));
        assert_int_equal(code.symbols, 77);
    }
    struct bytes with_nul = {(const uint8_t *)text, CODE_TEXT_BYTES};
    struct code_value code;
    assert_false(code_parse(with_nul, &code));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_made_code_is_read_back),
        cmocka_unit_test(the_first_symbol_is_the_most_significant),
        cmocka_unit_test(every_single_wrong_symbol_is_noticed),
        cmocka_unit_test(every_swap_of_two_symbols_is_noticed),
        cmocka_unit_test(no_valid_code_is_none),
        cmocka_unit_test(any_usual_way_of_typing_is_read),
        cmocka_unit_test(what_is_no_code_is_refused_and_leaves_the_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
