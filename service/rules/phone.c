#include "service/rules/phone.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "service/rules/utf8.h"

/* Room while reading: the longest number behind "00", a doubled country code and a trunk 0. */
enum { READ_DIGITS_MAX = 24 };

struct digits {
    char digit[READ_DIGITS_MAX];
    size_t count;
    bool plus;
};

/* Countries whose longest national number we know, to tell "86138..." from a national number. */
static const struct { unsigned country_code, digits_max; } national_max[] = {
    {1, 10}, {65, 8}, {86, 11}, {852, 8}, {853, 8}, {886, 9},
};

/* Countries where a leading 0 is part of the number (ITU-T E.164 supplement 1: no trunk prefix). */
static const unsigned zero_belongs[] = {39, 225, 242};

/* Country codes of two digits; 1 and 7 have one, all others three (ITU-T E.164, annex). */
static const uint8_t two_digits[] = {
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56,
    57, 58, 60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
};

static bool is_ignored(uint32_t c)
{
    bool hyphen = c == '-' || c == '.' || c == '/' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
    bool space = c == ' ' || c == '\t' || c == 0xa0 || (c >= 0x2000 && c <= 0x200b) || c == 0x202f;
    bool mark = c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
                (c >= 0x2066 && c <= 0x2069);
    return hyphen || space || mark;
}

static bool is_international(const struct digits *number)
{
    return number->plus ||
           (number->count > 2 && number->digit[0] == '0' && number->digit[1] == '0');
}

/* Collects plus and digits; false at any other character. */
static bool read_number(struct bytes text, struct digits *ret)
{
    *ret = (struct digits){.count = 0};
    size_t open_at = SIZE_MAX; /* digits before the open parenthesis */
    for (size_t offset = 0; offset < text.size;) {
        uint32_t c;
        if (!utf8_next(text, &offset, &c)) return false;
        c = utf8_narrow(c);
        if (is_ignored(c)) continue;
        if (c == '(') {
            if (open_at != SIZE_MAX) return false;
            open_at = ret->count;
        } else if (c == ')') {
            if (open_at == SIZE_MAX) return false;
            bool lone_zero = ret->count == open_at + 1 && ret->digit[open_at] == '0';
            if (lone_zero && open_at > 0 && is_international(ret)) ret->count = open_at;
            open_at = SIZE_MAX;
        } else if (c == '+') {
            if (ret->plus || ret->count > 0) return false;
            ret->plus = true;
        } else if (c >= '0' && c <= '9') {
            if (ret->count == READ_DIGITS_MAX) return false;
            ret->digit[ret->count++] = (char)c;
        } else {
            return false;
        }
    }
    return open_at == SIZE_MAX && ret->count > 0;
}

static size_t write_country(unsigned country_code, char ret_text[3])
{
    size_t size = country_code >= 100 ? 3 : country_code >= 10 ? 2 : 1;
    for (size_t i = size; i-- > 0; country_code /= 10) {
        ret_text[i] = (char)('0' + country_code % 10);
    }
    return size;
}

/* The country's longest national number, or as much as E.164 has room for. */
static size_t national_digits_max(unsigned country_code, size_t country_size)
{
    for (size_t i = 0; i < sizeof(national_max) / sizeof(national_max[0]); i++) {
        if (national_max[i].country_code == country_code) return national_max[i].digits_max;
    }
    return PHONE_DIGITS_MAX - country_size;
}

static bool keeps_zero(unsigned country_code)
{
    for (size_t i = 0; i < sizeof(zero_belongs) / sizeof(zero_belongs[0]); i++) {
        if (zero_belongs[i] == country_code) return true;
    }
    return false;
}

bool phone_normalise(struct bytes text, unsigned country_code, char ret_e164[PHONE_TEXT_BYTES])
{
    assert(country_code >= 1 && country_code <= 999);
    struct digits number;
    if (!read_number(text, &number)) return false;

    const char *digit = number.digit;
    size_t count = number.count;
    char country[3];
    size_t country_size = 0; /* 0: the number has its country code already */
    if (number.plus) {
        /* as it stands */
    } else if (is_international(&number)) {
        digit += 2, count -= 2;
    } else {
        country_size = write_country(country_code, country);
        bool trunk = digit[0] == '0' && !keeps_zero(country_code);
        if (trunk) digit++, count--;
        if (count > national_digits_max(country_code, country_size)) {
            if (trunk || memcmp(digit, country, country_size) != 0) return false;
            country_size = 0;
        }
    }
    size_t total = country_size + count;
    if (total < PHONE_DIGITS_MIN || total > PHONE_DIGITS_MAX) return false;
    if (country_size == 0 && digit[0] == '0') return false;

    ret_e164[0] = '+';
    memcpy(ret_e164 + 1, country, country_size);
    memcpy(ret_e164 + 1 + country_size, digit, count);
    ret_e164[1 + total] = '\0';
    return true;
}

static size_t country_code_size(const char *digits)
{
    if (digits[0] == '1' || digits[0] == '7') return 1;
    unsigned two = (unsigned)(digits[0] - '0') * 10 + (unsigned)(digits[1] - '0');
    return memchr(two_digits, (int)two, sizeof(two_digits)) != NULL ? 2 : 3;
}

void phone_mask(const char *e164, char ret_text[PHONE_MASK_BYTES])
{
    enum { SHOWN_FIRST = 3, SHOWN_LAST = 4, HIDDEN_MIN = 4 };
    size_t total = strnlen(e164, PHONE_TEXT_BYTES) - 1;
    assert(e164[0] == '+');
    assert(total >= PHONE_DIGITS_MIN && total <= PHONE_DIGITS_MAX);

    size_t country_size = country_code_size(e164 + 1);
    size_t national = total - country_size;
    size_t spare = national - HIDDEN_MIN; /* at least 1: 8 digits less 3 less 4 */
    size_t last = spare < SHOWN_LAST ? spare : SHOWN_LAST;
    size_t first = spare - last < SHOWN_FIRST ? spare - last : SHOWN_FIRST;

    size_t shown_start = 1 + country_size + first;
    memcpy(ret_text, e164, 1 + total + 1);
    memset(ret_text + shown_start, '*', national - first - last);
}
