#include "store/birthdays.h"

#include <assert.h>

#include "store/codec.h"
#include "store/table.h"

enum { BIRTHDAYS_VERSION = 1 };

size_t birthdays_encode(const struct birthdays *birthdays, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, BIRTHDAYS_VERSION);
    encoder_date(&encoder, birthdays->through);
    encoder_date(&encoder, birthdays->until);
    encoder_u32(&encoder, birthdays->member);
    assert(encoder_size(&encoder) == BIRTHDAYS_BYTES);
    return encoder_size(&encoder);
}

enum store_result birthdays_decode(struct bytes from, struct birthdays *ret)
{
    struct decoder decoder = decoder_begin_version(from, BIRTHDAYS_VERSION);
    struct birthdays birthdays = {.through = decoder_date(&decoder)};
    birthdays.until = decoder_date(&decoder);
    birthdays.member = decoder_u32(&decoder);
    if (birthdays.until < birthdays.through) decoder.damaged = true;
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = birthdays;
    return result;
}

enum store_result birthdays_get(struct reader *reader, struct birthdays *ret)
{
    struct key key = key_begin(reader->merchant, TABLE_BIRTHDAYS_TOLD);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    return result == STORE_OK ? birthdays_decode(value, ret) : result;
}

void birthdays_put(struct batch *batch, const struct birthdays *birthdays)
{
    uint8_t data[BIRTHDAYS_BYTES];
    struct key key = key_begin(batch->reader.merchant, TABLE_BIRTHDAYS_TOLD);
    assert(birthdays->until >= birthdays->through);
    table_put(batch, &key, data, birthdays_encode(birthdays, data));
}
