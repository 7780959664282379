#include "service/rules/period_text.h"

#include <assert.h>

#include "service/rules/civil_date.h"
#include "store/date.h"

/* The number in [at, at + size), -1 when another character than a digit is there. */
static int digits(struct bytes text, size_t at, size_t size)
{
    int number = 0;

    assert(at + size <= text.size);
    for (size_t i = at; i < at + size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return -1;
        number = number * 10 + (text.data[i] - '0');
    }
    return number;
}

bool period_parse(struct bytes text, struct period *ret_period)
{
    enum period_kind kind = PERIOD_YEAR;
    int month = 1;

    if (text.size != 4 && text.size != 6 && text.size != 7) return false;
    int year = digits(text, 0, 4);
    if (text.size == 6) {
        int quarter = text.data[4] == 'Q' ? digits(text, 5, 1) : -1;
        if (quarter < 1 || quarter > 4) return false;
        kind = PERIOD_QUARTER;
        month = 3 * quarter - 2;
    } else if (text.size == 7) {
        month = text.data[4] == '-' ? digits(text, 5, 2) : -1;
        if (month < 1 || month > 12) return false;
        kind = PERIOD_MONTH;
    }
    if (year < CIVIL_YEAR_MIN || year > CIVIL_YEAR_MAX) return false;
    *ret_period = period_of(kind, date_from_civil(year, month, 1));
    return true;
}

void period_write(enum period_kind kind, business_date start, char ret_text[PERIOD_TEXT_BYTES])
{
    int year, month, day;

    assert(kind != PERIOD_NONE);
    civil_date_write(start, ret_text);
    date_to_civil(start, &year, &month, &day);
    if (kind == PERIOD_YEAR) ret_text[4] = '\0';
    if (kind == PERIOD_MONTH) ret_text[7] = '\0';
    if (kind != PERIOD_QUARTER) return;
    ret_text[4] = 'Q';
    ret_text[5] = (char)('0' + (month + 2) / 3);
    ret_text[6] = '\0';
}
