/* The sum of a settlement line: what a payee's credits, debts and carries come to in money.
 *
 * Pure: plain data in, plain data out. The source of every formula is domain.md 7. */
#ifndef BECKON_SERVICE_POSTINGS_SETTLE_H
#define BECKON_SERVICE_POSTINGS_SETTLE_H

#include <stdbool.h>

#include "store/settlement.h"

/* The run's: rate_points points give rate_minor minor units, whole lots only. */
struct settle_terms {
    uint32_t rate_points;         /* >= 1 */
    int64_t rate_minor;           /* >= 0 */
    int64_t minimum_payout_minor; /* a smaller net is carried; 0: none is, as with leavers */
};

/* Of one payee and pay entity; all >= 0 but the carry. */
struct settle_sums {
    int64_t free[UNIT_COUNT];     /* what remains of the credits taken */
    int64_t clawed[UNIT_COUNT];   /* what refunds of credits settled earlier took of others */
    int64_t debt[UNIT_COUNT];     /* open debts of credits that were not settled ... */
    int64_t debt_settled[UNIT_COUNT]; /* ... and of those that were */
    int64_t carry_minor;          /* below 0: owed by the payee */
};

/* Fills the line's figures from points_earned to net_minor. With F free, C clawed, D and S the
 * debts: earned = F + C - D, taken = C + S, both per unit; where earned would be negative, that
 * part counts as taken. convert(x) = x / rate_points toward zero, times rate_minor.
 *   gross = convert(points earned) + cash earned
 *   clawback = convert(points earned) - convert(points earned - points taken) + cash taken
 * gross - clawback + carry_in is paid when it reaches the minimum, and is carried out when it is
 * negative or less. False: a sum doesn't fit into 64 bits; the line is untouched. */
bool settle_line(const struct settle_sums *sums, const struct settle_terms *terms,
                 struct settlement_line *line);

/* Nothing in any column: such a payee has no line. */
bool settle_empty(const struct settlement_line *line);

/* Adds the line to a run's totals. False: a sum doesn't fit; the totals are untouched. */
bool settle_add(struct run_totals *totals, const struct settlement_line *line);

#endif
