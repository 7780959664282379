/* The events a back-test replays, in the order in which they were recorded, in memory.
 *
 * An event is told in a few dozen bytes: when it was recorded and where its record lies; replaying
 * reads the record again. At most LIMIT_BACK_TEST_EVENTS, so some 150 MB. Receipts share one block.
 * One thread; freed by its owner. */
#ifndef BECKON_SERVICE_COMMAND_BACK_TEST_EVENTS_H
#define BECKON_SERVICE_COMMAND_BACK_TEST_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/command/command.h"
#include "store/record.h"

#define BACK_TEST_NO_EVENT UINT32_MAX

struct back_test_event {
    uint64_t recorded_at;  /* refunds: when it was posted */
    uint64_t order;        /* among those of one commit: its first entry, refunds last */
    uint32_t member;
    uint32_t shop;         /* of its receipt */
    uint32_t text;         /* where its receipt's text begins in the block */
    uint32_t purchase;     /* refunds: place of the purchase; else BACK_TEST_NO_EVENT */
    business_date date;    /* purchases, registrations: its business date */
    uint8_t kind;          /* EVENT_REGISTRATION, EVENT_PURCHASE, EVENT_REFUND */
    uint8_t text_size;
    bool refunded;         /* purchases: has refunds */
};

struct back_test_events {
    size_t count, room;
    struct back_test_event *events;
    size_t text_size, text_room;
    char *texts;
    uint32_t member_max;   /* the highest member number among them */
};

void back_test_events_clear(struct back_test_events *events);
/* Gathers and sorts all that was recorded until `until` (Unix ms): portion by portion, each in a
 * snapshot of its own. `alive` is asked between them; false: the client has gone, OUTCOME_OK with
 * *ret_gone. BACK_TEST_TOO_LARGE, BUSY (no memory), or a store outcome. */
enum outcome back_test_events_gather(struct store *store, uint32_t merchant, uint64_t until,
                                     bool (*alive)(void *context), void *context,
                                     struct back_test_events *ret, bool *ret_gone)
    OUTCOME_CHECKED;
/* The natural key of a purchase or refund. */
struct receipt back_test_receipt(const struct back_test_events *events,
                                 const struct back_test_event *event);

#endif
