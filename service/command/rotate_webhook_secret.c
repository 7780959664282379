/* Gives a hook a new secret; for a day the old one signs, too, so that its receiver can change at
 * leisure. A third one within that day ends the first at once. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/command/webhook_message.h"
#include "service/limits.h"
#include "store/tokens.h"

static enum outcome reply_with(struct command_call *call, uint32_t number, const char *secret,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__RotateWebhookSecretResponse *reply =
        reply_message(call, &beckon__v1__rotate_webhook_secret_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->webhook_number = number;
    reply->secret = reply_text(call, secret);
    reply->already_rotated = secret[0] == '\0';
    *ret_reply = &reply->base;
    return reply->secret != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome rotate_webhook_secret_write(struct batch *batch, struct command_call *call,
                                                ProtobufCMessage **ret_reply)
{
    const Beckon__V1__RotateWebhookSecretRequest *request =
        (const Beckon__V1__RotateWebhookSecretRequest *)call->request;
    char secret[SECRET_WEBHOOK_BYTES];
    struct fingerprint fingerprint;
    struct request known, fresh;
    struct webhook_state state;
    struct webhook webhook;
    struct bytes id;

    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome != OUTCOME_OK) return outcome;
    fingerprint_begin(&fingerprint, "webhook_secret");
    fingerprint_number(&fingerprint, request->webhook_number);
    fingerprint_end(&fingerprint, batch->reader.store, fresh.fingerprint);
    enum store_result found =
        requests_get(&batch->reader, REQUEST_ROTATE_WEBHOOK_SECRET, id, &known);
    if (found == STORE_OK) {
        if (memcmp(known.fingerprint, fresh.fingerprint, FINGERPRINT_BYTES) != 0)
            return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
        return reply_with(call, (uint32_t)known.object, "", ret_reply);
    }
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = webhook_load(&batch->reader, call, request->webhook_number, "webhook_number",
                           &webhook, &state);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    memcpy(webhook.old_secret, webhook.secret, sizeof webhook.old_secret);
    webhook.rotated_at = call->now_ms;
    webhook.old_until = call->now_ms + LIMIT_WEBHOOK_OLD_SECRET_MS;
    webhook_draw_secret(&batch->reader, call, webhook.number, webhook.secret, secret);
    fresh.object = webhook.number;
    audit_object(call, AUDIT_OF_WEBHOOK, webhook.number);
    webhooks_put(batch, &webhook);
    requests_put(batch, REQUEST_ROTATE_WEBHOOK_SECRET, id, &fresh);
    outcome = reply_with(call, webhook.number, secret, ret_reply);
    explicit_bzero(secret, sizeof secret);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command rotate_webhook_secret = {
    .request = &beckon__v1__rotate_webhook_secret_request__descriptor,
    .reply = &beckon__v1__rotate_webhook_secret_response__descriptor,
    .write = rotate_webhook_secret_write,
    .audited = AUDIT_ROTATE_WEBHOOK_SECRET,
};
