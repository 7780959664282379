#include "service/rules/lifetime.h"

#include <assert.h>

#include "store/date.h"

static business_date end_of_year(business_date date, int years_later)
{
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    return date_from_civil(year + years_later, 12, 31);
}

struct lifetime lifetime_of(const struct rule *rule, business_date date)
{
    struct lifetime lifetime = {.matures_on = date + rule->hold_days, .expires_on = DATE_NEVER};

    switch (rule->expiry) {
    case EXPIRY_NEVER:
        break;
    case EXPIRY_DAYS:
        lifetime.expires_on = lifetime.matures_on + rule->expiry_count;
        break;
    case EXPIRY_MONTHS:
        lifetime.expires_on = date_add_months(lifetime.matures_on, rule->expiry_count);
        break;
    case EXPIRY_END_OF_YEAR:
        lifetime.expires_on = end_of_year(lifetime.matures_on, 0);
        break;
    case EXPIRY_END_OF_NEXT_YEAR:
        lifetime.expires_on = end_of_year(lifetime.matures_on, 1);
        break;
    }
    assert(lifetime.expires_on >= lifetime.matures_on);
    return lifetime;
}
