/* Ends the session that calls. */
#include <assert.h>

#include "beckon/v1/sign_in_service.pb-c.h"
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "service/command/signing.h"

static enum outcome end_session_write(struct batch *batch, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    struct session session;

    if (!call->principal.session) return OUTCOME_NOT_A_SESSION;
    enum outcome outcome =
        command_outcome(sessions_find(&batch->reader, call->principal.token_hash, &session),
                        OUTCOME_TOKEN_INVALID);
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on it is over. */
    sessions_delete(batch, &session);
    *ret_reply = reply_message(call, &beckon__v1__end_session_response__descriptor);
    assert(*ret_reply != NULL);
    return OUTCOME_OK;
}

const struct command end_session = {
    .request = &beckon__v1__end_session_request__descriptor,
    .reply = &beckon__v1__end_session_response__descriptor,
    .write = end_session_write,
};
