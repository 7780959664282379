/* Screening: what fraud signals make of a registration or a purchase (domain.md 10).
 *
 * Nothing is refused and nobody is told: the event is recorded as always, the customer's own
 * credits are hers, and what others earn by it is posted and held at once, tied to a review.
 *
 * Happy path: earn_decide -> screen_* (before the LINE; says in earning->review what earn_post is
 * to hold) -> LINE -> earn_post -> screen_put. Costs a purchase nothing unless the buyer has given
 * purchases back before. */
#ifndef BECKON_SERVICE_COMMAND_SCREEN_H
#define BECKON_SERVICE_COMMAND_SCREEN_H

#include "service/command/command.h"
#include "service/command/earn.h"
#include "store/review.h"

struct screening {
    size_t evidence_count;
    struct evidence evidence[EVIDENCE_MAX];
    uint32_t guide;                /* who serves her; 0: nobody */
    bool counts_minutes;           /* `minutes` of that guide moved on */
    struct signal_counts minutes;
    bool marks_erased;             /* `erased` is put for her: her first purchase asks for it */
    struct signal_counts erased;
};

/* Of a new member, whose earner holds her account as it will be. erased_at: when somebody who had
 * her phone was erased; 0: nobody was. What others earn by her registration and by her first
 * purchase is held then. */
enum outcome screen_registration(struct batch *batch, const struct merchant *merchant,
                                 uint64_t erased_at, struct earning *earning,
                                 struct screening *ret) OUTCOME_CHECKED;
/* Of a purchase; the buyer's earner holds her account. `first`: her first one. */
enum outcome screen_purchase(struct batch *batch, bool first, struct earning *earning,
                             struct screening *ret) OUTCOME_CHECKED;
/* After earn_post, which filled in the numbers of the credits. */
void screen_put(struct batch *batch, const struct earning *earning,
                const struct screening *screening);

/* ---- refunds --------------------------------------------------------------------------------- */

/* Counts a refund dated `date` that made its purchase full: before the LINE, changing the account
 * in memory; the buyer's next purchases are looked at by it. */
struct screen_refund {
    business_date month;
    struct signal_counts counts;
};
enum outcome screen_full_refund(struct reader *reader, uint32_t member, struct account *account,
                                business_date date, struct screen_refund *ret) OUTCOME_CHECKED;
/* After the LINE; the account is put by the caller. */
void screen_full_refund_put(struct batch *batch, uint32_t member,
                            const struct screen_refund *refund);

#endif
