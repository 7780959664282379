/* The ticker's command for what sign-in leaves behind: each row deletes the first record that is
 * over, a session, a link, or what throttled a phone. */
#include "beckon/internal/tick.pb-c.h"
#include "service/command/commands.h"
#include "service/command/due.h"
#include "service/command/reply.h"
#include "store/phone_codes.h"
#include "store/sign_in.h"

static size_t tick_sign_in_count(const ProtobufCMessage *request)
{
    size_t count = ((const Beckon__Internal__TickSignInRequest *)request)->step_count;
    return count <= TICK_SIGN_IN_MAX ? count : TICK_SIGN_IN_MAX;
}

/* The reply with all its rows, made by the first. */
static enum outcome begin(struct command_call *call, ProtobufCMessage **reply)
{
    if (*reply != NULL) return OUTCOME_OK;
    size_t count = tick_sign_in_count(call->request);
    Beckon__Internal__TickSignInResponse *made =
        reply_message(call, &beckon__internal__tick_sign_in_response__descriptor);
    if (made == NULL) return OUTCOME_BUSY;
    made->more = reply_alloc(call, (count > 0 ? count : 1) * sizeof *made->more);
    if (made->more == NULL) return OUTCOME_BUSY;
    made->n_more = count;
    *reply = &made->base;
    return OUTCOME_OK;
}

/* Deletes what `due` names. Of a record that is gone or damaged its place in the list goes: verify
 * tells, and the list must not stand still. */
static enum store_result delete_due(struct batch *batch, const struct sign_in_due *due)
{
    struct session session;
    struct sign_in_link link;
    struct phone_code code;
    enum store_result found = STORE_ABSENT;
    bool same = false;

    switch (due->kind) {
    case SIGN_IN_SESSION:
        found = sessions_find(&batch->reader, due->hash, &session);
        same = found == STORE_OK && session.expires_at == due->at;
        break;
    case SIGN_IN_LINK:
        found = sign_in_links_find(&batch->reader, due->hash, &link);
        same = found == STORE_OK && link.expires_at == due->at;
        break;
    case SIGN_IN_PHONE_CODE:
        found = phone_codes_get(&batch->reader, due->hash, &code);
        same = found == STORE_OK && phone_code_due(&code).at == due->at;
        break;
    }
    if (found != STORE_OK && found != STORE_ABSENT && found != STORE_DAMAGED) return found;

    /* From here on nothing is refused. */
    if (!same) sign_in_due_delete(batch, due);
    else if (due->kind == SIGN_IN_SESSION) sessions_delete(batch, &session);
    else if (due->kind == SIGN_IN_LINK) sign_in_links_delete(batch, &link);
    else phone_codes_delete(batch, &code);
    return STORE_OK;
}

static enum outcome tick_sign_in_write(struct batch *batch, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    struct sign_in_due due;

    enum outcome outcome = begin(call, ret_reply);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__Internal__TickSignInResponse *reply =
        (Beckon__Internal__TickSignInResponse *)*ret_reply;
    if (call->row >= reply->n_more) return OUTCOME_OK;
    reply->more[call->row] = false; /* a run that was dropped may have said otherwise */
    if (call->row > 0 && !reply->more[call->row - 1]) return OUTCOME_OK;
    enum store_result result = sign_in_due_first(&batch->reader, call->now_ms, &due);
    if (result == STORE_ABSENT) return OUTCOME_OK;
    if (result == STORE_OK) result = delete_due(batch, &due);
    if (result == STORE_OK) reply->more[call->row] = true;
    return command_outcome(result, OUTCOME_INTERNAL);
}

const struct command tick_sign_in = {
    .request = &beckon__internal__tick_sign_in_request__descriptor,
    .reply = &beckon__internal__tick_sign_in_response__descriptor,
    .write = tick_sign_in_write,
    .row_count = tick_sign_in_count,
};
