#include "store/date.h"

#include <assert.h>

/* Years are counted from March so that the leap day is a year's last, and in eras of 400 years,
 * each of the same 146,097 days. */
enum { DAYS_PER_ERA = 146097, YEARS_PER_ERA = 400, DAYS_FROM_0000_03_01_TO_1970 = 719468 };

business_date date_from_civil(int year, int month, int day)
{
    assert(month >= 1 && month <= 12);
    assert(day >= 1 && day <= 31);
    assert(year >= -32767 && year <= 32767);
    int march_year = month <= 2 ? year - 1 : year;
    int era = (march_year >= 0 ? march_year : march_year - (YEARS_PER_ERA - 1)) / YEARS_PER_ERA;
    int year_of_era = march_year - era * YEARS_PER_ERA;
    int month_from_march = month > 2 ? month - 3 : month + 9;
    int day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_FROM_0000_03_01_TO_1970;
}

void date_to_civil(business_date date, int *ret_year, int *ret_month, int *ret_day)
{
    assert(date < DATE_NEVER - DAYS_FROM_0000_03_01_TO_1970);
    assert(date >= INT32_MIN + DAYS_PER_ERA);
    int shifted = date + DAYS_FROM_0000_03_01_TO_1970;
    int era = (shifted >= 0 ? shifted : shifted - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int day_of_era = shifted - era * DAYS_PER_ERA;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (5 * day_of_year + 2) / 153;
    int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    *ret_year = year_of_era + era * YEARS_PER_ERA + (month <= 2);
    *ret_month = month;
    *ret_day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
}

business_date date_month_start(business_date date)
{
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    return date - (day - 1);
}

business_date date_period_start(business_date date, enum period_kind kind)
{
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    switch (kind) {
    case PERIOD_NONE: return DATE_ALWAYS;
    case PERIOD_DAY: return date;
    case PERIOD_MONTH: return date - (day - 1);
    case PERIOD_QUARTER: return date_from_civil(year, (month - 1) / 3 * 3 + 1, 1);
    case PERIOD_YEAR: return date_from_civil(year, 1, 1);
    }
    return DATE_ALWAYS;
}

business_date date_add_months(business_date date, int months)
{
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    int count = year * 12 + month - 1 + months;
    assert(count >= 0);
    business_date start = date_from_civil(count / 12, count % 12 + 1, 1);
    business_date next = date_from_civil((count + 1) / 12, (count + 1) % 12 + 1, 1);
    return start + day <= next ? start + day - 1 : next - 1;
}

unsigned date_weekday(business_date date)
{
    int from_thursday = date % 7; /* 1970-01-01 was one */
    return (unsigned)(from_thursday + 7 + 3) % 7;
}
