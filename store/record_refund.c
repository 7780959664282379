/* The encoded form of a refund. */
#include "store/refund.h"

#include <assert.h>

#include "store/codec.h"

enum { REFUND_VERSION = 1 };

static void lines_encode(struct encoder *to, const struct refund *refund)
{
    assert(refund->line_count <= PURCHASE_LINES_MAX);
    encoder_u8(to, refund->line_count);
    for (uint8_t i = 0; i < refund->line_count; i++) {
        encoder_u8(to, refund->lines[i].line);
        encoder_i64(to, refund->lines[i].asked_minor);
        encoder_i64(to, refund->lines[i].refunded_minor);
    }
}

static void lines_decode(struct decoder *from, struct refund *refund)
{
    refund->line_count = (uint8_t)decoder_choice(from, 0, PURCHASE_LINES_MAX);
    for (uint8_t i = 0; i < refund->line_count; i++) {
        refund->lines[i].line = (uint8_t)decoder_choice(from, 1, PURCHASE_LINES_MAX);
        refund->lines[i].asked_minor = decoder_amount(from);
        refund->lines[i].refunded_minor = decoder_amount(from);
    }
}

static void takings_encode(struct encoder *to, const struct refund *refund)
{
    assert(refund->taking_count <= AWARDS_MAX);
    encoder_u16(to, refund->taking_count);
    for (uint16_t i = 0; i < refund->taking_count; i++) {
        const struct refund_taking *taking = &refund->takings[i];
        encoder_u64(to, taking->credit);
        encoder_party(to, taking->party);
        encoder_u8(to, (uint8_t)taking->unit);
        encoder_i64(to, taking->asked);
        encoder_i64(to, taking->own);
        encoder_i64(to, taking->elsewhere);
        encoder_i64(to, taking->owed);
        encoder_i64(to, taking->waived);
    }
}

static void takings_decode(struct decoder *from, struct refund *refund)
{
    refund->taking_count = decoder_u16(from);
    if (refund->taking_count > AWARDS_MAX) {
        from->damaged = true;
        refund->taking_count = 0;
    }
    for (uint16_t i = 0; i < refund->taking_count; i++) {
        struct refund_taking *taking = &refund->takings[i];
        taking->credit = decoder_u64(from);
        taking->party = decoder_party(from);
        taking->unit = (enum unit)decoder_choice(from, UNIT_POINTS, UNIT_COUNT - 1);
        taking->asked = decoder_amount(from);
        taking->own = decoder_amount(from);
        taking->elsewhere = decoder_amount(from);
        taking->owed = decoder_amount(from);
        taking->waived = decoder_amount(from);
    }
}

static void returns_encode(struct encoder *to, const struct refund *refund)
{
    assert(refund->return_count <= REFUND_RETURNS_MAX);
    encoder_u8(to, refund->return_count);
    for (uint8_t i = 0; i < refund->return_count; i++) {
        encoder_u64(to, refund->returns[i].redemption);
        encoder_u8(to, (uint8_t)refund->returns[i].unit);
        encoder_i64(to, refund->returns[i].amount);
    }
}

static void returns_decode(struct decoder *from, struct refund *refund)
{
    refund->return_count = (uint8_t)decoder_choice(from, 0, REFUND_RETURNS_MAX);
    for (uint8_t i = 0; i < refund->return_count; i++) {
        refund->returns[i].redemption = decoder_u64(from);
        refund->returns[i].unit = (enum unit)decoder_choice(from, UNIT_POINTS, UNIT_COUNT - 1);
        refund->returns[i].amount = decoder_amount(from);
    }
}

size_t refund_encode(const struct refund *refund, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, REFUND_VERSION);
    encoder_receipt(&encoder, &refund->receipt);
    encoder_receipt(&encoder, &refund->purchase);
    encoder_u8(&encoder, (uint8_t)refund->state);
    encoder_u8(&encoder, (uint8_t)refund->reject);
    encoder_flag(&encoder, refund->parked);
    encoder_u32(&encoder, refund->member);
    encoder_u64(&encoder, refund->occurred_at);
    encoder_u64(&encoder, refund->recorded_at);
    encoder_u64(&encoder, refund->settled_at);
    encoder_date(&encoder, refund->business_date);
    encoder_bytes(&encoder, refund->fingerprint, sizeof refund->fingerprint);
    encoder_i64(&encoder, refund->amount_minor);
    encoder_i64(&encoder, refund->base_minor);
    encoder_i64(&encoder, refund->tier_points);
    encoder_flag(&encoder, refund->full);
    lines_encode(&encoder, refund);
    takings_encode(&encoder, refund);
    returns_encode(&encoder, refund);
    assert(encoder_size(&encoder) <= REFUND_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result refund_decode(struct bytes from, struct refund *ret)
{
    struct decoder decoder = decoder_begin_version(from, REFUND_VERSION);
    struct refund refund = {.receipt = decoder_receipt(&decoder)};
    refund.purchase = decoder_receipt(&decoder);
    refund.state = (enum refund_state)decoder_choice(&decoder, REFUND_PARKED, REFUND_REJECTED);
    refund.reject =
        (enum refund_reject)decoder_choice(&decoder, REFUND_REJECT_NONE, REFUND_REJECT_COUNT - 1);
    refund.parked = decoder_flag(&decoder);
    refund.member = decoder_u32(&decoder);
    refund.occurred_at = decoder_u64(&decoder);
    refund.recorded_at = decoder_u64(&decoder);
    refund.settled_at = decoder_u64(&decoder);
    refund.business_date = decoder_date(&decoder);
    decoder_bytes(&decoder, refund.fingerprint, sizeof refund.fingerprint);
    refund.amount_minor = decoder_amount(&decoder);
    refund.base_minor = decoder_amount(&decoder);
    refund.tier_points = decoder_amount(&decoder);
    refund.full = decoder_flag(&decoder);
    lines_decode(&decoder, &refund);
    takings_decode(&decoder, &refund);
    returns_decode(&decoder, &refund);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = refund;
    return result;
}

bool refund_taking_balanced(const struct refund_taking *taking)
{
    __int128 sum = taking->own;
    sum += taking->elsewhere;
    sum += taking->owed;
    sum += taking->waived;
    return taking->own >= 0 && taking->elsewhere >= 0 && taking->owed >= 0 &&
           taking->waived >= 0 && sum == taking->asked;
}
