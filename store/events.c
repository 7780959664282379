#include "store/events.h"

#include <assert.h>
#include <string.h>

#include "store/key.h"
#include "store/table.h"

static struct key record_key(uint32_t merchant, uint64_t first)
{
    struct key key = key_begin(merchant, TABLE_EVENT);
    key_u64(&key, first);
    return key;
}

/* ---- telling --------------------------------------------------------------------------------- */

enum store_result events_head_get(struct reader *reader, struct event_head *ret)
{
    struct key key = key_begin(reader->merchant, TABLE_EVENT_HEAD);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_ABSENT) {
        *ret = (struct event_head){.count = 0};
        return STORE_OK;
    }
    return result == STORE_OK ? event_head_decode(value, ret) : result;
}

enum store_result events_begin(struct batch *batch)
{
    struct telling *telling = batch->telling;

    telling->open = false;
    enum store_result result = events_head_get(&batch->reader, &telling->head);
    if (result != STORE_OK) return result;
    telling->open = true;
    telling->count = 0;
    telling->pending.count = 0;
    return STORE_OK;
}

/* Puts the pending ones as one record. */
static void put_pending(struct batch *batch, struct telling *telling)
{
    struct event_record *record = &telling->pending;
    uint8_t data[EVENT_RECORD_BYTES_MAX];

    assert(record->count > 0 && telling->head.count < UINT64_MAX - record->count);
    record->first = telling->head.count + 1;
    record->recorded_at = batch_recorded_at(batch);
    struct key key = record_key(batch->reader.merchant, record->first);
    table_put(batch, &key, data, event_record_encode(record, data));
    telling->head.count += record->count;
    record->count = 0;
}

void events_tell(struct batch *batch, const struct told_event *event)
{
    struct telling *telling = batch->telling;

    assert(event->kind > TOLD_NONE && event->kind < TOLD_KIND_COUNT);
    if (!telling->open) return;
    assert(telling->count < EVENT_COMMAND_MAX);
    if (telling->pending.count == EVENTS_OF_RECORD_MAX) put_pending(batch, telling);
    telling->pending.events[telling->pending.count++] = *event;
    telling->count++;
}

void events_end(struct batch *batch)
{
    struct telling *telling = batch->telling;

    if (telling->open && telling->count > 0) {
        uint8_t data[EVENT_HEAD_BYTES];
        if (telling->pending.count > 0) put_pending(batch, telling);
        struct key key = key_begin(batch->reader.merchant, TABLE_EVENT_HEAD);
        table_put(batch, &key, data, event_head_encode(&telling->head, data));
    }
    telling->open = false;
}

void events_drop(struct batch *batch)
{
    batch->telling->open = false;
}

/* ---- entries --------------------------------------------------------------------------------- */

/* What an entry tells; TOLD_NONE: those who post it tell it as a whole. */
static enum told_kind kind_of(enum entry_kind kind)
{
    switch (kind) {
    case ENTRY_ACCRUE: return TOLD_CREDIT_ACCRUED;
    case ENTRY_MATURE: return TOLD_CREDIT_MATURED;
    case ENTRY_EXPIRE: return TOLD_CREDIT_EXPIRED;
    case ENTRY_VOID: return TOLD_CREDIT_VOIDED;
    case ENTRY_REVERSE: return TOLD_CREDIT_REVERSED;
    case ENTRY_ADJUST: return TOLD_CREDIT_ADJUSTED;
    case ENTRY_HOLD: return TOLD_CREDIT_HELD;
    case ENTRY_RELEASE: return TOLD_CREDIT_RELEASED;
    case ENTRY_NET: return TOLD_DEBT_PAID;
    case ENTRY_WRITE_OFF: return TOLD_DEBT_FORGIVEN;
    case ENTRY_RESTORE: return TOLD_CREDIT_RESTORED;
    case ENTRY_REDEEM: return TOLD_NONE; /* the redemption's own event */
    case ENTRY_SETTLE: case ENTRY_CARRY_IN: case ENTRY_CARRY_OUT: return TOLD_NONE; /* the run's */
    }
    assert(false);
    return TOLD_NONE;
}

/* Adds to one of the newest events where that tells the same of the same account. */
static bool sum_up(struct event_record *pending, const struct told_event *event)
{
    for (size_t i = pending->count; i > 0; i--) {
        struct told_event *known = &pending->events[i - 1];
        if (known->kind != event->kind || known->unit != event->unit ||
            known->party.kind != event->party.kind || known->party.number != event->party.number ||
            known->available != event->available || known->date != event->date ||
            !receipt_same(&known->receipt, &event->receipt) ||
            !receipt_same(&known->refund, &event->refund) ||
            (known->amount < 0) != (event->amount < 0))
            continue;
        bool overflow = __builtin_add_overflow(known->amount, event->amount, &known->amount);
        assert(!overflow);
        known->balance_after = event->balance_after;
        return true;
    }
    return false;
}

