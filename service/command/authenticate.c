/* Who calls: the text of a token or a session -> its digest -> its record -> a principal. Looked up
 * again by every write in its own batch, so that what is revoked stops at once. A session that acts
 * as a token stops with it: both are looked up. */
#include <string.h>

#include "service/command/command.h"
#include "service/command/signing.h"
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

/* Finds the token or session of principal->token_hash and fills in who that is. */
static enum outcome find_token(struct reader *reader, uint64_t now_ms, struct principal *principal)
{
    struct token token;

    enum outcome outcome = command_outcome(tokens_find(reader, principal->token_hash, &token),
                                           OUTCOME_TOKEN_INVALID);
    if (outcome != OUTCOME_OK) return outcome;
    if (!signing_token_alive(&token, now_ms)) return OUTCOME_TOKEN_INVALID;
    principal->role = token.role;
    principal->party = token.party;
    principal->token = token.number;
    return OUTCOME_OK;
}

static enum outcome find_session(struct reader *reader, uint64_t now_ms,
                                 struct principal *principal)
{
    struct session session;

    enum outcome outcome = command_outcome(sessions_find(reader, principal->token_hash, &session),
                                           OUTCOME_TOKEN_INVALID);
    if (outcome == OUTCOME_OK) outcome = signing_session_alive(reader, &session, now_ms);
    if (outcome != OUTCOME_OK) return outcome;
    principal->role = session.owner.role;
    principal->party = session.owner.party;
    principal->token = session.owner.token;
    return OUTCOME_OK;
}

enum outcome command_authenticate(struct reader *reader, struct bytes token_text, uint64_t now_ms,
                                  struct principal *ret_principal)
{
    const char *text = (const char *)token_text.data;
    uint8_t secret[SECRET_BYTES];
    struct principal principal = {.role = ROLE_REGISTRANT};

    principal.session = secret_text_read(SECRET_SESSION, text, token_text.size,
                                         &principal.merchant, secret);
    if (!principal.session &&
        !secret_token_read(text, token_text.size, &principal.merchant, secret))
        return OUTCOME_TOKEN_INVALID;
    store_digest((struct bytes){secret, sizeof secret}, principal.token_hash);
    reader->merchant = principal.merchant;
    enum outcome outcome = principal.session ? find_session(reader, now_ms, &principal)
                                             : find_token(reader, now_ms, &principal);
    if (outcome == OUTCOME_OK) *ret_principal = principal;
    return outcome;
}

enum outcome command_reauthenticate(struct reader *reader, const struct command_call *call)
{
    struct principal principal = call->principal;

    if (principal.role == ROLE_REGISTRANT) return OUTCOME_OK;
    uint32_t merchant = reader->merchant;
    reader->merchant = principal.merchant; /* an operator's token stands under 0 */
    enum outcome outcome = principal.session ? find_session(reader, call->now_ms, &principal)
                                             : find_token(reader, call->now_ms, &principal);
    reader->merchant = merchant;
    return outcome;
}
