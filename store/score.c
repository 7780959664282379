#include "store/score.h"

#include <assert.h>

#include "store/date.h"
#include "store/encode.h"
#include "store/table.h"

struct score_window score_window_of(enum score_span span, business_date date)
{
    static const enum period_kind kinds[] = {
        [SCORE_DAY] = PERIOD_DAY, [SCORE_MONTH] = PERIOD_MONTH, [SCORE_QUARTER] = PERIOD_QUARTER,
        [SCORE_YEAR] = PERIOD_YEAR};
    assert(span >= SCORE_DAY && span <= SCORE_YEAR);
    if (span == SCORE_WEEK) {
        business_date monday = date - (business_date)date_weekday(date);
        return (struct score_window){span, monday, monday + 7};
    }
    struct period period = period_of(kinds[span], date);
    return (struct score_window){span, period.start, period.end};
}

/* ---- sums ------------------------------------------------------------------------------------ */

static bool add_day(struct score *score, const struct kpi_day *day)
{
    score->new_members += day->new_members;
    score->inherited_members += day->inherited_members;
    score->activated_members += day->activated_members;
    score->handed_over_members += day->handed_over_members;
    score->handed_on_members += day->handed_on_members;
    score->purchases += day->purchases;
    bool overflow =
        __builtin_add_overflow(score->sales_minor, day->sales_minor, &score->sales_minor);
    for (size_t unit = 0; unit < UNIT_COUNT; unit++)
        overflow |= __builtin_add_overflow(score->earned[unit], day->earned[unit],
                                           &score->earned[unit]);
    return !overflow;
}

enum store_result score_add_month(struct score *score, const struct score_window *window,
                                  business_date month, const struct kpi_month *counts)
{
    for (business_date day = 0; day < KPI_DAYS; day++) {
        business_date date = month + day;
        if (date < window->start || date >= window->end) continue;
        if (!add_day(score, &counts->days[day])) return STORE_DAMAGED;
    }
    if (window->span >= SCORE_MONTH) {
        enum kpi_span span = (enum kpi_span)(window->span - SCORE_MONTH);
        score->once += counts->once[span];
        score->twice += counts->twice[span];
    }
    return STORE_OK;
}
static_assert(SCORE_QUARTER - SCORE_MONTH == (int)KPI_SPAN_QUARTER &&
                  SCORE_YEAR - SCORE_MONTH == (int)KPI_SPAN_YEAR,
              "calendar spans are in the counters' order");

static business_date next_month(business_date month)
{
    return date_month_start(month + KPI_DAYS);
}

void score_want(struct reader *reader, uint32_t guide, const struct score_window *window)
{
    for (business_date month = date_month_start(window->start); month < window->end;
         month = next_month(month))
        kpi_want(reader, guide, month);
}

enum store_result score_get(struct reader *reader, uint32_t guide,
                            const struct score_window *window, struct score *ret)
{
    struct score score = {.once = 0};
    for (business_date month = date_month_start(window->start); month < window->end;
         month = next_month(month)) {
        struct kpi_month counts;
        enum store_result result = kpi_get(reader, guide, month, &counts);
        if (result == STORE_OK) result = score_add_month(&score, window, month, &counts);
        if (result != STORE_OK) return result;
    }
    *ret = score;
    return STORE_OK;
}

int64_t score_value(const struct score *score, enum score_kpi kpi)
{
    switch (kpi) {
    case SCORE_NEW_MEMBERS: return (int64_t)score->new_members;
    case SCORE_ACTIVATED_MEMBERS: return (int64_t)score->activated_members;
    case SCORE_REPURCHASE_RATE:
        return score->once == 0 ? 0 : (int64_t)(score->twice * 10000 / score->once);
    case SCORE_SALES: return score->sales_minor;
    case SCORE_POINTS_EARNED: return score->earned[UNIT_POINTS];
    case SCORE_CASH_EARNED: return score->earned[UNIT_CASH];
    case SCORE_PURCHASES: return (int64_t)score->purchases;
    case SCORE_INHERITED_MEMBERS: return (int64_t)score->inherited_members;
    case SCORE_HANDED_OVER_MEMBERS: return (int64_t)score->handed_over_members;
    }
    assert(false);
    return 0;
}

/* ---- all guides ------------------------------------------------------------------------------ */

enum { WEEK_DAYS = 7 };

struct walk {
    unsigned first, last; /* days of the month, from 0 */
    score_visit *visit;
    void *context;
};

static enum store_result walk_visit(void *context, struct bytes key, struct bytes value,
                                    bool *ret_more)
{
    struct walk *walk = context;
    struct kpi_day days[WEEK_DAYS];
    struct score score = {.once = 0};
    if (key.size != KEY_REST_OFFSET + 8) return STORE_DAMAGED;
    enum store_result result = kpi_month_decode_days(value, walk->first, walk->last, days);
    for (unsigned i = 0; i <= walk->last - walk->first && result == STORE_OK; i++)
        if (!add_day(&score, &days[i])) result = STORE_DAMAGED;
    if (result != STORE_OK) return result;
    *ret_more = true;
    return walk->visit(walk->context, key_read_u32(key, KEY_REST_OFFSET + 4), &score);
}

enum store_result score_walk(struct reader *reader, const struct score_window *window,
                             score_visit *visit, void *context)
{
    assert(window->span < SCORE_MONTH && window->end - window->start <= WEEK_DAYS);
    for (business_date month = date_month_start(window->start); month < window->end;
         month = next_month(month)) {
        business_date first = window->start > month ? window->start : month;
        business_date end = window->end < next_month(month) ? window->end : next_month(month);
        struct walk walk = {(unsigned)(first - month), (unsigned)(end - 1 - month), visit, context};
        struct key from = key_begin(reader->merchant, TABLE_KPI);
        key_date(&from, month);
        struct key after = key_after(&from);
        enum store_result result =
            table_walk(reader, key_view(&from), key_view(&after), walk_visit, &walk);
        if (result != STORE_OK) return result;
    }
    return STORE_OK;
}
