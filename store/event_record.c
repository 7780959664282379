/* How events are stored: behind its kind each has a word of flags, one per field that it has, then
 * those fields, numbers as varints. What an event shares with the one before it in its record (whom
 * it is about, the receipt, the date) is a flag alone. Each record has one encoding. */
#include "store/events.h"

#include <assert.h>
#include <string.h>

#include "store/codec.h"

enum { RECORD_VERSION = 1, HEAD_VERSION = 1 };

/* The first 14 are those of purchases and credits: two bytes hold them. */
enum flag {
    HAS_PARTY = 1 << 0, SAME_PARTY = 1 << 1,
    HAS_RECEIPT = 1 << 2, SAME_RECEIPT = 1 << 3,
    HAS_DATE = 1 << 4, SAME_DATE = 1 << 5,
    HAS_AMOUNT = 1 << 6, IS_CASH = 1 << 7, IS_AVAILABLE = 1 << 8,
    HAS_BALANCE = 1 << 9, HAS_CREDIT = 1 << 10, HAS_ENTRY = 1 << 11, HAS_GUIDE = 1 << 12,
    HAS_OBJECT = 1 << 13,
    HAS_REFUND = 1 << 14, SAME_REFUND = 1 << 15,
    HAS_PART = 1 << 16, HAS_OTHER = 1 << 17, HAS_SHOP = 1 << 18, HAS_LEVELS = 1 << 19,
    HAS_TEXT = 1 << 20, FLAGS_END = 1 << 21,
};

static bool has_receipt(const struct receipt *receipt)
{
    return receipt->shop != 0 || receipt->size != 0;
}

static bool party_same(struct party a, struct party b)
{
    return a.kind == b.kind && a.number == b.number;
}