void events_tell_entry(struct batch *batch, const struct entry *entry)
{
    struct told_event event = {
        .kind = kind_of(entry->kind), .party = entry->party, .unit = entry->unit,
        .amount = entry->amount, .balance_after = entry->balance_after, .credit = entry->credit,
        .entry = entry->number, .date = entry->business_date,
    };

    assert(entry->number != 0 && entry->amount >= 0);
    bool cancelled = entry->kind == ENTRY_RESTORE && entry->event.kind != EVENT_REFUND;
    if (event.kind == TOLD_NONE || cancelled || !batch->telling->open) return;
    event.available = entry->kind == ENTRY_ACCRUE && entry->to == SIDE_OWNER;
    if (entry->kind == ENTRY_ADJUST && entry->from == SIDE_OWNER) event.amount = -entry->amount;
    if (entry->event.kind == EVENT_REFUND) event.refund = entry->event.receipt;
    else event.receipt = entry->event.receipt;
    if (!sum_up(&batch->telling->pending, &event)) events_tell(batch, &event);
}

/* ---- listening ------------------------------------------------------------------------------- */

/* The record under this key, whole. */
static enum store_result read_record(struct bytes key, struct bytes value,
                                     struct event_record *ret)
{
    if (key.size != KEY_REST_OFFSET + 8) return STORE_DAMAGED;
    enum store_result result = event_record_decode(value, ret);
    if (result == STORE_OK && ret->first != key_read_u64(key, KEY_REST_OFFSET))
        result = STORE_DAMAGED;
    return result;
}

/* The record that holds event `number`, or the last one before it; STORE_ABSENT: none is. */
static enum store_result record_of(struct reader *reader, uint64_t number,
                                   struct event_record *ret)
{
    struct key from = record_key(reader->merchant, 0), to = record_key(reader->merchant, number);
    struct bytes key, value;
    enum store_result result = table_last(reader, &from, &to, &key, &value);
    return result == STORE_OK ? read_record(key, value, ret) : result;
}

struct listing {
    uint64_t after;
    struct told_event *events;
    size_t count, count_max;
};

static enum store_result listing_visit(void *context, struct bytes key, struct bytes value,
                                       bool *ret_more)
{
    struct listing *listing = context;
    struct event_record record;

    enum store_result result = read_record(key, value, &record);
    if (result != STORE_OK) return result;
    for (size_t i = 0; i < record.count && listing->count < listing->count_max; i++) {
        const struct told_event *event = &record.events[i];
        if (event->number <= listing->after) continue;
        if (listing->count > 0 && event->number != listing->after + 1) return STORE_DAMAGED;
        listing->events[listing->count++] = *event;
        listing->after = event->number;
    }
    *ret_more = listing->count < listing->count_max;
    return STORE_OK;
}

enum store_result events_after(struct reader *reader, uint64_t after,
                               struct told_event *ret_events, size_t count_max, size_t *ret_count)
{
    struct listing listing = {.after = after, .events = ret_events, .count_max = count_max};
    struct event_record record = {.first = 0};
    struct event_head head;

    enum store_result result = events_head_get(reader, &head);
    if (result == STORE_OK && after < head.count && count_max > 0) {
        result = record_of(reader, after + 1, &record);
        if (result != STORE_OK && result != STORE_ABSENT) return result;
        struct key prefix = key_begin(reader->merchant, TABLE_EVENT);
        struct key from = record_key(reader->merchant, record.first), end = key_after(&prefix);
        result = table_walk(reader, key_view(&from), key_view(&end), listing_visit, &listing);
    }
    if (result == STORE_OK) *ret_count = listing.count;
    return result;
}

/* ---- trimming -------------------------------------------------------------------------------- */

struct trimming {
    struct event_trim *trim;
    uint64_t before_ms;
    size_t count_max;
};

static enum store_result trimming_visit(void *context, struct bytes key, struct bytes value,
                                        bool *ret_more)
{
    struct trimming *trimming = context;
    struct event_trim *trim = trimming->trim;
    struct event_record record;

    enum store_result result = read_record(key, value, &record);
    if (result != STORE_OK) return result;
    uint64_t last = record.first + record.count - 1;
    bool old = record.recorded_at < trimming->before_ms && last < trim->head.count;
    trim->more = old && trim->count == trimming->count_max;
    *ret_more = old && !trim->more;
    if (!*ret_more) return STORE_OK;
    trim->first[trim->count++] = record.first;
    trim->head.trimmed = last;
    return STORE_OK;
}

enum store_result events_trim_load(struct reader *reader, uint64_t before_ms, size_t count_max,
                                   struct event_trim *ret)
{
    struct trimming trimming = {.trim = ret, .before_ms = before_ms, .count_max = count_max};
    struct key prefix = key_begin(reader->merchant, TABLE_EVENT), end = key_after(&prefix);

    assert(count_max > 0 && count_max <= EVENT_TRIM_RECORDS_MAX);
    ret->count = 0;
    ret->more = false;
    enum store_result result = events_head_get(reader, &ret->head);
    if (result != STORE_OK) return result;
    return table_walk(reader, key_view(&prefix), key_view(&end), trimming_visit, &trimming);
}

void events_trim_put(struct batch *batch, const struct event_trim *trim)
{
    uint8_t data[EVENT_HEAD_BYTES];

    assert(trim->count > 0 && trim->head.trimmed < trim->head.count);
    assert(!batch->telling->open || batch->telling->count == 0);
    for (size_t i = 0; i < trim->count; i++) {
        struct key key = record_key(batch->reader.merchant, trim->first[i]);
        table_delete(batch, &key);
    }
    struct key key = key_begin(batch->reader.merchant, TABLE_EVENT_HEAD);
    table_put(batch, &key, data, event_head_encode(&trim->head, data));
}
