#include "store/codec.h"

#include <assert.h>
#include <string.h>

struct encoder encoder_begin(uint8_t *to)
{
    assert(to != NULL);
    return (struct encoder){.start = to, .at = to};
}

size_t encoder_size(const struct encoder *encoder)
{
    return (size_t)(encoder->at - encoder->start);
}

static inline void encoder_big_endian(struct encoder *encoder, uint64_t value, size_t size)
{
    bytes_put_number(encoder->at, value, size);
    encoder->at += size;
}

void encoder_u8(struct encoder *encoder, uint8_t value)
{
    *encoder->at++ = value;
}

void encoder_u16(struct encoder *encoder, uint16_t value)
{
    encoder_big_endian(encoder, value, 2);
}

void encoder_u32(struct encoder *encoder, uint32_t value)
{
    encoder_big_endian(encoder, value, 4);
}

void encoder_u64(struct encoder *encoder, uint64_t value)
{
    encoder_big_endian(encoder, value, 8);
}

void encoder_i64(struct encoder *encoder, int64_t value)
{
    encoder_big_endian(encoder, (uint64_t)value, 8);
}

void encoder_varint(struct encoder *encoder, uint64_t value)
{
    for (; value >= 0x80; value >>= 7) *encoder->at++ = (uint8_t)(value | 0x80);
    *encoder->at++ = (uint8_t)value;
}

void encoder_signed_varint(struct encoder *encoder, int64_t value)
{
    uint64_t doubled = (uint64_t)value << 1;
    encoder_varint(encoder, value < 0 ? ~doubled : doubled);
}

void encoder_date(struct encoder *encoder, business_date value)
{
    encoder_big_endian(encoder, (uint32_t)value, 4);
}

void encoder_flag(struct encoder *encoder, bool value)
{
    encoder_u8(encoder, value ? 1 : 0);
}

void encoder_bytes(struct encoder *encoder, const void *data, size_t size)
{
    if (size > 0) memcpy(encoder->at, data, size);
    encoder->at += size;
}

void encoder_text(struct encoder *encoder, const char *text, size_t size_max)
{
    assert(size_max <= UINT8_MAX);
    size_t size = strnlen(text, size_max);
    encoder_u8(encoder, (uint8_t)size);
    encoder_bytes(encoder, text, size);
}

void encoder_party(struct encoder *encoder, struct party party)
{
    assert(party.kind <= PARTY_SHOP);
    assert((party.kind == PARTY_NONE) == (party.number == 0));
    encoder_u8(encoder, (uint8_t)party.kind);
    encoder_u32(encoder, party.number);
}

void encoder_receipt(struct encoder *encoder, const struct receipt *receipt)
{
    assert(receipt->size <= RECEIPT_BYTES_MAX);
    encoder_u32(encoder, receipt->shop);
    encoder_u8(encoder, receipt->size);
    encoder_bytes(encoder, receipt->text, receipt->size);
}

void encoder_receipt_padded(struct encoder *encoder, const struct receipt *receipt)
{
    encoder_receipt(encoder, receipt);
    size_t padding = RECEIPT_BYTES_MAX - (size_t)receipt->size;
    memset(encoder->at, 0, padding);
    encoder->at += padding;
}

/* ---- reading --------------------------------------------------------------------------------- */

struct decoder decoder_begin(struct bytes from)
{
    static const uint8_t nothing[1];
    const uint8_t *data = from.data != NULL ? from.data : nothing;
    size_t size = from.data != NULL ? from.size : 0;
    return (struct decoder){.at = data, .end = data + size};
}

struct decoder decoder_begin_version(struct bytes from, uint8_t version)
{
    struct decoder decoder = decoder_begin(from);
    if (decoder_u8(&decoder) != version) decoder.damaged = true;
    return decoder;
}

struct decoder decoder_begin_versions(struct bytes from, uint8_t newest, uint8_t *ret_version)
{
    struct decoder decoder = decoder_begin(from);
    *ret_version = decoder_u8(&decoder);
    if (*ret_version < 1 || *ret_version > newest) decoder.damaged = true;
    return decoder;
}

enum store_result decoder_end(const struct decoder *decoder)
{
    bool whole = !decoder->damaged && decoder->at == decoder->end;
    return whole ? STORE_OK : STORE_DAMAGED;
}

/* Is there room for `size` more bytes? */
static bool decoder_has(struct decoder *decoder, size_t size)
{
    if ((size_t)(decoder->end - decoder->at) >= size) return true;
    decoder->damaged = true;
    decoder->at = decoder->end;
    return false;
}

