#include "store/signals.h"

#include <assert.h>

#include "store/date.h"
#include "store/encode.h"
#include "store/table.h"

static struct key signal_key(uint32_t merchant, enum signal_kind kind, struct party party,
                             business_date month)
{
    assert(kind > 0 && kind < SIGNAL_KIND_COUNT && party.kind != PARTY_NONE);
    struct key key = key_begin(merchant, TABLE_SIGNAL);
    key_u8(&key, (uint8_t)kind);
    key_party(&key, party);
    key_date(&key, month);
    return key;
}

enum store_result signals_get(struct reader *reader, enum signal_kind kind, struct party party,
                              business_date month, struct signal_counts *ret)
{
    struct key key = signal_key(reader->merchant, kind, party, month);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_ABSENT) {
        *ret = (struct signal_counts){.first = 0};
        return STORE_OK;
    }
    return result == STORE_OK ? signal_counts_decode(value, ret) : result;
}

void signals_put(struct batch *batch, enum signal_kind kind, struct party party,
                 business_date month, const struct signal_counts *counts)
{
    uint8_t data[RECORD_BYTES_MAX];
    struct key key = signal_key(batch->reader.merchant, kind, party, month);
    table_put(batch, &key, data, signal_counts_encode(counts, data));
}

enum store_result signals_sum(struct reader *reader, enum signal_kind kind, struct party party,
                              business_date from, business_date to, uint32_t *ret_count)
{
    assert(from <= to && to - from < REFUND_CYCLE_DAYS_MAX);
    uint32_t sum = 0;
    business_date day = from;
    while (day <= to) {
        business_date start = date_month_start(day), next = date_month_start(start + 31);
        struct signal_counts counts;
        enum store_result result = signals_get(reader, kind, party, start, &counts);
        if (result != STORE_OK) return result;
        for (; day <= to && day < next; day++) sum += counts.counts[day - start];
    }
    *ret_count = sum;
    return STORE_OK;
}
