#include "service/postings/recall.h"

#include <assert.h>

#include "service/rules/clawback.h"

bool recall_begin(struct lots *lots, size_t lot, int64_t reversal, enum return_policy policy,
                  const struct occasion *occasion, struct refund_taking *ret_taking,
                  struct recall *ret)
{
    assert(lot < lots->lot_count);
    struct credit *credit = &lots->lot[lot].credit;
    int64_t asked = clawback_asked(credit, reversal);
    if (asked == 0) return false;

    struct clawback_split split = clawback_split(credit, asked, policy);
    *ret_taking = (struct refund_taking){
        .credit = ret_taking->credit, .party = ret_taking->party, .unit = ret_taking->unit,
        .asked = asked, .own = split.own, .waived = split.waived,
    };
    if (split.own > 0) lot_take_back(lots, lot, split.own, occasion);
    credit->recall_own += split.own;
    credit->recall_waived += split.waived;
    lots->lot[lot].changed = true;
    *ret = (struct recall){lots, lot, policy, split.policy, ret_taking};
    assert(credit_balanced(credit));
    return true;
}

void recall_elsewhere(struct recall *recall, const struct occasion *occasion, size_t *lots_left)
{
    struct lots *lots = recall->lots;
    struct credit *credit = &lots->lot[recall->lot].credit;

    while (recall->rest > 0 && *lots_left > 0) {
        size_t other = lots_first_available(lots, credit->unit);
        if (other == LOT_NONE) return;
        assert(other != recall->lot); /* it has given all it had */
        int64_t remaining = lots->lot[other].credit.remaining;
        int64_t amount = remaining < recall->rest ? remaining : recall->rest;
        lot_take_back(lots, other, amount, occasion);
        recall->rest -= amount;
        recall->taking->elsewhere += amount;
        credit->recall_elsewhere += amount;
        (*lots_left)--;
    }
}

void recall_end(struct recall *recall, const struct occasion *occasion)
{
    struct lots *lots = recall->lots;
    struct credit *credit = &lots->lot[recall->lot].credit;
    const struct balance *balance = &lots->balance[credit->unit];
    int64_t rest = recall->rest;

    if (rest > 0 && recall->policy == RETURN_WITHIN_BALANCE &&
        balance->available == balance->held) {
        recall->taking->waived += rest;
        credit->recall_waived += rest;
    } else if (rest > 0) {
        struct debt debt = {
            .unit = credit->unit, .policy = recall->policy, .posted = rest,
            .credit = credit->number, .program_version = credit->program_version,
            .rule = credit->rule, .business_date = occasion->date,
            .member = occasion->event.member, .refund = occasion->event.receipt,
        };
        lots_owe(lots, &debt, occasion);
        recall->taking->owed += rest;
        credit->recall_elsewhere += rest;
    }
    recall->rest = 0;
    assert(refund_taking_balanced(recall->taking));
}
