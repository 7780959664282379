/* One hook: how far it is, and how it fares. */
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "service/command/webhook_message.h"
#include "store/events.h"

static enum outcome get_webhook_read(struct reader *reader, struct command_call *call,
                                     ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetWebhookRequest *request =
        (const Beckon__V1__GetWebhookRequest *)call->request;
    struct webhook_state state;
    struct webhook webhook;
    struct event_head head;

    enum outcome outcome =
        webhook_load(reader, call, request->webhook_number, "webhook_number", &webhook, &state);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(events_head_get(reader, &head), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetWebhookResponse *reply =
        reply_message(call, &beckon__v1__get_webhook_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->webhook = webhook_message(call, &webhook, &state, head.count);
    *ret_reply = &reply->base;
    return reply->webhook != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

const struct command get_webhook = {
    .request = &beckon__v1__get_webhook_request__descriptor,
    .reply = &beckon__v1__get_webhook_response__descriptor,
    .read = get_webhook_read,
};