/* Which fields it has, beside `before`, an empty one where it is the first. */
static unsigned flags_of(const struct told_event *event, const struct told_event *before)
{
    unsigned flags = 0;

    if (event->party.kind != PARTY_NONE)
        flags |= party_same(event->party, before->party) ? SAME_PARTY : HAS_PARTY;
    if (has_receipt(&event->receipt))
        flags |= receipt_same(&event->receipt, &before->receipt) ? SAME_RECEIPT : HAS_RECEIPT;
    if (has_receipt(&event->refund))
        flags |= receipt_same(&event->refund, &before->refund) ? SAME_REFUND : HAS_REFUND;
    if (event->date != 0) flags |= event->date == before->date ? SAME_DATE : HAS_DATE;
    if (event->amount != 0) flags |= HAS_AMOUNT;
    if (event->unit == UNIT_CASH) flags |= IS_CASH;
    if (event->available) flags |= IS_AVAILABLE;
    if (event->balance_after != 0) flags |= HAS_BALANCE;
    if (event->credit != 0) flags |= HAS_CREDIT;
    if (event->entry != 0) flags |= HAS_ENTRY;
    if (event->guide != 0) flags |= HAS_GUIDE;
    if (event->object != 0) flags |= HAS_OBJECT;
    if (event->part != 0) flags |= HAS_PART;
    if (event->other.kind != PARTY_NONE) flags |= HAS_OTHER;
    if (event->shop != 0) flags |= HAS_SHOP;
    if (event->from_level != 0 || event->to_level != 0) flags |= HAS_LEVELS;
    if (event->text[0] != '\0') flags |= HAS_TEXT;
    return flags;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put_party(struct encoder *encoder, struct party party)
{
    assert(party.kind > PARTY_NONE && party.kind <= PARTY_SHOP && party.number != 0);
    encoder_u8(encoder, (uint8_t)party.kind);
    encoder_varint(encoder, party.number);
}

static void put_receipt(struct encoder *encoder, const struct receipt *receipt)
{
    assert(receipt->size <= RECEIPT_BYTES_MAX);
    encoder_varint(encoder, receipt->shop);
    encoder_u8(encoder, receipt->size);
    encoder_bytes(encoder, receipt->text, receipt->size);
}

static void put_event(struct encoder *encoder, const struct told_event *event,
                      const struct told_event *before)
{
    unsigned flags = flags_of(event, before);

    assert(event->kind > TOLD_NONE && event->kind < TOLD_KIND_COUNT);
    assert(event->unit < UNIT_COUNT);
    encoder_u8(encoder, (uint8_t)event->kind);
    encoder_varint(encoder, flags);
    if (flags & HAS_PARTY) put_party(encoder, event->party);
    if (flags & HAS_RECEIPT) put_receipt(encoder, &event->receipt);
    if (flags & HAS_DATE) encoder_signed_varint(encoder, event->date);
    if (flags & HAS_AMOUNT) encoder_signed_varint(encoder, event->amount);
    if (flags & HAS_BALANCE) encoder_signed_varint(encoder, event->balance_after);
    if (flags & HAS_CREDIT) encoder_varint(encoder, event->credit);
    if (flags & HAS_ENTRY) encoder_varint(encoder, event->entry);
    if (flags & HAS_GUIDE) encoder_varint(encoder, event->guide);
    if (flags & HAS_OBJECT) encoder_varint(encoder, event->object);
    if (flags & HAS_REFUND) put_receipt(encoder, &event->refund);
    if (flags & HAS_PART) encoder_varint(encoder, event->part);
    if (flags & HAS_OTHER) put_party(encoder, event->other);
    if (flags & HAS_SHOP) encoder_varint(encoder, event->shop);
    if (flags & HAS_LEVELS) {
        encoder_u8(encoder, event->from_level);
        encoder_u8(encoder, event->to_level);
    }
    if (flags & HAS_TEXT) encoder_text(encoder, event->text, TOLD_TEXT_BYTES_MAX);
}

size_t event_record_encode(const struct event_record *record, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    struct told_event nothing = {.kind = TOLD_NONE};

    assert(record->count >= 1 && record->count <= EVENTS_OF_RECORD_MAX);
    encoder_u8(&encoder, RECORD_VERSION);
    encoder_u64(&encoder, record->first);
    encoder_u64(&encoder, record->recorded_at);
    encoder_u8(&encoder, (uint8_t)record->count);
    for (size_t i = 0; i < record->count; i++)
        put_event(&encoder, &record->events[i], i > 0 ? &record->events[i - 1] : &nothing);
    assert(encoder_size(&encoder) <= EVENT_RECORD_BYTES_MAX);
    return encoder_size(&encoder);
}

/* ---- reading --------------------------------------------------------------------------------- */

static uint64_t get_number(struct decoder *decoder, uint64_t max)
{
    uint64_t number = decoder_varint(decoder, max);
    if (number == 0) decoder->damaged = true;
    return number;
}

static int64_t get_signed(struct decoder *decoder)
{
    int64_t number = decoder_signed_varint(decoder);
    if (number == 0) decoder->damaged = true;
    return number;
}

static struct party get_party(struct decoder *decoder)
{
    struct party party = {
        .kind = (enum party_kind)decoder_choice(decoder, PARTY_MEMBER, PARTY_SHOP)};
    party.number = (uint32_t)get_number(decoder, UINT32_MAX);
    return party;
}

static struct receipt get_receipt(struct decoder *decoder)
{
    struct receipt receipt = {.shop = (uint32_t)decoder_varint(decoder, UINT32_MAX)};
    receipt.size = (uint8_t)decoder_choice(decoder, 0, RECEIPT_BYTES_MAX);
    decoder_bytes(decoder, receipt.text, receipt.size);
    return receipt;
}

static business_date get_date(struct decoder *decoder)
{
    int64_t date = get_signed(decoder);
    if (date >= INT32_MIN && date <= INT32_MAX) return (business_date)date;
    decoder->damaged = true;
    return 0;
}

static void get_event(struct decoder *decoder, const struct told_event *before,
                      struct told_event *ret)
{
    unsigned kind = decoder_choice(decoder, TOLD_NONE + 1, TOLD_KIND_COUNT - 1);
    unsigned flags = (unsigned)decoder_varint(decoder, FLAGS_END - 1);

    *ret = (struct told_event){.kind = (enum told_kind)kind};
    ret->unit = flags & IS_CASH ? UNIT_CASH : UNIT_POINTS;
    ret->available = (flags & IS_AVAILABLE) != 0;
    if (flags & SAME_PARTY) ret->party = before->party;
    if (flags & HAS_PARTY) ret->party = get_party(decoder);
    if (flags & SAME_RECEIPT) ret->receipt = before->receipt;
    if (flags & HAS_RECEIPT) ret->receipt = get_receipt(decoder);
    if (flags & SAME_DATE) ret->date = before->date;
    if (flags & HAS_DATE) ret->date = get_date(decoder);
    if (flags & HAS_AMOUNT) ret->amount = get_signed(decoder);
    if (flags & HAS_BALANCE) ret->balance_after = get_signed(decoder);
    if (flags & HAS_CREDIT) ret->credit = get_number(decoder, UINT64_MAX);
    if (flags & HAS_ENTRY) ret->entry = get_number(decoder, UINT64_MAX);
    if (flags & HAS_GUIDE) ret->guide = (uint32_t)get_number(decoder, UINT32_MAX);
    if (flags & HAS_OBJECT) ret->object = get_number(decoder, UINT64_MAX);
    if (flags & SAME_REFUND) ret->refund = before->refund;
    if (flags & HAS_REFUND) ret->refund = get_receipt(decoder);
    if (flags & HAS_PART) ret->part = get_number(decoder, UINT64_MAX);
    if (flags & HAS_OTHER) ret->other = get_party(decoder);
    if (flags & HAS_SHOP) ret->shop = (uint32_t)get_number(decoder, UINT32_MAX);
    if (flags & HAS_LEVELS) {
        ret->from_level = decoder_u8(decoder);
        ret->to_level = decoder_u8(decoder);
    }
    if (flags & HAS_TEXT) decoder_text(decoder, ret->text, TOLD_TEXT_BYTES_MAX);
    /* A field that is empty, or given though it is that of the event before, or the reverse. */
    if (flags_of(ret, before) != flags) decoder->damaged = true;
}

enum store_result event_record_decode(struct bytes from, struct event_record *ret)
{
    struct decoder decoder = decoder_begin_version(from, RECORD_VERSION);
    struct told_event nothing = {.kind = TOLD_NONE};
    struct event_record record = {.first = decoder_u64(&decoder)};

    record.recorded_at = decoder_u64(&decoder);
    record.count = (uint8_t)decoder_choice(&decoder, 1, EVENTS_OF_RECORD_MAX);
    if (record.first == 0 || record.first > UINT64_MAX - record.count) decoder.damaged = true;
    for (size_t i = 0; i < record.count && !decoder.damaged; i++) {
        struct told_event *event = &record.events[i];
        get_event(&decoder, i > 0 ? event - 1 : &nothing, event);
        event->number = record.first + i;
        event->recorded_at = record.recorded_at;
    }
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = record;
    return result;
}

/* ---- the head -------------------------------------------------------------------------------- */

size_t event_head_encode(const struct event_head *head, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, HEAD_VERSION);
    encoder_u64(&encoder, head->count);
    encoder_u64(&encoder, head->trimmed);
    return encoder_size(&encoder);
}

enum store_result event_head_decode(struct bytes from, struct event_head *ret)
{
    struct decoder decoder = decoder_begin_version(from, HEAD_VERSION);
    struct event_head head = {.count = decoder_u64(&decoder)};
    head.trimmed = decoder_u64(&decoder);
    if (head.trimmed > head.count) decoder.damaged = true;
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = head;
    return result;
}
