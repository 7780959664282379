/* Follows a merchant's events from a number on: each look tells the next ones.
 *
 * The place is the last number that was looked at; nothing is kept for a client who has gone, he
 * names the number he has seen. The first look always answers, so that he knows where he stands. */
#include "service/command/commands.h"
#include "service/command/event_message.h"
#include "service/command/reply.h"
#include "service/limits.h"

typedef Beckon__V1__WatchEventsRequest watch_request;
typedef Beckon__V1__WatchEventsResponse watch_reply;

static enum outcome find(struct reader *reader, struct command_call *call,
                         const struct command_place *place, struct event_search *search)
{
    const watch_request *request = (const watch_request *)call->request;

    search->count_max = LIMIT_PAGE;
    enum outcome outcome =
        event_search_kinds(call, request->n_kinds, request->kinds, &search->kinds);
    if (outcome != OUTCOME_OK) return outcome;
    if (place->begun) return event_search_begin(reader, call, place->version + 1, search);
    if (request->from_number > 0)
        return event_search_begin(reader, call, request->from_number, search);
    outcome = command_outcome(events_head_get(reader, &search->head), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) search->after = search->head.count;
    return outcome;
}

static enum outcome watch_events_follow(struct reader *reader, struct command_call *call,
                                        struct command_place *place, bool heartbeat,
                                        ProtobufCMessage **ret_reply)
{
    struct event_search search = {.kinds = 0};

    enum outcome outcome = find(reader, call, place, &search);
    if (outcome != OUTCOME_OK) return outcome;
    bool first = !place->begun;
    watch_reply *reply = reply_message(call, &beckon__v1__watch_events_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    outcome = event_search_next(reader, call, &search, &reply->events, &reply->n_events);
    if (outcome != OUTCOME_OK) return outcome;
    place->begun = true;
    place->version = search.after;
    place->more = search.after < search.head.count;
    if (reply->n_events == 0 && !first && !heartbeat) return OUTCOME_OK;
    reply->last_number = search.after;
    reply->head_number = search.head.count;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command watch_events = {
    .request = &beckon__v1__watch_events_request__descriptor,
    .reply = &beckon__v1__watch_events_response__descriptor,
    .follow = watch_events_follow,
};
