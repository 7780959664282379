#include "store/recency.h"

#include <assert.h>

#include "store/date.h"
#include "store/encode.h"
#include "store/table.h"

/* Years -6000 and 10000, about: far beyond any purchase, far from where dates overflow. */
enum { RECENCY_DATE_MIN = -3000000, RECENCY_DATE_MAX = 3000000 };

/* The dates the calendar reckons with; a stored one beyond them is damaged. */
static bool is_calendar_date(business_date date)
{
    return date >= RECENCY_DATE_MIN && date <= RECENCY_DATE_MAX;
}

static struct key recency_key(uint32_t merchant, uint32_t guide, business_date month)
{
    struct key key = key_begin(merchant, TABLE_RECENCY);
    key_date(&key, month);
    key_u32(&key, guide);
    return key;
}

static enum store_result recency_get(struct reader *reader, uint32_t guide, business_date month,
                                     struct recency_month *ret)
{
    struct key key = recency_key(reader->merchant, guide, month);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_ABSENT) {
        *ret = (struct recency_month){.last = {0}};
        return STORE_OK;
    }
    return result == STORE_OK ? recency_month_decode(value, ret) : result;
}

void recency_edit_begin(struct recency_edit *edit)
{
    edit->count = 0;
}

static enum store_result recency_edit_month(struct recency_edit *edit, struct reader *reader,
                                            uint32_t guide, business_date month,
                                            struct recency_month **ret_counts)
{
    for (size_t i = 0; i < edit->count; i++) {
        if (edit->months[i].guide == guide && edit->months[i].month == month) {
            *ret_counts = &edit->months[i].counts;
            return STORE_OK;
        }
    }
    assert(edit->count < RECENCY_EDIT_MONTHS_MAX);
    struct recency_month *counts = &edit->months[edit->count].counts;
    enum store_result result = recency_get(reader, guide, month, counts);
    if (result != STORE_OK) return result;
    edit->months[edit->count].guide = guide;
    edit->months[edit->count].month = month;
    edit->count++;
    *ret_counts = counts;
    return STORE_OK;
}

enum store_result recency_edit_add(struct recency_edit *edit, struct reader *reader,
                                   uint32_t guide, enum recency_level level, business_date day,
                                   int delta)
{
    assert(delta == 1 || delta == -1);
    assert(level == RECENCY_LAST || level == RECENCY_SECOND_LAST);
    if (guide == 0 || day == DATE_NEVER) return STORE_OK;
    if (!is_calendar_date(day)) return STORE_DAMAGED;
    business_date month = date_month_start(day);
    struct recency_month *counts;
    enum store_result result = recency_edit_month(edit, reader, guide, month, &counts);
    if (result != STORE_OK) return result;
    uint32_t *level_counts = level == RECENCY_LAST ? counts->last : counts->second_last;
    uint32_t *count = &level_counts[day - month];
    if (delta < 0 && *count == 0) return STORE_DAMAGED;
    assert(delta < 0 || *count < UINT32_MAX);
    *count = delta > 0 ? *count + 1 : *count - 1;
    return STORE_OK;
}

void recency_edit_put(const struct recency_edit *edit, struct batch *batch)
{
    for (size_t i = 0; i < edit->count; i++) {
        uint8_t data[RECORD_BYTES_MAX];
        struct key key = recency_key(batch->reader.merchant, edit->months[i].guide,
                                     edit->months[i].month);
        table_put(batch, &key, data, recency_month_encode(&edit->months[i].counts, data));
    }
}

void recency_want(struct reader *reader, uint32_t guide, business_date from, business_date to)
{
    assert(is_calendar_date(from) && is_calendar_date(to));
    for (business_date month = date_month_start(from); month < to;
         month = date_month_start(month + 31)) {
        struct key key = recency_key(reader->merchant, guide, month);
        reader_want(reader, key_view(&key));
    }
}

enum store_result recency_sum(struct reader *reader, uint32_t guide, business_date from,
                              business_date to, uint64_t *ret_last, uint64_t *ret_second_last)
{
    uint64_t last = 0, second_last = 0;
    business_date day = from < RECENCY_DATE_MIN ? RECENCY_DATE_MIN : from;
    business_date end = to > RECENCY_DATE_MAX ? RECENCY_DATE_MAX + 1 : to;
    while (day < end) {
        business_date start = date_month_start(day);
        business_date next = date_month_start(start + 31);
        struct recency_month counts;
        enum store_result result = recency_get(reader, guide, start, &counts);
        if (result != STORE_OK) return result;
        for (; day < end && day < next; day++) {
            last += counts.last[day - start];
            second_last += counts.second_last[day - start];
        }
    }
    *ret_last = last;
    *ret_second_last = second_last;
    return STORE_OK;
}
