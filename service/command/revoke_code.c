/* Ends a code for ever. Doing it again answers the same. */
#include <assert.h>

#include "service/command/audit.h"
#include "service/command/code_message.h"
#include "service/command/commands.h"
#include "service/command/objects.h"
#include "service/command/reply.h"

static enum outcome revoke_code_write(struct batch *batch, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__RevokeCodeRequest *request =
        (const Beckon__V1__RevokeCodeRequest *)call->request;
    struct merchant merchant;
    struct code code;

    enum outcome outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = code_find(&batch->reader, call, &merchant, request->code, &code);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = code_message_ahead(&batch->reader, call, &merchant, &code);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, CODE_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_code(call, code.value);
    audit_fact_party(call, "owner", code.owner);

    /* From here on it must succeed. */
    if (code.revoked_at == 0) {
        code.revoked_at = call->now_ms;
        codes_put(batch, &code);
    }
    Beckon__V1__RevokeCodeResponse *reply =
        reply_message(call, &beckon__v1__revoke_code_response__descriptor);
    outcome = code_message(&batch->reader, call, &merchant, &code, &reply->code);
    assert(outcome == OUTCOME_OK);
    *ret_reply = &reply->base;
    return outcome;
}

const struct command revoke_code = {
    .request = &beckon__v1__revoke_code_request__descriptor,
    .reply = &beckon__v1__revoke_code_response__descriptor,
    .write = revoke_code_write,
    .audited = AUDIT_REVOKE_CODE,
};
