#include "store/write_offs.h"

#include <assert.h>

#include "store/codec.h"
#include "store/key.h"
#include "store/table.h"

enum { WRITE_OFF_VERSION = 1 };

size_t write_off_encode(const struct write_off *write_off, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, WRITE_OFF_VERSION);
    encoder_u64(&encoder, write_off->entry);
    encoder_party(&encoder, write_off->party);
    encoder_u64(&encoder, write_off->debt);
    encoder_i64(&encoder, write_off->amount);
    encoder_u32(&encoder, write_off->token);
    encoder_text(&encoder, write_off->reason, REASON_BYTES_MAX);
    assert(encoder_size(&encoder) <= WRITE_OFF_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result write_off_decode(struct bytes from, struct write_off *ret)
{
    struct decoder decoder = decoder_begin_version(from, WRITE_OFF_VERSION);
    struct write_off write_off = {.entry = decoder_u64(&decoder)};
    write_off.party = decoder_party(&decoder);
    write_off.debt = decoder_u64(&decoder);
    write_off.amount = decoder_amount(&decoder);
    write_off.token = decoder_u32(&decoder);
    decoder_text(&decoder, write_off.reason, REASON_BYTES_MAX);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = write_off;
    return result;
}

static struct key write_off_key(uint32_t merchant, uint64_t entry)
{
    struct key key = key_begin(merchant, TABLE_WRITE_OFF);
    key_u64(&key, entry);
    return key;
}

enum store_result write_offs_get(struct reader *reader, uint64_t entry, struct write_off *ret)
{
    struct key key = write_off_key(reader->merchant, entry);
    struct bytes value;
    struct write_off write_off;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_OK) result = write_off_decode(value, &write_off);
    if (result != STORE_OK) return result;
    if (write_off.entry != entry) return STORE_DAMAGED;
    *ret = write_off;
    return STORE_OK;
}

void write_offs_put(struct batch *batch, const struct write_off *write_off)
{
    assert(write_off->entry != 0 && write_off->debt != 0);
    assert(write_off->amount > 0);
    uint8_t data[WRITE_OFF_BYTES_MAX];
    struct key key = write_off_key(batch->reader.merchant, write_off->entry);
    table_put(batch, &key, data, write_off_encode(write_off, data));
}
