/* Changes what is given of a merchant; currency, zone and cut-off only before its first event. */
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/merchant_message.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/merchants.h"

static enum outcome update_merchant_merchant(struct reader *reader, struct command_call *call,
                                             uint32_t *ret_merchant)
{
    const Beckon__V1__UpdateMerchantRequest *request =
        (const Beckon__V1__UpdateMerchantRequest *)call->request;

    (void)reader;
    if (request->merchant == NULL)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "merchant", NULL);
    return merchant_named(call, request->merchant->merchant_number, "merchant.merchant_number",
                          ret_merchant);
}

static enum outcome update_merchant_write(struct batch *batch, struct command_call *call,
                                          ProtobufCMessage **ret_reply)
{
    const Beckon__V1__UpdateMerchantRequest *request =
        (const Beckon__V1__UpdateMerchantRequest *)call->request;
    struct merchant merchant;

    enum outcome outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = merchant_form(call, request->merchant, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__UpdateMerchantResponse *reply =
        reply_message(call, &beckon__v1__update_merchant_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->merchant = merchant_message(call, &merchant);
    if (reply->merchant == NULL) return OUTCOME_BUSY;
    audit_object(call, AUDIT_OF_MERCHANT, merchant.number);

    /* From here on it must succeed. */
    merchants_put(batch, &merchant);
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command update_merchant = {
    .request = &beckon__v1__update_merchant_request__descriptor,
    .reply = &beckon__v1__update_merchant_response__descriptor,
    .write = update_merchant_write,
    .audited = AUDIT_UPDATE_MERCHANT,
    .merchant = update_merchant_merchant,
};
