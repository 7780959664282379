/* Codes as the API's messages, their links, and who may touch whose. */
#ifndef BECKON_SERVICE_COMMAND_CODE_MESSAGE_H
#define BECKON_SERVICE_COMMAND_CODE_MESSAGE_H

#include "beckon/v1/code_service.pb-c.h"
#include "service/command/command.h"
#include "service/rules/link_base.h"
#include "store/codes.h"

enum {
    CODE_LINK_BYTES = LINK_BASE_BYTES_MAX + 16,
    CODE_MESSAGE_BYTES = 2048 + CODE_OWNERS_MAX * 160,
};

/* "HTTPS://HOST/R/CODE", upper case for QR's alphanumeric mode. */
void code_link(const struct merchant *merchant, struct code_value value,
               char ret_link[CODE_LINK_BYTES]);
/* "BASE/R/CODE"; the base as link_base_parse wrote it. */
void code_link_at(const char *base, struct code_value value, char ret_link[CODE_LINK_BYTES]);

/* With its owner history. */
enum outcome code_message(struct reader *reader, struct command_call *call,
                          const struct merchant *merchant, const struct code *code,
                          Beckon__V1__Code **ret) OUTCOME_CHECKED;

/* Reads what code_message will, so that it can't fail after a write's LINE. */
enum outcome code_message_ahead(struct reader *reader, const struct command_call *call,
                                const struct merchant *merchant,
                                const struct code *code) OUTCOME_CHECKED;

/* Guides and members have their own codes only. OUTCOME_OK or OUTCOME_NOT_YOURS. */
enum outcome code_owner_allowed(struct command_call *call, struct party owner,
                                const char *field) OUTCOME_CHECKED;

/* A code of the caller's merchant that he may touch: today's owner counts. CODE_MISTYPED,
 * CODE_UNKNOWN, NOT_YOURS. */
enum outcome code_find(struct reader *reader, struct command_call *call,
                       const struct merchant *merchant, const char *text,
                       struct code *ret) OUTCOME_CHECKED;

/* The owner on a date: the record holds the one in force when it was last written. */
enum outcome code_owner_today(struct reader *reader, const struct merchant *merchant,
                              const struct code *code, uint64_t now_ms,
                              struct party *ret) OUTCOME_CHECKED;

#endif
