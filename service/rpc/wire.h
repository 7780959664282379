/* Looks through the bytes of a request before protobuf-c sees them, led by the message's
 * descriptor. protobuf-c checks no UTF-8, cuts strings at NUL, has no bound on depth or counts and
 * grows memory up to 60 times: all that is decided here, without allocating and without recursion.
 *
 * Any thread. */
#ifndef BECKON_SERVICE_RPC_WIRE_H
#define BECKON_SERVICE_RPC_WIRE_H

#include <protobuf-c/protobuf-c.h>

#include "service/outcome.h"
#include "store/bytes.h"

enum { WIRE_PATH_BYTES = 160 };

/* Checks a whole message. OUTCOME_OK, or in the order they are met:
 * OUTCOME_MESSAGE_INVALID  cut off, wrong wire type, nested too deep, too many fields
 * OUTCOME_TEXT_INVALID     a string: not UTF-8, control or bidi characters, over LIMIT_TEXT_BYTES
 * OUTCOME_VALUE_INVALID    an enum's number that is none of its values
 * OUTCOME_ROWS_INVALID     a repeated field over LIMIT_ROWS
 * MESSAGE_INVALID wins over the others, wherever it stands. ret_field gets the path of the first
 * wrong field ("purchases[3].receipt_number"), *ret_allowed a static string; both untouched when
 * OK or MESSAGE_INVALID. */
enum outcome wire_check(const ProtobufCMessageDescriptor *descriptor, struct bytes message,
                        char ret_field[WIRE_PATH_BYTES], const char **ret_allowed) OUTCOME_CHECKED;

#endif
