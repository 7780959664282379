/* For whom a link is, as the page asks before it signs in: masked, and nothing is used up. */
#include <string.h>

#include "beckon/v1/sign_in_service.pb-c.h"
#include "service/command/commands.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/signing.h"
#include "service/rules/text_rules.h"
#include "store/profiles.h"
#include "store/tokens.h"

static enum outcome get_sign_in_link_merchant(struct reader *reader, struct command_call *call,
                                              uint32_t *ret_merchant)
{
    const Beckon__V1__GetSignInLinkRequest *request =
        (const Beckon__V1__GetSignInLinkRequest *)call->request;
    (void)reader;
    return signing_link_merchant(call, request->secret, ret_merchant);
}

/* A guide's name or a token's label, masked. */
static enum outcome load_name(struct reader *reader, const struct sign_in_owner *owner,
                              char ret_masked[TEXT_MASK_BYTES])
{
    struct profile profile = {.phone = ""};
    struct token token = {.label = ""};
    struct bytes name;
    enum outcome outcome;

    if (owner->token != 0) {
        outcome =
            command_outcome(tokens_get(reader, owner->token, &token), OUTCOME_STORE_DAMAGED);
        name = (struct bytes){(const uint8_t *)token.label,
                              strnlen(token.label, sizeof token.label)};
    } else {
        outcome = command_outcome(profiles_get(reader, owner->party, &profile), OUTCOME_OK);
        name = (struct bytes){(const uint8_t *)profile.name, strlen(profile.name)};
    }
    if (outcome != OUTCOME_OK) return outcome;
    ret_masked[0] = '\0';
    if (name.size > 0) text_mask_name(name, ret_masked);
    return OUTCOME_OK;
}

static enum outcome get_sign_in_link_read(struct reader *reader, struct command_call *call,
                                          ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetSignInLinkRequest *request =
        (const Beckon__V1__GetSignInLinkRequest *)call->request;
    char masked[TEXT_MASK_BYTES];
    struct sign_in_link link;
    struct merchant merchant;

    enum outcome outcome = signing_link(reader, call, request->secret, &link);
    if (outcome == OUTCOME_OK) outcome = object_merchant(reader, &merchant);
    if (outcome == OUTCOME_OK) outcome = load_name(reader, &link.owner, masked);
    if (outcome != OUTCOME_OK) return outcome;

    Beckon__V1__GetSignInLinkResponse *reply =
        reply_message(call, &beckon__v1__get_sign_in_link_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->role = (Beckon__V1__Role)link.owner.role;
    reply->merchant_number = merchant.number;
    reply->merchant_name =
        reply_text_of(call, merchant.name, strnlen(merchant.name, sizeof merchant.name));
    reply->display_name = reply_text(call, masked);
    reply->expires_at = reply_time(call, link.expires_at);
    if (reply->merchant_name == NULL || reply->display_name == NULL || reply->expires_at == NULL)
        return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command get_sign_in_link = {
    .request = &beckon__v1__get_sign_in_link_request__descriptor,
    .reply = &beckon__v1__get_sign_in_link_response__descriptor,
    .read = get_sign_in_link_read,
    .merchant = get_sign_in_link_merchant,
};
