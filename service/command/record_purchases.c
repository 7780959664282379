/* Records up to 500 purchases in order, a result each: the import path. A refused row changes
 * nothing and does not stop the next; only a fault ends the call. */
#include "service/command/commands.h"
#include "service/command/record_purchase.h"
#include "service/command/rows.h"

static size_t row_count(const ProtobufCMessage *request)
{
    return ((const Beckon__V1__RecordPurchasesRequest *)request)->n_purchases;
}

static enum outcome record_purchases_write(struct batch *batch, struct command_call *call,
                                           ProtobufCMessage **ret_reply)
{
    const Beckon__V1__RecordPurchasesRequest *request =
        (const Beckon__V1__RecordPurchasesRequest *)call->request;
    struct rows rows = {"purchases", request->n_purchases,
                        &beckon__v1__record_purchases_response__descriptor,
                        &beckon__v1__record_purchase_result__descriptor};
    ProtobufCMessage *message;
    Beckon__V1__Purchase *purchase;

    enum outcome outcome = rows_begin(call, &rows, ret_reply, &message);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__RecordPurchaseResult *result = (Beckon__V1__RecordPurchaseResult *)message;
    outcome = purchase_record(batch, call, request->purchases[call->row], &purchase);
    if (outcome == OUTCOME_OK) {
        result->credits = purchase->credits;
        result->n_credits = purchase->n_credits;
    } else {
        outcome = row_refused(call, outcome, &result->status_code, &result->reason,
                              &result->message);
        if (outcome != OUTCOME_OK) return outcome;
    }
    rows_end(call, *ret_reply, message);
    return OUTCOME_OK;
}

const struct command record_purchases = {
    .request = &beckon__v1__record_purchases_request__descriptor,
    .reply = &beckon__v1__record_purchases_response__descriptor,
    .write = record_purchases_write,
    .row_count = row_count,
};
