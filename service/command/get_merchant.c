/* Reads one merchant. */
#include "service/command/commands.h"
#include "service/command/merchant_message.h"
#include "service/command/objects.h"
#include "service/command/reply.h"

static enum outcome get_merchant_merchant(struct reader *reader, struct command_call *call,
                                          uint32_t *ret_merchant)
{
    (void)reader;
    return merchant_named(call, ((const Beckon__V1__GetMerchantRequest *)call->request)
                                    ->merchant_number, "merchant_number", ret_merchant);
}

static enum outcome get_merchant_read(struct reader *reader, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    struct merchant merchant;

    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetMerchantResponse *reply =
        reply_message(call, &beckon__v1__get_merchant_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->merchant = merchant_message(call, &merchant);
    *ret_reply = &reply->base;
    return reply->merchant != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

const struct command get_merchant = {
    .request = &beckon__v1__get_merchant_request__descriptor,
    .reply = &beckon__v1__get_merchant_response__descriptor,
    .read = get_merchant_read,
    .merchant = get_merchant_merchant,
};
