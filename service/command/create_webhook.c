/* Registers a hook. Its secret is in the first answer and never again: the store keeps it sealed,
 * since every message has to be signed with it. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/command/webhook_message.h"
#include "store/events.h"
#include "store/tokens.h"

static enum outcome check_form(struct command_call *call, const Beckon__V1__Webhook *message,
                               struct webhook *webhook, char ret_host[WEBHOOK_HOST_BYTES])
{
    if (message == NULL) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "webhook", NULL);
    enum outcome outcome = webhook_form_url(call, message, webhook, ret_host);
    if (outcome == OUTCOME_OK) outcome = webhook_form_kinds(call, message, webhook);
    if (outcome == OUTCOME_OK) outcome = webhook_form_description(call, message, webhook);
    return outcome;
}

static void fill_fingerprint(const struct batch *batch, const struct webhook *webhook,
                             uint8_t ret[FINGERPRINT_BYTES])
{
    struct fingerprint fingerprint;

    fingerprint_begin(&fingerprint, "webhook");
    fingerprint_text(&fingerprint, webhook->url);
    fingerprint_number(&fingerprint, (int64_t)webhook->kinds);
    fingerprint_text(&fingerprint, webhook->description);
    fingerprint_end(&fingerprint, batch->reader.store, ret);
}

static enum outcome reply_with(struct command_call *call, uint32_t number, const char *secret,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__CreateWebhookResponse *reply =
        reply_message(call, &beckon__v1__create_webhook_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->webhook_number = number;
    reply->secret = reply_text(call, secret);
    reply->already_created = secret[0] == '\0';
    *ret_reply = &reply->base;
    return reply->secret != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

/* The number it gets; how many there are, and where the events are, by then. */
static enum outcome load(struct batch *batch, struct command_call *call, struct webhook *webhook,
                         struct webhook_state *state)
{
    uint32_t numbers[WEBHOOKS_MAX], last;
    struct event_head head;
    size_t count;

    enum outcome outcome =
        command_outcome(webhooks_list(&batch->reader, numbers, &count), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (count == WEBHOOKS_MAX)
        return form_refuse(call, OUTCOME_WEBHOOKS_TOO_MANY, "webhook", "16");
    outcome = command_outcome(webhooks_last(&batch->reader, &last), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (last == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    outcome = command_outcome(events_head_get(&batch->reader, &head), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    webhook->number = last + 1;
    webhook->revision = 1;
    webhook->created_at = call->now_ms;
    webhook->created_by = call->principal.token;
    *state = (struct webhook_state){.number = webhook->number, .revision = 1,
                                    .through = head.count};
    return OUTCOME_OK;
}

static enum outcome create_webhook_write(struct batch *batch, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    const Beckon__V1__CreateWebhookRequest *request =
        (const Beckon__V1__CreateWebhookRequest *)call->request;
    char host[WEBHOOK_HOST_BYTES], secret[SECRET_WEBHOOK_BYTES];
    struct webhook webhook = {.number = 0};
    struct webhook_state state;
    struct request known, fresh;
    struct bytes id;

    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome == OUTCOME_OK) outcome = check_form(call, request->webhook, &webhook, host);
    if (outcome != OUTCOME_OK) return outcome;
    fill_fingerprint(batch, &webhook, fresh.fingerprint);
    enum store_result found = requests_get(&batch->reader, REQUEST_CREATE_WEBHOOK, id, &known);
    if (found == STORE_OK) {
        if (memcmp(known.fingerprint, fresh.fingerprint, FINGERPRINT_BYTES) != 0)
            return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
        return reply_with(call, (uint32_t)known.object, "", ret_reply);
    }
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = load(batch, call, &webhook, &state);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on this hook must come to be. */
    webhook_draw_secret(&batch->reader, call, webhook.number, webhook.secret, secret);
    fresh.object = webhook.number;
    audit_object(call, AUDIT_OF_WEBHOOK, webhook.number);
    audit_fact(call, "host", host);
    webhooks_last_put(batch, webhook.number);
    webhooks_put(batch, &webhook);
    webhooks_state_put(batch, &state);
    requests_put(batch, REQUEST_CREATE_WEBHOOK, id, &fresh);
    outcome = reply_with(call, webhook.number, secret, ret_reply);
    explicit_bzero(secret, sizeof secret);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command create_webhook = {
    .request = &beckon__v1__create_webhook_request__descriptor,
    .reply = &beckon__v1__create_webhook_response__descriptor,
    .write = create_webhook_write,
    .audited = AUDIT_CREATE_WEBHOOK,
};
