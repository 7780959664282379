#include "service/rules/civil_date.h"

#include <assert.h>

/* Reads `count` ASCII digits; false when one isn't. */
static bool read_digits(const uint8_t *text, size_t count, int *ret_number)
{
    int number = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        number = number * 10 + (text[i] - '0');
    }
    *ret_number = number;
    return true;
}

static void write_digits(int number, size_t count, char *ret_text)
{
    for (size_t i = count; i-- > 0; number /= 10) ret_text[i] = (char)('0' + number % 10);
    assert(number == 0);
}

bool civil_date_parse(struct bytes text, business_date *ret_date)
{
    int year, month, day;
    if (text.size != CIVIL_DATE_BYTES - 1) return false;
    if (text.data[4] != '-' || text.data[7] != '-') return false;
    if (!read_digits(text.data, 4, &year) || !read_digits(text.data + 5, 2, &month) ||
        !read_digits(text.data + 8, 2, &day)) return false;
    if (year < CIVIL_YEAR_MIN || month < 1 || month > 12 || day < 1 || day > 31) return false;

    /* A day beyond its month's end runs on into the next month, which shows it. */
    business_date date = date_from_civil(year, month, day);
    int found_year, found_month, found_day;
    date_to_civil(date, &found_year, &found_month, &found_day);
    if (found_month != month || found_day != day) return false;
    assert(found_year == year);
    *ret_date = date;
    return true;
}

void civil_date_write(business_date date, char ret_text[CIVIL_DATE_BYTES])
{
    if (date == DATE_NEVER) {
        ret_text[0] = '\0';
        return;
    }
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    assert(year >= CIVIL_YEAR_MIN && year <= CIVIL_YEAR_MAX);
    write_digits(year, 4, ret_text);
    ret_text[4] = '-';
    write_digits(month, 2, ret_text + 5);
    ret_text[7] = '-';
    write_digits(day, 2, ret_text + 8);
    ret_text[CIVIL_DATE_BYTES - 1] = '\0';
}
