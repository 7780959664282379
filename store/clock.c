#include "store/clock.h"

#include <assert.h>

#include "store/table.h"

enum { CLOCK_BYTES = 16 };

enum store_result clock_acceptance_get(struct reader *reader, struct clock_acceptance *ret)
{
    struct key key = key_begin(0, TABLE_CLOCK);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_ABSENT) {
        *ret = (struct clock_acceptance){0};
        return STORE_OK;
    }
    if (result == STORE_OK && value.size != CLOCK_BYTES) return STORE_DAMAGED;
    if (result == STORE_OK)
        *ret = (struct clock_acceptance){key_read_u64(value, 0), key_read_u64(value, 8)};
    return result;
}

void clock_acceptance_put(struct batch *batch, const struct clock_acceptance *acceptance)
{
    assert(batch->reader.merchant == 0);
    struct key value = {.size = 0};
    key_u64(&value, acceptance->count);
    key_u64(&value, acceptance->at);
    struct key key = key_begin(0, TABLE_CLOCK);
    table_put(batch, &key, value.data, value.size);
}
