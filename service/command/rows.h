/* Rows of a batch request: a refusal becomes the row's result, a fault ends the call. */
#ifndef BECKON_SERVICE_COMMAND_ROWS_H
#define BECKON_SERVICE_COMMAND_ROWS_H

#include "service/command/command.h"

/* What a request's rows are called, and the messages that answer them. */
struct rows {
    const char *field; /* of the request, for refusals */
    size_t count;
    const ProtobufCMessageDescriptor *reply;  /* has a repeated field "results" ... */
    const ProtobufCMessageDescriptor *result; /* ... of this message */
};

/* Begins row call->row: ROWS_INVALID unless there are 1 to LIMIT_ROWS; makes the reply at the first
 * row, with place for all results, and the row's result. */
enum outcome rows_begin(struct command_call *call, const struct rows *rows,
                        ProtobufCMessage **reply, ProtobufCMessage **ret_result) OUTCOME_CHECKED;
/* Ends it: the reply has its result. */
void rows_end(const struct command_call *call, ProtobufCMessage *reply, ProtobufCMessage *result);

/* Writes the refusal into a row's result. OUTCOME_OK, or `outcome` itself when it is not the row's
 * own fault (AGAIN, BUSY, store faults) and must end or repeat the call. */
enum outcome row_refused(struct command_call *call, enum outcome outcome,
                         int32_t *ret_status_code, char **ret_reason,
                         char **ret_message) OUTCOME_CHECKED;

#endif
