/* Business dates and the calendar: days since 1970-01-01 in the proleptic Gregorian calendar.
 * Pure arithmetic, any thread; no time zones, no clock. Rules see this too. */
#ifndef BECKON_STORE_DATE_H
#define BECKON_STORE_DATE_H

#include "store/program.h"
#include "store/record.h"

/* The date of a civil day; month 1 to 12, day 1 to 31 (asserted), year -32767 to 32767. A day
 * beyond its month's end runs on into the next. After H. Hinnant, days_from_civil. */
business_date date_from_civil(int year, int month, int day);
/* The civil day of a date that is not DATE_NEVER. */
void date_to_civil(business_date date, int *ret_year, int *ret_month, int *ret_day);
/* The first day of the date's month. */
business_date date_month_start(business_date date);
/* The first day of the period that contains the date; PERIOD_NONE: DATE_ALWAYS. */
business_date date_period_start(business_date date, enum period_kind kind);
/* 0: Monday ... 6: Sunday. */
unsigned date_weekday(business_date date);
/* The same day so many months later (earlier where negative), or that month's last day where the
 * month has no such day. */
business_date date_add_months(business_date date, int months);

#endif
