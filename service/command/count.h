/* Counting: what an event moves of a member's purchase days, of L1 and L2, and of the scoreboard's
 * counters. Each count_* gathers before the LINE what it needs, changing the account in memory;
 * count_put puts after it (all but the account, which its command puts).
 *
 * The path of the files: count_purchase.c, count_refund.c, count_member.c, earned_tick.c. */
#ifndef BECKON_SERVICE_COMMAND_COUNT_H
#define BECKON_SERVICE_COMMAND_COUNT_H

#include "service/command/command.h"
#include "store/kpi.h"
#include "store/recency.h"
#include "store/record.h"

/* How often who serves her may change in one command: handovers are days apart, and whoever touches
 * her account posts what is due. The ticker works off more. */
enum { COUNT_TURNS_MAX = 4 };

struct counting {
    uint32_t member;
    business_date day_on;    /* DATE_NEVER: no purchase day is touched */
    struct purchase_day day;
    size_t expired_count;    /* bindings that reached their end: her history says so */
    struct binding expired[COUNT_TURNS_MAX];
    bool voids;              /* the member's registration is voided with it */
    struct registration registration;
    struct recency_edit recency;
    struct kpi_edit kpi;
};

/* A purchase, complete but for what it earns: member, business_date, parts, base, serving guide.
 * Fills purchase->previous and the buyer's counters; STORE_ outcomes, and BUSY beyond
 * COUNT_TURNS_MAX. Where who serves her has changed by `today`, that is counted first, so that none
 * of her days comes after it. */
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
/* Has who serves her changed by `today`: a binding ended, or one that was planned began? */
bool count_turn_due(const struct account *account, business_date today);
/* At account->binding_until somebody else serves her, as her history says, or nobody: her days move
 * from the one's L1, L2 and calendar counts of periods that end later to the other's; the account
 * holds the binding that begins. As often as is due by `today`, COUNT_TURNS_MAX times at most: then
 * count_turn_due is still true. */
enum outcome count_turns(struct reader *reader, uint32_t member, struct account *account,
                         business_date today, struct counting *ret) OUTCOME_CHECKED;
/* The same move into a counting that was begun; the account keeps its binding. */
enum store_result count_serving(struct reader *reader, struct counting *counting,
                                const struct account *account, business_date from,
                                uint32_t guide) STORE_CHECKED;

void count_put(struct batch *batch, const struct counting *counting);

/* A turn of the ticker: counts a portion of what guides earned before that was counted
 * (store/kpi.h). A whole command, or row, of its own where *ret_counted; else it put nothing. */
enum outcome count_earned_before(struct batch *batch, bool *ret_counted) OUTCOME_CHECKED;

/* ---- shared by the count_*.c ----------------------------------------------------------------- */

void count_begin(struct counting *counting, uint32_t member);
/* count_turns into a counting that was begun. */
enum store_result count_turns_into(struct reader *reader, struct counting *counting,
                                   struct account *account, business_date today) STORE_CHECKED;
/* Moves L1 and L2 of her serving guide and the account from its last two live days to these. */
enum store_result count_last_days(struct reader *reader, struct counting *counting,
                                  struct account *account, business_date last,
                                  business_date second_last) STORE_CHECKED;
/* Her day `date` begins to live (or ends): the calendar counts of its month, quarter and year. */
enum store_result count_calendar(struct reader *reader, struct counting *counting,
                                 const struct account *account, business_date date,
                                 bool begins) STORE_CHECKED;

#endif
