#include "service/postings/accrual.h"

#include <assert.h>

size_t accrual_postings(const struct award *awards, size_t award_count,
                        const struct accrual_facts *facts, struct posting *ret_postings)
{
    size_t count = 0;

    assert(award_count <= AWARDS_MAX);
    for (size_t i = 0; i < award_count; i++) {
        const struct award *award = &awards[i];

        assert(award->amount >= 0);
        if (award->amount == 0) continue;
        struct posting *posting = &ret_postings[count++];
        *posting = (struct posting){
            .award = (uint16_t)i,
            .entry = {
                .business_date = facts->business_date, .kind = ENTRY_ACCRUE, .unit = award->unit,
                .from = SIDE_EXPENSE, .to = SIDE_OWNER, .party = award->party,
                .amount = award->amount, .program_version = facts->program_version,
                .rule = award->rule, .event = facts->event,
            },
            .credit = {
                .unit = award->unit, .state = CREDIT_AVAILABLE, .posted = award->amount,
                .remaining = award->amount, .program_version = facts->program_version,
                .rule = award->rule, .business_date = facts->business_date,
                .matures_on = facts->business_date, .expires_on = DATE_NEVER,
                .referee = facts->event.member,
            },
        };
        if (award->party.kind == PARTY_GUIDE) {
            bool serving = award->party.number == facts->serving_guide;
            posting->credit.shop = serving ? facts->serving_shop : facts->referrer_shop;
            posting->credit.pay_entity =
                serving ? facts->serving_pay_entity : facts->referrer_pay_entity;
        }
    }
    return count;
}
