/* REVIEW to APPROVED: by another token than those that made and submitted the run, bound to the
 * hash of what was seen. */
#include <assert.h>

#include "beckon/v1/settlement_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"

static enum outcome reply_with(struct command_call *call, uint32_t number,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__ApproveSettlementRunResponse *reply =
        reply_message(call, &beckon__v1__approve_settlement_run_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->run_number = number;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static enum outcome approve_settlement_run_write(struct batch *batch, struct command_call *call,
                                                 ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ApproveSettlementRunRequest *request =
        (const Beckon__V1__ApproveSettlementRunRequest *)call->request;
    struct settlement_run run;
    uint32_t token = call->principal.token;

    enum outcome outcome = settlement_run_load(&batch->reader, call, request->run_number, &run);
    if (outcome != OUTCOME_OK) return outcome;
    bool again = run.state == RUN_APPROVED && run.approved_by == token;
    if (!again) {
        outcome = settlement_run_expect(call, &run, 1u << RUN_REVIEW);
        if (outcome != OUTCOME_OK) return outcome;
    }
    outcome = settlement_run_hash_is(call, &run, request->hash);
    if (outcome != OUTCOME_OK) return outcome;
    if (again) return reply_with(call, run.number, ret_reply);
    if (token == run.made_by || token == run.submitted_by)
        return form_refuse(call, OUTCOME_SETTLEMENT_OWN, "run_number", NULL);
    if (run.dispute_open_count > 0) {
        char *count = reply_number(call, run.dispute_open_count);
        return count == NULL ? OUTCOME_BUSY
                             : form_refuse(call, OUTCOME_SETTLEMENT_DISPUTES_OPEN, "run_number",
                                           count);
    }
    outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_run(call, &run);

    /* From here on nothing is refused. */
    assert(run.made_by != token && run.submitted_by != token);
    run.state = RUN_APPROVED;
    run.approved_at = call->now_ms;
    run.approved_by = token;
    settlements_put(batch, &run);
    event_tell_run(batch, TOLD_SETTLEMENT_APPROVED, run.number);
    outcome = reply_with(call, run.number, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command approve_settlement_run = {
    .request = &beckon__v1__approve_settlement_run_request__descriptor,
    .reply = &beckon__v1__approve_settlement_run_response__descriptor,
    .write = approve_settlement_run_write,
    .audited = AUDIT_APPROVE_SETTLEMENT_RUN,
};
