#include "store/codes.h"

#include <assert.h>

#include "store/encode.h"
#include "store/table.h"

static struct key code_key(uint32_t merchant, enum table table, struct code_value value)
{
    struct key key = key_begin(merchant, table);
    key_u64(&key, value.symbols);
    return key;
}

enum store_result codes_get(struct reader *reader, struct code_value value, struct code *ret)
{
    struct key key = code_key(reader->merchant, TABLE_CODE, value);
    struct bytes record;
    enum store_result result = table_get(reader, &key, &record);
    if (result != STORE_OK) return result;
    struct code code;
    result = code_decode(record, &code);
    if (result != STORE_OK) return result;
    if (code.value.symbols != value.symbols) return STORE_DAMAGED;
    *ret = code;
    return STORE_OK;
}

void codes_want(struct reader *reader, struct code_value value)
{
    struct key key = code_key(reader->merchant, TABLE_CODE, value);
    reader_want(reader, key_view(&key));
}

void codes_put(struct batch *batch, const struct code *code)
{
    uint8_t data[RECORD_BYTES_MAX];
    struct key key = code_key(batch->reader.merchant, TABLE_CODE, code->value);
    table_put(batch, &key, data, code_encode(code, data));
}

void codes_create(struct batch *batch, const struct code *code, business_date from)
{
    assert(code->owner.kind != PARTY_NONE);
    codes_put(batch, code);
    codes_owner_put(batch, code->value, from, code->owner);
}

enum store_result codes_owner_on(struct reader *reader, struct code_value value,
                                 business_date date, struct party *ret)
{
    struct key from = code_key(reader->merchant, TABLE_CODE_OWNER, value);
    struct key to = from;
    key_date(&to, date);
    struct bytes key, record;
    enum store_result result = table_last(reader, &from, &to, &key, &record);
    return result == STORE_OK ? party_decode(record, ret) : result;
}

struct owners {
    size_t prefix_size;
    struct code_owner *list;
    size_t count;
};

static enum store_result owners_visit(void *context, struct bytes key, struct bytes value,
                                      bool *ret_more)
{
    struct owners *owners = context;
    struct code_owner *owner = &owners->list[owners->count];
    if (key.size != owners->prefix_size + 4) return STORE_DAMAGED;
    owner->from = key_read_date(key, owners->prefix_size);
    enum store_result result = party_decode(value, &owner->party);
    if (result != STORE_OK) return result;
    owners->count++;
    *ret_more = owners->count < CODE_OWNERS_MAX;
    return STORE_OK;
}

enum store_result codes_owners(struct reader *reader, struct code_value value,
                               struct code_owner ret[CODE_OWNERS_MAX], size_t *ret_count)
{
    struct key prefix = code_key(reader->merchant, TABLE_CODE_OWNER, value);
    struct key end = key_after(&prefix);
    struct owners owners = {.prefix_size = prefix.size, .list = ret};
    enum store_result result =
        table_walk(reader, key_view(&prefix), key_view(&end), owners_visit, &owners);
    if (result == STORE_OK) *ret_count = owners.count;
    return result;
}

static struct key code_of_prefix(uint32_t merchant, struct party owner)
{
    struct key key = key_begin(merchant, TABLE_CODE_OF);
    key_party(&key, owner);
    return key;
}

void codes_owner_put(struct batch *batch, struct code_value value, business_date from,
                     struct party owner)
{
    assert(owner.kind != PARTY_NONE);
    uint8_t data[RECORD_BYTES_MAX];
    struct key key = code_key(batch->reader.merchant, TABLE_CODE_OWNER, value);
    key_date(&key, from);
    table_put(batch, &key, data, party_encode(owner, data));
    struct key index = code_of_prefix(batch->reader.merchant, owner);
    key_u64(&index, value.symbols);
    table_put_empty(batch, &index);
}

static_assert(sizeof(struct code_value) == sizeof(uint64_t),
              "lists of codes are read as lists of numbers");

static enum store_result codes_under(struct reader *reader, const struct key *prefix,
                                     struct code_value after, struct code_value *ret_values,
                                     size_t count_max, size_t *ret_count)
{
    return table_list_numbers64(reader, prefix, after.symbols, &ret_values->symbols, count_max,
                                ret_count);
}

enum store_result codes_list(struct reader *reader, struct code_value after,
                             struct code_value *ret_values, size_t count_max, size_t *ret_count)
{
    struct key prefix = key_begin(reader->merchant, TABLE_CODE);
    return codes_under(reader, &prefix, after, ret_values, count_max, ret_count);
}

enum store_result codes_of(struct reader *reader, struct party owner, struct code_value after,
                           struct code_value *ret_values, size_t count_max, size_t *ret_count)
{
    struct key prefix = code_of_prefix(reader->merchant, owner);
    return codes_under(reader, &prefix, after, ret_values, count_max, ret_count);
}

enum store_result codes_merchant(struct reader *reader, struct code_value value,
                                 uint32_t *ret_merchant)
{
    struct key key = code_key(0, TABLE_CODE_MERCHANT, value);
    return table_get_number(reader, &key, ret_merchant);
}

void codes_reserve(struct batch *batch, struct code_value value, uint32_t merchant)
{
    assert(batch->reader.merchant == 0);
    assert(merchant != 0 && value.symbols >> 45 == 0);
    struct key key = code_key(0, TABLE_CODE_MERCHANT, value);
    table_put_number(batch, &key, merchant);
}
