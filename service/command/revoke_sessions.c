/* Ends all sessions of one owner, and the links made for him. */
#include <assert.h>

#include "beckon/v1/sign_in_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "service/command/signing.h"

static enum outcome revoke_sessions_write(struct batch *batch, struct command_call *call,
                                          ProtobufCMessage **ret_reply)
{
    const Beckon__V1__RevokeSessionsRequest *request =
        (const Beckon__V1__RevokeSessionsRequest *)call->request;
    struct signing_name name = {.guide = request->guide_number, .token = request->token_number,
                                .member = request->member_number};
    struct sign_in_owner owner;
    struct sign_in_owned owned;

    enum outcome outcome = signing_owner(&batch->reader, call, &name, &owner);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(sign_in_owned_get(&batch->reader, &owner, &owned),
                                  OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on they are over. */
    sign_in_owned_delete(batch, &owned);
    signing_audit(call, &owner);
    audit_fact_number(call, "sessions", (int64_t)owned.session_count);
    audit_fact_number(call, "links", (int64_t)owned.link_count);
    *ret_reply = reply_message(call, &beckon__v1__revoke_sessions_response__descriptor);
    assert(*ret_reply != NULL);
    return OUTCOME_OK;
}

const struct command revoke_sessions = {
    .request = &beckon__v1__revoke_sessions_request__descriptor,
    .reply = &beckon__v1__revoke_sessions_response__descriptor,
    .write = revoke_sessions_write,
    .audited = AUDIT_REVOKE_SESSIONS,
};
