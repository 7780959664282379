/* The ledger's records: fence, entry, totals; and what events earned: purchase, registration. */
#include "store/encode.h"

#include <assert.h>

#include "store/codec.h"

enum {
    ENTRY_VERSION = 2,
    LEDGER_TOTALS_VERSION = 3,
    PURCHASE_VERSION = 2,
    PURCHASE_LINES_VERSION = 2,
    REGISTRATION_VERSION = 2,
};

static_assert(FENCE_BYTES == 64, "the engine compares the fence's first 16 bytes");
static_assert(AWARD_BYTES == 49, "the award keeps its size");

size_t fence_encode(const struct fence *fence, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u64(&encoder, fence->epoch);
    encoder_u64(&encoder, fence->commit);
    encoder_u64(&encoder, fence->entry);
    encoder_u64(&encoder, fence->time);
    encoder_bytes(&encoder, fence->head, sizeof fence->head);
    assert(encoder_size(&encoder) == FENCE_BYTES);
    return FENCE_BYTES;
}

enum store_result fence_decode(struct bytes from, struct fence *ret)
{
    struct decoder decoder = decoder_begin(from);
    struct fence fence = {.epoch = decoder_u64(&decoder)};
    fence.commit = decoder_u64(&decoder);
    fence.entry = decoder_u64(&decoder);
    fence.time = decoder_u64(&decoder);
    decoder_bytes(&decoder, fence.head, sizeof fence.head);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = fence;
    return result;
}

static bool event_has_receipt(enum event_kind kind)
{
    return kind == EVENT_PURCHASE || kind == EVENT_REFUND || kind == EVENT_REDEMPTION;
}

static void event_encode(struct encoder *to, const struct event *event)
{
    encoder_u8(to, (uint8_t)event->kind);
    encoder_u32(to, event->member);
    if (event_has_receipt(event->kind)) encoder_receipt(to, &event->receipt);
    if (event->kind == EVENT_SETTLEMENT) encoder_u32(to, event->run);
}

static struct event event_decode(struct decoder *from)
{
    struct event event = {
        .kind = (enum event_kind)decoder_choice(from, EVENT_REGISTRATION, EVENT_SETTLEMENT),
    };
    event.member = decoder_u32(from);
    if (event_has_receipt(event.kind)) event.receipt = decoder_receipt(from);
    if (event.kind == EVENT_SETTLEMENT) event.run = decoder_u32(from);
    return event;
}

size_t entry_encode(const struct entry *entry, uint8_t *to)
{
    assert(entry->amount >= 0);
    assert(entry->from < SIDE_COUNT && entry->to < SIDE_COUNT && entry->unit < UNIT_COUNT);
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, ENTRY_VERSION);
    encoder_u64(&encoder, entry->number);
    encoder_u64(&encoder, entry->recorded_at);
    encoder_date(&encoder, entry->business_date);
    encoder_date(&encoder, entry->event_date);
    encoder_u8(&encoder, (uint8_t)entry->kind);
    encoder_u8(&encoder, (uint8_t)entry->unit);
    encoder_u8(&encoder, (uint8_t)entry->from);
    encoder_u8(&encoder, (uint8_t)entry->to);
    encoder_party(&encoder, entry->party);
    encoder_i64(&encoder, entry->amount);
    encoder_i64(&encoder, entry->balance_after);
    encoder_u64(&encoder, entry->credit);
    encoder_u32(&encoder, entry->program_version);
    encoder_u16(&encoder, entry->rule);
    encoder_u64(&encoder, entry->previous);
    event_encode(&encoder, &entry->event);
    encoder_bytes(&encoder, entry->previous_hash, sizeof entry->previous_hash);
    assert(encoder_size(&encoder) <= ENTRY_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result entry_decode(struct bytes from, struct entry *ret)
{
    uint8_t version;
    struct decoder decoder = decoder_begin_versions(from, ENTRY_VERSION, &version);
    struct entry entry = {.number = decoder_u64(&decoder)};
    entry.recorded_at = decoder_u64(&decoder);
    entry.business_date = decoder_date(&decoder);
    entry.event_date = version >= 2 ? decoder_date(&decoder) : entry.business_date;
    entry.kind = (enum entry_kind)decoder_choice(&decoder, ENTRY_ACCRUE, ENTRY_WRITE_OFF);
    entry.unit = (enum unit)decoder_choice(&decoder, UNIT_POINTS, UNIT_COUNT - 1);
    entry.from = (enum side)decoder_choice(&decoder, SIDE_EXPENSE, SIDE_COUNT - 1);
    entry.to = (enum side)decoder_choice(&decoder, SIDE_EXPENSE, SIDE_COUNT - 1);
    entry.party = decoder_party(&decoder);
    entry.amount = decoder_amount(&decoder);
    entry.balance_after = decoder_i64(&decoder);
    entry.credit = decoder_u64(&decoder);
    entry.program_version = decoder_u32(&decoder);
    entry.rule = decoder_u16(&decoder);
    entry.previous = decoder_u64(&decoder);
    entry.event = event_decode(&decoder);
    decoder_bytes(&decoder, entry.previous_hash, sizeof entry.previous_hash);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = entry;
    return result;
}

size_t ledger_totals_encode(const struct ledger_totals *totals, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, LEDGER_TOTALS_VERSION);
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
        for (size_t side = 0; side < SIDE_COUNT; side++) {
            encoder_i64(&encoder, totals->balance[unit][side]);
        }
    }
    return encoder_size(&encoder);
}

