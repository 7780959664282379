/* What points are worth at the till: so many points for so many minor units. Pure; domain.md 5. */
#ifndef BECKON_SERVICE_RULES_POINT_RATE_H
#define BECKON_SERVICE_RULES_POINT_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* The least number of points above 0 that is worth whole minor units: points are spent in multiples
 * of it. Both are above 0. */
int64_t point_rate_step(int64_t points, int64_t minor);

/* The worth of `amount` points, a multiple of the step and >= 0, in minor units. False: it is more
 * than fits; *ret_minor is untouched. */
bool point_rate_worth(int64_t points, int64_t minor, int64_t amount, int64_t *ret_minor);

#endif
