#include "store/settlement.h"

#include <assert.h>

#include "store/credit.h"

bool settlement_takes(enum party_kind payee, const struct credit *credit)
{
    bool unit = payee == PARTY_GUIDE || (payee == PARTY_MEMBER && credit->unit == UNIT_CASH);
    return unit && credit->state == CREDIT_AVAILABLE && (credit->flags & CREDIT_HELD) == 0 &&
           credit->remaining > 0;
}

const struct settlement_mark *settlement_covers(const struct settlement_account *account,
                                                enum party_kind payee,
                                                const struct credit *credit)
{
    assert(account->mark_count <= SETTLEMENT_MARKS_MAX);
    if (!settlement_takes(payee, credit)) return NULL;
    for (uint8_t i = 0; i < account->mark_count; i++) {
        const struct settlement_mark *mark = &account->marks[i];
        bool kept = credit->unit == UNIT_POINTS && mark->kept_since != 0 &&
                    credit->since >= mark->kept_since;
        if (credit->business_date < mark->end && credit->since <= mark->entry && !kept)
            return mark;
    }
    return NULL;
}

void settlement_apply(const struct settlement_mark *mark, struct credit *credit)
{
    assert(mark->state == MARK_FROZEN || mark->state == MARK_SETTLED);
    assert(credit->state == CREDIT_AVAILABLE && credit_balanced(credit));
    credit->settlement_run = mark->run;
    if (mark->state == MARK_FROZEN) return;
    credit->settled += credit->remaining;
    credit->remaining = 0;
    credit->state = CREDIT_DONE;
    assert(credit_balanced(credit));
}
