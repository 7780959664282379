#include "service/rules/phone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
    unsigned country;
    const char *typed;
    const char *e164; /* NULL: refused */
};

static void check_rows(const struct row *rows, size_t row_count)
{
    for (size_t i = 0; i < row_count; i++) {
        char e164[PHONE_TEXT_BYTES] = "untouched";
        struct bytes typed = {(const uint8_t *)rows[i].typed, strlen(rows[i].typed)};
        bool good = phone_normalise(typed, rows[i].country, e164);
        if (good != (rows[i].e164 != NULL)) fail_msg("'%s': %s", rows[i].typed, e164);
        assert_string_equal(e164, good ? rows[i].e164 : "untouched");
    }
}
#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void usual_writings_become_one_number(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {86, "13812345678", "+8613812345678"},
        {86, " 138-1234-5678 ", "+8613812345678"},
        {86, "138 1234 5678", "+8613812345678"},
        {86, "138.1234.5678", "+8613812345678"},
        {86, "+86 138 1234 5678", "+8613812345678"},
        {86, "(+86) 13812345678", "+8613812345678"},
        {86, "008613812345678", "+8613812345678"},
        {86, "8613812345678", "+8613812345678"},
        {86, "(010) 6552 9988", "+861065529988"},
        {86, "\xef\xbc\x8b\xef\xbc\x98\xef\xbc\x96 138\xe3\x80\x80" "12345678", "+8613812345678"},
        {86, "\xef\xbc\x91\xef\xbc\x93\xef\xbc\x98" "1234\xef\xbc\x8d" "5678", "+8613812345678"},
        {86, "\xe2\x80\xad+86 138 1234 5678\xe2\x80\xac", "+8613812345678"},
        {86, "+852 9123 4567", "+85291234567"},
        {852, "9123 4567", "+85291234567"},
        {852, "85291234567", "+85291234567"},
        {49, "030/901820", "+4930901820"},
        {49, "+49 (0)30 901820", "+4930901820"},
        {44, "0044 (0)20 7946 0018", "+442079460018"},
        {39, "06 698 12345", "+390669812345"},
        {1, "(212) 555-0123", "+12125550123"},
        {1, "1-212-555-0123", "+12125550123"},
        {7, "+7 912 345-67-89", "+79123456789"},
        {358, "0412345678", "+358412345678"},
        {86, "+123456789012345", "+123456789012345"},
        {86, "+12345678", "+12345678"},
    };
    CHECK(rows);
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {86, "", NULL},
        {86, " -.()", NULL},
        {86, "+", NULL},
        {86, "00", NULL},
        {86, "phone", NULL},
        {86, "1381234567x", NULL},
        {86, "138+12345678", NULL},
        {86, "++8613812345678", NULL},
        {86, "(138", NULL},
        {86, "138)12345678", NULL},
        {86, "((138))12345678", NULL},
        {86, "12345", NULL},
        {86, "+1234567", NULL},
        {86, "+1234567890123456", NULL},
        {86, "+0123456789", NULL},
        {86, "000123456789", NULL},
        {86, "138123456789", NULL},      /* a digit too many */
        {86, "08613812345678", NULL},    /* a trunk 0 before the country code */
        {86, "8613812345678901234567890", NULL},
        {86, "13812345678\xff", NULL},
        {86, "13812345678 ext 2", NULL},
        {86, "\xd9\xa1\xd9\xa3" "812345678", NULL}, /* Arabic digits */
    };
    CHECK(rows);
    static const uint8_t with_nul[] = "13812345678";
    char e164[PHONE_TEXT_BYTES];
    assert_false(phone_normalise((struct bytes){with_nul, sizeof(with_nul)}, 86, e164));
}

static void a_normalised_number_normalises_to_itself(void **state)
{
    (void)state;
    static const char *const numbers[] = {"+8613812345678", "+12125550123", "+390669812345"};
    for (size_t i = 0; i < 3; i++) {
        struct row row = {852, numbers[i], numbers[i]};
        check_rows(&row, 1);
    }
}

static void a_mask_shows_the_ends_only(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"+8613812345678", "+86138****5678"},
        {"+861065529988", "+8610****9988"},
        {"+12125550123", "+121****0123"},
        {"+85291234567", "+852****4567"},
        {"+79123456789", "+791****6789"},
        {"+35812345", "+358****5"},
        {"+123456789012345", "+1234*******2345"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char masked[PHONE_MASK_BYTES];
        phone_mask(rows[i][0], masked);
        assert_string_equal(masked, rows[i][1]);
    }
}

static void a_mask_never_shows_more_than_seven_national_digits(void **state)
{
    (void)state;
    static const struct { const char *start; size_t country_size; } starts[] = {
        {"+1", 1}, {"+7", 1}, {"+20", 2}, {"+44", 2}, {"+86", 2}, {"+98", 2}, {"+358", 3},
        {"+998", 3},
    };
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        for (size_t total = PHONE_DIGITS_MIN; total <= PHONE_DIGITS_MAX; total++) {
            char number[PHONE_TEXT_BYTES] = "+555555555555555", masked[PHONE_MASK_BYTES];
            memcpy(number, starts[i].start, strlen(starts[i].start));
            number[1 + total] = '\0';
            phone_mask(number, masked);
            assert_int_equal(strlen(masked), 1 + total);
            size_t hidden = 0;
            for (size_t at = 0; masked[at] != '\0'; at++) hidden += masked[at] == '*';
            assert_true(hidden >= 4);
            assert_true(total - starts[i].country_size - hidden <= 7);
            assert_memory_equal(masked, starts[i].start, strlen(starts[i].start));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_writings_become_one_number),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(a_normalised_number_normalises_to_itself),
        cmocka_unit_test(a_mask_shows_the_ends_only),
        cmocka_unit_test(a_mask_never_shows_more_than_seven_national_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
