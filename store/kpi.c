#include "store/kpi.h"

#include <assert.h>
#include <string.h>

#include "store/accounts.h"
#include "store/date.h"
#include "store/encode.h"
#include "store/kpi_block.h"
#include "store/merchants.h"
#include "store/table.h"

struct period kpi_period(enum kpi_span span, business_date date)
{
    static const enum period_kind kinds[KPI_SPAN_COUNT] = {PERIOD_MONTH, PERIOD_QUARTER,
                                                           PERIOD_YEAR};
    assert(span < KPI_SPAN_COUNT);
    return period_of(kinds[span], date);
}

static bool is_calendar_date(business_date date)
{
    return date >= PERIOD_DATE_MIN && date <= PERIOD_DATE_MAX;
}

static struct key kpi_key(uint32_t merchant, uint32_t guide, business_date month)
{
    struct key key = key_begin(merchant, TABLE_KPI);
    key_date(&key, month);
    key_u32(&key, guide);
    return key;
}

enum store_result kpi_get(struct reader *reader, uint32_t guide, business_date month,
                          struct kpi_month *ret)
{
    struct key key = kpi_key(reader->merchant, guide, month);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_ABSENT) {
        *ret = (struct kpi_month){.once = {0}};
        return STORE_OK;
    }
    return result == STORE_OK ? kpi_month_decode(value, ret) : result;
}

void kpi_want(struct reader *reader, uint32_t guide, business_date month)
{
    struct key key = kpi_key(reader->merchant, guide, month);
    reader_want(reader, key_view(&key));
}

void kpi_put(struct batch *batch, uint32_t guide, business_date month,
             const struct kpi_month *counts)
{
    uint8_t data[KPI_MONTH_BYTES_MAX];
    struct key key = kpi_key(batch->reader.merchant, guide, month);
    struct kpi_block block;
    enum store_result result = kpi_block_load(&batch->reader, guide, month, &block);
    assert(result == STORE_OK); /* read by kpi_load */
    bool fits = kpi_block_set(&block, guide, counts);
    assert(fits); /* a month's sales far below 2^63 */
    table_put(batch, &key, data, kpi_month_encode(counts, data));
    kpi_block_put(batch, guide, month, &block);
}

enum store_result kpi_load(struct reader *reader, uint32_t guide, business_date month,
                           struct kpi_month *ret)
{
    enum store_result result = kpi_block_ready(reader, guide, month);
    return result == STORE_OK ? kpi_get(reader, guide, month, ret) : result;
}

enum store_result kpi_guide(struct reader *reader, uint32_t member, const struct account *account,
                            business_date last_day, uint32_t *ret_guide)
{
    if (account->serving_guide != 0 && account->binding_from <= last_day) {
        *ret_guide = account->serving_guide;
        return STORE_OK;
    }
    /* A binding that is planned, not begun, counts for nobody yet. */
    if (account->serving_guide == 0 && account->binding_until <= last_day) {
        *ret_guide = 0;
        return STORE_OK;
    }
    struct binding binding;
    enum store_result result = bindings_on(reader, member, last_day, &binding);
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    *ret_guide = result == STORE_OK ? binding.guide : 0;
    return STORE_OK;
}

static_assert(sizeof(struct kpi_month) == KPI_DAYS * 48 + 6 * 4,
              "no padding: verify compares whole months");

/* ---- a member's live days -------------------------------------------------------------------- */

void kpi_days_add(struct kpi_days *days, enum kpi_span span, business_date day)
{
    if (days->first[span] == DATE_NEVER || day < days->first[span]) {
        days->second[span] = days->first[span];
        days->first[span] = day;
    } else if (days->second[span] == DATE_NEVER || day < days->second[span]) {
        days->second[span] = day;
    }
}

struct span_days {
    size_t prefix_size;
    business_date beside;
    struct period periods[KPI_SPAN_COUNT];
    struct kpi_days days;
};

static enum store_result span_days_visit(void *context, struct bytes key, struct bytes value,
                                         bool *ret_more)
{
    struct span_days *span_days = context;
    struct purchase_day day;
    if (key.size != span_days->prefix_size + 4) return STORE_DAMAGED;
    enum store_result result = purchase_day_decode(value, &day);
    if (result != STORE_OK) return result;
    business_date date = key_read_date(key, span_days->prefix_size);
    for (unsigned i = 0; i < KPI_SPAN_COUNT; i++) {
        const struct period *period = &span_days->periods[i];
        if (day.live_count > 0 && date != span_days->beside && date >= period->start &&
            date < period->end)
            kpi_days_add(&span_days->days, (enum kpi_span)i, date);
    }
    *ret_more = true;
    return STORE_OK;
}

