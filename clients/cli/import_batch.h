/* Batches of an import: filled row by row, sent, settled in file order. */
#ifndef BECKON_CLIENTS_CLI_IMPORT_BATCH_H
#define BECKON_CLIENTS_CLI_IMPORT_BATCH_H

#include "clients/cli/import.h"

/* The message a row of the kind becomes. */
const ProtobufCMessageDescriptor *batch_row_type(const struct import_kind *kind);
/* Adds the row being looked at as a message, which it takes over; sends the batch when it is
 * full. */
void batch_add(struct import *import, ProtobufCMessage *message);
/* Adds it as one refused here; raw_is_row: what was read has the header's fields. */
void batch_add_refused(struct import *import, const char *reason, const char *sentence,
                       bool raw_is_row);

#endif
