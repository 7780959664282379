#include "service/rules/cap_cut.h"

#include <assert.h>

static bool capped(const struct rule *rule)
{
    return rule->cap_per_referee > 0 || rule->cap_per_beneficiary > 0 || rule->budget > 0;
}

static struct cap_use *use_find(struct cap_uses *uses, const struct cap_counter *counter)
{
    for (size_t i = 0; i < uses->count; i++)
        if (cap_counter_same(&uses->list[i].counter, counter)) return &uses->list[i];
    return NULL;
}

void cap_uses_of(const struct program *program, uint32_t referee, business_date date,
                 const struct award *awards, size_t award_count, struct cap_uses *ret)
{
    struct cap_counter counters[CAPS_OF_CREDIT_MAX];

    ret->count = 0;
    for (size_t i = 0; i < award_count; i++) {
        const struct rule *rule = &program->rules[awards[i].rule];
        if (awards[i].amount == 0 || !capped(rule)) continue;
        size_t count = cap_counters(rule, awards[i].party, referee, date, counters);
        for (size_t j = 0; j < count; j++) {
            if (use_find(ret, &counters[j]) != NULL) continue;
            assert(ret->count < CAP_USES_MAX);
            ret->list[ret->count++] = (struct cap_use){.counter = counters[j]};
        }
    }
}

static void cut_one(const struct rule *rule, const struct cap_counter *counters, size_t count,
                    struct cap_uses *uses, struct award *award)
{
    int64_t full = award->amount;

    for (size_t i = 0; i < count; i++) {
        const struct cap_use *use = use_find(uses, &counters[i]);
        assert(use != NULL && use->taken >= 0);
        int64_t limit = cap_limit(rule, use->counter.cap);
        int64_t room = limit > use->taken ? limit - use->taken : 0;
        if (award->amount <= room) continue;
        award->amount = room;
        award->reason = AWARD_CAPPED;
        award->cap = use->counter.cap;
    }
    assert(award->amount >= 0 && award->amount <= full);
    for (size_t i = 0; i < count; i++) use_find(uses, &counters[i])->taken += award->amount;
}

void cap_cut(const struct program *program, uint32_t referee, business_date date,
             struct cap_uses *uses, struct award *awards, size_t award_count)
{
    struct cap_counter counters[CAPS_OF_CREDIT_MAX];

    if (uses->count == 0) return;
    for (size_t i = 0; i < award_count; i++) {
        const struct rule *rule = &program->rules[awards[i].rule];
        if (awards[i].amount == 0 || !capped(rule)) continue;
        size_t count = cap_counters(rule, awards[i].party, referee, date, counters);
        cut_one(rule, counters, count, uses, &awards[i]);
    }
}
