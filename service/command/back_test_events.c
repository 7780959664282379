#include "service/command/back_test_events.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "service/command/back_test_snapshot.h"
#include "service/limits.h"
#include "store/accounts.h"
#include "store/event_walk.h"
#include "store/purchases.h"
#include "store/refunds.h"

enum {
    EVENTS_FIRST = 4096,
    TEXTS_FIRST = 64 * 1024,
    PORTION = 64, /* records of one snapshot: some 400 KiB of memory, far below a millisecond */
    REFUNDS_PORTION = 32,
};

void back_test_events_clear(struct back_test_events *events)
{
    free(events->events);
    free(events->texts);
    *events = (struct back_test_events){0};
}

struct receipt back_test_receipt(const struct back_test_events *events,
                                 const struct back_test_event *event)
{
    struct receipt receipt = {.shop = event->shop, .size = event->text_size};

    assert((size_t)event->text + event->text_size <= events->text_size);
    memcpy(receipt.text, events->texts + event->text, event->text_size);
    return receipt;
}

/* ---- adding ---------------------------------------------------------------------------------- */

static enum outcome grow(void **data, size_t *room, size_t wanted, size_t first, size_t size)
{
    size_t more = *room == 0 ? first : 2 * *room;

    while (more < wanted) more *= 2;
    void *grown = realloc(*data, more * size);
    if (grown == NULL) return OUTCOME_BUSY;
    *data = grown;
    *room = more;
    return OUTCOME_OK;
}

static enum outcome add(struct back_test_events *events, struct back_test_event event,
                        const struct receipt *receipt)
{
    if (events->count == LIMIT_BACK_TEST_EVENTS) return OUTCOME_BACK_TEST_TOO_LARGE;
    if (events->count == events->room) {
        void *data = events->events;
        enum outcome outcome =
            grow(&data, &events->room, events->count + 1, EVENTS_FIRST, sizeof *events->events);
        if (outcome != OUTCOME_OK) return outcome;
        events->events = data;
    }
    if (events->text_size + receipt->size > events->text_room) {
        void *data = events->texts;
        enum outcome outcome = grow(&data, &events->text_room, events->text_size + receipt->size,
                                    TEXTS_FIRST, 1);
        if (outcome != OUTCOME_OK) return outcome;
        events->texts = data;
    }
    event.shop = receipt->shop;
    event.text = (uint32_t)events->text_size;
    event.text_size = receipt->size;
    if (receipt->size > 0)
        memcpy(events->texts + events->text_size, receipt->text, receipt->size);
    events->text_size += receipt->size;
    if (event.member > events->member_max) events->member_max = event.member;
    events->events[events->count++] = event;
    return OUTCOME_OK;
}

/* Where among the events of its commit: the number of its first entry; 0 when it has none. */
static uint64_t first_credit(const struct award *awards, size_t award_count)
{
    uint64_t first = 0;

    for (size_t i = 0; i < award_count; i++)
        if (awards[i].credit != 0 && (first == 0 || awards[i].credit < first))
            first = awards[i].credit;
    return first;
}

/* ---- purchases and their refunds ------------------------------------------------------------- */

/* What a portion works with: on the heap, since purchases are large. */
struct gathering {
    struct back_test_events *events;
    uint64_t until;
    struct receipt after;
    uint32_t member;
    bool more;
    struct purchase purchases[PORTION];
};

static enum outcome add_refunds(struct reader *reader, struct gathering *gathering,
                                const struct purchase *purchase, uint32_t place)
{
    struct refund_of list[REFUNDS_PORTION];
    struct receipt after = {0};
    struct refund refund;
    size_t count;

    do {
        enum outcome outcome = command_outcome(
            refunds_of(reader, &purchase->receipt, &after, list, REFUNDS_PORTION, &count),
            OUTCOME_INTERNAL);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            after = list[i].receipt;
            if (list[i].state != REFUND_POSTED) continue;
            outcome = command_outcome(refunds_get(reader, &list[i].receipt, &refund),
                                      OUTCOME_STORE_DAMAGED);
            if (outcome != OUTCOME_OK || refund.settled_at > gathering->until) continue;
            outcome = add(gathering->events,
                          (struct back_test_event){
                              .recorded_at = refund.settled_at, .order = UINT64_MAX,
                              .member = purchase->member, .kind = EVENT_REFUND,
                              .purchase = place, .date = refund.business_date,
                          },
                          &refund.receipt);
            gathering->events->events[place].refunded = true;
        }
        if (outcome != OUTCOME_OK) return outcome;
    } while (count == REFUNDS_PORTION);
    return OUTCOME_OK;
}

static enum outcome add_purchase(struct reader *reader, struct gathering *gathering,
                                 const struct purchase *purchase)
{
    uint32_t place = (uint32_t)gathering->events->count;

    if (purchase->recorded_at > gathering->until) return OUTCOME_OK;
    enum outcome outcome =
        add(gathering->events,
            (struct back_test_event){
                .recorded_at = purchase->recorded_at, .member = purchase->member,
                .order = first_credit(purchase->awards, purchase->award_count),
                .kind = EVENT_PURCHASE, .purchase = place, .date = purchase->business_date,
            },
            &purchase->receipt);
    if (outcome != OUTCOME_OK || purchase->refund_count == 0) return outcome;
    return add_refunds(reader, gathering, purchase, place);
}