enum store_result ledger_totals_decode(struct bytes from, struct ledger_totals *ret)
{
    uint8_t version;
    struct decoder decoder = decoder_begin_versions(from, LEDGER_TOTALS_VERSION, &version);
    struct ledger_totals totals = {0};
    /* Version 1 had no debts, version 2 nothing to carry. */
    size_t side_count = version >= 3 ? SIDE_COUNT : version == 2 ? SIDE_CARRY : SIDE_DEBT;
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
        for (size_t side = 0; side < side_count; side++) {
            totals.balance[unit][side] = decoder_i64(&decoder);
        }
    }
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = totals;
    return result;
}

static void awards_encode(struct encoder *to, const struct award *awards, uint16_t count)
{
    assert(count <= AWARDS_MAX);
    encoder_u16(to, count);
    for (uint16_t i = 0; i < count; i++) {
        encoder_u16(to, awards[i].rule);
        encoder_party(to, awards[i].party);
        encoder_u8(to, (uint8_t)awards[i].unit);
        encoder_u8(to, (uint8_t)awards[i].reason);
        encoder_i64(to, awards[i].base_minor);
        encoder_i64(to, awards[i].full_amount);
        encoder_i64(to, awards[i].amount);
        encoder_u64(to, awards[i].credit);
        encoder_u32(to, (uint32_t)awards[i].multiplier_bp);
        encoder_u16(to, awards[i].share_bp);
        encoder_u8(to, awards[i].bracket);
        encoder_u8(to, (uint8_t)awards[i].cap);
    }
}

/* Version 1 had neither shares nor caps. */
static uint16_t awards_decode(struct decoder *from, uint8_t version, struct award *ret_awards)
{
    uint16_t count = decoder_u16(from);
    if (count > AWARDS_MAX) {
        from->damaged = true;
        return 0;
    }
    for (uint16_t i = 0; i < count; i++) {
        ret_awards[i].rule = decoder_u16(from);
        ret_awards[i].party = decoder_party(from);
        ret_awards[i].unit = (enum unit)decoder_choice(from, UNIT_POINTS, UNIT_COUNT - 1);
        ret_awards[i].reason =
            (enum award_reason)decoder_choice(from, AWARD_GRANTED, AWARD_ERASED);
        ret_awards[i].base_minor = decoder_i64(from);
        if (version >= 2) ret_awards[i].full_amount = decoder_amount(from);
        ret_awards[i].amount = decoder_amount(from);
        ret_awards[i].credit = decoder_u64(from);
        if (version < 2) {
            ret_awards[i].full_amount = ret_awards[i].amount;
            ret_awards[i].multiplier_bp = MULTIPLIER_ONE;
            ret_awards[i].share_bp = SHARE_WHOLE;
            ret_awards[i].bracket = BRACKET_NONE;
            continue;
        }
        ret_awards[i].multiplier_bp = (int32_t)decoder_u32(from);
        ret_awards[i].share_bp = decoder_u16(from);
        ret_awards[i].bracket = decoder_u8(from);
        ret_awards[i].cap = (enum award_cap)decoder_choice(from, CAP_NONE, CAP_BUDGET);
    }
    return count;
}

