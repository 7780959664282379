#include "store/recency.h"

#include <assert.h>

#include "store/table.h"

/* ---- civil dates ------------------------------------------------------------------------------ */

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": eras of 400 years from 0000-03-01,
 * 719468 days before 1970-01-01. */
business_date date_from_civil(int year, int month, int day)
{
    assert(month >= 1 && month <= 12 && day >= 1 && day <= 31);
    int64_t y = (int64_t)year - (month <= 2 ? 1 : 0);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    int64_t days = era * 146097 + day_of_era - 719468;
    assert(days >= INT32_MIN && days <= INT32_MAX);
    return (business_date)days;
}

void date_to_civil(business_date date, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t days = (int64_t)date + 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* from March */
    *ret_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    *ret_month = (int)(month < 10 ? month + 3 : month - 9);
    *ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2 ? 1 : 0));
}

business_date date_month_start(business_date date)
{
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    int64_t start = (int64_t)date - (day - 1);
    return start < INT32_MIN ? INT32_MIN : (business_date)start;
}

/* ---- counts ------------------------------------------------------------------------------------- */

static enum store_result recency_get(struct reader *reader, uint32_t guide, business_date month,
                                     struct recency_month *ret)
{
    struct key key = key_begin(reader->merchant, TABLE_RECENCY);
    key_date(&key, month);
    key_u32(&key, guide);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_ABSENT) {
        *ret = (struct recency_month){.last = {0}};
        return STORE_OK;
    }
    return result == STORE_OK ? recency_month_decode(value, ret) : result;
}

void recency_edit_begin(struct recency_edit *edit, uint32_t guide)
{
    edit->guide = guide;
    edit->month_count = 0;
}

static enum store_result recency_edit_month(struct recency_edit *edit, struct reader *reader,
                                            business_date month, struct recency_month **ret_counts)
{
    for (size_t i = 0; i < edit->month_count; i++) {
        if (edit->months[i].month == month) {
            *ret_counts = &edit->months[i].counts;
            return STORE_OK;
        }
    }
    assert(edit->month_count < RECENCY_EDIT_MONTHS_MAX);
    struct recency_month *counts = &edit->months[edit->month_count].counts;
    enum store_result result = recency_get(reader, edit->guide, month, counts);
    if (result != STORE_OK) return result;
    edit->months[edit->month_count].month = month;
    edit->month_count++;
    *ret_counts = counts;
    return STORE_OK;
}

enum store_result recency_edit_add(struct recency_edit *edit, struct reader *reader,
                                   enum recency_level level, business_date day, int delta)
{
    assert(delta == 1 || delta == -1);
    assert(level == RECENCY_LAST || level == RECENCY_SECOND_LAST);
    if (edit->guide == 0 || day == DATE_NEVER) return STORE_OK;
    business_date month = date_month_start(day);
    struct recency_month *counts;
    enum store_result result = recency_edit_month(edit, reader, month, &counts);
    if (result != STORE_OK) return result;
    uint32_t *level_counts = level == RECENCY_LAST ? counts->last : counts->second_last;
    uint32_t *count = &level_counts[(int64_t)day - month];
    if (delta < 0 && *count == 0) return STORE_DAMAGED;
    assert(delta < 0 || *count < UINT32_MAX);
    *count = delta > 0 ? *count + 1 : *count - 1;
    return STORE_OK;
}

void recency_edit_put(const struct recency_edit *edit, struct batch *batch)
{
    for (size_t i = 0; i < edit->month_count; i++) {
        uint8_t data[RECORD_BYTES_MAX];
        struct key key = key_begin(batch->reader.merchant, TABLE_RECENCY);
        key_date(&key, edit->months[i].month);
        key_u32(&key, edit->guide);
        table_put(batch, &key, data, recency_month_encode(&edit->months[i].counts, data));
    }
}

enum store_result recency_sum(struct reader *reader, uint32_t guide, business_date from,
                              business_date to, uint64_t *ret_last, uint64_t *ret_second_last)
{
    uint64_t last = 0, second_last = 0;
    int64_t day = from;
    while (day < to) {
        int64_t month = date_month_start((business_date)day);
        struct recency_month counts;
        enum store_result result = recency_get(reader, guide, (business_date)month, &counts);
        if (result != STORE_OK) return result;
        int64_t start = month;
        for (; day < to && date_month_start((business_date)day) == start; day++) {
            last += counts.last[day - start];
            second_last += counts.second_last[day - start];
        }
    }
    *ret_last = last;
    *ret_second_last = second_last;
    return STORE_OK;
}
