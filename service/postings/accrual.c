#include "service/postings/accrual.h"

#include <assert.h>

#include "service/rules/lifetime.h"

size_t accrual_postings(const struct award *awards, size_t award_count,
                        const struct accrual_facts *facts, struct posting *ret_postings)
{
    size_t count = 0;

    assert(award_count <= AWARDS_MAX);
    for (size_t i = 0; i < award_count; i++) {
        const struct award *award = &awards[i];

        assert(award->amount >= 0);
        if (award->amount == 0) continue;
        assert(award->rule < facts->program->rule_count);
        const struct rule *rule = &facts->program->rules[award->rule];
        struct lifetime lifetime = lifetime_of(rule, facts->business_date);
        bool pending = rule->hold_days > 0;
        ret_postings[count++] = (struct posting){
            .award = (uint16_t)i,
            .entry = {
                .business_date = facts->business_date, .kind = ENTRY_ACCRUE, .unit = award->unit,
                .from = SIDE_EXPENSE, .to = pending ? SIDE_LIABILITY : SIDE_OWNER,
                .party = award->party, .amount = award->amount,
                .program_version = facts->program->version, .rule = award->rule,
                .event = facts->event,
            },
            .credit = {
                .unit = award->unit, .state = pending ? CREDIT_PENDING : CREDIT_AVAILABLE,
                .posted = award->amount, .remaining = award->amount,
                .program_version = facts->program->version, .rule = award->rule,
                .business_date = facts->business_date, .matures_on = lifetime.matures_on,
                .expires_on = lifetime.expires_on, .referee = facts->event.member,
            },
        };
    }
    return count;
}
