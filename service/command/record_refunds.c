/* Records up to 500 refunds in order, a result each: the import path. A refused row changes nothing
 * and does not stop the next; only a fault ends the call. */
#include "service/command/commands.h"
#include "service/command/record_refund.h"
#include "service/command/rows.h"

static size_t row_count(const ProtobufCMessage *request)
{
    return ((const Beckon__V1__RecordRefundsRequest *)request)->n_refunds;
}

static enum outcome record_refunds_write(struct batch *batch, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    const Beckon__V1__RecordRefundsRequest *request =
        (const Beckon__V1__RecordRefundsRequest *)call->request;
    struct rows rows = {"refunds", request->n_refunds,
                        &beckon__v1__record_refunds_response__descriptor,
                        &beckon__v1__record_refund_result__descriptor};
    ProtobufCMessage *message;
    Beckon__V1__Refund *refund;

    enum outcome outcome = rows_begin(call, &rows, ret_reply, &message);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__RecordRefundResult *result = (Beckon__V1__RecordRefundResult *)message;
    outcome = refund_record(batch, call, request->refunds[call->row], &refund);
    if (outcome == OUTCOME_OK) {
        result->state = refund->state;
    } else {
        outcome = row_refused(call, outcome, &result->status_code, &result->reason,
                              &result->message);
        if (outcome != OUTCOME_OK) return outcome;
    }
    rows_end(call, *ret_reply, message);
    return OUTCOME_OK;
}

const struct command record_refunds = {
    .request = &beckon__v1__record_refunds_request__descriptor,
    .reply = &beckon__v1__record_refunds_response__descriptor,
    .write = record_refunds_write,
    .row_count = row_count,
};
