/* The ticker's command for periods: steps of the closes that are due, one a row. */
#include "beckon/internal/tick.pb-c.h"
#include "service/command/commands.h"
#include "service/command/period_close.h"
#include "service/command/reply.h"

static size_t tick_period_count(const ProtobufCMessage *request)
{
    size_t count = ((const Beckon__Internal__TickPeriodRequest *)request)->step_count;
    return count <= TICK_STEPS_MAX ? count : TICK_STEPS_MAX;
}

/* Each step makes a reply of its own: one of a run that was dropped is forgotten with it. */
static enum outcome tick_period_write(struct batch *batch, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__Internal__TickPeriodResponse *before =
        (const Beckon__Internal__TickPeriodResponse *)*ret_reply;
    bool more;

    if (before != NULL && !before->more) return OUTCOME_OK;
    Beckon__Internal__TickPeriodResponse *reply =
        reply_message(call, &beckon__internal__tick_period_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    enum outcome outcome = period_tick(batch, call, &more);
    if (outcome != OUTCOME_OK) return outcome;
    reply->more = more;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command tick_period = {
    .request = &beckon__internal__tick_period_request__descriptor,
    .reply = &beckon__internal__tick_period_response__descriptor,
    .write = tick_period_write,
    .row_count = tick_period_count,
};
