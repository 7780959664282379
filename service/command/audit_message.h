/* Entries of the audit trail as the API's messages. */
#ifndef BECKON_SERVICE_COMMAND_AUDIT_MESSAGE_H
#define BECKON_SERVICE_COMMAND_AUDIT_MESSAGE_H

#include "beckon/v1/audit_service.pb-c.h"
#include "service/command/audit.h"
#include "store/tokens.h"

/* Hexadecimal; NULL: the arena is empty. */
char *audit_message_hash(struct command_call *call, const uint8_t hash[HASH_BYTES]);
/* The token whose label is told; an operator's is the instance's own affair. Number 0: none. */
enum outcome audit_message_token(struct reader *reader, const struct audit_entry *entry,
                                 struct token *ret) OUTCOME_CHECKED;
/* `currency`: as audit_sentence takes it. */
enum outcome audit_message(struct command_call *call, const char *currency,
                           const struct audit_entry *entry, const uint8_t hash[HASH_BYTES],
                           const struct token *token,
                           Beckon__V1__AuditEntry **ret_message) OUTCOME_CHECKED;

#endif