enum store_result kpi_days_beside(struct reader *reader, uint32_t member,
                                  const struct account *account, business_date date,
                                  struct kpi_days *ret)
{
    if (!is_calendar_date(date)) return STORE_DAMAGED;
    struct key from =
        account_key(reader->merchant, (struct party){PARTY_MEMBER, member}, ACCOUNT_DAY);
    struct key end = from;
    struct span_days span_days = {.prefix_size = from.size, .beside = date};
    for (unsigned i = 0; i < KPI_SPAN_COUNT; i++) {
        span_days.periods[i] = kpi_period((enum kpi_span)i, date);
        span_days.days.first[i] = span_days.days.second[i] = DATE_NEVER;
    }
    const struct period *year = &span_days.periods[KPI_SPAN_YEAR];
    business_date last =
        account->last_day == date ? account->second_last_day : account->last_day;
    if (last == DATE_NEVER || last < year->start) {
        *ret = span_days.days;
        return STORE_OK;
    }
    key_date(&from, year->start);
    key_date(&end, year->end);
    enum store_result result =
        table_walk(reader, key_view(&from), key_view(&end), span_days_visit, &span_days);
    if (result == STORE_OK) *ret = span_days.days;
    return result;
}

/* ---- edits ----------------------------------------------------------------------------------- */

void kpi_edit_begin(struct kpi_edit *edit)
{
    edit->looked = edit->counts = false;
    edit->count = edit->earned_count = 0;
}

static enum store_result edit_look(struct kpi_edit *edit, struct reader *reader)
{
    struct merchant merchant;
    if (edit->looked) return STORE_OK;
    enum store_result result = merchants_get(reader, &merchant);
    if (result != STORE_OK) return result == STORE_ABSENT ? STORE_DAMAGED : result;
    edit->looked = true;
    edit->counts = merchant.counted;
    return STORE_OK;
}

static enum store_result edit_month(struct kpi_edit *edit, struct reader *reader, uint32_t guide,
                                    business_date day, struct kpi_month **ret_counts,
                                    business_date *ret_month)
{
    assert(guide != 0);
    if (!is_calendar_date(day)) return STORE_DAMAGED;
    business_date month = *ret_month = date_month_start(day);
    for (size_t i = 0; i < edit->count; i++) {
        if (edit->months[i].guide == guide && edit->months[i].month == month) {
            *ret_counts = &edit->months[i].counts;
            return STORE_OK;
        }
    }
    assert(edit->count < KPI_EDIT_MONTHS_MAX);
    enum store_result result = edit_look(edit, reader);
    if (result == STORE_OK)
        result = kpi_load(reader, guide, month, &edit->months[edit->count].counts);
    if (result != STORE_OK) return result;
    edit->months[edit->count].guide = guide;
    edit->months[edit->count].month = month;
    *ret_counts = &edit->months[edit->count++].counts;
    return STORE_OK;
}

enum store_result kpi_edit_day(struct kpi_edit *edit, struct reader *reader, uint32_t guide,
                               business_date day, struct kpi_day **ret_day)
{
    struct kpi_month *counts;
    business_date month;
    enum store_result result = edit_month(edit, reader, guide, day, &counts, &month);
    if (result == STORE_OK) *ret_day = &counts->days[day - month];
    return result;
}

/* Adds delta to `once` or `twice` of the month that holds `day`. */
static enum store_result span_add(struct kpi_edit *edit, struct reader *reader, uint32_t guide,
                                  enum kpi_span span, bool twice, business_date day, int delta)
{
    struct kpi_month *counts;
    business_date month;
    if (day == DATE_NEVER) return STORE_OK;
    enum store_result result = edit_month(edit, reader, guide, day, &counts, &month);
    if (result != STORE_OK) return result;
    uint32_t *count = twice ? &counts->twice[span] : &counts->once[span];
    if (delta < 0 && *count == 0) return edit->counts ? STORE_DAMAGED : STORE_OK;
    assert(delta < 0 || *count < UINT32_MAX);
    *count = delta > 0 ? *count + 1 : *count - 1;
    return STORE_OK;
}

static enum store_result span_move(struct kpi_edit *edit, struct reader *reader, uint32_t guide,
                                   enum kpi_span span, bool twice, business_date before,
                                   business_date after)
{
    if (before == after) return STORE_OK;
    enum store_result result = span_add(edit, reader, guide, span, twice, before, -1);
    return result == STORE_OK ? span_add(edit, reader, guide, span, twice, after, 1) : result;
}

enum store_result kpi_edit_span(struct kpi_edit *edit, struct reader *reader, uint32_t guide,
                                enum kpi_span span, const struct kpi_days *before,
                                const struct kpi_days *after)
{
    assert(span < KPI_SPAN_COUNT);
    if (guide == 0) return STORE_OK;
    enum store_result result = span_move(edit, reader, guide, span, false, before->first[span],
                                         after->first[span]);
    if (result != STORE_OK) return result;
    return span_move(edit, reader, guide, span, true, before->second[span], after->second[span]);
}

