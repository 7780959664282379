/* The refunds the ticker has to post; refunds.h has the contract. */
#include <assert.h>
#include <string.h>

#include "store/key.h"
#include "store/refunds.h"
#include "store/table.h"

enum { TEXT_OFFSET = KEY_REST_OFFSET + 4 };

static struct key waiting_key(uint32_t merchant, const struct receipt *refund)
{
    assert(refund->shop != 0);
    assert(refund->size > 0 && refund->size <= RECEIPT_BYTES_MAX);
    struct key key = key_begin(merchant, TABLE_REFUND_WAITING);
    key_u32(&key, refund->shop);
    key_bytes(&key, refund->text, refund->size);
    return key;
}

void refunds_waiting_put(struct batch *batch, const struct receipt *refund)
{
    struct key key = waiting_key(batch->reader.merchant, refund);
    table_put_empty(batch, &key);
}

void refunds_waiting_delete(struct batch *batch, const struct receipt *refund)
{
    struct key key = waiting_key(batch->reader.merchant, refund);
    table_delete(batch, &key);
}

enum store_result refunds_waiting_get(struct reader *reader, const struct receipt *refund)
{
    struct key key = waiting_key(reader->merchant, refund);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    return result == STORE_OK && value.size != 0 ? STORE_DAMAGED : result;
}

enum store_result refund_waiting_key_read(struct bytes key, struct receipt *ret)
{
    if (key.size <= TEXT_OFFSET || key.size > TEXT_OFFSET + RECEIPT_BYTES_MAX)
        return STORE_DAMAGED;
    struct receipt receipt = {.shop = key_read_u32(key, KEY_REST_OFFSET),
                              .size = (uint8_t)(key.size - TEXT_OFFSET)};
    if (receipt.shop == 0) return STORE_DAMAGED;
    memcpy(receipt.text, key.data + TEXT_OFFSET, receipt.size);
    *ret = receipt;
    return STORE_OK;
}

struct next {
    struct receipt refund; /* shop 0: none yet */
};

static enum store_result next_visit(void *context, struct bytes key, struct bytes value,
                                    bool *ret_more)
{
    struct next *next = context;
    if (value.size != 0) return STORE_DAMAGED;
    *ret_more = false;
    return refund_waiting_key_read(key, &next->refund);
}

enum store_result refunds_waiting_next(struct reader *reader, const struct receipt *after,
                                       struct receipt *ret)
{
    struct key prefix = key_begin(reader->merchant, TABLE_REFUND_WAITING);
    struct key from = prefix, end = key_after(&prefix);
    struct next next = {.refund = {.shop = 0}};

    if (after->shop != 0) {
        from = waiting_key(reader->merchant, after);
        key_u8(&from, 0); /* the least key above it */
    }
    enum store_result result =
        table_walk(reader, key_view(&from), key_view(&end), next_visit, &next);
    if (result != STORE_OK) return result;
    if (next.refund.shop == 0) return STORE_ABSENT;
    *ret = next.refund;
    return STORE_OK;
}
