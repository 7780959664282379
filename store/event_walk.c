#include "store/event_walk.h"

#include <assert.h>

#include "store/encode.h"
#include "store/table.h"

struct purchases_found {
    struct purchase *purchases;
    size_t count, count_max;
};

static enum store_result take_purchase(void *context, struct bytes key, struct bytes value,
                                       bool *ret_more)
{
    struct purchases_found *found = context;

    (void)key; /* what the record says of itself is verify's to compare */
    enum store_result result = purchase_decode(value, &found->purchases[found->count]);
    if (result == STORE_OK) found->count++;
    *ret_more = found->count < found->count_max;
    return result;
}

enum store_result event_walk_purchases(struct reader *reader, const struct receipt *after,
                                       struct purchase *ret_purchases, size_t count_max,
                                       size_t *ret_count)
{
    struct key prefix = key_begin(reader->merchant, TABLE_PURCHASE);
    struct key end = key_after(&prefix);
    struct key from = prefix;
    struct purchases_found found = {.purchases = ret_purchases, .count_max = count_max};

    assert(count_max > 0 && after->size <= RECEIPT_BYTES_MAX);
    if (after->size > 0) {
        /* The least key behind it is the same with one more zero byte. */
        key_u32(&from, after->shop);
        key_bytes(&from, after->text, after->size);
        key_u8(&from, 0);
    }
    enum store_result result =
        table_walk(reader, key_view(&from), key_view(&end), take_purchase, &found);
    if (result == STORE_OK) *ret_count = found.count;
    return result;
}
