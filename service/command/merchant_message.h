/* Merchants: their message, the form of their fields, and which one an operator means. */
#ifndef BECKON_SERVICE_COMMAND_MERCHANT_MESSAGE_H
#define BECKON_SERVICE_COMMAND_MERCHANT_MESSAGE_H

#include "beckon/v1/merchant_service.pb-c.h"
#include "service/command/command.h"

/* NULL when the arena is empty. */
Beckon__V1__Merchant *merchant_message(struct command_call *call, const struct merchant *merchant);

/* What a new merchant is where nothing else is said. */
struct merchant merchant_default(uint32_t number, uint64_t created_at);
/* Replaces what the message gives (non-empty fields) after checking it. MERCHANT_FIXED for
 * currency, zone or cut-off of a merchant with events. */
enum outcome merchant_form(struct command_call *call, const Beckon__V1__Merchant *message,
                           struct merchant *merchant) OUTCOME_CHECKED;

/* The merchant a call is for: operators name it (`number`, required), others have their own and may
 * leave it 0. NOT_YOURS. */
enum outcome merchant_named(struct command_call *call, uint32_t number, const char *field,
                            uint32_t *ret_merchant) OUTCOME_CHECKED;

#endif
