/* Lists closes in the order of their keys. */
#include <assert.h>
#include <string.h>

#include "service/command/commands.h"
#include "service/command/page.h"
#include "service/command/period_message.h"
#include "service/command/reply.h"
#include "service/limits.h"

static_assert(sizeof(struct period_name) <= PAGE_CURSOR_BYTES_MAX, "a page begins behind a name");

static enum outcome list_period_closes_read(struct reader *reader, struct command_call *call,
                                            ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListPeriodClosesRequest *request =
        (const Beckon__V1__ListPeriodClosesRequest *)call->request;
    struct period_close closes[LIMIT_PAGE];
    struct period_name after;
    struct page page;
    size_t count;

    enum outcome outcome = page_read(call, reader->store, "period closes", 0, request->page_size,
                                     request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    bool first = page.cursor_size != sizeof after;
    if (!first) memcpy(&after, page.cursor, sizeof after);
    outcome = command_outcome(
        period_closes_list(reader, first ? NULL : &after, closes, page.size, &count),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListPeriodClosesResponse *reply =
        reply_message(call, &beckon__v1__list_period_closes_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->period_closes = reply_alloc(call, (count + 1) * sizeof *reply->period_closes);
    if (reply->period_closes == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        outcome = period_close_load_message(reader, call, &closes[i], &reply->period_closes[i]);
        if (outcome != OUTCOME_OK) return outcome;
        reply->n_period_closes++;
    }
    if (count == page.size) {
        reply->next_page_token = page_next(call, reader->store, "period closes", 0,
                                           &closes[count - 1].name, sizeof after);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_period_closes = {
    .request = &beckon__v1__list_period_closes_request__descriptor,
    .reply = &beckon__v1__list_period_closes_response__descriptor,
    .read = list_period_closes_read,
};
