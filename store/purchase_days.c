#include "store/accounts.h"

#include <assert.h>

#include "store/encode.h"
#include "store/table.h"

static struct key day_prefix(uint32_t merchant, uint32_t member)
{
    return account_key(merchant, (struct party){PARTY_MEMBER, member}, ACCOUNT_DAY);
}

enum store_result purchase_days_get(struct reader *reader, uint32_t member, business_date date,
                                    struct purchase_day *ret)
{
    struct key key = day_prefix(reader->merchant, member);
    key_date(&key, date);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    return result == STORE_OK ? purchase_day_decode(value, ret) : result;
}

void purchase_days_put(struct batch *batch, uint32_t member, business_date date,
                       const struct purchase_day *day)
{
    assert(date != DATE_NEVER);
    assert(day->live_count <= day->recorded_count);
    uint8_t data[PURCHASE_DAY_BYTES];
    struct key key = day_prefix(batch->reader.merchant, member);
    key_date(&key, date);
    table_put(batch, &key, data, purchase_day_encode(day, data));
}

enum store_result purchase_days_live_before(struct reader *reader, uint32_t member,
                                            business_date date, business_date *ret_date)
{
    struct key from = day_prefix(reader->merchant, member);
    struct key to = from;
    key_date(&to, date);
    struct reader_scan scan;
    business_date found = DATE_NEVER;
    enum store_result result =
        reader_scan_open(reader, key_view(&from), key_view(&to), true, &scan);
    while (result == STORE_OK && found == DATE_NEVER) {
        struct bytes key, value;
        struct purchase_day day;
        result = reader_scan_next(&scan, &key, &value);
        if (result == STORE_OK && key.size != to.size) result = STORE_DAMAGED;
        if (result == STORE_OK) result = purchase_day_decode(value, &day);
        if (result == STORE_OK && day.live_count > 0) found = key_read_date(key, from.size);
    }
    reader_scan_close(&scan);
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    *ret_date = found;
    return STORE_OK;
}

struct within {
    size_t prefix_size;
    business_date live_before;
    unsigned count, count_max;
};

static enum store_result within_visit(void *context, struct bytes key, struct bytes value,
                                      bool *ret_more)
{
    struct within *within = context;
    struct purchase_day day;
    if (key.size != within->prefix_size + 4) return STORE_DAMAGED;
    enum store_result result = purchase_day_decode(value, &day);
    if (result != STORE_OK) return result;
    if (day.live_count > 0 || day.last_full_refund_on >= within->live_before) within->count++;
    *ret_more = within->count < within->count_max;
    return STORE_OK;
}

enum store_result purchase_days_live_within(struct reader *reader, uint32_t member,
                                            business_date from, business_date to,
                                            business_date live_before, unsigned count_max,
                                            unsigned *ret_count)
{
    struct key first = day_prefix(reader->merchant, member), end = first;
    struct within within = {.prefix_size = first.size, .live_before = live_before,
                            .count_max = count_max};
    assert(from <= to && count_max > 0);
    key_date(&first, from);
    key_date(&end, to);
    enum store_result result =
        table_walk(reader, key_view(&first), key_view(&end), within_visit, &within);
    if (result == STORE_OK) *ret_count = within.count;
    return result;
}

struct adding {
    business_date without;
    size_t date_offset;
    struct purchase_days_sum sum;
};

static enum store_result add_day(void *context, struct bytes key, struct bytes value,
                                 bool *ret_more)
{
    struct adding *adding = context;
    struct purchase_day day;

    *ret_more = true;
    if (key.size != adding->date_offset + 4) return STORE_DAMAGED;
    enum store_result result = purchase_day_decode(value, &day);
    if (result != STORE_OK || key_read_date(key, adding->date_offset) == adding->without)
        return result;
    bool overflow =
        __builtin_add_overflow(adding->sum.base_minor, day.base_minor, &adding->sum.base_minor) ||
        __builtin_add_overflow(adding->sum.tier_points, day.tier_points,
                               &adding->sum.tier_points);
    return overflow ? STORE_DAMAGED : STORE_OK;
}

enum store_result purchase_days_add_up(struct reader *reader, uint32_t member, business_date from,
                                       business_date to, business_date without,
                                       struct purchase_days_sum *ret)
{
    struct key first = day_prefix(reader->merchant, member), end = first;
    struct adding adding = {.without = without, .date_offset = first.size};

    assert(to < DATE_NEVER);
    key_date(&first, from);
    key_date(&end, to + 1);
    enum store_result result =
        table_walk(reader, key_view(&first), key_view(&end), add_day, &adding);
    if (result == STORE_OK) *ret = adding.sum;
    return result;
}
