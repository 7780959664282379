/* codec: the cursors hot records are written and read with, field by field, big-endian.
 *
 * An encoder writes into room its caller made sure of. A decoder never reads past its end: what is
 * missing or out of range sets `damaged`, reads as zero, and is answered once by decoder_end, so
 * that a record's decoder is a plain list of its fields. Every field has one encoding only:
 * a record that decodes encodes to the same bytes again. Internal to record*.c. */
#ifndef BECKON_STORE_CODEC_H
#define BECKON_STORE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/bytes.h"
#include "store/encode.h"
#include "store/record.h"
#include "store/result.h"

struct encoder {
    uint8_t *start, *at;
};

struct encoder encoder_begin(uint8_t *to);
/* Bytes written so far. */
size_t encoder_size(const struct encoder *encoder);
void encoder_u8(struct encoder *encoder, uint8_t value);
void encoder_u16(struct encoder *encoder, uint16_t value);
void encoder_u32(struct encoder *encoder, uint32_t value);
void encoder_u64(struct encoder *encoder, uint64_t value);
void encoder_i64(struct encoder *encoder, int64_t value);
/* Seven bits a byte, lowest first, the top bit set on all but the last: small numbers are short. */
void encoder_varint(struct encoder *encoder, uint64_t value);
/* The same for numbers of either sign, by their distance from 0. */
void encoder_signed_varint(struct encoder *encoder, int64_t value);
void encoder_date(struct encoder *encoder, business_date value);
void encoder_flag(struct encoder *encoder, bool value);
void encoder_bytes(struct encoder *encoder, const void *data, size_t size);
/* A zero-padded text of at most `size_max` (<= 255) bytes: its length, then its bytes. */
void encoder_text(struct encoder *encoder, const char *text, size_t size_max);
/* Asserts that NONE has number 0 and the others have one. */
void encoder_party(struct encoder *encoder, struct party party);
/* Shop, size, and `size` bytes of text. */
void encoder_receipt(struct encoder *encoder, const struct receipt *receipt);
/* The same padded with zeros to RECEIPT_BYTES, for records of a fixed size. */
void encoder_receipt_padded(struct encoder *encoder, const struct receipt *receipt);

struct decoder {
    const uint8_t *at, *end;
    bool damaged;
};

struct decoder decoder_begin(struct bytes from);
/* The same behind a version byte, which must be `version`. */
struct decoder decoder_begin_version(struct bytes from, uint8_t version);
/* The same for a record that has grown: any version from 1 to `newest`; fields an older one
 * doesn't have are the caller's to fill in. */
struct decoder decoder_begin_versions(struct bytes from, uint8_t newest, uint8_t *ret_version);
/* STORE_OK when every field was in range and nothing is left over, else STORE_DAMAGED. */
enum store_result decoder_end(const struct decoder *decoder) STORE_CHECKED;
uint8_t decoder_u8(struct decoder *decoder);
uint16_t decoder_u16(struct decoder *decoder);
uint32_t decoder_u32(struct decoder *decoder);
uint64_t decoder_u64(struct decoder *decoder);
int64_t decoder_i64(struct decoder *decoder);
/* Damaged when longer than need be, or above `max`. */
uint64_t decoder_varint(struct decoder *decoder, uint64_t max);
int64_t decoder_signed_varint(struct decoder *decoder);
/* An int64 that is never negative. */
int64_t decoder_amount(struct decoder *decoder);
business_date decoder_date(struct decoder *decoder);
bool decoder_flag(struct decoder *decoder);
/* A byte in [min, max]; `min` when it isn't. */
unsigned decoder_choice(struct decoder *decoder, unsigned min, unsigned max);
void decoder_bytes(struct decoder *decoder, void *ret_data, size_t size);
/* Zero-pads `ret_text` to `size_max`. */
void decoder_text(struct decoder *decoder, char *ret_text, size_t size_max);
struct party decoder_party(struct decoder *decoder);
struct code_value decoder_code(struct decoder *decoder);
struct receipt decoder_receipt(struct decoder *decoder);
struct receipt decoder_receipt_padded(struct decoder *decoder);

#endif
