/* Records up to 500 purchases in order, a result each: the import path. A refused row changes
 * nothing and does not stop the next; only a fault ends the call. */
#include <assert.h>

#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/record_purchase.h"
#include "service/command/reply.h"
#include "service/command/rows.h"
#include "service/limits.h"

static size_t row_count(const ProtobufCMessage *request)
{
    return ((const Beckon__V1__RecordPurchasesRequest *)request)->n_purchases;
}

static enum outcome record_purchases_write(struct batch *batch, struct command_call *call,
                                           ProtobufCMessage **ret_reply)
{
    const Beckon__V1__RecordPurchasesRequest *request =
        (const Beckon__V1__RecordPurchasesRequest *)call->request;
    Beckon__V1__RecordPurchasesResponse *reply =
        (Beckon__V1__RecordPurchasesResponse *)*ret_reply;

    if (request->n_purchases == 0 || request->n_purchases > LIMIT_ROWS)
        return form_refuse(call, OUTCOME_ROWS_INVALID, "purchases", "1..500");
    if (reply == NULL) {
        call->room = NULL;
        reply = reply_message(call, &beckon__v1__record_purchases_response__descriptor);
        if (reply == NULL) return OUTCOME_BUSY;
        reply->results = reply_alloc(call, request->n_purchases * sizeof *reply->results);
        if (reply->results == NULL) return OUTCOME_BUSY;
        *ret_reply = &reply->base;
    }
    call->room = NULL;
    Beckon__V1__RecordPurchaseResult *result =
        reply_message(call, &beckon__v1__record_purchase_result__descriptor);
    if (result == NULL) return OUTCOME_BUSY;

    Beckon__V1__Purchase *purchase;
    enum outcome outcome = purchase_record(batch, call, request->purchases[call->row], &purchase);
    if (outcome == OUTCOME_OK) {
        result->credits = purchase->credits;
        result->n_credits = purchase->n_credits;
    } else {
        outcome = row_refused(call, outcome, &result->status_code, &result->reason,
                              &result->message);
        if (outcome != OUTCOME_OK) return outcome;
    }
    reply->results[call->row] = result;
    reply->n_results = call->row + 1;
    return OUTCOME_OK;
}

const struct command record_purchases = {
    .request = &beckon__v1__record_purchases_request__descriptor,
    .reply = &beckon__v1__record_purchases_response__descriptor,
    .write = record_purchases_write,
    .row_count = row_count,
};
