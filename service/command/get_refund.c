/* Reads one refund by its natural key. */
#include <string.h>

#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/refund_message.h"
#include "service/command/reply.h"
#include "store/refunds.h"

static enum outcome get_refund_read(struct reader *reader, struct command_call *call,
                                    ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetRefundRequest *request =
        (const Beckon__V1__GetRefundRequest *)call->request;
    struct receipt receipt = {0};
    struct refund refund;
    struct refund_shops shops;
    char text[RECEIPT_BYTES_MAX + 1];

    enum outcome outcome =
        form_text(call, request->refund_number, "refund_number", 1, RECEIPT_BYTES_MAX, text);
    if (outcome != OUTCOME_OK) return outcome;
    receipt.size = (uint8_t)strlen(text);
    memcpy(receipt.text, text, receipt.size);
    outcome = object_shop(reader, call, request->shop_id, "shop_id", &receipt.shop);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(refunds_get(reader, &receipt, &refund), OUTCOME_REFUND_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "refund_number", NULL);
    outcome = refund_shops(reader, &refund, &shops);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetRefundResponse *reply =
        reply_message(call, &beckon__v1__get_refund_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return refund_message(call, &refund, &shops, false, &reply->refund);
}

const struct command get_refund = {
    .request = &beckon__v1__get_refund_request__descriptor,
    .reply = &beckon__v1__get_refund_response__descriptor,
    .read = get_refund_read,
};
