/* Events as messages of the API, and the search for those that a caller wants. */
#ifndef BECKON_SERVICE_COMMAND_EVENT_MESSAGE_H
#define BECKON_SERVICE_COMMAND_EVENT_MESSAGE_H

#include "beckon/v1/event_service.pb-c.h"
#include "service/command/command.h"
#include "store/events.h"
#include "store/shops.h"

/* The shop named last: events in a row are mostly of one. Zeroed: none yet. */
struct event_shop {
    uint32_t number;
    char shop_id[SHOP_ID_BYTES_MAX + 1];
};
/* The one way from a record to the message. Fields its kind does not have stay out. */
enum outcome event_message(struct reader *reader, struct command_call *call,
                           const struct told_event *event, struct event_shop *shop,
                           Beckon__V1__Event **ret) OUTCOME_CHECKED;

/* Which events, and how far the search has come. */
struct event_search {
    uint64_t kinds;           /* bits 1 << kind; 0: all */
    size_t count_max;         /* at most LIMIT_PAGE */
    uint64_t after;           /* looked at up to this number; moves on */
    struct event_head head;
};
/* The kinds of a request. Refuses with VALUE_INVALID. */
enum outcome event_search_kinds(struct command_call *call, size_t count,
                                const Beckon__V1__EventKind *kinds,
                                uint64_t *ret_kinds) OUTCOME_CHECKED;
/* Where a search for `from_number` (not 0) and on begins: sets head and after. Refuses with
 * EVENTS_TRIMMED, or EVENTS_AHEAD where no such number can have been seen here. */
enum outcome event_search_begin(struct reader *reader, struct command_call *call,
                                uint64_t from_number,
                                struct event_search *search) OUTCOME_CHECKED;
/* The next ones, at most count_max; looks at LIMIT_EVENTS_WALK at most, so that there may be fewer
 * though search->after has not reached the head. */
enum outcome event_search_next(struct reader *reader, struct command_call *call,
                               struct event_search *search, Beckon__V1__Event ***ret_events,
                               size_t *ret_count) OUTCOME_CHECKED;

#endif
