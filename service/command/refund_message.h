/* Refunds as messages. */
#ifndef BECKON_SERVICE_COMMAND_REFUND_MESSAGE_H
#define BECKON_SERVICE_COMMAND_REFUND_MESSAGE_H

#include "beckon/v1/refund_service.pb-c.h"
#include "service/command/command.h"
#include "service/command/refund_form.h"
#include "store/refunds.h"

/* What must be reserved for the reply to RecordRefund. */
size_t refund_message_bytes(const struct refund *refund);

/* The refund with the takings the caller may see. `first`: as the answer to RecordRefund shows it,
 * which never changes: one that came before its purchase is PARKED there for ever; else as it
 * stands. OUTCOME_BUSY when the arena is empty. */
enum outcome refund_message(struct command_call *call, const struct refund *refund,
                            const struct refund_shops *shops, bool first,
                            Beckon__V1__Refund **ret) OUTCOME_CHECKED;

#endif
