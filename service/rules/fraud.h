/* What looks like fraud at a registration or a purchase: pure.
 *
 * Hold, don't deny: what is found here never refuses anything and never touches what the customer
 * herself earns. It is kept as numbers, for the person who decides. */
#ifndef BECKON_SERVICE_RULES_FRAUD_H
#define BECKON_SERVICE_RULES_FRAUD_H

#include <stdbool.h>

#include "store/program.h"
#include "store/review.h"

enum { FRAUD_RATE_MINUTES = 10 };

/* What is known of the event; the counts contain it. */
struct fraud_facts {
    enum event_kind event;        /* EVENT_REGISTRATION or EVENT_PURCHASE */
    business_date business_date;
    uint32_t self_guide;          /* the guide with her phone; 0: none */
    bool erased_before;           /* she registers, or buys for the first time, having registered
                                     with the phone of somebody who had been erased, ... */
    int64_t erased_days;          /* ... so many days before */

    /* registrations */
    bool self_referral;           /* the code she named is that guide's own */
    bool at_shop;                 /* a shop is named, or a guide's own code brought her */
    unsigned local_minute;        /* of the merchant's day, 0 to 1439 */
    uint32_t in_ten_minutes;      /* of her guide's registrations; 0: nobody's, or too old to say */
    uint32_t by_day[SIGNAL_SLOTS];/* her guide's new members this month, where fraud_month_ends */

    /* purchases */
    bool own_purchase;            /* that guide is referrer, serves or sells */
    uint32_t full_refunds;        /* hers in the last refund_cycle_days */
};

/* Is this date among the last of its month that are watched for a spike? */
bool fraud_month_ends(const struct fraud_settings *settings, business_date date);

/* Writes what is suspicious, ascending by signal; returns how many, at most EVIDENCE_MAX. */
size_t fraud_evidence(const struct fraud_settings *settings, const struct fraud_facts *facts,
                      struct evidence ret_evidence[EVIDENCE_MAX]);

/* Counts one more at a Unix minute in a window that runs along; returns how many there are in the
 * ten minutes that end with it. One older than the window is not counted: 0. */
uint32_t fraud_count_minute(struct signal_counts *window, uint64_t minute);

#endif
