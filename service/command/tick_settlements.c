/* The ticker's command for settlement runs: each row one step of a run's work, while it has
 * some. */
#include "beckon/internal/tick.pb-c.h"
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "service/command/settlement_work.h"

typedef Beckon__Internal__TickSettlementsRow tick_row;

static size_t tick_settlements_count(const ProtobufCMessage *request)
{
    size_t count = ((const Beckon__Internal__TickSettlementsRequest *)request)->step_count;
    return count <= TICK_SETTLEMENTS_MAX ? count : TICK_SETTLEMENTS_MAX;
}

/* The reply with all its rows, made by the first. */
static enum outcome begin(struct command_call *call, ProtobufCMessage **reply)
{
    if (*reply != NULL) return OUTCOME_OK;
    size_t count = tick_settlements_count(call->request);
    Beckon__Internal__TickSettlementsResponse *made =
        reply_message(call, &beckon__internal__tick_settlements_response__descriptor);
    if (made == NULL) return OUTCOME_BUSY;
    made->rows = reply_alloc(call, (count > 0 ? count : 1) * sizeof *made->rows);
    if (made->rows == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        made->rows[i] = reply_message(call, &beckon__internal__tick_settlements_row__descriptor);
        if (made->rows[i] == NULL) return OUTCOME_BUSY;
    }
    made->n_rows = count;
    *reply = &made->base;
    return OUTCOME_OK;
}

static enum outcome tick_settlements_write(struct batch *batch, struct command_call *call,
                                           ProtobufCMessage **ret_reply)
{
    const Beckon__Internal__TickSettlementsRequest *request =
        (const Beckon__Internal__TickSettlementsRequest *)call->request;
    struct settlement_step step;

    enum outcome outcome = begin(call, ret_reply);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__Internal__TickSettlementsResponse *reply =
        (Beckon__Internal__TickSettlementsResponse *)*ret_reply;
    if (call->row >= reply->n_rows) return OUTCOME_OK;
    tick_row *row = reply->rows[call->row];
    beckon__internal__tick_settlements_row__init(row); /* a dropped run may have filled it */
    if (call->row > 0 && !reply->rows[call->row - 1]->more) return OUTCOME_OK;
    outcome = settlement_work_step(batch, call, request->run_number, &step);
    if (outcome != OUTCOME_OK) return outcome;
    row->more = step.more;
    row->records = step.record_count;
    return OUTCOME_OK;
}

const struct command tick_settlements = {
    .request = &beckon__internal__tick_settlements_request__descriptor,
    .reply = &beckon__internal__tick_settlements_response__descriptor,
    .write = tick_settlements_write,
    .row_count = tick_settlements_count,
};
