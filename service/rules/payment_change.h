/* Which payment result may follow which on a line of a closed run: pure. */
#ifndef BECKON_SERVICE_RULES_PAYMENT_CHANGE_H
#define BECKON_SERVICE_RULES_PAYMENT_CHANGE_H

#include <stdbool.h>

#include "store/settlement.h"

/* A line without a result takes any; what was PAID may come back (RETURNED). Nothing else changes:
 * a FAILED or RETURNED payment comes back once as a carry, and the next run pays it. */
bool payment_change_allowed(enum payment from, enum payment to);

/* Is the line's net owed to the payee again once it has this result? */
bool payment_comes_back(enum payment payment);

#endif
