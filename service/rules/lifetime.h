/* When what a rule gives can be used: maturity and expiry as business dates. Pure; domain.md 4. */
#ifndef BECKON_SERVICE_RULES_LIFETIME_H
#define BECKON_SERVICE_RULES_LIFETIME_H

#include "store/program.h"
#include "store/record.h"

struct lifetime {
    business_date matures_on; /* at the start of this date */
    business_date expires_on; /* at the end of this date; DATE_NEVER */
};

/* Of a credit of an event on `date`: it matures hold_days later; expiry counts from there. N months
 * end on the month's last day where it has no such day. */
struct lifetime lifetime_of(const struct rule *rule, business_date date);

#endif
