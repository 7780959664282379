/* Rows of a batch request: a refusal becomes the row's result, a fault ends the call. */
#ifndef BECKON_SERVICE_COMMAND_ROWS_H
#define BECKON_SERVICE_COMMAND_ROWS_H

#include "service/command/command.h"

/* Writes the refusal into a row's result. OUTCOME_OK, or `outcome` itself when it is not the row's
 * own fault (AGAIN, BUSY, store faults) and must end or repeat the call. */
enum outcome row_refused(struct command_call *call, enum outcome outcome,
                         int32_t *ret_status_code, char **ret_reason,
                         char **ret_message) OUTCOME_CHECKED;

#endif
