/* Programs: their message, and the form of a new version. */
#ifndef BECKON_SERVICE_COMMAND_PROGRAM_MESSAGE_H
#define BECKON_SERVICE_COMMAND_PROGRAM_MESSAGE_H

#include "beckon/v1/program_service.pb-c.h"
#include "service/command/command.h"
#include "store/program.h"

size_t program_message_bytes(const struct program *program);
/* NULL when the arena is empty. */
Beckon__V1__Program *program_message(struct command_call *call, const struct program *program);

/* Reads and checks a message: OUTCOME_OK, PROGRAM_INVALID with the rule and field, DATE_INVALID,
 * TEXT_INVALID. version and published_at are left 0. */
enum outcome program_form(struct command_call *call, const Beckon__V1__Program *message,
                          struct program *ret) OUTCOME_CHECKED;

#endif
