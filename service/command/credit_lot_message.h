/* Credits and decisions about them as the API's messages. */
#ifndef BECKON_SERVICE_COMMAND_CREDIT_LOT_MESSAGE_H
#define BECKON_SERVICE_COMMAND_CREDIT_LOT_MESSAGE_H

#include "beckon/v1/credit_service.pb-c.h"
#include "service/command/command.h"
#include "store/adjustments.h"
#include "store/program.h"

/* The credit as it stands on `today`: what is due has happened to it. */
struct credit credit_as_of(const struct credit *credit, business_date today);
/* As a message, in a snapshot. `program` keeps the version that was needed last, for the next of a
 * list; its version is 0 to begin with. */
enum outcome credit_lot_message(struct reader *reader, struct command_call *call,
                                struct party party, const struct credit *credit,
                                struct program *program,
                                Beckon__V1__CreditLot **ret) OUTCOME_CHECKED;

enum { ADJUSTMENT_MESSAGE_BYTES = 2048 };
/* `at_once`: as it was answered when it was asked for, before anybody decided. NULL when the arena
 * is empty. */
Beckon__V1__Adjustment *adjustment_message(struct command_call *call,
                                           const struct adjustment *adjustment, bool at_once);

#endif
