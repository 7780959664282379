/* Asks for a test of a hook: the deliverer sends it, and tick_webhooks notes what came of it. */
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "service/command/webhook_message.h"

static enum outcome test_webhook_write(struct batch *batch, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__TestWebhookRequest *request =
        (const Beckon__V1__TestWebhookRequest *)call->request;
    struct webhook_state state;
    struct webhook webhook;

    enum outcome outcome = webhook_load(&batch->reader, call, request->webhook_number,
                                        "webhook_number", &webhook, &state);
    if (outcome != OUTCOME_OK) return outcome;
    bool waits = state.test_asked != state.test_answered;
    if (!waits && state.test_asked == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    Beckon__V1__TestWebhookResponse *reply =
        reply_message(call, &beckon__v1__test_webhook_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;

    /* From here on nothing is refused. */
    if (!waits) {
        state.test_asked++;
        audit_object(call, AUDIT_OF_WEBHOOK, webhook.number);
        webhooks_state_put(batch, &state);
    }
    reply->test_number = state.test_asked;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command test_webhook = {
    .request = &beckon__v1__test_webhook_request__descriptor,
    .reply = &beckon__v1__test_webhook_response__descriptor,
    .write = test_webhook_write,
    .audited = AUDIT_TEST_WEBHOOK,
};
