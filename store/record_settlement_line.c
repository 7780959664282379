/* Lines of settlement runs as bytes. */
#include "store/encode.h"

#include <assert.h>

#include "store/codec.h"
#include "store/settlement.h"

enum { SETTLEMENT_LINE_VERSION = 1 };

/* What the payee is told and what is paid: the figures, in this order. */
static void figures_encode(struct encoder *encoder, const struct settlement_line *line)
{
    encoder_u32(encoder, line->run);
    encoder_party(encoder, line->payee);
    encoder_u32(encoder, line->pay_entity);
    encoder_u32(encoder, line->shop);
    encoder_i64(encoder, line->points_earned);
    encoder_i64(encoder, line->points_taken);
    encoder_i64(encoder, line->points_debt);
    encoder_i64(encoder, line->points_converted);
    encoder_i64(encoder, line->points_kept);
    encoder_i64(encoder, line->cash_earned);
    encoder_i64(encoder, line->cash_taken);
    encoder_i64(encoder, line->cash_debt);
    encoder_i64(encoder, line->cash_settled);
    encoder_i64(encoder, line->gross_minor);
    encoder_i64(encoder, line->clawback_minor);
    encoder_i64(encoder, line->carry_in_minor);
    encoder_i64(encoder, line->carry_out_minor);
    encoder_i64(encoder, line->net_minor);
    encoder_u32(encoder, line->credit_count);
    encoder_u32(encoder, line->reversal_count);
    encoder_u32(encoder, line->adjustment_count);
    assert(line->origin_count <= ORIGIN_PERIODS_MAX);
    encoder_u8(encoder, line->origin_count);
    for (size_t i = 0; i < line->origin_count; i++)
        encoder_date(encoder, line->origin_quarters[i]);
}

size_t settlement_figures_encode(const struct settlement_line *line, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    figures_encode(&encoder, line);
    return encoder_size(&encoder);
}

size_t settlement_line_encode(const struct settlement_line *line, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, SETTLEMENT_LINE_VERSION);
    figures_encode(&encoder, line);
    encoder_u16(&encoder, line->draft);
    encoder_u32(&encoder, line->pending_count);
    encoder_u32(&encoder, line->held_count);
    encoder_u64(&encoder, line->entry);
    encoder_bytes(&encoder, line->statement_hash, HASH_BYTES);
    encoder_u8(&encoder, (uint8_t)line->payment);
    encoder_u64(&encoder, line->payment_at);
    encoder_u32(&encoder, line->payment_by);
    encoder_flag(&encoder, line->carried_back);
    assert(encoder_size(&encoder) <= SETTLEMENT_LINE_BYTES_MAX);
    return encoder_size(&encoder);
}

static void figures_decode(struct decoder *decoder, struct settlement_line *line)
{
    line->run = decoder_u32(decoder);
    line->payee = decoder_party(decoder);
    line->pay_entity = decoder_u32(decoder);
    line->shop = decoder_u32(decoder);
    line->points_earned = decoder_amount(decoder);
    line->points_taken = decoder_amount(decoder);
    line->points_debt = decoder_amount(decoder);
    line->points_converted = decoder_amount(decoder);
    line->points_kept = decoder_amount(decoder);
    line->cash_earned = decoder_amount(decoder);
    line->cash_taken = decoder_amount(decoder);
    line->cash_debt = decoder_amount(decoder);
    line->cash_settled = decoder_amount(decoder);
    line->gross_minor = decoder_amount(decoder);
    line->clawback_minor = decoder_amount(decoder);
    line->carry_in_minor = decoder_i64(decoder);
    line->carry_out_minor = decoder_i64(decoder);
    line->net_minor = decoder_amount(decoder);
    line->credit_count = decoder_u32(decoder);
    line->reversal_count = decoder_u32(decoder);
    line->adjustment_count = decoder_u32(decoder);
    line->origin_count = (uint8_t)decoder_choice(decoder, 0, ORIGIN_PERIODS_MAX);
    for (size_t i = 0; i < line->origin_count; i++)
        line->origin_quarters[i] = decoder_date(decoder);
}

enum store_result settlement_line_decode(struct bytes from, struct settlement_line *ret)
{
    struct decoder decoder = decoder_begin_version(from, SETTLEMENT_LINE_VERSION);
    struct settlement_line line = {.run = 0};
    figures_decode(&decoder, &line);
    line.draft = decoder_u16(&decoder);
    line.pending_count = decoder_u32(&decoder);
    line.held_count = decoder_u32(&decoder);
    line.entry = decoder_u64(&decoder);
    decoder_bytes(&decoder, line.statement_hash, HASH_BYTES);
    line.payment = (enum payment)decoder_choice(&decoder, PAYMENT_NONE, PAYMENT_RETURNED);
    line.payment_at = decoder_u64(&decoder);
    line.payment_by = decoder_u32(&decoder);
    line.carried_back = decoder_flag(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = line;
    return result;
}
