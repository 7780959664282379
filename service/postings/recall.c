#include "service/postings/recall.h"

#include <assert.h>

#include "service/rules/clawback.h"

/* What of a frozen credit no refund has claimed yet: it still holds what they did claim, which is
 * what was asked beyond all that had gone from it. */
static int64_t frozen_left(const struct credit *credit)
{
    int64_t gone = credit->posted - credit->remaining - credit->expired - credit->recall_own;
    int64_t asked = credit->recall_elsewhere + credit->recall_waived;
    int64_t claimed = asked > gone ? asked - gone : 0;
    return claimed < credit->remaining ? credit->remaining - claimed : 0;
}

static struct debt debt_of(const struct recall *recall, int64_t amount,
                           const struct occasion *occasion)
{
    const struct credit *credit = &recall->lots->lot[recall->lot].credit;
    return (struct debt){
        .unit = credit->unit, .policy = recall->policy, .posted = amount,
        .credit = credit->number, .program_version = credit->program_version,
        .rule = credit->rule, .business_date = occasion->date, .member = occasion->event.member,
        .refund = occasion->event.receipt, .pay_entity = credit->pay_entity,
        .settled = credit->settled > 0,
    };
}

/* What a frozen credit would give is owed, as if it were settled already: it doesn't change. What
 * others have claimed of it before is left to the policy. */
static void owe_frozen(struct recall *recall, int64_t asked, const struct occasion *occasion)
{
    struct credit *credit = &recall->lots->lot[recall->lot].credit;
    int64_t left = frozen_left(credit);
    int64_t amount = asked < left ? asked : left;

    recall->rest += asked - amount;
    recall->taking->own = 0;
    if (amount == 0) return;
    struct debt debt = debt_of(recall, amount, occasion);
    debt.settled = true;
    lots_owe(recall->lots, &debt, true, occasion);
    recall->taking->owed += amount;
    credit->recall_elsewhere += amount;
}

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
    *ret = (struct recall){.lots = lots, .lot = lot, .policy = policy, .rest = split.policy,
                           .taking = ret_taking};
    if (split.own > 0 && credit_frozen(credit)) {
        owe_frozen(ret, split.own, occasion);
    } else if (split.own > 0) {
        lot_take_back(lots, lot, split.own, occasion);
        credit->recall_own += split.own;
    }
    credit->recall_waived += split.waived;
    lots->lot[lot].changed = true;
    assert(credit_balanced(credit));
    return true;
}

void recall_elsewhere(struct recall *recall, const struct occasion *occasion, size_t *lots_left)
{
    struct lots *lots = recall->lots;
    struct credit *credit = &lots->lot[recall->lot].credit;

    while (recall->rest > 0) {
        size_t other = lots_first_available(lots, credit->unit, credit->pay_entity);
        if (other == LOT_NONE) return;
        assert(other != recall->lot); /* it has given all it had */
        if (*lots_left == 0) {
            recall->more = true;
            return;
        }
        int64_t remaining = lots->lot[other].credit.remaining;
        int64_t amount = remaining < recall->rest ? remaining : recall->rest;
        bool settled = credit->settled > 0;
        if (settled) lot_take_for_settled(lots, other, amount, occasion);
        else lot_take_back(lots, other, amount, occasion);
        recall->rest -= amount;
        recall->taking->elsewhere += amount;
        credit->recall_elsewhere += amount;
        if (settled) credit->recall_settled += amount;
        (*lots_left)--;
    }
}

void recall_end(struct recall *recall, const struct occasion *occasion)
{
    struct lots *lots = recall->lots;
    struct credit *credit = &lots->lot[recall->lot].credit;
    int64_t rest = recall->rest;

    if (rest > 0 && recall->policy == RETURN_WITHIN_BALANCE && !recall->more) {
        recall->taking->waived += rest;
        credit->recall_waived += rest;
    } else if (rest > 0) {
        struct debt debt = debt_of(recall, rest, occasion);
        lots_owe(lots, &debt, false, occasion);
        if (recall->more) lots->net_left = true;
        recall->taking->owed += rest;
        credit->recall_elsewhere += rest;
    }
    recall->rest = 0;
    assert(refund_taking_balanced(recall->taking));
}
