/* Freezes a credit until a person releases it. */
#include <assert.h>

#include "service/command/adjusting.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/credit_lot_message.h"
#include "service/command/reply.h"

static enum outcome hold_credit_write(struct batch *batch, struct command_call *call,
                                     ProtobufCMessage **ret_reply)
{
    const Beckon__V1__HoldCreditRequest *request =
        (const Beckon__V1__HoldCreditRequest *)call->request;
    struct flag_request flag = {.kind = ADJUSTMENT_HOLD, .credit = request->credit_number,
                                .reason = request->reason, .request_id = request->request_id};
    struct adjustment adjustment;

    Beckon__V1__HoldCreditResponse *reply =
        reply_message(call, &beckon__v1__hold_credit_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    enum outcome outcome = adjusting_flag_whole(batch, call, &flag, &adjustment);
    if (outcome != OUTCOME_OK) return outcome;
    assert(adjustment.credit == request->credit_number && adjustment.entry != 0);
    audit_object(call, AUDIT_OF_CREDIT, adjustment.credit);
    audit_fact_party(call, "account", adjustment.party);
    reply->credit_number = adjustment.credit;
    reply->entry_number = adjustment.entry;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command hold_credit = {
    .request = &beckon__v1__hold_credit_request__descriptor,
    .reply = &beckon__v1__hold_credit_response__descriptor,
    .write = hold_credit_write,
    .audited = AUDIT_HOLD_CREDIT,
};
