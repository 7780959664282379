#include "service/command/event_message.h"

#include <assert.h>
#include <string.h>

#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/limits.h"

enum { PORTION = 64 }; /* events fetched together */

static_assert(TOLD_KIND_COUNT <= 64, "a bit for each");
static_assert((int)TOLD_CREDIT_RESTORED ==
                  (int)BECKON__V1__EVENT_KIND__EVENT_KIND_CREDIT_RESTORED,
              "they are told as they are stored");

/* ---- messages -------------------------------------------------------------------------------- */

static enum outcome shop_id(struct reader *reader, struct command_call *call,
                            struct event_shop *known, uint32_t number, char **ret)
{
    struct shop shop;

    if (number == 0) return OUTCOME_OK;
    if (known->number != number) {
        enum outcome outcome = command_outcome(shops_get(reader, number, &shop),
                                               OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        known->number = number;
        memcpy(known->shop_id, shop.shop_id, sizeof known->shop_id);
    }
    *ret = reply_text(call, known->shop_id);
    return *ret != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome fill_places(struct reader *reader, struct command_call *call,
                                const struct told_event *event, struct event_shop *shop,
                                Beckon__V1__Event *message)
{
    const struct receipt *receipt = &event->receipt, *refund = &event->refund;
    uint32_t where = event->shop != 0 ? event->shop : receipt->shop;

    enum outcome outcome = shop_id(reader, call, shop, where, &message->shop_id);
    if (outcome == OUTCOME_OK)
        outcome = shop_id(reader, call, shop, refund->shop, &message->refund_shop_id);
    if (outcome != OUTCOME_OK) return outcome;
    message->receipt_number = reply_text_of(call, receipt->text, receipt->size);
    message->refund_number = reply_text_of(call, refund->text, refund->size);
    return message->receipt_number != NULL && message->refund_number != NULL ? OUTCOME_OK
                                                                             : OUTCOME_BUSY;
}

static void fill_numbers(const struct told_event *event, Beckon__V1__Event *message)
{
    message->event_number = event->number;
    message->kind = (Beckon__V1__EventKind)event->kind;
    message->guide_number = event->guide;
    if (event->amount != 0 || event->balance_after != 0) message->unit = reply_unit(event->unit);
    message->available = event->available;
    message->amount = event->amount;
    message->balance_after = event->balance_after;
    message->credit_number = event->credit;
    message->entry_number = event->entry;
    message->object_number = event->object;
    message->object_part = event->part;
    message->from_level = event->from_level;
    message->to_level = event->to_level;
}

enum outcome event_message(struct reader *reader, struct command_call *call,
                           const struct told_event *event, struct event_shop *shop,
                           Beckon__V1__Event **ret)
{
    Beckon__V1__Event *message = reply_message(call, &beckon__v1__event__descriptor);

    if (message == NULL) return OUTCOME_BUSY;
    fill_numbers(event, message);
    enum outcome outcome = fill_places(reader, call, event, shop, message);
    if (outcome != OUTCOME_OK) return outcome;
    message->recorded_at = reply_time(call, event->recorded_at);
    message->type = reply_text(call, event_name(event->kind));
    message->text = reply_text_of(call, event->text, strnlen(event->text, sizeof event->text));
    if (message->recorded_at == NULL || message->type == NULL || message->text == NULL)
        return OUTCOME_BUSY;
    if (event->party.kind != PARTY_NONE &&
        (message->party = reply_party(call, event->party)) == NULL)
        return OUTCOME_BUSY;
    if (event->other.kind != PARTY_NONE &&
        (message->other = reply_party(call, event->other)) == NULL)
        return OUTCOME_BUSY;
    if (event->date != 0 && (message->date = reply_date(call, event->date)) == NULL)
        return OUTCOME_BUSY;
    *ret = message;
    return OUTCOME_OK;
}

/* ---- the search ------------------------------------------------------------------------------ */

enum outcome event_search_kinds(struct command_call *call, size_t count,
                                const Beckon__V1__EventKind *kinds, uint64_t *ret_kinds)
{
    uint64_t wanted = 0;

    for (size_t i = 0; i < count; i++) {
        if ((int)kinds[i] <= (int)TOLD_NONE || (int)kinds[i] >= (int)TOLD_KIND_COUNT)
            return form_refuse(call, OUTCOME_VALUE_INVALID, "kinds", "MEMBER_REGISTERED ...");
        wanted |= UINT64_C(1) << kinds[i];
    }
    *ret_kinds = wanted;
    return OUTCOME_OK;
}

/* With the number that would do. */
static enum outcome refuse(struct command_call *call, enum outcome outcome, uint64_t bound)
{
    char *number = reply_number(call, bound);
    if (number == NULL) return OUTCOME_BUSY;
    return form_refuse(call, outcome, "from_number", number);
}

enum outcome event_search_begin(struct reader *reader, struct command_call *call,
                                uint64_t from_number, struct event_search *search)
{
    assert(from_number > 0);
    enum outcome outcome = command_outcome(events_head_get(reader, &search->head),
                                           OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (from_number <= search->head.trimmed)
        return refuse(call, OUTCOME_EVENTS_TRIMMED, search->head.trimmed + 1);
    if (from_number - 1 > search->head.count)
        return refuse(call, OUTCOME_EVENTS_AHEAD, search->head.count + 1);
    search->after = from_number - 1;
    return OUTCOME_OK;
}

enum outcome event_search_next(struct reader *reader, struct command_call *call,
                               struct event_search *search, Beckon__V1__Event ***ret_events,
                               size_t *ret_count)
{
    struct told_event events[PORTION];
    struct event_shop shop = {.number = 0};
    uint64_t last = search->after + LIMIT_EVENTS_WALK;
    size_t found = 0, count = 0;

    assert(search->count_max > 0 && search->count_max <= LIMIT_PAGE);
    if (last > search->head.count) last = search->head.count;
    Beckon__V1__Event **list = reply_alloc(call, search->count_max * sizeof *list);
    if (list == NULL) return OUTCOME_BUSY;
    while (search->after < last && found < search->count_max) {
        size_t wanted = search->count_max - found < PORTION ? search->count_max - found : PORTION;
        enum outcome outcome = command_outcome(
            events_after(reader, search->after, events, wanted, &count), OUTCOME_STORE_DAMAGED);
        if (outcome == OUTCOME_OK && count == 0) outcome = OUTCOME_STORE_DAMAGED;
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            search->after = events[i].number;
            if (search->kinds != 0 && (search->kinds >> events[i].kind & 1) == 0) continue;
            outcome = event_message(reader, call, &events[i], &shop, &list[found]);
            found++;
        }
        if (outcome != OUTCOME_OK) return outcome;
    }
    *ret_events = list;
    *ret_count = found;
    return OUTCOME_OK;
}