struct live_days {
    size_t prefix_size;
    business_date start;
    size_t count;
    business_date dates[KPI_SERVING_DAYS_MAX];
};

static enum store_result live_days_visit(void *context, struct bytes key, struct bytes value,
                                         bool *ret_more)
{
    struct live_days *days = context;
    struct purchase_day day;
    if (key.size != days->prefix_size + 4) return STORE_DAMAGED;
    enum store_result result = purchase_day_decode(value, &day);
    if (result != STORE_OK) return result;
    business_date date = key_read_date(key, days->prefix_size);
    *ret_more = true;
    if (day.live_count == 0) return STORE_OK;
    if (date < days->start || date - days->start >= KPI_SERVING_DAYS_MAX) return STORE_DAMAGED;
    assert(days->count < KPI_SERVING_DAYS_MAX);
    days->dates[days->count++] = date;
    return STORE_OK;
}

/* One period's first two days of hers change hands. */
static enum store_result span_hand_on(struct kpi_edit *edit, struct reader *reader,
                                      enum kpi_span span, uint32_t before, uint32_t after,
                                      const struct kpi_days *days)
{
    struct kpi_days none;
    none.first[span] = none.second[span] = DATE_NEVER;
    enum store_result result = kpi_edit_span(edit, reader, before, span, days, &none);
    return result == STORE_OK ? kpi_edit_span(edit, reader, after, span, &none, days) : result;
}

static enum store_result span_serving(struct kpi_edit *edit, struct reader *reader,
                                      enum kpi_span span, business_date from, uint32_t before,
                                      uint32_t after, const struct live_days *days)
{
    struct kpi_days seen;
    enum store_result result = STORE_OK;
    size_t i = 0;
    while (i < days->count && days->dates[i] < kpi_period(span, from).start) i++;
    while (i < days->count && result == STORE_OK) {
        business_date end = kpi_period(span, days->dates[i]).end;
        seen.first[span] = seen.second[span] = DATE_NEVER;
        for (; i < days->count && days->dates[i] < end; i++)
            kpi_days_add(&seen, span, days->dates[i]);
        result = span_hand_on(edit, reader, span, before, after, &seen);
    }
    return result;
}

enum store_result kpi_edit_serving(struct kpi_edit *edit, struct reader *reader, uint32_t member,
                                   business_date from, uint32_t before, uint32_t after)
{
    if (!is_calendar_date(from)) return STORE_DAMAGED;
    struct key start =
        account_key(reader->merchant, (struct party){PARTY_MEMBER, member}, ACCOUNT_DAY);
    struct key end = key_after(&start);
    struct live_days days = {
        .prefix_size = start.size, .start = kpi_period(KPI_SPAN_YEAR, from).start};
    key_date(&start, days.start);
    enum store_result result =
        table_walk(reader, key_view(&start), key_view(&end), live_days_visit, &days);
    for (unsigned i = 0; i < KPI_SPAN_COUNT && result == STORE_OK; i++)
        result = span_serving(edit, reader, (enum kpi_span)i, from, before, after, &days);
    return result;
}

bool kpi_edit_earned(struct kpi_edit *edit, const struct kpi_earned *earned)
{
    business_date month = date_month_start(earned->date);
    bool found = false;
    for (size_t i = 0; i < edit->count && !found; i++)
        found = edit->months[i].guide == earned->guide && edit->months[i].month == month;
    if (!found || !edit->counts || edit->earned_count == KPI_EDIT_EARNED_MAX) return false;
    edit->earned[edit->earned_count++] = *earned;
    return true;
}

/* Adds what was taken along for this guide and month. */
static void add_earned(const struct kpi_edit *edit, uint32_t guide, business_date month,
                       struct kpi_month *counts)
{
    for (size_t i = 0; i < edit->earned_count; i++) {
        const struct kpi_earned *earned = &edit->earned[i];
        if (earned->guide != guide || date_month_start(earned->date) != month) continue;
        for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
            int64_t *sum = &counts->days[earned->date - month].earned[unit];
            bool overflow = __builtin_add_overflow(*sum, earned->amount[unit], sum);
            assert(!overflow);
        }
    }
}

void kpi_edit_put(const struct kpi_edit *edit, struct batch *batch)
{
    for (size_t i = 0; i < edit->count && edit->counts; i++) {
        struct kpi_month counts = edit->months[i].counts, now;
        /* Read before the LINE already; the ledger may have posted since. */
        enum store_result result =
            kpi_get(&batch->reader, edit->months[i].guide, edit->months[i].month, &now);
        assert(result == STORE_OK);
        for (size_t day = 0; day < KPI_DAYS; day++)
            memcpy(counts.days[day].earned, now.days[day].earned, sizeof now.days[day].earned);
        add_earned(edit, edit->months[i].guide, edit->months[i].month, &counts);
        kpi_put(batch, edit->months[i].guide, edit->months[i].month, &counts);
    }
}
