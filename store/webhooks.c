#include "store/webhooks.h"

#include <assert.h>
#include <string.h>

#include "store/codec.h"
#include "store/table.h"

enum { WEBHOOK_VERSION = 1, WEBHOOK_STATE_VERSION = 1 };

/* ---- bytes ----------------------------------------------------------------------------------- */

/* A text of more than 255 bytes: its size in two, then its bytes. */
static void encode_url(struct encoder *encoder, const char url[WEBHOOK_URL_BYTES_MAX + 1])
{
    size_t size = strnlen(url, WEBHOOK_URL_BYTES_MAX);
    encoder_u16(encoder, (uint16_t)size);
    encoder_bytes(encoder, url, size);
}

static void decode_url(struct decoder *decoder, char ret_url[WEBHOOK_URL_BYTES_MAX + 1])
{
    uint16_t size = decoder_u16(decoder);
    if (size > WEBHOOK_URL_BYTES_MAX) decoder->damaged = true;
    if (decoder->damaged) return;
    decoder_bytes(decoder, ret_url, size);
    if (memchr(ret_url, '\0', size) != NULL) decoder->damaged = true;
}

size_t webhook_encode(const struct webhook *webhook, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, WEBHOOK_VERSION);
    encoder_u32(&encoder, webhook->number);
    encoder_u32(&encoder, webhook->revision);
    encoder_u64(&encoder, webhook->kinds);
    encode_url(&encoder, webhook->url);
    encoder_text(&encoder, webhook->description, NAME_BYTES_MAX);
    encoder_u64(&encoder, webhook->created_at);
    encoder_u32(&encoder, webhook->created_by);
    encoder_bytes(&encoder, webhook->secret, WEBHOOK_SEALED_BYTES);
    encoder_u64(&encoder, webhook->rotated_at);
    encoder_u64(&encoder, webhook->old_until);
    encoder_bytes(&encoder, webhook->old_secret, WEBHOOK_SEALED_BYTES);
    assert(encoder_size(&encoder) <= WEBHOOK_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result webhook_decode(struct bytes from, struct webhook *ret)
{
    struct decoder decoder = decoder_begin_version(from, WEBHOOK_VERSION);
    struct webhook webhook = {.number = decoder_u32(&decoder)};
    webhook.revision = decoder_u32(&decoder);
    webhook.kinds = decoder_u64(&decoder);
    decode_url(&decoder, webhook.url);
    decoder_text(&decoder, webhook.description, NAME_BYTES_MAX);
    webhook.created_at = decoder_u64(&decoder);
    webhook.created_by = decoder_u32(&decoder);
    decoder_bytes(&decoder, webhook.secret, WEBHOOK_SEALED_BYTES);
    webhook.rotated_at = decoder_u64(&decoder);
    webhook.old_until = decoder_u64(&decoder);
    decoder_bytes(&decoder, webhook.old_secret, WEBHOOK_SEALED_BYTES);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = webhook;
    return result;
}

size_t webhook_state_encode(const struct webhook_state *state, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, WEBHOOK_STATE_VERSION);
    encoder_u32(&encoder, state->number);
    encoder_u32(&encoder, state->revision);
    encoder_u64(&encoder, state->through);
    encoder_u64(&encoder, state->delivered_count);
    encoder_u64(&encoder, state->delivered_at);
    encoder_u64(&encoder, state->failed_at);
    encoder_u8(&encoder, (uint8_t)state->answer);
    encoder_u16(&encoder, state->status);
    encoder_u8(&encoder, state->attempts);
    encoder_u64(&encoder, state->next_attempt_at);
    encoder_u8(&encoder, (uint8_t)state->off);
    encoder_u64(&encoder, state->off_since);
    encoder_u32(&encoder, state->test_asked);
    encoder_u32(&encoder, state->test_answered);
    encoder_u64(&encoder, state->tested_at);
    encoder_u8(&encoder, (uint8_t)state->test_answer);
    encoder_u16(&encoder, state->test_status);
    assert(encoder_size(&encoder) == WEBHOOK_STATE_BYTES);
    return encoder_size(&encoder);
}

