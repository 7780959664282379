/* Caps and budgets: what awards may still give. Pure; domain.md 4 "Order". */
#ifndef BECKON_SERVICE_RULES_CAP_CUT_H
#define BECKON_SERVICE_RULES_CAP_CUT_H

#include <stddef.h>

#include "store/cap.h"
#include "store/program.h"
#include "store/record.h"

/* A counter that awards of one event count in, and what it holds. */
struct cap_use {
    struct cap_counter counter;
    int64_t taken;
};

/* One budget and one referee's counter a rule, one beneficiary's an award. */
enum { CAP_USES_MAX = 2 * RULES_MAX + AWARDS_MAX };
struct cap_uses {
    size_t count;
    struct cap_use list[CAP_USES_MAX];
};

/* The counters these awards count in, each once, with `taken` 0 for the caller to fill: none where
 * no award above 0 is of a rule with caps. referee: the member whose event it is; 0: none. */
void cap_uses_of(const struct program *program, uint32_t referee, business_date date,
                 const struct award *awards, size_t award_count, struct cap_uses *ret);

/* Cuts each award, in order, to what its counters leave, and counts it there for those after it:
 * reason CAPPED and the last cap that cut it; a part is paid, or nothing. */
void cap_cut(const struct program *program, uint32_t referee, business_date date,
             struct cap_uses *uses, struct award *awards, size_t award_count);

#endif
