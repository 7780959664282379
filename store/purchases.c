#include "store/purchases.h"

#include <assert.h>
#include <string.h>

#include "store/table.h"

static struct key shop_prefix(uint32_t merchant, uint32_t shop)
{
    struct key key = key_begin(merchant, TABLE_PURCHASE);
    key_u32(&key, shop);
    return key;
}

static struct key purchase_key(uint32_t merchant, const struct receipt *receipt)
{
    assert(receipt->size <= RECEIPT_BYTES_MAX);
    struct key key = shop_prefix(merchant, receipt->shop);
    key_bytes(&key, receipt->text, receipt->size);
    return key;
}

/* Decodes and compares with the key it was found under. */
static enum store_result purchase_read(struct bytes key, struct bytes value, struct purchase *ret)
{
    enum store_result result = purchase_decode(value, ret);
    if (result != STORE_OK) return result;
    const struct receipt *receipt = &ret->receipt;
    size_t size = key.size - KEY_REST_OFFSET - 4;
    bool placed = key_read_u32(key, KEY_REST_OFFSET) == receipt->shop && size == receipt->size &&
                  memcmp(key.data + KEY_REST_OFFSET + 4, receipt->text, size) == 0;
    return placed ? STORE_OK : STORE_DAMAGED;
}

enum store_result purchases_get(struct reader *reader, const struct receipt *receipt,
                                struct purchase *ret)
{
    struct key key = purchase_key(reader->merchant, receipt);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct purchase purchase;
    result = purchase_read(key_view(&key), value, &purchase);
    if (result == STORE_OK) *ret = purchase;
    return result;
}

void purchases_put(struct batch *batch, const struct purchase *purchase)
{
    assert(purchase->receipt.shop != 0 && purchase->receipt.size > 0);
    assert(purchase->member != 0);
    uint8_t data[PURCHASE_BYTES_MAX];
    struct key key = purchase_key(batch->reader.merchant, &purchase->receipt);
    table_put(batch, &key, data, purchase_encode(purchase, data));
}

struct purchases {
    struct purchase *list;
    size_t count, count_max;
};

static enum store_result purchases_visit(void *context, struct bytes key, struct bytes value,
                                         bool *ret_more)
{
    struct purchases *purchases = context;
    enum store_result result = purchase_read(key, value, &purchases->list[purchases->count]);
    if (result != STORE_OK) return result;
    purchases->count++;
    *ret_more = purchases->count < purchases->count_max;
    return STORE_OK;
}

enum store_result purchases_list(struct reader *reader, uint32_t shop,
                                 const struct receipt *after, struct purchase *ret_purchases,
                                 size_t count_max, size_t *ret_count)
{
    struct key prefix = shop_prefix(reader->merchant, shop);
    struct key end = key_after(&prefix);
    struct key from = prefix;
    if (after->size > 0) {
        key_bytes(&from, after->text, after->size);
        key_u8(&from, 0); /* the least key above it */
    }
    struct purchases purchases = {.list = ret_purchases, .count_max = count_max};
    enum store_result result = STORE_OK;
    if (count_max > 0) {
        result = table_walk(reader, key_view(&from), key_view(&end), purchases_visit, &purchases);
    }
    if (result == STORE_OK) *ret_count = purchases.count;
    return result;
}

static struct key registration_key(uint32_t merchant, uint32_t member)
{
    struct key key = key_begin(merchant, TABLE_REGISTRATION);
    key_u32(&key, member);
    return key;
}

enum store_result registrations_get(struct reader *reader, uint32_t member,
                                    struct registration *ret)
{
    struct key key = registration_key(reader->merchant, member);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct registration registration;
    result = registration_decode(value, &registration);
    if (result != STORE_OK) return result;
    if (registration.member != member) return STORE_DAMAGED;
    *ret = registration;
    return STORE_OK;
}

void registrations_put(struct batch *batch, const struct registration *registration)
{
    assert(registration->member != 0);
    uint8_t data[RECORD_BYTES_MAX];
    struct key key = registration_key(batch->reader.merchant, registration->member);
    table_put(batch, &key, data, registration_encode(registration, data));
}
