/* Tokens as the API's messages, without their secrets. */
#ifndef BECKON_SERVICE_COMMAND_TOKEN_MESSAGE_H
#define BECKON_SERVICE_COMMAND_TOKEN_MESSAGE_H

#include "beckon/v1/token_service.pb-c.h"
#include "service/command/command.h"

enum { TOKEN_MESSAGE_BYTES = 1024 };

/* NULL when the arena is empty. */
Beckon__V1__Token *token_message(struct command_call *call, const struct token *token);

#endif
