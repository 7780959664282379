#include "service/command/shop_message.h"

#include "service/command/reply.h"

enum outcome shop_message(struct reader *reader, struct command_call *call,
                          const struct shop *shop, Beckon__V1__Shop **ret)
{
    char pay_entity[PAY_ENTITY_BYTES_MAX + 1];
    const struct shop_period *period = &shop->periods[shop->period_count - 1];

    enum outcome outcome = command_outcome(
        pay_entities_get(reader, period->pay_entity, pay_entity), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__Shop *message = reply_message(call, &beckon__v1__shop__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->shop_id = reply_text(call, shop->shop_id);
    message->name = reply_text(call, shop->name);
    message->pay_entity = reply_text(call, pay_entity);
    message->cost_center = reply_text(call, period->cost_center);
    message->shop_number = shop->number;
    message->created_at = reply_time(call, shop->created_at);
    if (message->shop_id == NULL || message->name == NULL || message->pay_entity == NULL ||
        message->cost_center == NULL || message->created_at == NULL)
        return OUTCOME_BUSY;
    *ret = message;
    return OUTCOME_OK;
}

enum outcome create_shop_reply(struct reader *reader, struct command_call *call,
                               const struct shop *shop, ProtobufCMessage **ret_reply)
{
    Beckon__V1__CreateShopResponse *reply =
        reply_message(call, &beckon__v1__create_shop_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return shop_message(reader, call, shop, &reply->shop);
}
