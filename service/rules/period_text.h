/* Periods as people write them: "2026", "2026Q1", "2026-03". Pure. */
#ifndef BECKON_SERVICE_RULES_PERIOD_TEXT_H
#define BECKON_SERVICE_RULES_PERIOD_TEXT_H

#include <stdbool.h>

#include "store/bytes.h"
#include "store/period.h"

enum { PERIOD_TEXT_BYTES = 11 }; /* the longest is a date's, terminated */

/* Reads a year, a quarter or a month, years 1970 to 9999; false when it is none. */
bool period_parse(struct bytes text, struct period *ret_period);
/* Writes a year, quarter, month or day, terminated. */
void period_write(enum period_kind kind, business_date start, char ret_text[PERIOD_TEXT_BYTES]);

#endif
