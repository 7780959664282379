/* REVIEW or APPROVED back to DRAFT, with the reason. */
#include <assert.h>

#include "beckon/v1/settlement_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"

static enum outcome reply_with(struct command_call *call, uint32_t number, uint32_t draft,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__RejectSettlementRunResponse *reply =
        reply_message(call, &beckon__v1__reject_settlement_run_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->run_number = number;
    reply->draft_no = draft;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static enum outcome reject_settlement_run_write(struct batch *batch, struct command_call *call,
                                                ProtobufCMessage **ret_reply)
{
    const Beckon__V1__RejectSettlementRunRequest *request =
        (const Beckon__V1__RejectSettlementRunRequest *)call->request;
    char reason[REASON_BYTES_MAX + 1];
    struct settlement_run run;

    enum outcome outcome =
        form_text(call, request->reason, "reason", 1, REASON_BYTES_MAX, reason);
    if (outcome == OUTCOME_OK)
        outcome = settlement_run_load(&batch->reader, call, request->run_number, &run);
    if (outcome != OUTCOME_OK) return outcome;
    if (request->draft_no == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "draft_no", NULL);
    if (request->draft_no < run.draft) /* rejected already, or sent back for a dispute */
        return reply_with(call, run.number, request->draft_no + 1, ret_reply);
    outcome = settlement_run_expect(call, &run, 1u << RUN_REVIEW | 1u << RUN_APPROVED);
    if (outcome != OUTCOME_OK) return outcome;
    if (request->draft_no != run.draft)
        return form_refuse(call, OUTCOME_SETTLEMENT_CHANGED, "draft_no", NULL);
    if (run.draft == UINT16_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_run(call, &run);

    /* From here on nothing is refused. */
    settlement_run_reject(&run, reason);
    settlements_put(batch, &run);
    event_tell_run(batch, TOLD_SETTLEMENT_REJECTED, run.number);
    outcome = reply_with(call, run.number, run.draft, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command reject_settlement_run = {
    .request = &beckon__v1__reject_settlement_run_request__descriptor,
    .reply = &beckon__v1__reject_settlement_run_response__descriptor,
    .write = reject_settlement_run_write,
    .audited = AUDIT_REJECT_SETTLEMENT_RUN,
};
