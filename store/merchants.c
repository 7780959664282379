#include "store/merchants.h"

#include <assert.h>

#include "store/encode.h"
#include "store/table.h"

enum store_result merchants_get(struct reader *reader, struct merchant *ret)
{
    struct key key = key_begin(reader->merchant, TABLE_MERCHANT);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct merchant merchant;
    result = merchant_decode(value, &merchant);
    if (result != STORE_OK) return result;
    if (merchant.number != reader->merchant) return STORE_DAMAGED;
    *ret = merchant;
    return STORE_OK;
}

void merchants_put(struct batch *batch, const struct merchant *merchant)
{
    assert(merchant->number != 0);
    assert(merchant->number == batch->reader.merchant);
    uint8_t data[RECORD_BYTES_MAX];
    struct key key = key_begin(merchant->number, TABLE_MERCHANT);
    table_put(batch, &key, data, merchant_encode(merchant, data));
}

enum store_result merchants_list(struct reader *reader, uint32_t after, uint32_t *ret_numbers,
                                 size_t count_max, size_t *ret_count)
{
    struct key prefix = key_begin(0, TABLE_MERCHANT_LIST);
    return table_list_numbers(reader, &prefix, after, ret_numbers, count_max, ret_count);
}

enum store_result merchants_last(struct reader *reader, uint32_t *ret_number)
{
    struct key prefix = key_begin(0, TABLE_MERCHANT_LIST);
    struct bytes key, value;
    enum store_result result = table_last(reader, &prefix, &prefix, &key, &value);
    if (result == STORE_ABSENT) {
        *ret_number = 0;
        return STORE_OK;
    }
    if (result != STORE_OK) return result;
    if (key.size != KEY_REST_OFFSET + 4) return STORE_DAMAGED;
    *ret_number = key_read_u32(key, KEY_REST_OFFSET);
    return STORE_OK;
}

void merchants_list_put(struct batch *batch, uint32_t number)
{
    assert(batch->reader.merchant == 0);
    assert(number != 0 && number != UINT32_MAX); /* key_after needs a merchant above it */
    struct key key = key_begin(0, TABLE_MERCHANT_LIST);
    key_u32(&key, number);
    table_put_empty(batch, &key);
}

enum store_result numbers_get(struct reader *reader, struct numbers *ret)
{
    struct key key = key_begin(reader->merchant, TABLE_NUMBERS);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_ABSENT) {
        *ret = (struct numbers){0};
        return STORE_OK;
    }
    return result == STORE_OK ? numbers_decode(value, ret) : result;
}

void numbers_put(struct batch *batch, const struct numbers *numbers)
{
    uint8_t data[RECORD_BYTES_MAX];
    struct key key = key_begin(batch->reader.merchant, TABLE_NUMBERS);
    table_put(batch, &key, data, numbers_encode(numbers, data));
}
