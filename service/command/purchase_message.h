/* A stored purchase as the API's message; the same for a first answer, a replay and a read. */
#ifndef BECKON_SERVICE_COMMAND_PURCHASE_MESSAGE_H
#define BECKON_SERVICE_COMMAND_PURCHASE_MESSAGE_H

#include "beckon/v1/purchase_service.pb-c.h"
#include "service/command/command.h"
#include "store/program.h"

/* What must be reserved for a purchase with so many awards. */
size_t purchase_message_bytes(size_t award_count);

/* shop_id is copied. `program` is the version the purchase names, NULL when it names none. What may
 * change later (refunds) is given only `with_refunds`: a replay repeats the first answer. */
enum outcome purchase_message(struct reader *reader, struct command_call *call,
                              const struct purchase *purchase, const char *shop_id,
                              const struct program *program, bool with_refunds,
                              Beckon__V1__Purchase **ret_message) OUTCOME_CHECKED;

#endif
