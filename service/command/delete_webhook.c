/* Forgets a hook. What is under way to it may still arrive. */
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "service/command/webhook_message.h"

static enum outcome delete_webhook_write(struct batch *batch, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    const Beckon__V1__DeleteWebhookRequest *request =
        (const Beckon__V1__DeleteWebhookRequest *)call->request;
    struct webhook_state state;
    struct webhook webhook;

    enum outcome outcome = webhook_load(&batch->reader, call, request->webhook_number,
                                        "webhook_number", &webhook, &state);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__DeleteWebhookResponse *reply =
        reply_message(call, &beckon__v1__delete_webhook_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->webhook_number = webhook.number;

    /* From here on nothing is refused. */
    audit_object(call, AUDIT_OF_WEBHOOK, webhook.number);
    webhooks_delete(batch, webhook.number);
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command delete_webhook = {
    .request = &beckon__v1__delete_webhook_request__descriptor,
    .reply = &beckon__v1__delete_webhook_response__descriptor,
    .write = delete_webhook_write,
    .audited = AUDIT_DELETE_WEBHOOK,
};
