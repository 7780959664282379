#include "store/period.h"

#include <assert.h>

#include "store/date.h"

struct period period_of(enum period_kind kind, business_date date)
{
    int year, month, day;

    assert(kind != PERIOD_NONE);
    assert(date >= PERIOD_DATE_MIN && date <= PERIOD_DATE_MAX);
    if (kind == PERIOD_DAY) return (struct period){kind, date, date + 1};
    date_to_civil(date, &year, &month, &day);
    int months = kind == PERIOD_MONTH ? 1 : kind == PERIOD_QUARTER ? 3 : 12;
    int first = (month - 1) / months * months + 1;
    int after = first + months;
    return (struct period){
        .kind = kind,
        .start = date_from_civil(year, first, 1),
        .end = after > 12 ? date_from_civil(year + 1, 1, 1) : date_from_civil(year, after, 1),
    };
}
