#include "store/phone_codes.h"

#include <assert.h>
#include <string.h>

#include "store/codec.h"
#include "store/store.h"
#include "store/table.h"

enum { PHONE_CODE_VERSION = 1 };

/* ---- bytes ----------------------------------------------------------------------------------- */

size_t phone_code_encode(const struct phone_code *code, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    assert(code->asked_count <= PHONE_CODE_ASKED_MAX);
    encoder_u8(&encoder, PHONE_CODE_VERSION);
    encoder_bytes(&encoder, code->phone, sizeof code->phone);
    encoder_bytes(&encoder, code->code, sizeof code->code);
    encoder_u64(&encoder, code->issued_at);
    encoder_u64(&encoder, code->expires_at);
    encoder_u8(&encoder, code->tries);
    encoder_u64(&encoder, code->used_at);
    encoder_u8(&encoder, code->asked_count);
    for (size_t i = 0; i < code->asked_count; i++) encoder_u64(&encoder, code->asked_at[i]);
    assert(encoder_size(&encoder) <= PHONE_CODE_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result phone_code_decode(struct bytes from, struct phone_code *ret)
{
    struct decoder decoder = decoder_begin_version(from, PHONE_CODE_VERSION);
    struct phone_code code = {.issued_at = 0};
    decoder_bytes(&decoder, code.phone, sizeof code.phone);
    decoder_bytes(&decoder, code.code, sizeof code.code);
    code.issued_at = decoder_u64(&decoder);
    code.expires_at = decoder_u64(&decoder);
    code.tries = decoder_u8(&decoder);
    code.used_at = decoder_u64(&decoder);
    code.asked_count = (uint8_t)decoder_choice(&decoder, 0, PHONE_CODE_ASKED_MAX);
    for (size_t i = 0; i < code.asked_count; i++) code.asked_at[i] = decoder_u64(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = code;
    return result;
}

/* ---- hashes ---------------------------------------------------------------------------------- */

/* The merchant is hashed too: equal phones of two merchants don't show. */
void phone_codes_phone(struct reader *reader, const char *phone,
                       uint8_t ret_hash[PHONE_CODE_HASH_BYTES])
{
    struct key input = {.size = 0};
    assert(phone[0] == '+');
    key_u32(&input, reader->merchant);
    key_bytes(&input, phone, strlen(phone));
    store_hash(reader->store, STORE_HASH_PHONE_CODE, key_view(&input), ret_hash,
               PHONE_CODE_HASH_BYTES);
}

/* Equal codes of two phones, or of one at two times, don't show. */
void phone_codes_code(struct reader *reader, const struct phone_code *of,
                      const char digits[PHONE_CODE_DIGITS],
                      uint8_t ret_hash[PHONE_CODE_HASH_BYTES])
{
    struct key input = {.size = 0};
    key_bytes(&input, of->phone, sizeof of->phone);
    key_u64(&input, of->issued_at);
    key_bytes(&input, digits, PHONE_CODE_DIGITS);
    store_hash(reader->store, STORE_HASH_PHONE_CODE, key_view(&input), ret_hash,
               PHONE_CODE_HASH_BYTES);
}

/* ---- the table ------------------------------------------------------------------------------- */

static struct key phone_key(uint32_t merchant, const uint8_t phone[PHONE_CODE_HASH_BYTES])
{
    struct key key = key_begin(merchant, TABLE_PHONE_CODE);
    key_bytes(&key, phone, PHONE_CODE_HASH_BYTES);
    return key;
}

struct sign_in_due phone_code_due(const struct phone_code *code)
{
    struct sign_in_due due = {.at = code->issued_at + PHONE_CODE_KEPT_MS,
                              .kind = SIGN_IN_PHONE_CODE};
    memcpy(due.hash, code->phone, sizeof code->phone);
    return due;
}

enum store_result phone_codes_get(struct reader *reader,
                                  const uint8_t phone[PHONE_CODE_HASH_BYTES],
                                  struct phone_code *ret)
{
    struct key key = phone_key(reader->merchant, phone);
    struct bytes value;
    struct phone_code code;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_OK) result = phone_code_decode(value, &code);
    if (result != STORE_OK) return result;
    if (memcmp(code.phone, phone, sizeof code.phone) != 0) return STORE_DAMAGED;
    *ret = code;
    return STORE_OK;
}

void phone_codes_put(struct batch *batch, const struct phone_code *code,
                     const struct phone_code *before)
{
    uint8_t data[PHONE_CODE_BYTES_MAX];
    struct key key = phone_key(batch->reader.merchant, code->phone);
    struct sign_in_due due = phone_code_due(code);
    assert(code->issued_at < code->expires_at);
    assert(code->asked_count > 0 && code->asked_at[code->asked_count - 1] == code->issued_at);
    if (before != NULL && before->issued_at != code->issued_at) {
        struct sign_in_due due_before = phone_code_due(before);
        sign_in_due_delete(batch, &due_before);
    }
    table_put(batch, &key, data, phone_code_encode(code, data));
    sign_in_due_put(batch, &due);
}

void phone_codes_delete(struct batch *batch, const struct phone_code *code)
{
    struct key key = phone_key(batch->reader.merchant, code->phone);
    struct sign_in_due due = phone_code_due(code);
    table_delete(batch, &key);
    sign_in_due_delete(batch, &due);
}
