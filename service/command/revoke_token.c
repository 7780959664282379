/* Ends a token for ever: every later call that bears it is refused. Again: the same answer. */
#include <assert.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/merchant_message.h"
#include "service/command/reply.h"
#include "service/command/token_message.h"
#include "store/tokens.h"

static enum outcome revoke_token_merchant(struct reader *reader, struct command_call *call,
                                          uint32_t *ret_merchant)
{
    const Beckon__V1__RevokeTokenRequest *request =
        (const Beckon__V1__RevokeTokenRequest *)call->request;

    (void)reader;
    if (call->principal.role == ROLE_OPERATOR) { /* 0: an operator's token */
        *ret_merchant = request->merchant_number;
        return OUTCOME_OK;
    }
    return merchant_named(call, request->merchant_number, "merchant_number", ret_merchant);
}

static enum outcome revoke_token_write(struct batch *batch, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__RevokeTokenRequest *request =
        (const Beckon__V1__RevokeTokenRequest *)call->request;
    struct token token;

    enum outcome outcome = command_outcome(
        tokens_get(&batch->reader, request->token_number, &token), OUTCOME_TOKEN_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "token_number", NULL);
    outcome = reply_reserve(call, TOKEN_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_token(call, &token);

    /* From here on it must succeed. */
    if (token.revoked_at == 0) {
        token.revoked_at = call->now_ms;
        tokens_put(batch, &token);
    }
    Beckon__V1__RevokeTokenResponse *reply =
        reply_message(call, &beckon__v1__revoke_token_response__descriptor);
    reply->token = token_message(call, &token);
    assert(reply->token != NULL);
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command revoke_token = {
    .request = &beckon__v1__revoke_token_request__descriptor,
    .reply = &beckon__v1__revoke_token_response__descriptor,
    .write = revoke_token_write,
    .audited = AUDIT_REVOKE_TOKEN,
    .merchant = revoke_token_merchant,
};
