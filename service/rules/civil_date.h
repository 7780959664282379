/* Dates of the API, "YYYY-MM-DD", and business dates. Pure; any thread. */
#ifndef BECKON_SERVICE_RULES_CIVIL_DATE_H
#define BECKON_SERVICE_RULES_CIVIL_DATE_H

#include <stdbool.h>

#include "store/date.h"
#include "store/record.h"

enum { CIVIL_DATE_BYTES = 11, CIVIL_YEAR_MIN = 1970, CIVIL_YEAR_MAX = 9999 };

/* Reads exactly ten characters naming a day that exists, years 1970 to 9999; else false. */
bool civil_date_parse(struct bytes text, business_date *ret_date);
/* Writes a date of these years, terminated; DATE_NEVER gives an empty string. */
void civil_date_write(business_date date, char ret_text[CIVIL_DATE_BYTES]);

#endif
