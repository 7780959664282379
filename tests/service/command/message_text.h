/* Messages of the API as one line of text, so that scenario tables can be read aloud.
 *
 * A request: "shop_id=S1 amount_minor=100 occurred_at=2026-01-02T10:00 buyer.phone='+86 138'".
 * Fields are paths ("code.owner", "rules[1].unit"), values run to the next blank or stand in single
 * quotes; enum values by the name after their common prefix or by number; times as UTC; a Party as
 * "guide:2"; "{}" makes an empty message. A mistake in a table aborts. */
#ifndef BECKON_TESTS_SERVICE_COMMAND_MESSAGE_TEXT_H
#define BECKON_TESTS_SERVICE_COMMAND_MESSAGE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

enum { MESSAGE_TEXT_BYTES = 256 * 1024 };

/* Reads a request; everything it allocates comes from `arena`. */
ProtobufCMessage *message_text_read(const char *text, const ProtobufCMessageDescriptor *descriptor,
                                    ProtobufCAllocator *arena);
/* Writes "path=value" lines of all fields that are set; blanks in values become "_", a list also
 * writes "path#=count". */
void message_text_write(const ProtobufCMessage *message, char ret_text[MESSAGE_TEXT_BYTES]);
/* "2026-01-02T10:00[:SS[.mmm]]" as Unix milliseconds. */
int64_t message_text_time(const char *text);

#endif
