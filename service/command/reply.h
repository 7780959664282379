/* Replies: API messages in a call's arena.
 *
 * A write reserves what its reply needs before the LINE (reply_reserve), so that nothing can run
 * out after it; reads allocate as they go and answer OUTCOME_BUSY when the arena is empty. */
#ifndef BECKON_SERVICE_COMMAND_REPLY_H
#define BECKON_SERVICE_COMMAND_REPLY_H

#include "beckon/v1/common.pb-c.h"
#include "google/protobuf/timestamp.pb-c.h"
#include "service/command/command.h"

/* Sets `bytes` aside for reply_alloc. OUTCOME_OK or OUTCOME_BUSY. */
enum outcome reply_reserve(struct command_call *call, size_t bytes) OUTCOME_CHECKED;
/* Zeroed memory from what was reserved, else from the arena; NULL when the arena is empty. Asserts
 * after a reserve that the reserve was large enough. */
void *reply_alloc(struct command_call *call, size_t bytes);
/* A message of this kind, initialised; NULL when the arena is empty. */
void *reply_message(struct command_call *call, const ProtobufCMessageDescriptor *descriptor);

/* Fields. NULL when the arena is empty; texts are copied. */
char *reply_text(struct command_call *call, const char *text);
char *reply_text_of(struct command_call *call, const char *text, size_t size);
Google__Protobuf__Timestamp *reply_time(struct command_call *call, uint64_t at_ms);
char *reply_number(struct command_call *call, uint64_t number);
char *reply_date(struct command_call *call, business_date date);
char *reply_code(struct command_call *call, struct code_value code);
Beckon__V1__Party *reply_party(struct command_call *call, struct party party);

/* Bytes to reserve for `count` small messages with a short text each. */
enum { REPLY_MESSAGE_BYTES = 512 };

/* Enums of the API and of the records. */
Beckon__V1__Unit reply_unit(enum unit unit);
Beckon__V1__PartyKind reply_party_kind(enum party_kind kind);

#endif
