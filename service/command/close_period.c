/* Closes a period on request: a step a row, in the slow lane, until it is computed or the rows of
 * the call are used up. */
#include <assert.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/period_close.h"
#include "service/command/period_message.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "store/programs.h"

/* A call takes so many steps at most; rows behind the last step do nothing. */
static size_t row_count(const ProtobufCMessage *request)
{
    (void)request;
    return LIMIT_ROWS;
}

static enum outcome close_period_write(struct batch *batch, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ClosePeriodRequest *request =
        (const Beckon__V1__ClosePeriodRequest *)call->request;
    const Beckon__V1__ClosePeriodResponse *before =
        (const Beckon__V1__ClosePeriodResponse *)*ret_reply;
    const struct program *program = NULL;
    struct period_name name;
    struct period_close close;

    if (before != NULL && before->period_close->done) return OUTCOME_OK;
    enum outcome outcome = period_form(call, request->rule_id, request->period, &name);
    if (outcome != OUTCOME_OK) return outcome;
    call->room = NULL; /* the row before used its own */
    outcome = reply_reserve(call, PERIOD_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_period(call, &name);
    if (call->row > 0) audit_skip(call); /* the same close goes on */
    outcome = period_close_step(batch, call, &name, request->early, &close);
    if (outcome != OUTCOME_OK) return outcome;

    Beckon__V1__ClosePeriodResponse *reply =
        reply_message(call, &beckon__v1__close_period_response__descriptor);
    assert(reply != NULL); /* part of what was reserved */
    enum store_result found = programs_get_cached(batch, close.program_version, &program);
    assert(found == STORE_OK); /* the step read it, or put nothing and has it still */
    reply->period_close = period_close_message(call, &close, program->rules[close.rule].unit);
    assert(reply->period_close != NULL);
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command close_period = {
    .request = &beckon__v1__close_period_request__descriptor,
    .reply = &beckon__v1__close_period_response__descriptor,
    .write = close_period_write,
    .audited = AUDIT_CLOSE_PERIOD,
    .row_count = row_count,
};
