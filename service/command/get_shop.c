/* Reads one shop by its id. */
#include "service/command/commands.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/shop_message.h"

static enum outcome get_shop_read(struct reader *reader, struct command_call *call,
                                  ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetShopRequest *request = (const Beckon__V1__GetShopRequest *)call->request;
    struct shop shop;
    uint32_t number;

    enum outcome outcome = object_shop(reader, call, request->shop_id, "shop_id", &number);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(shops_get(reader, number, &shop), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetShopResponse *reply =
        reply_message(call, &beckon__v1__get_shop_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return shop_message(reader, call, &shop, &reply->shop);
}

const struct command get_shop = {
    .request = &beckon__v1__get_shop_request__descriptor,
    .reply = &beckon__v1__get_shop_response__descriptor,
    .read = get_shop_read,
};
