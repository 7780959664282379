/* Which counters a credit counts in: a rule's caps and budget, as keys of counters. Pure; store's
 * tables and verify, rules and commands share it, so that they can't disagree.
 *
 * A counter holds posted - voided - reversed of all credits that count in it. Its identity is the
 * rule's id, across versions; whether a credit counts is said by the version pinned on it. */
#ifndef BECKON_STORE_CAP_H
#define BECKON_STORE_CAP_H

#include <stdbool.h>
#include <stddef.h>

#include "store/program.h"
#include "store/record.h"

struct cap_counter {
    enum award_cap cap;
    struct party party;      /* the account it lies under; PARTY_NONE with CAP_BUDGET */
    enum period_kind period; /* CAP_BENEFICIARY: which, and its first day; else NONE, ALWAYS */
    business_date start;
    char rule_id[RULE_ID_BYTES_MAX + 1];
};

enum { CAPS_OF_CREDIT_MAX = 3 };

/* The counters that what `rule` gives `party` for an event of `referee` (0: of nobody's) on `date`
 * counts in, in the order in which they cut: referee, beneficiary, budget. Returns how many. */
size_t cap_counters(const struct rule *rule, struct party party, uint32_t referee,
                    business_date date, struct cap_counter ret[CAPS_OF_CREDIT_MAX]);
bool cap_counter_same(const struct cap_counter *a, const struct cap_counter *b);
/* What the rule allows in that counter. */
int64_t cap_limit(const struct rule *rule, enum award_cap cap);

#endif
