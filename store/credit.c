#include "store/credit.h"

business_date credit_filed_on(const struct credit *credit)
{
    if (credit->state == CREDIT_DONE) return FILED_DONE;
    if ((credit->flags & CREDIT_HELD) != 0) return FILED_HELD;
    return credit->state == CREDIT_PENDING ? credit->matures_on : credit->expires_on;
}

business_date credit_due_on(const struct credit *credit)
{
    if (credit->state == CREDIT_DONE || (credit->flags & CREDIT_HELD) != 0) return DATE_NEVER;
    if (credit_frozen(credit)) return DATE_NEVER;
    if (credit->state == CREDIT_PENDING) return credit->matures_on;
    return credit->expires_on == DATE_NEVER ? DATE_NEVER : credit->expires_on + 1;
}

bool credit_frozen(const struct credit *credit)
{
    return credit->state == CREDIT_AVAILABLE && credit->settlement_run != 0;
}

bool credit_free(const struct credit *credit)
{
    return credit->state == CREDIT_AVAILABLE && (credit->flags & CREDIT_HELD) == 0 &&
           !credit_frozen(credit) && credit->remaining > 0;
}

/* posted = remaining + redeemed + expired + settled + voided + reversed. */
bool credit_balanced(const struct credit *credit)
{
    __int128 sum = credit->remaining;
    sum += credit->redeemed;
    sum += credit->expired;
    sum += credit->settled;
    sum += credit->voided;
    sum += credit->reversed;
    return sum == credit->posted;
}

int64_t debt_open(const struct debt *debt)
{
    return debt->posted - debt->netted - debt->written_off - debt->carried;
}

bool debt_sound(const struct debt *debt)
{
    bool negative =
        debt->posted < 0 || debt->netted < 0 || debt->written_off < 0 || debt->carried < 0;
    __int128 gone = (__int128)debt->netted + debt->written_off + debt->carried;
    return !negative && gone <= debt->posted;
}
