/* The ledger's records: fence, entry, totals; and what events earned: purchase, registration. */
#include "store/record.h"

#include <assert.h>

#include "store/codec.h"

enum {
    ENTRY_VERSION = 1,
    LEDGER_TOTALS_VERSION = 1,
    PURCHASE_VERSION = 1,
    PURCHASE_LINES_VERSION = 1,
    REGISTRATION_VERSION = 1,
};

static_assert(FENCE_BYTES == 64, "the engine compares the fence's first 16 bytes");
static_assert(AWARD_BYTES == 33, "the award keeps its size");

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
    return kind == EVENT_PURCHASE || kind == EVENT_REFUND;
}

static void event_encode(struct encoder *to, const struct event *event)
{
    encoder_u8(to, (uint8_t)event->kind);
    encoder_u32(to, event->member);
    if (event_has_receipt(event->kind)) encoder_receipt(to, &event->receipt);
}

static struct event event_decode(struct decoder *from)
{
    struct event event = {
        .kind = (enum event_kind)decoder_choice(from, EVENT_REGISTRATION, EVENT_PERIOD_CLOSE),
    };
    event.member = decoder_u32(from);
    if (event_has_receipt(event.kind)) event.receipt = decoder_receipt(from);
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
    struct decoder decoder = decoder_begin_version(from, ENTRY_VERSION);
    struct entry entry = {.number = decoder_u64(&decoder)};
    entry.recorded_at = decoder_u64(&decoder);
    entry.business_date = decoder_date(&decoder);
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
    struct decoder decoder = decoder_begin_version(from, LEDGER_TOTALS_VERSION);
    struct ledger_totals totals;
    for (size_t unit = 0; unit < UNIT_COUNT; unit++) {
        for (size_t side = 0; side < SIDE_COUNT; side++) {
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
        encoder_i64(to, awards[i].amount);
        encoder_u64(to, awards[i].credit);
    }
}

static uint16_t awards_decode(struct decoder *from, struct award *ret_awards)
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
            (enum award_reason)decoder_choice(from, AWARD_GRANTED, AWARD_BELOW_MINIMUM);
        ret_awards[i].base_minor = decoder_i64(from);
        ret_awards[i].amount = decoder_amount(from);
        ret_awards[i].credit = decoder_u64(from);
    }
    return count;
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
    encoder_u8(&encoder, purchase->line_count);
    encoder_u32(&encoder, purchase->serving_guide);
    encoder_u32(&encoder, purchase->program_version);
    encoder_bytes(&encoder, purchase->fingerprint, sizeof purchase->fingerprint);
    encoder_receipt(&encoder, &purchase->previous);
    awards_encode(&encoder, purchase->awards, purchase->award_count);
    assert(encoder_size(&encoder) <= PURCHASE_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result purchase_decode(struct bytes from, struct purchase *ret)
{
    struct decoder decoder = decoder_begin_version(from, PURCHASE_VERSION);
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
    purchase.line_count = (uint8_t)decoder_choice(&decoder, 0, PURCHASE_LINES_MAX);
    purchase.serving_guide = decoder_u32(&decoder);
    purchase.program_version = decoder_u32(&decoder);
    decoder_bytes(&decoder, purchase.fingerprint, sizeof purchase.fingerprint);
    purchase.previous = decoder_receipt(&decoder);
    purchase.award_count = awards_decode(&decoder, purchase.awards);
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
        encoder_text(&encoder, lines->lines[i].article, LINE_TEXT_BYTES_MAX);
        encoder_text(&encoder, lines->lines[i].category, LINE_TEXT_BYTES_MAX);
    }
    assert(encoder_size(&encoder) <= PURCHASE_LINES_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result purchase_lines_decode(struct bytes from, struct purchase_lines *ret)
{
    struct decoder decoder = decoder_begin_version(from, PURCHASE_LINES_VERSION);
    struct purchase_lines lines = {.count = decoder_choice(&decoder, 1, PURCHASE_LINES_MAX)};
    for (size_t i = 0; i < lines.count; i++) {
        lines.lines[i].amount_minor = decoder_amount(&decoder);
        lines.lines[i].tax_minor = decoder_amount(&decoder);
        lines.lines[i].base_minor = decoder_amount(&decoder);
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
    awards_encode(&encoder, registration->awards, registration->award_count);
    assert(encoder_size(&encoder) <= RECORD_BYTES_MAX);
    return encoder_size(&encoder);
}

enum store_result registration_decode(struct bytes from, struct registration *ret)
{
    struct decoder decoder = decoder_begin_version(from, REGISTRATION_VERSION);
    struct registration registration = {.member = decoder_u32(&decoder)};
    registration.program_version = decoder_u32(&decoder);
    decoder_bytes(&decoder, registration.fingerprint, sizeof registration.fingerprint);
    registration.award_count = awards_decode(&decoder, registration.awards);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = registration;
    return result;
}
