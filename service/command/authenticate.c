/* Who calls: a token's text -> its digest -> its record -> a principal. Looked up again by every
 * write in its own batch, so that a revoked token stops at once. */
#include <string.h>

#include "service/command/command.h"
#include "store/tokens.h"

enum outcome command_outcome(enum store_result result, enum outcome absent)
{
    switch (result) {
    case STORE_OK: return OUTCOME_OK;
    case STORE_ABSENT: return absent;
    case STORE_NEED: return OUTCOME_AGAIN;
    case STORE_DAMAGED: return OUTCOME_STORE_DAMAGED;
    case STORE_FULL: return OUTCOME_STORE_FULL;
    case STORE_CONFLICT:
    case STORE_FENCED:
    case STORE_FAULT: return OUTCOME_STORE_FAULT;
    }
    return OUTCOME_INTERNAL;
}

static bool token_alive(const struct token *token, uint64_t now_ms)
{
    if (token->revoked_at != 0) return false;
    return token->expires_at == 0 || now_ms < token->expires_at;
}

enum outcome command_authenticate(struct reader *reader, struct bytes token_text, uint64_t now_ms,
                                  struct principal *ret_principal)
{
    uint8_t secret[SECRET_BYTES];
    uint32_t merchant;
    struct principal principal = {0};
    struct token token;

    if (!secret_token_read((const char *)token_text.data, token_text.size, &merchant, secret))
        return OUTCOME_TOKEN_INVALID;
    store_digest((struct bytes){secret, sizeof secret}, principal.token_hash);
    reader->merchant = merchant;
    enum outcome outcome = command_outcome(tokens_find(reader, principal.token_hash, &token),
                                           OUTCOME_TOKEN_INVALID);
    if (outcome != OUTCOME_OK) return outcome;
    if (!token_alive(&token, now_ms)) return OUTCOME_TOKEN_INVALID;

    principal.role = token.role;
    principal.merchant = merchant;
    principal.party = token.party;
    *ret_principal = principal;
    return OUTCOME_OK;
}

enum outcome command_reauthenticate(struct reader *reader, const struct command_call *call)
{
    struct token token;

    if (call->principal.role == ROLE_REGISTRANT) return OUTCOME_OK;
    uint32_t merchant = reader->merchant;
    reader->merchant = call->principal.merchant; /* an operator's token stands under 0 */
    enum store_result found = tokens_find(reader, call->principal.token_hash, &token);
    reader->merchant = merchant;

    enum outcome outcome = command_outcome(found, OUTCOME_TOKEN_INVALID);
    if (outcome != OUTCOME_OK) return outcome;
    return token_alive(&token, call->now_ms) ? OUTCOME_OK : OUTCOME_TOKEN_INVALID;
}
