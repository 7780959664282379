/* What credits and debts say of themselves: pure, for rules and postings too. The tables they
 * are kept in are accounts.h's and debts.h's. */
#ifndef BECKON_STORE_CREDIT_H
#define BECKON_STORE_CREDIT_H

#include <stdbool.h>

#include "store/program.h"
#include "store/record.h"

/* The date a credit is filed under: FILED_DONE, FILED_HELD, else matures_on while PENDING and
 * expires_on while AVAILABLE. In key order: done, held, then what time acts on, first due first,
 * then what never expires, oldest first. */
business_date credit_filed_on(const struct credit *credit);
/* The first date on which time has something to do with a credit: a pending one matures, an
 * available one has expired. DATE_NEVER: none, as for held, frozen and finished ones. */
business_date credit_due_on(const struct credit *credit);
/* Is it frozen by an open settlement run? Nobody spends, changes or expires it meanwhile. */
bool credit_frozen(const struct credit *credit);
/* May it be spent, or taken for something else: available, neither held nor frozen, not empty? */
bool credit_free(const struct credit *credit);
/* Does posted equal what remains and what went? */
bool credit_balanced(const struct credit *credit);

/* posted = netted + written_off + carried + open; its number is that of the REVERSE entry that made
 * it. */
struct debt {
    uint64_t number;
    enum unit unit;
    enum return_policy policy;   /* of the credit's rule: UNLIMITED shows it inside the balance */
    int64_t posted, netted, written_off;
    int64_t carried;             /* taken over by a settlement, as money */
    uint64_t credit;             /* the credit that was asked back */
    uint32_t program_version;    /* the credit's rule */
    uint16_t rule;
    business_date business_date; /* the refund's */
    uint64_t recorded_at;
    uint32_t member;             /* whose purchase was refunded */
    struct receipt refund;       /* (shop, refund number) */
    uint32_t pay_entity;         /* the credit's: nothing of another employer pays it */
    bool settled;                /* the credit was settled when it was asked back, or frozen */
};

int64_t debt_open(const struct debt *debt);
/* Is it within its bounds: nothing negative, never more netted, written off and carried than
 * posted? */
bool debt_sound(const struct debt *debt);

#endif
