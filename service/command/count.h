/* Counting: what an event moves of a member's purchase days, of L1 and L2, and of the scoreboard's
 * counters. Each count_* gathers before the LINE what it needs, changing the account in memory;
 * count_put puts after it (all but the account, which its command puts).
 *
 * The path of the files: count_purchase.c, count_refund.c, count_member.c. */
#ifndef BECKON_SERVICE_COMMAND_COUNT_H
#define BECKON_SERVICE_COMMAND_COUNT_H

#include "service/command/command.h"
#include "store/kpi.h"
#include "store/recency.h"
#include "store/record.h"

struct counting {
    uint32_t member;
    business_date day_on;    /* DATE_NEVER: no purchase day is touched */
    struct purchase_day day;
    bool ends;               /* `binding` has: her history says so with it */
    struct binding binding;
    bool voids;              /* the member's registration is voided with it */
    struct registration registration;
    struct recency_edit recency;
    struct kpi_edit kpi;
};

/* A purchase, complete but for what it earns: member, business_date, parts, base, serving guide.
 * Fills purchase->previous and the buyer's counters; STORE_ outcomes alone. A binding that has
 * ended by `today` ends first, so that none of her days comes after it. */
enum outcome count_purchase(struct reader *reader, struct account *account,
                            struct purchase *purchase, business_date today,
                            struct counting *ret) OUTCOME_CHECKED;

/* What one refund takes of a purchase: minor units and tier points, >= 0. */
struct counted_refund {
    const struct purchase *purchase; /* as recorded; how much was refunded doesn't matter here */
    business_date business_date;     /* the refund's */
    int64_t amount_minor, base_minor, tier_points;
    bool full;                       /* with it nothing of the purchase is left */
};
/* The buyer's days and counters after it. A refund that makes its purchase full may end the day:
 * her last days, L1, L2 and the calendar counts follow. `account` is hers. */
enum outcome count_refund(struct reader *reader, struct account *account,
                          const struct counted_refund *refund,
                          struct counting *ret) OUTCOME_CHECKED;

/* A new member of `account`, as registered: new or inherited for the guide who serves her. */
enum outcome count_registration(struct reader *reader, uint32_t member,
                                const struct account *account,
                                struct counting *ret) OUTCOME_CHECKED;
/* A fraud decision voids her registration: from now on she counts among nobody's new and activated
 * members. Marks the registration, once. */
enum outcome count_voided_registration(struct reader *reader, uint32_t member,
                                       const struct account *account,
                                       struct counting *ret) OUTCOME_CHECKED;
/* Has the binding in the account ended by `today`? */
bool count_binding_ended(const struct account *account, business_date today);
/* Nobody serves her from account->binding_until on: her days leave L1, L2 and the calendar counts
 * of periods that end later; the account holds no binding any more, its history says EXPIRED. */
enum outcome count_binding_end(struct reader *reader, uint32_t member, struct account *account,
                               struct counting *ret) OUTCOME_CHECKED;

void count_put(struct batch *batch, const struct counting *counting);

/* ---- shared by the count_*.c ----------------------------------------------------------------- */

void count_begin(struct counting *counting, uint32_t member);
/* count_binding_end into a counting that was begun. */
enum store_result count_end(struct reader *reader, struct counting *counting,
                            struct account *account) STORE_CHECKED;
/* Moves L1 and L2 of her serving guide and the account from its last two live days to these. */
enum store_result count_last_days(struct reader *reader, struct counting *counting,
                                  struct account *account, business_date last,
                                  business_date second_last) STORE_CHECKED;
/* Her day `date` begins to live (or ends): the calendar counts of its month, quarter and year. */
enum store_result count_calendar(struct reader *reader, struct counting *counting,
                                 const struct account *account, business_date date,
                                 bool begins) STORE_CHECKED;

#endif