enum store_result webhook_state_decode(struct bytes from, struct webhook_state *ret)
{
    struct decoder decoder = decoder_begin_version(from, WEBHOOK_STATE_VERSION);
    struct webhook_state state = {.number = decoder_u32(&decoder)};
    state.revision = decoder_u32(&decoder);
    state.through = decoder_u64(&decoder);
    state.delivered_count = decoder_u64(&decoder);
    state.delivered_at = decoder_u64(&decoder);
    state.failed_at = decoder_u64(&decoder);
    state.answer = (enum webhook_answer)decoder_choice(&decoder, 0, WEBHOOK_ANSWER_COUNT - 1);
    state.status = decoder_u16(&decoder);
    state.attempts = decoder_u8(&decoder);
    state.next_attempt_at = decoder_u64(&decoder);
    state.off = (enum webhook_off)decoder_choice(&decoder, 0, WEBHOOK_OFF_COUNT - 1);
    state.off_since = decoder_u64(&decoder);
    state.test_asked = decoder_u32(&decoder);
    state.test_answered = decoder_u32(&decoder);
    state.tested_at = decoder_u64(&decoder);
    state.test_answer = (enum webhook_answer)decoder_choice(&decoder, 0, WEBHOOK_ANSWER_COUNT - 1);
    state.test_status = decoder_u16(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = state;
    return result;
}

/* ---- the tables ------------------------------------------------------------------------------ */

static struct key numbered(uint32_t merchant, enum table table, uint32_t number)
{
    struct key key = key_begin(merchant, table);
    key_u32(&key, number);
    return key;
}

enum store_result webhooks_last(struct reader *reader, uint32_t *ret_number)
{
    struct key key = key_begin(reader->merchant, TABLE_WEBHOOK);
    enum store_result result = table_get_number(reader, &key, ret_number);
    if (result != STORE_ABSENT) return result;
    *ret_number = 0;
    return STORE_OK;
}

void webhooks_last_put(struct batch *batch, uint32_t number)
{
    struct key key = key_begin(batch->reader.merchant, TABLE_WEBHOOK);
    assert(number != 0);
    table_put_number(batch, &key, number);
}

enum store_result webhooks_get(struct reader *reader, uint32_t number, struct webhook *ret)
{
    struct key key = numbered(reader->merchant, TABLE_WEBHOOK, number);
    struct webhook webhook;
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_OK) result = webhook_decode(value, &webhook);
    if (result == STORE_OK && webhook.number != number) result = STORE_DAMAGED;
    if (result == STORE_OK) *ret = webhook;
    return result;
}

enum store_result webhooks_state_get(struct reader *reader, uint32_t number,
                                     struct webhook_state *ret)
{
    struct key key = numbered(reader->merchant, TABLE_WEBHOOK_STATE, number);
    struct webhook_state state;
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_OK) result = webhook_state_decode(value, &state);
    if (result == STORE_OK && state.number != number) result = STORE_DAMAGED;
    if (result == STORE_OK) *ret = state;
    return result;
}

enum store_result webhooks_list(struct reader *reader, uint32_t ret_numbers[WEBHOOKS_MAX],
                                size_t *ret_count)
{
    struct key prefix = key_begin(reader->merchant, TABLE_WEBHOOK_STATE);
    return table_list_numbers(reader, &prefix, 0, ret_numbers, WEBHOOKS_MAX, ret_count);
}

void webhooks_put(struct batch *batch, const struct webhook *webhook)
{
    uint8_t data[WEBHOOK_BYTES_MAX];
    struct key key = numbered(batch->reader.merchant, TABLE_WEBHOOK, webhook->number);
    assert(webhook->number != 0 && webhook->url[0] != '\0');
    table_put(batch, &key, data, webhook_encode(webhook, data));
}

void webhooks_state_put(struct batch *batch, const struct webhook_state *state)
{
    uint8_t data[WEBHOOK_STATE_BYTES];
    struct key key = numbered(batch->reader.merchant, TABLE_WEBHOOK_STATE, state->number);
    assert(state->number != 0 && (state->off == WEBHOOK_ON) == (state->off_since == 0));
    table_put(batch, &key, data, webhook_state_encode(state, data));
}

void webhooks_delete(struct batch *batch, uint32_t number)
{
    struct key webhook = numbered(batch->reader.merchant, TABLE_WEBHOOK, number);
    struct key state = numbered(batch->reader.merchant, TABLE_WEBHOOK_STATE, number);
    table_delete(batch, &webhook);
    table_delete(batch, &state);
}
