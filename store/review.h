/* What fraud signals count, what they found, and what became of it: plain data, no I/O.
 *
 * A review is one event (a registration or a purchase) at which one or more signals were raised,
 * together with the credits others than the customer earned by it. They are posted as always and
 * then held, until a person decides. Rules see this too. */
#ifndef BECKON_STORE_REVIEW_H
#define BECKON_STORE_REVIEW_H

#include <stddef.h>
#include <stdint.h>

#include "store/record.h"

/* What raised suspicion. Numbers are for ever. */
enum fraud_signal {
    SIGNAL_SELF_REFERRAL = 1,     /* she named her own guide's code, and somebody else earns */
    SIGNAL_REGISTRATION_RATE = 2, /* too many of one guide in ten minutes */
    SIGNAL_SHOP_CLOSED = 3,       /* registered outside opening hours */
    SIGNAL_REFUND_CYCLE = 4,      /* a member who keeps buying and giving back */
    SIGNAL_MONTH_END_SPIKE = 5,   /* far more new members than usual before a month ends */
    SIGNAL_OWN_PURCHASE = 6,      /* a guide is the buyer and one of those who would earn */
    SIGNAL_ERASED_BEFORE = 7,     /* her phone was that of somebody who was erased */
    SIGNAL_COUNT,
};
enum { EVIDENCE_MAX = SIGNAL_COUNT - 1 };

/* One signal in numbers; what each means by signal:
 *                    limit                    observed               window
 * SELF_REFERRAL      0                        the guide with her     0
 *                                             phone
 * REGISTRATION_RATE  most in the window       registrations          minutes
 * SHOP_CLOSED        opens, local minute      local minute           closes, local minute
 * REFUND_CYCLE       from so many on          full refunds           days
 * MONTH_END_SPIKE    most to be expected      new members that day   days of the month before it
 * OWN_PURCHASE       0                        the guide who buys     0
 * ERASED_BEFORE      0                        days since the erasure 0 */
struct evidence {
    enum fraud_signal signal;
    int64_t limit, observed, window;
};

/* A credit that the review held when it was earned. */
struct review_credit {
    struct party party;
    enum unit unit;
    uint64_t number;
    int64_t amount; /* posted then; refunds may have taken of it since */
};

enum review_state { REVIEW_OPEN = 1, REVIEW_RELEASED = 2, REVIEW_VOIDED = 3 };

struct review {
    uint32_t number;             /* per merchant, from 1 */
    enum review_state state;
    struct event event;
    business_date business_date; /* the event's */
    uint64_t recorded_at;
    uint32_t guide;              /* who served her then; 0: nobody */
    size_t evidence_count;       /* at least 1, ascending by signal */
    struct evidence evidence[EVIDENCE_MAX];
    size_t credit_count;         /* at least 1 */
    struct review_credit credits[AWARDS_MAX];
    uint64_t decided_at;         /* the next three with a decided one */
    uint32_t decided_by;         /* token number */
    char reason[REASON_BYTES_MAX + 1];
};

/* What is counted. Numbers are for ever. */
enum signal_kind {
    SIGNAL_KIND_REGISTRATIONS = 1, /* of one guide by the minute: one running window a guide */
    SIGNAL_KIND_FULL_REFUNDS = 2,  /* of one member by business date: one record a month */
    SIGNAL_KIND_ERASED_BEFORE = 3, /* no count: one record of a member whose phone was that of
                                      somebody who was erased */
    SIGNAL_KIND_COUNT,
};

/* Counts of equal steps of time that follow each other; one that is full stays full. */
enum { SIGNAL_SLOTS = 31 };
struct signal_counts {
    uint64_t first;                /* minutes: Unix minute of the first; days: 0, the key says it;
                                      ERASED_BEFORE: 1 and the days since the erasure */
    uint16_t counts[SIGNAL_SLOTS]; /* by minute, or by day of the month */
};

#endif
