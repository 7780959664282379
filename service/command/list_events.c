/* Lists a merchant's events, oldest first, from a number on. */
#include "service/command/commands.h"
#include "service/command/event_message.h"
#include "service/command/page.h"
#include "service/command/reply.h"

typedef Beckon__V1__ListEventsRequest list_request;
typedef Beckon__V1__ListEventsResponse list_reply;

/* A page's token holds for the same request alone. */
static uint64_t filter_of(const list_request *request, const struct event_search *search)
{
    return search->kinds ^ request->from_number * UINT64_C(0x9e3779b97f4a7c15);
}

static enum outcome find(struct reader *reader, struct command_call *call,
                         const list_request *request, const struct page *page,
                         struct event_search *search)
{
    uint64_t from = page->cursor_size > 0 ? page_cursor_number(page) + 1 : request->from_number;

    search->count_max = page->size;
    if (from > 0) return event_search_begin(reader, call, from, search);
    enum outcome outcome = command_outcome(events_head_get(reader, &search->head),
                                           OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) search->after = search->head.trimmed;
    return outcome;
}

static enum outcome list_events_read(struct reader *reader, struct command_call *call,
                                     ProtobufCMessage **ret_reply)
{
    const list_request *request = (const list_request *)call->request;
    struct event_search search = {.kinds = 0};
    struct page page;

    enum outcome outcome =
        event_search_kinds(call, request->n_kinds, request->kinds, &search.kinds);
    if (outcome != OUTCOME_OK) return outcome;
    uint64_t filter = filter_of(request, &search);
    outcome = page_read(call, reader->store, "events", filter, request->page_size,
                        request->page_token, &page);
    if (outcome == OUTCOME_OK) outcome = find(reader, call, request, &page, &search);
    if (outcome != OUTCOME_OK) return outcome;
    list_reply *reply = reply_message(call, &beckon__v1__list_events_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    outcome = event_search_next(reader, call, &search, &reply->events, &reply->n_events);
    if (outcome != OUTCOME_OK) return outcome;
    reply->head_number = search.head.count;
    if (search.head.count > search.head.trimmed) reply->oldest_number = search.head.trimmed + 1;
    if (search.after < search.head.count) {
        reply->next_page_token =
            page_next_number(call, reader->store, "events", filter, search.after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_events = {
    .request = &beckon__v1__list_events_request__descriptor,
    .reply = &beckon__v1__list_events_response__descriptor,
    .read = list_events_read,
};
