#include "store/cap.h"

#include <assert.h>
#include <string.h>

#include "store/date.h"

static struct cap_counter counter_of(const struct rule *rule, enum award_cap cap)
{
    struct cap_counter counter = {.cap = cap, .start = DATE_ALWAYS};
    memcpy(counter.rule_id, rule->id, sizeof counter.rule_id);
    return counter;
}

size_t cap_counters(const struct rule *rule, struct party party, uint32_t referee,
                    business_date date, struct cap_counter ret[CAPS_OF_CREDIT_MAX])
{
    size_t count = 0;

    if (rule->cap_per_referee > 0 && referee != 0) {
        ret[count] = counter_of(rule, CAP_REFEREE);
        ret[count++].party = (struct party){PARTY_MEMBER, referee};
    }
    if (rule->cap_per_beneficiary > 0) {
        assert(party.kind != PARTY_NONE);
        ret[count] = counter_of(rule, CAP_BENEFICIARY);
        ret[count].party = party;
        ret[count].period = rule->cap_period;
        ret[count++].start = date_period_start(date, rule->cap_period);
    }
    if (rule->budget > 0) ret[count++] = counter_of(rule, CAP_BUDGET);
    return count;
}

bool cap_counter_same(const struct cap_counter *a, const struct cap_counter *b)
{
    return a->cap == b->cap && a->party.kind == b->party.kind &&
           a->party.number == b->party.number && a->period == b->period && a->start == b->start &&
           strcmp(a->rule_id, b->rule_id) == 0;
}

int64_t cap_limit(const struct rule *rule, enum award_cap cap)
{
    switch (cap) {
    case CAP_REFEREE: return rule->cap_per_referee;
    case CAP_BENEFICIARY: return rule->cap_per_beneficiary;
    case CAP_BUDGET: return rule->budget;
    case CAP_NONE: break;
    }
    return INT64_MAX;
}
