#include "store/key_rotation.h"

#include <assert.h>

#include "store/codec.h"
#include "store/keyring.h"
#include "store/table.h"

enum { KEY_ROTATION_VERSION = 1 };

size_t key_rotation_encode(const struct key_rotation *rotation, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, KEY_ROTATION_VERSION);
    encoder_u32(&encoder, rotation->generation);
    encoder_u32(&encoder, rotation->from);
    encoder_u64(&encoder, rotation->started_at);
    encoder_u64(&encoder, rotation->finished_at);
    encoder_u32(&encoder, rotation->merchant);
    encoder_u8(&encoder, (uint8_t)rotation->kind);
    encoder_u32(&encoder, rotation->number);
    encoder_u64(&encoder, rotation->slot_count);
    assert(encoder_size(&encoder) == KEY_ROTATION_BYTES);
    return encoder_size(&encoder);
}

enum store_result key_rotation_decode(struct bytes from, struct key_rotation *ret)
{
    struct decoder decoder = decoder_begin_version(from, KEY_ROTATION_VERSION);
    struct key_rotation rotation;
    rotation.generation = decoder_u32(&decoder);
    rotation.from = decoder_u32(&decoder);
    rotation.started_at = decoder_u64(&decoder);
    rotation.finished_at = decoder_u64(&decoder);
    rotation.merchant = decoder_u32(&decoder);
    rotation.kind = (enum party_kind)decoder_choice(&decoder, PARTY_MEMBER, PARTY_RUN);
    rotation.number = decoder_u32(&decoder);
    rotation.slot_count = decoder_u64(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (rotation.generation <= rotation.from || rotation.kind == PARTY_SHOP) result = STORE_DAMAGED;
    if (result == STORE_OK) *ret = rotation;
    return result;
}

bool key_rotation_runs(const struct key_rotation *rotation)
{
    return rotation->from != 0 && rotation->finished_at == 0;
}

enum store_result key_rotation_get(struct reader *reader, struct key_rotation *ret)
{
    struct key key = key_begin(0, TABLE_KEY_ROTATION);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_OK) return key_rotation_decode(value, ret);
    if (result != STORE_ABSENT) return result;
    *ret = (struct key_rotation){.generation = KEYRING_FIRST_GENERATION, .kind = PARTY_MEMBER};
    return STORE_OK;
}

void key_rotation_put(struct batch *batch, const struct key_rotation *rotation)
{
    uint8_t value[KEY_ROTATION_BYTES];
    assert(batch->reader.merchant == 0);
    assert(rotation->generation > rotation->from);
    struct key key = key_begin(0, TABLE_KEY_ROTATION);
    table_put(batch, &key, value, key_rotation_encode(rotation, value));
}