static void verdicts_encode(struct encoder *to, const struct verdicts *verdicts)
{
    assert(verdicts->count <= VERDICTS_MAX);
    encoder_u8(to, verdicts->count);
    encoder_bytes(to, verdicts->of_rule, verdicts->count);
}

static void verdicts_decode(struct decoder *from, struct verdicts *ret)
{
    ret->count = (uint8_t)decoder_choice(from, 0, VERDICTS_MAX);
    for (uint8_t i = 0; i < ret->count; i++)
        ret->of_rule[i] = (uint8_t)decoder_choice(from, VERDICT_MATCHED, VERDICT_COUNT - 1);
}

static void sellers_decode(struct decoder *from, struct purchase *purchase)
{
    purchase->seller_count = (uint8_t)decoder_choice(from, 0, SELLERS_MAX);
    for (uint8_t i = 0; i < purchase->seller_count; i++) {
        purchase->sellers[i].guide = decoder_u32(from);
        purchase->sellers[i].share_bp = decoder_u16(from);
    }
}

size_t purchase_encode(const struct purchase *purchase, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, PURCHASE_VERSION);
    encoder_receipt(&encoder, &purchase->receipt);
    encoder_u32(&encoder, purchase->member);
    encoder_u64(&encoder, purchase->occurred_at);
    encoder_u64(&encoder, purchase->recorded_at);
    encoder_date(&encoder, purchase->business_date);
    encoder_i64(&encoder, purchase->parts.amount_minor);
    encoder_i64(&encoder, purchase->parts.tax_minor);
    encoder_i64(&encoder, purchase->parts.freight_minor);
    encoder_i64(&encoder, purchase->parts.gift_card_minor);
    encoder_i64(&encoder, purchase->parts.points_minor);
    encoder_i64(&encoder, purchase->base_minor);
    encoder_i64(&encoder, purchase->refunded_minor);
    encoder_i64(&encoder, purchase->refunded_by_amount_minor);
    encoder_i64(&encoder, purchase->refunded_base_minor);
    encoder_u16(&encoder, purchase->refund_count);
    encoder_u8(&encoder, purchase->line_count);
    encoder_u32(&encoder, purchase->serving_guide);
    encoder_u32(&encoder, purchase->program_version);
    encoder_bytes(&encoder, purchase->fingerprint, sizeof purchase->fingerprint);
    encoder_receipt(&encoder, &purchase->previous);
    encoder_u8(&encoder, purchase->tier);
    encoder_u32(&encoder, purchase->days_recorded);
    encoder_i64(&encoder, purchase->tier_points);
    assert(purchase->seller_count <= SELLERS_MAX);
    encoder_u8(&encoder, purchase->seller_count);
    for (uint8_t i = 0; i < purchase->seller_count; i++) {
        encoder_u32(&encoder, purchase->sellers[i].guide);
        encoder_u16(&encoder, purchase->sellers[i].share_bp);
    }
    verdicts_encode(&encoder, &purchase->verdicts);
    awards_encode(&encoder, purchase->awards, purchase->award_count);
    assert(encoder_size(&encoder) <= PURCHASE_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result purchase_decode(struct bytes from, struct purchase *ret)
{
    uint8_t version;
    struct decoder decoder = decoder_begin_versions(from, PURCHASE_VERSION, &version);
    struct purchase purchase = {.receipt = decoder_receipt(&decoder)};
    purchase.member = decoder_u32(&decoder);
    purchase.occurred_at = decoder_u64(&decoder);
    purchase.recorded_at = decoder_u64(&decoder);
    purchase.business_date = decoder_date(&decoder);
    purchase.parts.amount_minor = decoder_amount(&decoder);
    purchase.parts.tax_minor = decoder_amount(&decoder);
    purchase.parts.freight_minor = decoder_amount(&decoder);
    purchase.parts.gift_card_minor = decoder_amount(&decoder);
    purchase.parts.points_minor = decoder_amount(&decoder);
    purchase.base_minor = decoder_amount(&decoder);
    purchase.refunded_minor = decoder_amount(&decoder);
    if (version >= 2) {
        purchase.refunded_by_amount_minor = decoder_amount(&decoder);
        purchase.refunded_base_minor = decoder_amount(&decoder);
        purchase.refund_count = decoder_u16(&decoder);
    }
    purchase.line_count = (uint8_t)decoder_choice(&decoder, 0, PURCHASE_LINES_MAX);
    purchase.serving_guide = decoder_u32(&decoder);
    purchase.program_version = decoder_u32(&decoder);
    decoder_bytes(&decoder, purchase.fingerprint, sizeof purchase.fingerprint);
    purchase.previous = decoder_receipt(&decoder);
    if (version >= 2) {
        purchase.tier = decoder_u8(&decoder);
        purchase.days_recorded = decoder_u32(&decoder);
        purchase.tier_points = decoder_i64(&decoder);
        sellers_decode(&decoder, &purchase);
        verdicts_decode(&decoder, &purchase.verdicts);
    }
    purchase.award_count = awards_decode(&decoder, version, purchase.awards);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = purchase;
    return result;
}

size_t purchase_lines_encode(const struct purchase_lines *lines, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    assert(lines->count >= 1 && lines->count <= PURCHASE_LINES_MAX);
    encoder_u8(&encoder, PURCHASE_LINES_VERSION);
    encoder_u8(&encoder, (uint8_t)lines->count);
    for (size_t i = 0; i < lines->count; i++) {
        encoder_i64(&encoder, lines->lines[i].amount_minor);
        encoder_i64(&encoder, lines->lines[i].tax_minor);
        encoder_i64(&encoder, lines->lines[i].base_minor);
        encoder_i64(&encoder, lines->lines[i].refunded_minor);
        encoder_text(&encoder, lines->lines[i].article, LINE_TEXT_BYTES_MAX);
        encoder_text(&encoder, lines->lines[i].category, LINE_TEXT_BYTES_MAX);
    }
    assert(encoder_size(&encoder) <= PURCHASE_LINES_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result purchase_lines_decode(struct bytes from, struct purchase_lines *ret)
{
    uint8_t version;
    struct decoder decoder = decoder_begin_versions(from, PURCHASE_LINES_VERSION, &version);
    struct purchase_lines lines = {.count = decoder_choice(&decoder, 1, PURCHASE_LINES_MAX)};
    for (size_t i = 0; i < lines.count; i++) {
        lines.lines[i].amount_minor = decoder_amount(&decoder);
        lines.lines[i].tax_minor = decoder_amount(&decoder);
        lines.lines[i].base_minor = decoder_amount(&decoder);
        if (version >= 2) lines.lines[i].refunded_minor = decoder_amount(&decoder);
        decoder_text(&decoder, lines.lines[i].article, LINE_TEXT_BYTES_MAX);
        decoder_text(&decoder, lines.lines[i].category, LINE_TEXT_BYTES_MAX);
    }
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = lines;
    return result;
}

size_t registration_encode(const struct registration *registration, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, REGISTRATION_VERSION);
    encoder_u32(&encoder, registration->member);
    encoder_u32(&encoder, registration->program_version);
    encoder_bytes(&encoder, registration->fingerprint, sizeof registration->fingerprint);
    encoder_flag(&encoder, registration->voided);
    verdicts_encode(&encoder, &registration->verdicts);
    awards_encode(&encoder, registration->awards, registration->award_count);
    assert(encoder_size(&encoder) <= RECORD_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result registration_decode(struct bytes from, struct registration *ret)
{
    uint8_t version;
    struct decoder decoder = decoder_begin_versions(from, REGISTRATION_VERSION, &version);
    struct registration registration = {.member = decoder_u32(&decoder)};
    registration.program_version = decoder_u32(&decoder);
    decoder_bytes(&decoder, registration.fingerprint, sizeof registration.fingerprint);
    if (version >= 2) registration.voided = decoder_flag(&decoder);
    if (version >= 2) verdicts_decode(&decoder, &registration.verdicts);
    registration.award_count = awards_decode(&decoder, version, registration.awards);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = registration;
    return result;
}
