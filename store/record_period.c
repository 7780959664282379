/* Period closes and what came out for each guide, as bytes. */
#include "store/encode.h"

#include <assert.h>

#include "store/codec.h"
#include "store/period_closes.h"

enum { PERIOD_CLOSE_VERSION = 1, PERIOD_RESULT_VERSION = 1 };

size_t period_close_encode(const struct period_close *close, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, PERIOD_CLOSE_VERSION);
    encoder_text(&encoder, close->name.rule_id, RULE_ID_BYTES_MAX);
    encoder_u8(&encoder, (uint8_t)close->name.kind);
    encoder_date(&encoder, close->name.start);
    encoder_u32(&encoder, close->program_version);
    encoder_u16(&encoder, close->rule);
    encoder_date(&encoder, close->refunds_before);
    encoder_u64(&encoder, close->begun_at);
    encoder_u64(&encoder, close->computed_at);
    encoder_u32(&encoder, close->guide_count);
    encoder_u32(&encoder, close->credit_count);
    encoder_i64(&encoder, close->amount);
    encoder_u32(&encoder, close->guide);
    encoder_u32(&encoder, close->member);
    encoder_u32(&encoder, close->numerator);
    encoder_u32(&encoder, close->denominator);
    assert(encoder_size(&encoder) <= RECORD_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result period_close_decode(struct bytes from, struct period_close *ret)
{
    struct decoder decoder = decoder_begin_version(from, PERIOD_CLOSE_VERSION);
    struct period_close close = {.computed_at = 0};
    decoder_text(&decoder, close.name.rule_id, RULE_ID_BYTES_MAX);
    close.name.kind = (enum period_kind)decoder_choice(&decoder, PERIOD_MONTH, PERIOD_YEAR);
    close.name.start = decoder_date(&decoder);
    close.program_version = decoder_u32(&decoder);
    close.rule = decoder_u16(&decoder);
    close.refunds_before = decoder_date(&decoder);
    close.begun_at = decoder_u64(&decoder);
    close.computed_at = decoder_u64(&decoder);
    close.guide_count = decoder_u32(&decoder);
    close.credit_count = decoder_u32(&decoder);
    close.amount = decoder_amount(&decoder);
    close.guide = decoder_u32(&decoder);
    close.member = decoder_u32(&decoder);
    close.numerator = decoder_u32(&decoder);
    close.denominator = decoder_u32(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = close;
    return result;
}

size_t period_result_encode(const struct period_result *result, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, PERIOD_RESULT_VERSION);
    encoder_u32(&encoder, result->guide);
    encoder_u32(&encoder, result->numerator);
    encoder_u32(&encoder, result->denominator);
    encoder_i64(&encoder, result->value);
    encoder_u8(&encoder, result->bracket);
    encoder_u8(&encoder, (uint8_t)result->reason);
    encoder_u8(&encoder, (uint8_t)result->cap);
    encoder_i64(&encoder, result->full_amount);
    encoder_i64(&encoder, result->amount);
    encoder_u64(&encoder, result->credit);
    encoder_u32(&encoder, result->shop);
    encoder_u32(&encoder, result->pay_entity);
    return encoder_size(&encoder);
}

enum store_result period_result_decode(struct bytes from, struct period_result *ret)
{
    struct decoder decoder = decoder_begin_version(from, PERIOD_RESULT_VERSION);
    struct period_result found = {.guide = decoder_u32(&decoder)};
    found.numerator = decoder_u32(&decoder);
    found.denominator = decoder_u32(&decoder);
    found.value = decoder_amount(&decoder);
    found.bracket = decoder_u8(&decoder);
    found.reason =
        (enum award_reason)decoder_choice(&decoder, AWARD_GRANTED, AWARD_BELOW_MINIMUM);
    found.cap = (enum award_cap)decoder_choice(&decoder, CAP_NONE, CAP_BUDGET);
    found.full_amount = decoder_amount(&decoder);
    found.amount = decoder_amount(&decoder);
    found.credit = decoder_u64(&decoder);
    found.shop = decoder_u32(&decoder);
    found.pay_entity = decoder_u32(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = found;
    return result;
}
