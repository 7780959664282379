#include "store/refunds.h"

#include <assert.h>
#include <string.h>

#include "store/key.h"
#include "store/table.h"

/* Of a key of TABLE_REFUND_OF: purchase's shop, size of its number, the number, the refund's shop,
 * its number. The size keeps one purchase's refunds together, apart from those of a number that
 * begins alike. */
enum { OF_SIZE_OFFSET = KEY_REST_OFFSET + 4, OF_TEXT_OFFSET = OF_SIZE_OFFSET + 1 };
static_assert(OF_TEXT_OFFSET + 2 * RECEIPT_BYTES_MAX + 4 <= KV_KEY_BYTES_MAX, "a key's room");

static struct key refund_key(uint32_t merchant, const struct receipt *receipt)
{
    assert(receipt->size <= RECEIPT_BYTES_MAX);
    struct key key = key_begin(merchant, TABLE_REFUND);
    key_u32(&key, receipt->shop);
    key_bytes(&key, receipt->text, receipt->size);
    return key;
}

static struct key of_prefix(uint32_t merchant, const struct receipt *purchase)
{
    assert(purchase->size <= RECEIPT_BYTES_MAX);
    struct key key = key_begin(merchant, TABLE_REFUND_OF);
    key_u32(&key, purchase->shop);
    key_u8(&key, purchase->size);
    key_bytes(&key, purchase->text, purchase->size);
    return key;
}

static void key_add_refund(struct key *key, const struct receipt *refund)
{
    key_u32(key, refund->shop);
    key_bytes(key, refund->text, refund->size);
}

enum store_result refunds_get(struct reader *reader, const struct receipt *receipt,
                              struct refund *ret)
{
    struct key key = refund_key(reader->merchant, receipt);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct refund refund;
    result = refund_decode(value, &refund);
    if (result != STORE_OK) return result;
    if (!receipt_same(&refund.receipt, receipt)) return STORE_DAMAGED;
    *ret = refund;
    return STORE_OK;
}

void refunds_put(struct batch *batch, const struct refund *refund)
{
    assert(refund->receipt.shop != 0 && refund->receipt.size > 0);
    assert(refund->purchase.shop != 0 && refund->purchase.size > 0);
    for (uint16_t i = 0; i < refund->taking_count; i++)
        assert(refund_taking_balanced(&refund->takings[i]));
    uint8_t data[REFUND_BYTES_MAX];
    struct key key = refund_key(batch->reader.merchant, &refund->receipt);
    table_put(batch, &key, data, refund_encode(refund, data));

    uint8_t state = (uint8_t)refund->state;
    struct key of = of_prefix(batch->reader.merchant, &refund->purchase);
    key_add_refund(&of, &refund->receipt);
    table_put(batch, &of, &state, sizeof state);
}

enum store_result refund_of_key_read(struct bytes key, struct receipt *ret_purchase,
                                     struct receipt *ret_refund)
{
    struct receipt purchase = {0}, refund = {0};

    if (key.size < OF_TEXT_OFFSET) return STORE_DAMAGED;
    purchase.shop = key_read_u32(key, KEY_REST_OFFSET);
    purchase.size = key.data[OF_SIZE_OFFSET];
    size_t refund_offset = OF_TEXT_OFFSET + (size_t)purchase.size;
    if (purchase.size == 0 || purchase.size > RECEIPT_BYTES_MAX ||
        key.size <= refund_offset + 4 || key.size > refund_offset + 4 + RECEIPT_BYTES_MAX)
        return STORE_DAMAGED;
    memcpy(purchase.text, key.data + OF_TEXT_OFFSET, purchase.size);
    refund.shop = key_read_u32(key, refund_offset);
    refund.size = (uint8_t)(key.size - refund_offset - 4);
    memcpy(refund.text, key.data + refund_offset + 4, refund.size);
    *ret_purchase = purchase;
    *ret_refund = refund;
    return STORE_OK;
}

static enum store_result state_decode(struct bytes value, enum refund_state *ret)
{
    if (value.size != 1 || value.data[0] < REFUND_PARKED || value.data[0] > REFUND_REJECTED)
        return STORE_DAMAGED;
    *ret = (enum refund_state)value.data[0];
    return STORE_OK;
}

enum store_result refunds_listed(struct reader *reader, const struct refund *refund,
                                 enum refund_state *ret)
{
    struct key key = of_prefix(reader->merchant, &refund->purchase);
    struct bytes value;
    key_add_refund(&key, &refund->receipt);
    enum store_result result = table_get(reader, &key, &value);
    return result == STORE_OK ? state_decode(value, ret) : result;
}

struct refunds {
    struct refund_of *list;
    size_t count, count_max;
};

static enum store_result refunds_visit(void *context, struct bytes key, struct bytes value,
                                       bool *ret_more)
{
    struct refunds *refunds = context;
    struct refund_of *of = &refunds->list[refunds->count];
    struct receipt purchase;

    enum store_result result = refund_of_key_read(key, &purchase, &of->receipt);
    if (result == STORE_OK) result = state_decode(value, &of->state);
    if (result != STORE_OK) return result;
    refunds->count++;
    *ret_more = refunds->count < refunds->count_max;
    return STORE_OK;
}

enum store_result refunds_of(struct reader *reader, const struct receipt *purchase,
                             const struct receipt *after, struct refund_of *ret_refunds,
                             size_t count_max, size_t *ret_count)
{
    struct key prefix = of_prefix(reader->merchant, purchase);
    struct key from = prefix, end = key_after(&prefix);
    struct refunds refunds = {.list = ret_refunds, .count_max = count_max};

    assert(count_max > 0);
    if (after->shop != 0) {
        key_add_refund(&from, after);
        key_u8(&from, 0); /* the least key above it */
    }
    enum store_result result =
        table_walk(reader, key_view(&from), key_view(&end), refunds_visit, &refunds);
    if (result == STORE_OK) *ret_count = refunds.count;
    return result;
}
