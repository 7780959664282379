#include <assert.h>

#include "store/date.h"
#include "store/kpi.h"
#include "store/table.h"

/* Beside the months: a key without month and guide. */
static struct key from_key(uint32_t merchant)
{
    return key_begin(merchant, TABLE_KPI);
}

enum store_result kpi_earned_from(struct reader *reader, uint64_t *ret_number)
{
    struct key key = from_key(reader->merchant);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    if (value.size != sizeof(uint64_t)) return STORE_DAMAGED;
    *ret_number = key_read_u64(value, 0);
    return STORE_OK;
}

void kpi_earned_begin(struct batch *batch, uint64_t number)
{
    struct key key = from_key(batch->reader.merchant), value = {.size = 0};
    key_u64(&value, number);
    table_put(batch, &key, value.data, value.size);
}

enum store_result kpi_earned_load(struct reader *reader, uint32_t guide, business_date date)
{
    struct kpi_month counts;
    assert(guide != 0);
    if (date < PERIOD_DATE_MIN || date > PERIOD_DATE_MAX) return STORE_DAMAGED;
    return kpi_load(reader, guide, date_month_start(date), &counts);
}

void kpi_earned_add(struct batch *batch, uint32_t guide, business_date date,
                    const int64_t amount[UNIT_COUNT])
{
    business_date month = date_month_start(date);
    struct kpi_month counts;
    enum store_result result = kpi_get(&batch->reader, guide, month, &counts);
    assert(result == STORE_OK); /* read before the LINE */
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
        int64_t *earned = &counts.days[date - month].earned[unit];
        bool overflow = __builtin_add_overflow(*earned, amount[unit], earned);
        assert(!overflow);
    }
    kpi_put(batch, guide, month, &counts);
}
