#include "store/closed_through.h"

#include <assert.h>

#include "store/codec.h"
#include "store/table.h"

enum { CLOSED_THROUGH_VERSION = 1 };

static struct key closed_key(uint32_t merchant, uint32_t pay_entity)
{
    struct key key = key_begin(merchant, TABLE_CLOSED_THROUGH);
    assert(pay_entity != 0);
    key_u32(&key, pay_entity);
    return key;
}

enum store_result closed_through_get(struct reader *reader, uint32_t pay_entity,
                                     business_date *ret_date)
{
    struct key key = closed_key(reader->merchant, pay_entity);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    struct decoder decoder = decoder_begin_version(value, CLOSED_THROUGH_VERSION);
    business_date date = decoder_date(&decoder);
    result = decoder_end(&decoder);
    if (result == STORE_OK) *ret_date = date;
    return result;
}

void closed_through_put(struct batch *batch, uint32_t pay_entity, business_date date)
{
    uint8_t data[1 + 4];
    struct encoder encoder = encoder_begin(data);
    assert(date != DATE_NEVER && date != DATE_ALWAYS);
    encoder_u8(&encoder, CLOSED_THROUGH_VERSION);
    encoder_date(&encoder, date);
    assert(encoder_size(&encoder) == sizeof data);
    struct key key = closed_key(batch->reader.merchant, pay_entity);
    table_put(batch, &key, data, encoder_size(&encoder));
}
