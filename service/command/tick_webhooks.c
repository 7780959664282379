/* The deliverer's command: each row notes how far one hook is, and what came of an attempt. The
 * schedule of attempts is kept here, so that it depends on what is committed alone. */
#include <assert.h>

#include "beckon/internal/tick.pb-c.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "service/rules/webhook_retry.h"
#include "store/webhooks.h"

static size_t tick_webhooks_count(const ProtobufCMessage *request)
{
    size_t count = ((const Beckon__Internal__TickWebhooksRequest *)request)->n_rows;
    return count <= WEBHOOKS_MAX ? count : WEBHOOKS_MAX;
}

static void switch_off(struct webhook_state *state, uint64_t now_ms, enum webhook_off why)
{
    state->off = why;
    state->off_since = now_ms;
    state->next_attempt_at = 0;
}

/* The others hear that this one hears nothing any more. */
static void tell_off(struct batch *batch, const struct webhook_state *state)
{
    static const char *const reasons[WEBHOOK_OFF_COUNT] = {
        [WEBHOOK_OFF_FAILED] = "FAILED", [WEBHOOK_OFF_GONE] = "GONE",
        [WEBHOOK_OFF_TRIMMED] = "TRIMMED",
    };
    struct told_event event = {.kind = TOLD_WEBHOOK_DISABLED, .object = state->number};

    assert(reasons[state->off] != NULL);
    event_text(&event, reasons[state->off]);
    events_tell(batch, &event);
}

/* A failed attempt: when the next one is, or that there is none. */
static void fail(struct webhook_state *state, const struct command_call *call,
                 const Beckon__Internal__TickWebhooksRow *row)
{
    uint32_t random;

    secret_from_seed(call->seed, call->row, (uint8_t *)&random, sizeof random);
    state->failed_at = call->now_ms;
    state->attempts++;
    uint64_t wait_ms = webhook_retry_ms(state->attempts, random);
    if (state->answer == WEBHOOK_GONE) {
        switch_off(state, call->now_ms, WEBHOOK_OFF_GONE);
    } else if (wait_ms == 0) {
        switch_off(state, call->now_ms, WEBHOOK_OFF_FAILED);
    } else {
        if (wait_ms < row->retry_after_ms) wait_ms = row->retry_after_ms;
        if (wait_ms > LIMIT_WEBHOOK_RETRY_AFTER_MS) wait_ms = LIMIT_WEBHOOK_RETRY_AFTER_MS;
        state->next_attempt_at = call->now_ms + wait_ms;
    }
}

/* What the row says of delivery, of a hook that is on. */
static void move(struct webhook_state *state, const struct command_call *call,
                 const Beckon__Internal__TickWebhooksRow *row)
{
    if (row->through > state->through) { /* what failed before was behind it */
        state->through = row->through;
        state->attempts = 0;
        state->next_attempt_at = 0;
    }
    if (row->delivered_count > 0) {
        state->delivered_count += row->delivered_count;
        state->delivered_at = call->now_ms;
    }
    if (row->answer != WEBHOOK_NO_ANSWER_YET) {
        state->answer = (enum webhook_answer)row->answer;
        state->status = (uint16_t)row->status;
    }
    if (row->answer > WEBHOOK_DELIVERED) fail(state, call, row);
    if (row->trimmed && state->off == WEBHOOK_ON)
        switch_off(state, call->now_ms, WEBHOOK_OFF_TRIMMED);
}

static enum outcome tick_webhooks_write(struct batch *batch, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    const Beckon__Internal__TickWebhooksRequest *request =
        (const Beckon__Internal__TickWebhooksRequest *)call->request;
    struct webhook_state state;

    if (*ret_reply == NULL)
        *ret_reply =
            reply_message(call, &beckon__internal__tick_webhooks_response__descriptor);
    if (*ret_reply == NULL) return OUTCOME_BUSY;
    if (call->row >= tick_webhooks_count(call->request)) return OUTCOME_OK;
    const Beckon__Internal__TickWebhooksRow *row = request->rows[call->row];
    enum store_result found = webhooks_state_get(&batch->reader, row->webhook_number, &state);
    if (found == STORE_ABSENT) return OUTCOME_OK; /* deleted meanwhile */
    if (found != STORE_OK) return command_outcome(found, OUTCOME_INTERNAL);
    bool was_on = state.off == WEBHOOK_ON;
    bool tested = row->test_number != 0 && row->test_number == state.test_asked;
    bool moved = was_on && row->revision == state.revision;
    if (!tested && !moved) return OUTCOME_OK;
    assert(row->answer < WEBHOOK_ANSWER_COUNT && row->test_answer < WEBHOOK_ANSWER_COUNT);

    /* From here on nothing is refused. */
    if (tested) {
        state.test_answered = row->test_number;
        state.tested_at = call->now_ms;
        state.test_answer = (enum webhook_answer)row->test_answer;
        state.test_status = (uint16_t)row->test_status;
    }
    if (moved) move(&state, call, row);
    if (moved && state.off != WEBHOOK_ON) tell_off(batch, &state);
    webhooks_state_put(batch, &state);
    return OUTCOME_OK;
}

const struct command tick_webhooks = {
    .request = &beckon__internal__tick_webhooks_request__descriptor,
    .reply = &beckon__internal__tick_webhooks_response__descriptor,
    .write = tick_webhooks_write,
    .row_count = tick_webhooks_count,
};