/* A portion either is taken whole or, asked for again, begins anew. */
static enum outcome gather_purchases(struct reader *reader, void *context)
{
    struct gathering *gathering = context;
    struct back_test_events *events = gathering->events;
    size_t count, count_before = events->count, text_before = events->text_size;

    enum outcome outcome = command_outcome(
        event_walk_purchases(reader, &gathering->after, gathering->purchases, PORTION, &count),
        OUTCOME_INTERNAL);
    for (size_t i = 0; outcome == OUTCOME_OK && i < count; i++)
        outcome = add_purchase(reader, gathering, &gathering->purchases[i]);
    if (outcome != OUTCOME_OK) {
        events->count = count_before;
        events->text_size = text_before;
        return outcome;
    }
    gathering->more = count == PORTION;
    if (count > 0) gathering->after = gathering->purchases[count - 1].receipt;
    return OUTCOME_OK;
}

/* ---- registrations --------------------------------------------------------------------------- */

static enum outcome add_registration(struct reader *reader, struct gathering *gathering,
                                     uint32_t member, const struct account *account)
{
    struct registration registration;

    if (account->recorded_at > gathering->until) return OUTCOME_OK;
    enum outcome outcome = command_outcome(registrations_get(reader, member, &registration),
                                           OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    return add(gathering->events,
               (struct back_test_event){
                   .recorded_at = account->recorded_at, .member = member,
                   .order = first_credit(registration.awards, registration.award_count),
                   .kind = EVENT_REGISTRATION, .purchase = BACK_TEST_NO_EVENT,
                   .date = account->registered_on,
               },
               &(struct receipt){0});
}

static enum outcome gather_registrations(struct reader *reader, void *context)
{
    struct gathering *gathering = context;
    struct back_test_events *events = gathering->events;
    uint32_t members[PORTION];
    struct account accounts[PORTION];
    size_t count, count_before = events->count;

    enum outcome outcome =
        command_outcome(accounts_list(reader, PARTY_MEMBER, gathering->member, members, accounts,
                                      PORTION, &count), OUTCOME_INTERNAL);
    for (size_t i = 0; outcome == OUTCOME_OK && i < count; i++)
        outcome = add_registration(reader, gathering, members[i], &accounts[i]);
    if (outcome != OUTCOME_OK) {
        events->count = count_before;
        return outcome;
    }
    gathering->more = count == PORTION;
    if (count > 0) gathering->member = members[count - 1];
    return OUTCOME_OK;
}

/* ---- order ----------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
    const struct back_test_event *a = left, *b = right;

    if (a->recorded_at != b->recorded_at) return a->recorded_at < b->recorded_at ? -1 : 1;
    if (a->order != b->order) return a->order < b->order ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    if (a->member != b->member) return a->member < b->member ? -1 : 1;
    if (a->text != b->text) return a->text < b->text ? -1 : 1;
    return 0;
}

/* While they are gathered, `purchase` of a purchase is its own place and that of a refund its
 * purchase's; sorting moves them all. */
static enum outcome sort(struct back_test_events *events)
{
    if (events->count == 0) return OUTCOME_OK;
    uint32_t *places = malloc(events->count * sizeof *places);
    if (places == NULL) return OUTCOME_BUSY;
    qsort(events->events, events->count, sizeof *events->events, compare);
    for (size_t i = 0; i < events->count; i++)
        if (events->events[i].kind == EVENT_PURCHASE)
            places[events->events[i].purchase] = (uint32_t)i;
    for (size_t i = 0; i < events->count; i++) {
        struct back_test_event *event = &events->events[i];
        if (event->kind == EVENT_REFUND) event->purchase = places[event->purchase];
        else event->purchase = BACK_TEST_NO_EVENT;
    }
    free(places);
    return OUTCOME_OK;
}

enum outcome back_test_events_gather(struct store *store, uint32_t merchant, uint64_t until,
                                     bool (*alive)(void *context), void *context,
                                     struct back_test_events *ret, bool *ret_gone)
{
    back_test_work *const works[] = {gather_registrations, gather_purchases};
    struct gathering *gathering = calloc(1, sizeof *gathering);
    enum outcome outcome = OUTCOME_OK;

    *ret_gone = false;
    if (gathering == NULL) return OUTCOME_BUSY;
    gathering->events = ret;
    gathering->until = until;
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        gathering->more = true;
        while (outcome == OUTCOME_OK && gathering->more && !*ret_gone) {
            outcome = back_test_snapshot(store, merchant, works[i], gathering);
            *ret_gone = !alive(context);
        }
    }
    free(gathering);
    return outcome == OUTCOME_OK && !*ret_gone ? sort(ret) : outcome;
}
