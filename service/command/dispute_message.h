/* Disputes as the API's messages, and how a request names one. */
#ifndef BECKON_SERVICE_COMMAND_DISPUTE_MESSAGE_H
#define BECKON_SERVICE_COMMAND_DISPUTE_MESSAGE_H

#include "beckon/v1/statement_service.pb-c.h"
#include "service/command/command.h"
#include "store/disputes.h"

/* The run and the dispute of that number in it. FIELD_REQUIRED, SETTLEMENT_UNKNOWN,
 * DISPUTE_UNKNOWN; NOT_YOURS for a guide who names another's. */
enum outcome dispute_load(struct reader *reader, struct command_call *call, uint32_t run,
                          uint32_t number, struct settlement_run *ret_run,
                          struct dispute *ret) OUTCOME_CHECKED;

/* As a message. */
enum outcome dispute_message(struct reader *reader, struct command_call *call,
                             const struct dispute *dispute,
                             Beckon__V1__Dispute **ret) OUTCOME_CHECKED;

#endif
