/* Approves or rejects a proposed adjustment: never by the token that proposed it. */
#include <assert.h>
#include <string.h>

#include "service/command/adjusting.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/credit_lot_message.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"

static enum outcome reply_with(struct command_call *call, const struct adjustment *adjustment,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__DecideAdjustmentResponse *reply =
        reply_message(call, &beckon__v1__decide_adjustment_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->adjustment = adjustment_message(call, adjustment, false);
    *ret_reply = &reply->base;
    return reply->adjustment != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome decide_adjustment_write(struct batch *batch, struct command_call *call,
                                            ProtobufCMessage **ret_reply)
{
    const Beckon__V1__DecideAdjustmentRequest *request =
        (const Beckon__V1__DecideAdjustmentRequest *)call->request;
    struct adjusting adjusting;
    struct adjustment *adjustment = &adjusting.adjustment;
    char reason[REASON_BYTES_MAX + 1] = "";
    uint32_t token = call->principal.token;

    enum outcome outcome =
        form_text(call, request->reason, "reason", 1, REASON_BYTES_MAX, reason);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(
        adjustments_get(&batch->reader, request->adjustment_number, adjustment),
        OUTCOME_ADJUSTMENT_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "adjustment_number", NULL);
    enum adjustment_state wanted = request->approve ? ADJUSTMENT_POSTED : ADJUSTMENT_REJECTED;
    if (adjustment->state != ADJUSTMENT_PROPOSED) {
        bool same = adjustment->proposed && adjustment->state == wanted &&
                    adjustment->decided_by == token;
        if (same) return reply_with(call, adjustment, ret_reply);
        return form_refuse(call, OUTCOME_ADJUSTMENT_DECIDED, "adjustment_number", NULL);
    }
    if (token == adjustment->created_by)
        return form_refuse(call, OUTCOME_OWN_DECISION, "adjustment_number", NULL);
    if (request->approve) outcome = adjusting_balance(batch, call, &adjusting);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, ADJUSTMENT_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    adjustment->decided_at = call->now_ms;
    adjustment->decided_by = token;
    memcpy(adjustment->decision_reason, reason, sizeof reason);
    adjustment->state = wanted;
    if (request->approve) adjusting_post(batch, &adjusting);
    else adjustments_put(batch, adjustment);
    audit_adjustment(call, adjustment);
    outcome = reply_with(call, adjustment, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command decide_adjustment = {
    .request = &beckon__v1__decide_adjustment_request__descriptor,
    .reply = &beckon__v1__decide_adjustment_response__descriptor,
    .write = decide_adjustment_write,
    .audited = AUDIT_DECIDE_ADJUSTMENT,
};
