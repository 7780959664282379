#include "service/command/webhook_message.h"

#include <assert.h>
#include <string.h>

#include "service/command/event_message.h"
#include "service/command/form.h"
#include "service/command/reply.h"

static_assert((int)WEBHOOK_OFF_TRIMMED == (int)BECKON__V1__WEBHOOK_OFF__WEBHOOK_OFF_TRIMMED &&
                  (int)WEBHOOK_OFF_BY_ADMIN == (int)BECKON__V1__WEBHOOK_OFF__WEBHOOK_OFF_BY_ADMIN,
              "same numbers");
static_assert((int)WEBHOOK_BROKEN_OFF ==
                  (int)BECKON__V1__WEBHOOK_ANSWER__WEBHOOK_ANSWER_BROKEN_OFF &&
                  (int)WEBHOOK_GONE == (int)BECKON__V1__WEBHOOK_ANSWER__WEBHOOK_ANSWER_GONE,
              "same numbers");
static_assert(TOLD_KIND_COUNT <= 64, "kinds are bits");

enum outcome webhook_load(struct reader *reader, struct command_call *call, uint32_t number,
                          const char *field, struct webhook *ret_webhook,
                          struct webhook_state *ret_state)
{
    enum outcome outcome =
        command_outcome(webhooks_get(reader, number, ret_webhook), OUTCOME_WEBHOOK_UNKNOWN);
    enum outcome other = command_outcome(webhooks_state_get(reader, number, ret_state),
                                         OUTCOME_WEBHOOK_UNKNOWN);
    if (outcome == OUTCOME_OK) outcome = other;
    return outcome == OUTCOME_WEBHOOK_UNKNOWN ? form_refuse(call, outcome, field, NULL) : outcome;
}

/* ---- fields ---------------------------------------------------------------------------------- */

enum outcome webhook_form_url(struct command_call *call, const Beckon__V1__Webhook *message,
                              struct webhook *webhook, char ret_host[WEBHOOK_HOST_BYTES])
{
    struct bytes text = {(const uint8_t *)message->url, strlen(message->url)};

    if (text.size == 0) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "webhook.url", NULL);
    if (text.size > WEBHOOK_URL_BYTES_MAX || !webhook_url_parse(text, ret_host))
        return form_refuse(call, OUTCOME_VALUE_INVALID, "webhook.url",
                           "https://HOST[:PORT]/PATH, at most 500 bytes");
    memset(webhook->url, 0, sizeof webhook->url);
    memcpy(webhook->url, text.data, text.size);
    return OUTCOME_OK;
}

enum outcome webhook_form_kinds(struct command_call *call, const Beckon__V1__Webhook *message,
                                struct webhook *webhook)
{
    uint64_t kinds = 0;

    enum outcome outcome =
        event_search_kinds(call, message->n_kinds, message->kinds, &kinds);
    if (outcome == OUTCOME_VALUE_INVALID)
        return form_refuse(call, outcome, "webhook.kinds", call->refusal.allowed);
    if (outcome != OUTCOME_OK) return outcome;
    webhook->kinds = kinds;
    return OUTCOME_OK;
}

enum outcome webhook_form_description(struct command_call *call,
                                      const Beckon__V1__Webhook *message, struct webhook *webhook)
{
    char text[NAME_BYTES_MAX + 1];

    enum outcome outcome = form_text(call, message->description, "webhook.description", 0,
                                     NAME_BYTES_MAX, text);
    if (outcome != OUTCOME_OK) return outcome;
    memset(webhook->description, 0, sizeof webhook->description);
    memcpy(webhook->description, text, strlen(text));
    return OUTCOME_OK;
}

void webhook_draw_secret(struct reader *reader, struct command_call *call, uint32_t number,
                         uint8_t ret_sealed[WEBHOOK_SEALED_BYTES], char *ret_text)
{
    uint8_t drawn[WEBHOOK_SECRET_BYTES + WEBHOOK_NONCE_BYTES];

    secret_from_seed(call->seed, 0, drawn, sizeof drawn);
    webhooks_seal(reader, number, drawn, drawn + WEBHOOK_SECRET_BYTES, ret_sealed);
    secret_webhook_write(drawn, ret_text);
    explicit_bzero(drawn, sizeof drawn);
}

/* ---- the message ----------------------------------------------------------------------------- */

/* False: the arena is empty. */
static bool set_time(struct command_call *call, uint64_t at_ms, Google__Protobuf__Timestamp **ret)
{
    if (at_ms == 0) return true;
    *ret = reply_time(call, at_ms);
    return *ret != NULL;
}

static bool set_kinds(struct command_call *call, uint64_t kinds, Beckon__V1__Webhook *message)
{
    message->kinds = reply_alloc(call, TOLD_KIND_COUNT * sizeof *message->kinds);
    for (int kind = 1; message->kinds != NULL && kind < TOLD_KIND_COUNT; kind++)
        if (kinds >> kind & 1)
            message->kinds[message->n_kinds++] = (Beckon__V1__EventKind)kind;
    return message->kinds != NULL;
}

static bool set_test(struct command_call *call, const struct webhook_state *state,
                     Beckon__V1__Webhook *message)
{
    if (state->test_answered == 0) return true;
    Beckon__V1__WebhookTest *test = reply_message(call, &beckon__v1__webhook_test__descriptor);
    message->last_test = test;
    if (test == NULL) return false;
    test->test_number = state->test_answered;
    test->answer = (Beckon__V1__WebhookAnswer)state->test_answer;
    test->status = state->test_status;
    return set_time(call, state->tested_at, &test->tested_at);
}

Beckon__V1__Webhook *webhook_message(struct command_call *call, const struct webhook *webhook,
                                     const struct webhook_state *state, uint64_t newest)
{
    Beckon__V1__Webhook *message = reply_message(call, &beckon__v1__webhook__descriptor);
    if (message == NULL) return NULL;
    message->webhook_number = webhook->number;
    message->url = reply_text(call, webhook->url);
    message->description = reply_text(call, webhook->description);
    message->enabled = state->off == WEBHOOK_ON;
    message->off = (Beckon__V1__WebhookOff)state->off;
    message->delivered_through = state->through;
    message->waiting_count = newest > state->through ? newest - state->through : 0;
    message->delivered_count = state->delivered_count;
    message->answer = (Beckon__V1__WebhookAnswer)state->answer;
    message->status = state->status;
    message->attempt_count = state->attempts;
    bool signs = webhook->old_until > call->now_ms;
    bool whole = message->url != NULL && message->description != NULL &&
                 set_kinds(call, webhook->kinds, message) &&
                 set_time(call, webhook->created_at, &message->created_at) &&
                 set_time(call, state->off_since, &message->off_since) &&
                 set_time(call, state->delivered_at, &message->delivered_at) &&
                 set_time(call, state->failed_at, &message->failed_at) &&
                 set_time(call, state->next_attempt_at, &message->next_attempt_at) &&
                 set_time(call, webhook->rotated_at, &message->rotated_at) &&
                 set_time(call, signs ? webhook->old_until : 0, &message->old_secret_until) &&
                 set_test(call, state, message);
    return whole ? message : NULL;
}
