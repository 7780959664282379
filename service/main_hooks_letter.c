/* What the deliverer sends: an event as JSON, named and signed. */
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "service/command/event.h"
#include "service/command/event_message.h"
#include "service/command/reply.h"
#include "service/main_hooks_inner.h"
#include "service/ops/message_json.h"
#include "store/events.h"

enum { EVENTS_PORTION = 32, EVENTS_LOOKED_MAX = 512 }; /* of one look; the next is at once */

struct reading {
    struct hooks *hooks;
    const struct hook *hook;
    struct hook_letter *letter;
    uint64_t through;
    bool trimmed, found, more;
    json_t *data;
    char type[TOLD_TEXT_BYTES_MAX + 1];
    uint64_t recorded_at;
    uint8_t secrets[2][WEBHOOK_SECRET_BYTES];
    size_t secret_count;
};

/* ---- reading --------------------------------------------------------------------------------- */

static enum store_result read_hook(struct reader *reader, struct reading *reading,
                                   struct webhook *ret_webhook)
{
    uint64_t now_ms = reading->hooks->clock.now_ms(reading->hooks->clock.context);
    uint32_t number = reading->hook->number;

    enum store_result result = webhooks_get(reader, number, ret_webhook);
    if (result == STORE_OK)
        result = webhooks_unseal(reader, number, ret_webhook->secret, reading->secrets[0]);
    reading->secret_count = 1;
    if (result == STORE_OK && ret_webhook->old_until > now_ms) {
        result = webhooks_unseal(reader, number, ret_webhook->old_secret, reading->secrets[1]);
        reading->secret_count = 2;
    }
    if (result == STORE_OK && ret_webhook->revision != reading->hook->revision)
        result = STORE_CONFLICT; /* the next look finds out */
    if (result == STORE_OK)
        memcpy(reading->letter->url, ret_webhook->url, sizeof ret_webhook->url);
    return result;
}

/* The event as ListEvents has it. */
static enum store_result read_data(struct reader *reader, struct reading *reading,
                                   const struct told_event *event)
{
    struct command_call call = {.merchant = reading->hook->merchant,
                                .principal = {.role = ROLE_ADMIN,
                                              .merchant = reading->hook->merchant},
                                .arena = &reading->hooks->arena.allocator};
    Beckon__V1__Event *message = NULL;
    struct event_shop shop = {.number = 0};

    arena_reset(&reading->hooks->arena);
    enum outcome outcome = event_message(reader, &call, event, &shop, &message);
    if (outcome == OUTCOME_AGAIN) return STORE_NEED;
    if (outcome != OUTCOME_OK) return STORE_DAMAGED;
    json_decref(reading->data);
    reading->data = message_json(&message->base);
    const char *name = event_name(event->kind);
    assert(strlen(name) < sizeof reading->type);
    memcpy(reading->type, name, strlen(name) + 1);
    return reading->data != NULL ? STORE_OK : STORE_FAULT;
}

static bool wants(const struct webhook *webhook, const struct told_event *event)
{
    return webhook->kinds == 0 || (webhook->kinds >> event->kind & 1) != 0;
}

/* Looks for the first event it wants. */
static enum store_result read_event(struct reader *reader, void *context)
{
    struct reading *reading = context;
    struct told_event events[EVENTS_PORTION];
    struct event_head head;
    struct webhook webhook;
    size_t count, looked = 0;

    reader->merchant = reading->hook->merchant;
    reading->through = reading->hook->through;
    enum store_result result = read_hook(reader, reading, &webhook);
    if (result == STORE_OK) result = events_head_get(reader, &head);
    if (result != STORE_OK) return result;
    reading->trimmed = reading->through < head.trimmed;
    while (!reading->trimmed && !reading->found && looked < EVENTS_LOOKED_MAX) {
        result = events_after(reader, reading->through, events, EVENTS_PORTION, &count);
        if (result != STORE_OK) return result;
        for (size_t i = 0; i < count && !reading->found; i++) {
            reading->found = wants(&webhook, &events[i]);
            if (!reading->found) {
                reading->through = events[i].number;
                continue;
            }
            reading->letter->event = events[i].number;
            reading->recorded_at = events[i].recorded_at;
            webhooks_message_id(reader, webhook.number, events[i].number, events[i].recorded_at,
                                reading->letter->id);
            result = read_data(reader, reading, &events[i]);
            if (result == STORE_NEED) reading->found = false;
            if (result != STORE_OK) return result;
        }
        looked += count;
        if (count == 0) break;
    }
    return STORE_OK;
}

/* A test, which is no event. */
static enum store_result read_test(struct reader *reader, void *context)
{
    struct reading *reading = context;
    const struct hook *hook = reading->hook;
    struct webhook webhook;

    reader->merchant = hook->merchant;
    enum store_result result = read_hook(reader, reading, &webhook);
    if (result != STORE_OK) return result;
    webhooks_message_id(reader, hook->number, hook->test_asked, 0, reading->letter->id);
    reading->letter->event = 0;
    reading->recorded_at = reading->hooks->clock.now_ms(reading->hooks->clock.context);
    strcpy(reading->type, "webhook.test");
    json_decref(reading->data);
    reading->data = json_pack("{s:I, s:I}", "webhookNumber", (json_int_t)hook->number,
                              "testNumber", (json_int_t)hook->test_asked);
    reading->found = true;
    return reading->data != NULL ? STORE_OK : STORE_FAULT;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* {"type", "timestamp", "data"}; takes the data over. */
static char *write_body(struct reading *reading)
{
    Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    at.seconds = (int64_t)(reading->recorded_at / 1000);
    at.nanos = (int32_t)(reading->recorded_at % 1000) * 1000000;
    json_t *body = json_pack("{s:s, s:o, s:o}", "type", reading->type, "timestamp",
                             message_json_time(&at), "data", reading->data);
    reading->data = NULL;
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    return text;
}

static void sign(struct reading *reading)
{
    struct hook_letter *letter = reading->letter;
    char *to = letter->signatures;

    for (size_t i = 0; i < reading->secret_count; i++) {
        if (i > 0) *to++ = ' ';
        secret_webhook_sign(reading->secrets[i], letter->id, letter->at_s, letter->body,
                            strlen(letter->body), to);
        to += strlen(to);
    }
}

enum hook_next hooks_next(struct hooks *hooks, struct hook *hook, struct hook_letter *ret)
{
    struct reading reading = {.hooks = hooks, .hook = hook, .letter = ret};
    bool test = hook->test_asked != hook->test_answered;

    ret->body = NULL;
    enum store_result result =
        asker_read(hooks->asker, test ? read_test : read_event, &reading);
    if (result == STORE_OK && !test) hook->through = reading.through;
    if (result == STORE_OK && reading.found) {
        ret->at_s = hooks->clock.now_ms(hooks->clock.context) / 1000;
        ret->body = write_body(&reading);
        if (ret->body != NULL) sign(&reading);
    }
    json_decref(reading.data);
    explicit_bzero(reading.secrets, sizeof reading.secrets);
    if (result != STORE_OK) return HOOK_UNREADABLE;
    if (reading.trimmed) return HOOK_TRIMMED;
    if (!reading.found) return HOOK_NOTHING;
    return ret->body != NULL ? HOOK_LETTER : HOOK_UNREADABLE;
}
