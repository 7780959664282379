#include "service/command/token_message.h"

#include <assert.h>
#include <string.h>

#include "service/command/reply.h"

static_assert((int)ROLE_INTEGRATION == (int)BECKON__V1__ROLE__ROLE_INTEGRATION, "same numbers");
static_assert((int)ROLE_POS == (int)BECKON__V1__ROLE__ROLE_POS, "same numbers");

Beckon__V1__Token *token_message(struct command_call *call, const struct token *token)
{
    Beckon__V1__Token *message = reply_message(call, &beckon__v1__token__descriptor);
    if (message == NULL) return NULL;
    message->token_number = token->number;
    message->role = (Beckon__V1__Role)token->role;
    message->label =
        reply_text_of(call, token->label, strnlen(token->label, sizeof token->label));
    message->created_at = reply_time(call, token->created_at);
    if (token->party.kind != PARTY_NONE) message->principal = reply_party(call, token->party);
    if (token->expires_at != 0) message->expires_at = reply_time(call, token->expires_at);
    if (token->revoked_at != 0) message->revoked_at = reply_time(call, token->revoked_at);
    if (message->label == NULL || message->created_at == NULL ||
        (token->party.kind != PARTY_NONE && message->principal == NULL) ||
        (token->expires_at != 0 && message->expires_at == NULL) ||
        (token->revoked_at != 0 && message->revoked_at == NULL))
        return NULL;
    return message;
}
