/* DRAFT or REVIEW to CANCELLED, with the reason; what was frozen is freed. */
#include <assert.h>
#include <string.h>

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
    Beckon__V1__CancelSettlementRunResponse *reply =
        reply_message(call, &beckon__v1__cancel_settlement_run_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->run_number = number;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static enum outcome cancel_settlement_run_write(struct batch *batch, struct command_call *call,
                                                ProtobufCMessage **ret_reply)
{
    const Beckon__V1__CancelSettlementRunRequest *request =
        (const Beckon__V1__CancelSettlementRunRequest *)call->request;
    char reason[REASON_BYTES_MAX + 1] = "";
    struct settlement_run run;

    enum outcome outcome =
        form_text(call, request->reason, "reason", 1, REASON_BYTES_MAX, reason);
    if (outcome == OUTCOME_OK)
        outcome = settlement_run_load(&batch->reader, call, request->run_number, &run);
    if (outcome != OUTCOME_OK) return outcome;
    if (run.state == RUN_CANCELLED) return reply_with(call, run.number, ret_reply);
    outcome = settlement_run_expect(call, &run, 1u << RUN_DRAFT | 1u << RUN_REVIEW);
    run.cancelled_by = call->principal.token;
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_run(call, &run);

    /* From here on nothing is refused. */
    settlement_run_order(&run, run.state == RUN_REVIEW ? RUN_WORK_RELEASE : RUN_WORK_NONE);
    run.state = RUN_CANCELLED;
    run.cancelled_at = call->now_ms;
    memcpy(run.reason, reason, sizeof run.reason);
    settlements_put(batch, &run);
    event_tell_run(batch, TOLD_SETTLEMENT_CANCELLED, run.number);
    outcome = reply_with(call, run.number, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command cancel_settlement_run = {
    .request = &beckon__v1__cancel_settlement_run_request__descriptor,
    .reply = &beckon__v1__cancel_settlement_run_response__descriptor,
    .write = cancel_settlement_run_write,
    .audited = AUDIT_CANCEL_SETTLEMENT_RUN,
};
