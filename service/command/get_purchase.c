/* Reads one purchase by its natural key. */
#include <string.h>

#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/purchase_read.h"
#include "service/command/reply.h"
#include "store/purchases.h"

static enum outcome get_purchase_read(struct reader *reader, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetPurchaseRequest *request =
        (const Beckon__V1__GetPurchaseRequest *)call->request;
    struct receipt receipt = {0};
    struct purchase purchase;
    char text[RECEIPT_BYTES_MAX + 1];

    enum outcome outcome =
        form_text(call, request->receipt_number, "receipt_number", 1, RECEIPT_BYTES_MAX, text);
    if (outcome != OUTCOME_OK) return outcome;
    receipt.size = (uint8_t)strlen(text);
    memcpy(receipt.text, text, receipt.size);
    outcome = object_shop(reader, call, request->shop_id, "shop_id", &receipt.shop);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(purchases_get(reader, &receipt, &purchase),
                              OUTCOME_PURCHASE_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "receipt_number", NULL);
    Beckon__V1__GetPurchaseResponse *reply =
        reply_message(call, &beckon__v1__get_purchase_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    outcome = purchase_read_message(reader, call, &purchase, &reply->purchase);
    if (outcome != OUTCOME_OK) return outcome;
    return purchase_read_lines(reader, call, &purchase, reply->purchase);
}

const struct command get_purchase = {
    .request = &beckon__v1__get_purchase_request__descriptor,
    .reply = &beckon__v1__get_purchase_response__descriptor,
    .read = get_purchase_read,
};
