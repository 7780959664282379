/* Lists hooks by number. */
#include "service/command/commands.h"
#include "service/command/page.h"
#include "service/command/reply.h"
#include "service/command/webhook_message.h"
#include "store/events.h"

static enum outcome list_webhooks_read(struct reader *reader, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ListWebhooksRequest *request =
        (const Beckon__V1__ListWebhooksRequest *)call->request;
    uint32_t numbers[WEBHOOKS_MAX];
    struct event_head head;
    struct page page;
    size_t count;

    enum outcome outcome = page_read(call, reader->store, "webhooks", 0, request->page_size,
                                     request->page_token, &page);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(webhooks_list(reader, numbers, &count), OUTCOME_INTERNAL);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(events_head_get(reader, &head), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ListWebhooksResponse *reply =
        reply_message(call, &beckon__v1__list_webhooks_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->webhooks = reply_alloc(call, WEBHOOKS_MAX * sizeof *reply->webhooks);
    if (reply->webhooks == NULL) return OUTCOME_BUSY;
    size_t at = 0;
    while (at < count && numbers[at] <= page_cursor_number(&page)) at++;
    for (; at < count && reply->n_webhooks < page.size; at++) {
        struct webhook_state state;
        struct webhook webhook;
        outcome = webhook_load(reader, call, numbers[at], "page_token", &webhook, &state);
        if (outcome != OUTCOME_OK) return outcome;
        Beckon__V1__Webhook *message = webhook_message(call, &webhook, &state, head.count);
        if (message == NULL) return OUTCOME_BUSY;
        reply->webhooks[reply->n_webhooks++] = message;
    }
    if (at < count) {
        reply->next_page_token =
            page_next_number(call, reader->store, "webhooks", 0, numbers[at - 1]);
        if (reply->next_page_token == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command list_webhooks = {
    .request = &beckon__v1__list_webhooks_request__descriptor,
    .reply = &beckon__v1__list_webhooks_response__descriptor,
    .read = list_webhooks_read,
};
