/* Takes a dispute back. Again: the same answer. */
#include <assert.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/dispute_message.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/settlements.h"

static enum outcome reply_with(struct command_call *call, const struct dispute *dispute,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__WithdrawDisputeResponse *reply =
        reply_message(call, &beckon__v1__withdraw_dispute_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->run_number = dispute->run;
    reply->dispute_number = dispute->number;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static enum outcome withdraw_dispute_write(struct batch *batch, struct command_call *call,
                                           ProtobufCMessage **ret_reply)
{
    const Beckon__V1__WithdrawDisputeRequest *request =
        (const Beckon__V1__WithdrawDisputeRequest *)call->request;
    struct settlement_run run;
    struct dispute dispute;

    enum outcome outcome = dispute_load(&batch->reader, call, request->run_number,
                                        request->dispute_number, &run, &dispute);
    if (outcome != OUTCOME_OK) return outcome;
    if (dispute.state == DISPUTE_WITHDRAWN) return reply_with(call, &dispute, ret_reply);
    if (dispute.state != DISPUTE_OPEN)
        return form_refuse(call, OUTCOME_DISPUTE_DECIDED, "dispute_number", NULL);
    dispute.decided_by = call->principal.token;
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    assert(run.dispute_open_count > 0);
    dispute.state = DISPUTE_WITHDRAWN;
    dispute.decided_at = call->now_ms;
    run.dispute_open_count--;
    audit_dispute(call, &dispute);
    disputes_put(batch, &dispute);
    event_tell_dispute(batch, &dispute);
    settlements_put(batch, &run);
    outcome = reply_with(call, &dispute, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command withdraw_dispute = {
    .request = &beckon__v1__withdraw_dispute_request__descriptor,
    .reply = &beckon__v1__withdraw_dispute_response__descriptor,
    .write = withdraw_dispute_write,
    .audited = AUDIT_WITHDRAW_DISPUTE,
};
