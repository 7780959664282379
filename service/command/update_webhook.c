/* Changes a hook: the fields named, and where delivery goes on. Whatever an attempt under way comes
 * to was of the hook before: the revision grows. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/command/webhook_message.h"
#include "store/events.h"

#define FIELDS "url, kinds, description, enabled"

struct updating {
    struct webhook webhook;
    struct webhook_state state;
    struct event_head head;
    char host[WEBHOOK_HOST_BYTES]; /* empty: the url stays */
};

static enum outcome update_field(struct command_call *call, const Beckon__V1__Webhook *message,
                                 struct updating *updating, const char *field)
{
    struct webhook *webhook = &updating->webhook;
    struct webhook_state *state = &updating->state;

    if (strcmp(field, "url") == 0)
        return webhook_form_url(call, message, webhook, updating->host);
    if (strcmp(field, "kinds") == 0) return webhook_form_kinds(call, message, webhook);
    if (strcmp(field, "description") == 0)
        return webhook_form_description(call, message, webhook);
    if (strcmp(field, "enabled") != 0)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "update_fields", FIELDS);
    bool was = state->off == WEBHOOK_ON;
    if (message->enabled == was) return OUTCOME_OK;
    state->off = was ? WEBHOOK_OFF_BY_ADMIN : WEBHOOK_ON;
    state->off_since = was ? call->now_ms : 0;
    return OUTCOME_OK;
}

/* Where it goes on; what is told of events from there on must still be kept, unless it is off. */
static enum outcome resume(struct command_call *call,
                           const Beckon__V1__UpdateWebhookRequest *request,
                           struct updating *updating)
{
    struct webhook_state *state = &updating->state;
    const struct event_head *head = &updating->head;
    bool event = request->resume == BECKON__V1__WEBHOOK_RESUME__WEBHOOK_RESUME_EVENT;

    if (event != (request->resume_event != 0))
        return form_refuse(call, OUTCOME_VALUE_INVALID, "resume_event",
                           "a number with RESUME_EVENT, else 0");
    switch (request->resume) {
    case BECKON__V1__WEBHOOK_RESUME__WEBHOOK_RESUME_UNSPECIFIED: break;
    case BECKON__V1__WEBHOOK_RESUME__WEBHOOK_RESUME_NEWEST: state->through = head->count; break;
    case BECKON__V1__WEBHOOK_RESUME__WEBHOOK_RESUME_EVENT:
        if (request->resume_event > head->count + 1)
            return form_refuse(call, OUTCOME_VALUE_INVALID, "resume_event",
                               "at most the newest event's number plus 1");
        state->through = request->resume_event - 1;
        break;
    default: return form_refuse(call, OUTCOME_VALUE_INVALID, "resume", "NEWEST, EVENT");
    }
    if (state->off != WEBHOOK_ON || state->through >= head->trimmed) return OUTCOME_OK;
    return form_refuse(call, OUTCOME_EVENTS_TRIMMED, event ? "resume_event" : "resume",
                       reply_number(call, head->trimmed + 1));
}

static enum outcome load(struct batch *batch, struct command_call *call,
                         struct updating *updating)
{
    const Beckon__V1__UpdateWebhookRequest *request =
        (const Beckon__V1__UpdateWebhookRequest *)call->request;

    if (request->webhook == NULL)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "webhook", NULL);
    if (request->n_update_fields == 0 && request->resume == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "update_fields", FIELDS);
    enum outcome outcome =
        webhook_load(&batch->reader, call, request->webhook->webhook_number,
                     "webhook.webhook_number", &updating->webhook, &updating->state);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(events_head_get(&batch->reader, &updating->head),
                                  OUTCOME_STORE_DAMAGED);
    for (size_t i = 0; i < request->n_update_fields && outcome == OUTCOME_OK; i++)
        outcome = update_field(call, request->webhook, updating, request->update_fields[i]);
    if (outcome == OUTCOME_OK) outcome = resume(call, request, updating);
    if (outcome == OUTCOME_OK && updating->webhook.revision == UINT32_MAX)
        outcome = OUTCOME_NUMBERS_EXHAUSTED;
    return outcome;
}

static enum outcome update_webhook_write(struct batch *batch, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    const Beckon__V1__UpdateWebhookRequest *request =
        (const Beckon__V1__UpdateWebhookRequest *)call->request;
    struct updating updating = {.host = ""};
    struct webhook_state *state = &updating.state;

    enum outcome outcome = load(batch, call, &updating);
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, WEBHOOK_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    assert(updating.webhook.revision == state->revision);
    state->revision = ++updating.webhook.revision;
    state->attempts = 0;
    state->next_attempt_at = 0;
    audit_object(call, AUDIT_OF_WEBHOOK, state->number);
    if (request->n_update_fields > 0)
        audit_fact_fields(call, request->n_update_fields, request->update_fields);
    if (updating.host[0] != '\0') audit_fact(call, "host", updating.host);
    if (request->resume != 0)
        audit_fact_number(call, "resume_event", (int64_t)(state->through + 1));
    webhooks_put(batch, &updating.webhook);
    webhooks_state_put(batch, state);
    Beckon__V1__UpdateWebhookResponse *reply =
        reply_message(call, &beckon__v1__update_webhook_response__descriptor);
    reply->webhook = webhook_message(call, &updating.webhook, state, updating.head.count);
    assert(reply->webhook != NULL); /* reserved */
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command update_webhook = {
    .request = &beckon__v1__update_webhook_request__descriptor,
    .reply = &beckon__v1__update_webhook_response__descriptor,
    .write = update_webhook_write,
    .audited = AUDIT_UPDATE_WEBHOOK,
};
