/* Events: gapless from the first that is kept to the head, time that never runs back, each about
 * somebody and something there is. Commits go on meanwhile: what is told or trimmed behind the
 * walk's back is no finding. */
#include <inttypes.h>

#include "store/events.h"
#include "store/table.h"
#include "store/verify_inner.h"

static enum store_result head_get(struct verify *verify, struct event_head *ret)
{
    enum store_result result;
    do result = events_head_get(&verify->reader, ret);
    while (verify_again(verify, result));
    return result;
}

enum store_result verify_events_begin(struct verify *verify)
{
    struct event_head head;
    enum store_result result = head_get(verify, &head);
    verify->events_known = result == STORE_OK ? head.count : 0;
    return result == STORE_DAMAGED ? STORE_OK : result; /* it will be found */
}

/* Behind a gap: is that where the kept ones begin by now? */
static enum store_result check_gap(struct verify *verify, uint64_t first)
{
    struct event_head head;
    enum store_result result = head_get(verify, &head);
    if (result != STORE_OK) return verify_fatal(result); /* said already */
    if (first != head.trimmed + 1)
        verify_found(verify, "events: %" PRIu64 " follows %" PRIu64, first,
                     verify->events_next - 1);
    return STORE_OK;
}

static bool party_is_there(const struct verify *verify, struct party party)
{
    if (party.kind == PARTY_MEMBER) return party.number <= verify->numbers.member;
    if (party.kind == PARTY_GUIDE) return party.number <= verify->numbers.guide;
    return true;
}

/* Of those up to the commit whose entries and numbers are being proven. */
static void check_event(struct verify *verify, const struct told_event *event)
{
    if (event->number > verify->events_known) return;
    bool known = party_is_there(verify, event->party) && party_is_there(verify, event->other) &&
                 event->guide <= verify->numbers.guide;
    if (!known)
        verify_found(verify, "event %" PRIu64 ": about nobody there is", event->number);
    if (event->entry > verify->fence.entry || event->credit > verify->fence.entry)
        verify_found(verify, "event %" PRIu64 ": about no entry there is", event->number);
}

static enum store_result visit_record(struct verify *verify, struct bytes key, struct bytes value)
{
    struct event_record record;
    enum store_result result = event_record_decode(value, &record);

    bool placed = result == STORE_OK && key.size == KEY_REST_OFFSET + 8 &&
                  record.first == key_read_u64(key, KEY_REST_OFFSET);
    if (!placed) {
        uint64_t number = key.size == KEY_REST_OFFSET + 8 ? key_read_u64(key, KEY_REST_OFFSET) : 0;
        verify_found(verify, "event %" PRIu64 ": damaged record", number);
        return STORE_OK;
    }
    if (record.first != verify->events_next) {
        result = check_gap(verify, record.first);
        if (result != STORE_OK) return result;
    }
    if (record.recorded_at < verify->events_time)
        verify_found(verify, "event %" PRIu64 ": time runs back", record.first);
    for (size_t i = 0; i < record.count; i++) check_event(verify, &record.events[i]);
    verify->events_next = record.first + record.count;
    verify->events_time = record.recorded_at;
    return STORE_OK;
}

/* The last event is the head's, as of one snapshot. */
static enum store_result check_end(struct verify *verify)
{
    struct key from = key_begin(verify->merchant, TABLE_EVENT), to = from;
    struct bytes key, value;
    struct event_head head;
    struct event_record record = {.first = 0};
    uint64_t last = 0;

    enum store_result result = head_get(verify, &head);
    if (result != STORE_OK) return verify_fatal(result); /* said already */
    key_u64(&to, UINT64_MAX);
    do result = table_last(&verify->reader, &from, &to, &key, &value);
    while (verify_again(verify, result));
    if (result == STORE_OK) result = event_record_decode(value, &record);
    if (result == STORE_OK) last = record.first + record.count - 1;
    if (result != STORE_OK && result != STORE_ABSENT) return verify_fatal(result); /* said */
    if (last != head.count)
        verify_found(verify, "events: the last is %" PRIu64 ", the head says %" PRIu64, last,
                     head.count);
    return STORE_OK;
}

enum store_result verify_events(struct verify *verify)
{
    struct event_head head;

    enum store_result result = verify_snapshot(verify);
    if (result != STORE_OK) return result;
    result = head_get(verify, &head);
    if (result != STORE_OK) {
        verify_found(verify, "events: %s head", verify_word(result));
        return verify_fatal(result);
    }
    verify->events_next = head.trimmed + 1;
    verify->events_time = 0;
    result = verify_table(verify, TABLE_EVENT, "event", visit_record);
    if (result == STORE_OK) result = verify_snapshot(verify);
    return result == STORE_OK ? check_end(verify) : result;
}
