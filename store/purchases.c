#include "store/purchases.h"

#include <assert.h>

#include "store/encode.h"
#include "store/table.h"

/* A purchase and its lines stand under the same natural key. */
static struct key receipt_key(uint32_t merchant, enum table table, const struct receipt *receipt)
{
    assert(receipt->size <= RECEIPT_BYTES_MAX);
    struct key key = key_begin(merchant, table);
    key_u32(&key, receipt->shop);
    key_bytes(&key, receipt->text, receipt->size);
    return key;
}

enum store_result purchases_get(struct reader *reader, const struct receipt *receipt,
                                struct purchase *ret)
{
    struct key key = receipt_key(reader->merchant, TABLE_PURCHASE, receipt);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct purchase purchase;
    result = purchase_decode(value, &purchase);
    if (result != STORE_OK) return result;
    if (!receipt_same(&purchase.receipt, receipt)) return STORE_DAMAGED;
    *ret = purchase;
    return STORE_OK;
}

void purchases_put(struct batch *batch, const struct purchase *purchase)
{
    assert(purchase->receipt.shop != 0 && purchase->receipt.size > 0);
    assert(purchase->member != 0);
    uint8_t data[PURCHASE_BYTES_MAX];
    struct key key =
        receipt_key(batch->reader.merchant, TABLE_PURCHASE, &purchase->receipt);
    table_put(batch, &key, data, purchase_encode(purchase, data));
}

enum store_result purchase_lines_get(struct reader *reader, const struct receipt *receipt,
                                     struct purchase_lines *ret)
{
    struct key key = receipt_key(reader->merchant, TABLE_PURCHASE_LINES, receipt);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    return result == STORE_OK ? purchase_lines_decode(value, ret) : result;
}

void purchase_lines_put(struct batch *batch, const struct receipt *receipt,
                        const struct purchase_lines *lines)
{
    uint8_t data[PURCHASE_LINES_BYTES_MAX];
    struct key key = receipt_key(batch->reader.merchant, TABLE_PURCHASE_LINES, receipt);
    table_put(batch, &key, data, purchase_lines_encode(lines, data));
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
