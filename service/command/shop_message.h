/* Shops as the API's messages. */
#ifndef BECKON_SERVICE_COMMAND_SHOP_MESSAGE_H
#define BECKON_SERVICE_COMMAND_SHOP_MESSAGE_H

#include "beckon/v1/shop_service.pb-c.h"
#include "service/command/command.h"
#include "store/shops.h"

enum { SHOP_MESSAGE_BYTES = 1024 };

enum outcome shop_message(struct reader *reader, struct command_call *call,
                          const struct shop *shop, Beckon__V1__Shop **ret) OUTCOME_CHECKED;
/* The reply of CreateShop, first and again. */
enum outcome create_shop_reply(struct reader *reader, struct command_call *call,
                               const struct shop *shop,
                               ProtobufCMessage **ret_reply) OUTCOME_CHECKED;

#endif