static inline uint64_t decoder_big_endian(struct decoder *decoder, size_t size)
{
    if (!decoder_has(decoder, size)) return 0;
    uint64_t value = bytes_get_number(decoder->at, size);
    decoder->at += size;
    return value;
}

uint8_t decoder_u8(struct decoder *decoder)
{
    return (uint8_t)decoder_big_endian(decoder, 1);
}

uint16_t decoder_u16(struct decoder *decoder)
{
    return (uint16_t)decoder_big_endian(decoder, 2);
}

uint32_t decoder_u32(struct decoder *decoder)
{
    return (uint32_t)decoder_big_endian(decoder, 4);
}

uint64_t decoder_u64(struct decoder *decoder)
{
    return decoder_big_endian(decoder, 8);
}

int64_t decoder_i64(struct decoder *decoder)
{
    return (int64_t)decoder_big_endian(decoder, 8);
}

uint64_t decoder_varint(struct decoder *decoder, uint64_t max)
{
    uint64_t value = 0;
    const uint8_t *at = decoder->at;
    for (unsigned shift = 0; shift < 64 && at < decoder->end; shift += 7) {
        uint8_t byte = *at++;
        uint64_t bits = byte & 0x7f;
        if (bits << shift >> shift != bits) break;
        value |= bits << shift;
        if (byte & 0x80) continue;
        if (value > max || (byte == 0 && shift > 0)) break;
        decoder->at = at;
        return value;
    }
    decoder->damaged = true;
    return 0;
}

int64_t decoder_signed_varint(struct decoder *decoder)
{
    uint64_t doubled = decoder_varint(decoder, UINT64_MAX);
    return (int64_t)(doubled & 1 ? ~(doubled >> 1) : doubled >> 1);
}

int64_t decoder_amount(struct decoder *decoder)
{
    int64_t value = decoder_i64(decoder);
    if (value >= 0) return value;
    decoder->damaged = true;
    return 0;
}

business_date decoder_date(struct decoder *decoder)
{
    return (business_date)decoder_u32(decoder);
}

bool decoder_flag(struct decoder *decoder)
{
    return decoder_choice(decoder, 0, 1) == 1;
}

unsigned decoder_choice(struct decoder *decoder, unsigned min, unsigned max)
{
    unsigned value = decoder_u8(decoder);
    if (min <= value && value <= max) return value;
    decoder->damaged = true;
    return min;
}

void decoder_bytes(struct decoder *decoder, void *ret_data, size_t size)
{
    if (size == 0) return;
    if (!decoder_has(decoder, size)) {
        memset(ret_data, 0, size);
        return;
    }
    memcpy(ret_data, decoder->at, size);
    decoder->at += size;
}

void decoder_text(struct decoder *decoder, char *ret_text, size_t size_max)
{
    memset(ret_text, 0, size_max);
    size_t size = decoder_u8(decoder);
    if (size > size_max) {
        decoder->damaged = true;
        return;
    }
    decoder_bytes(decoder, ret_text, size);
    if (strnlen(ret_text, size) != size) decoder->damaged = true;
}

struct party decoder_party(struct decoder *decoder)
{
    struct party party = {.kind = (enum party_kind)decoder_choice(decoder, PARTY_NONE, PARTY_SHOP)};
    party.number = decoder_u32(decoder);
    if ((party.kind == PARTY_NONE) == (party.number == 0)) return party;
    decoder->damaged = true;
    return (struct party){.kind = PARTY_NONE};
}

struct code_value decoder_code(struct decoder *decoder)
{
    struct code_value value = {.symbols = decoder_u64(decoder)};
    if (value.symbols >> 45 != 0) decoder->damaged = true;
    return value;
}

struct receipt decoder_receipt(struct decoder *decoder)
{
    struct receipt receipt = {.shop = decoder_u32(decoder)};
    receipt.size = (uint8_t)decoder_choice(decoder, 0, RECEIPT_BYTES_MAX);
    decoder_bytes(decoder, receipt.text, receipt.size);
    return receipt;
}

struct receipt decoder_receipt_padded(struct decoder *decoder)
{
    struct receipt receipt = decoder_receipt(decoder);
    static const uint8_t nothing[RECEIPT_BYTES_MAX];
    uint8_t padding[RECEIPT_BYTES_MAX];
    size_t size = RECEIPT_BYTES_MAX - (size_t)receipt.size;
    decoder_bytes(decoder, padding, size);
    if (memcmp(padding, nothing, size) != 0) decoder->damaged = true;
    return receipt;
}
