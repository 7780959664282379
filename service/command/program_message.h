/* Programs as messages: what was published, defaults written out. */
#ifndef BECKON_SERVICE_COMMAND_PROGRAM_MESSAGE_H
#define BECKON_SERVICE_COMMAND_PROGRAM_MESSAGE_H

#include "beckon/v1/program_service.pb-c.h"
#include "service/command/command.h"
#include "store/program.h"

/* The ids of the shops in the program's pool, by place, in the arena. A store outcome, or BUSY. */
enum outcome program_shop_ids(struct reader *reader, struct command_call *call,
                              const struct program *program,
                              const char ***ret_shop_ids) OUTCOME_CHECKED;

/* Bytes to reserve for program_message, the message that holds it and its texts. */
size_t program_message_bytes(const struct program *program);
/* The whole. NULL when the arena is empty. The message keeps the texts of shop_ids. */
Beckon__V1__Program *program_message(struct command_call *call, const struct program *program,
                                     const char **shop_ids);
/* Without rules and tiers, for lists. NULL when the arena is empty. */
Beckon__V1__Program *program_message_head(struct command_call *call,
                                          const struct program *program);

/* One rule (program_message_rule.c). NULL when the arena is empty. */
Beckon__V1__Rule *program_message_rule(struct command_call *call, const struct program *program,
                                       const struct rule *rule, const char **shop_ids);

/* A text field of a message: empty texts take nothing. false when the arena is empty. */
bool program_message_text(struct command_call *call, const char *text, char **ret_field);

#endif
