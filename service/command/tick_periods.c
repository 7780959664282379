/* The ticker's command for period closes: each row a turn of period_tick, while there is more.
 * Before them comes what a store of an older version left uncounted. */
#include "beckon/internal/tick.pb-c.h"
#include "service/command/commands.h"
#include "service/command/count.h"
#include "service/command/due.h"
#include "service/command/period_close.h"
#include "service/command/reply.h"

static size_t tick_periods_count(const ProtobufCMessage *request)
{
    size_t count = ((const Beckon__Internal__TickPeriodsRequest *)request)->turn_count;
    return count <= TICK_TURNS_MAX ? count : TICK_TURNS_MAX;
}

/* The reply with place for all turns, made by the first. */
static enum outcome begin(struct command_call *call, ProtobufCMessage **reply)
{
    if (*reply != NULL) return OUTCOME_OK;
    size_t count = tick_periods_count(call->request);
    Beckon__Internal__TickPeriodsResponse *made =
        reply_message(call, &beckon__internal__tick_periods_response__descriptor);
    if (made == NULL) return OUTCOME_BUSY;
    made->more = reply_alloc(call, (count > 0 ? count : 1) * sizeof *made->more);
    if (made->more == NULL) return OUTCOME_BUSY;
    made->n_more = count;
    *reply = &made->base;
    return OUTCOME_OK;
}

static enum outcome tick_periods_write(struct batch *batch, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    bool more = false;

    enum outcome outcome = begin(call, ret_reply);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__Internal__TickPeriodsResponse *reply =
        (Beckon__Internal__TickPeriodsResponse *)*ret_reply;
    if (call->row >= reply->n_more) return OUTCOME_OK;
    reply->more[call->row] = false; /* a run that was dropped may have said otherwise */
    if (call->row > 0 && !reply->more[call->row - 1]) return OUTCOME_OK;
    outcome = count_earned_before(batch, &more);
    if (outcome == OUTCOME_OK && !more) outcome = period_tick(batch, call, &more);
    if (outcome == OUTCOME_OK) reply->more[call->row] = more;
    return outcome;
}

const struct command tick_periods = {
    .request = &beckon__internal__tick_periods_request__descriptor,
    .reply = &beckon__internal__tick_periods_response__descriptor,
    .write = tick_periods_write,
    .row_count = tick_periods_count,
};
