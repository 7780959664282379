/* Calendar periods: the day, month, quarter or year a business date lies in. Pure arithmetic, any
 * thread. Rules and verify see this too. */
#ifndef BECKON_STORE_PERIOD_H
#define BECKON_STORE_PERIOD_H

#include "store/program.h"
#include "store/record.h"

/* [start, end): `end` is the first day of the next one. */
struct period {
    enum period_kind kind;
    business_date start, end;
};

/* The dates the calendar reckons with: years 1 to 9999. A stored one beyond them is damaged. */
enum { PERIOD_DATE_MIN = -719162, PERIOD_DATE_MAX = 2932896 };

/* A new member is activated by a purchase dated at most so many days after her registration. */
enum { KPI_ACTIVATION_DAYS = 30 };

/* The period of `kind` (not PERIOD_NONE) that contains `date`; asserts the date's range. */
struct period period_of(enum period_kind kind, business_date date);

#endif
