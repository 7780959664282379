/* Uses a link up: it goes, and the session it is for begins. */
#include <assert.h>

#include "beckon/v1/sign_in_service.pb-c.h"
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "service/command/signing.h"

static enum outcome redeem_sign_in_link_merchant(struct reader *reader, struct command_call *call,
                                                 uint32_t *ret_merchant)
{
    const Beckon__V1__RedeemSignInLinkRequest *request =
        (const Beckon__V1__RedeemSignInLinkRequest *)call->request;
    (void)reader;
    return signing_link_merchant(call, request->secret, ret_merchant);
}

static enum outcome redeem_sign_in_link_write(struct batch *batch, struct command_call *call,
                                              ProtobufCMessage **ret_reply)
{
    const Beckon__V1__RedeemSignInLinkRequest *request =
        (const Beckon__V1__RedeemSignInLinkRequest *)call->request;
    struct sign_in_link link;
    struct signing signing;

    enum outcome outcome = signing_link(&batch->reader, call, request->secret, &link);
    if (outcome == OUTCOME_OK)
        outcome = signing_load(&batch->reader, call, &link.owner, 0, &signing);
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on it is used. */
    sign_in_links_delete(batch, &link);
    signing_begin(batch, &signing);
    Beckon__V1__RedeemSignInLinkResponse *reply =
        reply_message(call, &beckon__v1__redeem_sign_in_link_response__descriptor);
    reply->session_secret = reply_text(call, signing.secret);
    reply->expires_at = reply_time(call, signing.session.expires_at);
    reply->role = (Beckon__V1__Role)signing.session.owner.role;
    assert(reply->session_secret != NULL && reply->expires_at != NULL);
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command redeem_sign_in_link = {
    .request = &beckon__v1__redeem_sign_in_link_request__descriptor,
    .reply = &beckon__v1__redeem_sign_in_link_response__descriptor,
    .write = redeem_sign_in_link_write,
    .merchant = redeem_sign_in_link_merchant,
};
