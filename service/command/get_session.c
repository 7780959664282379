/* Who the caller is: of a token or a session, with what a page says at its top. */
#include <string.h>

#include "beckon/v1/sign_in_service.pb-c.h"
#include "service/command/commands.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/signing.h"
#include "store/profiles.h"
#include "store/shops.h"
#include "store/tokens.h"

struct caller {
    struct token token;     /* number 0: none */
    struct session session; /* created_at 0: none */
    struct merchant merchant;
    char name[NAME_BYTES_MAX + 1];
};

/* The name of whoever the secret is bound to. */
static enum outcome load_name(struct reader *reader, struct party party,
                              char ret_name[NAME_BYTES_MAX + 1])
{
    struct profile profile = {.phone = ""};
    struct shop shop;

    ret_name[0] = '\0';
    if (party.kind == PARTY_SHOP) {
        enum outcome outcome =
            command_outcome(shops_get(reader, party.number, &shop), OUTCOME_STORE_DAMAGED);
        if (outcome == OUTCOME_OK) memcpy(ret_name, shop.name, strlen(shop.name) + 1);
        return outcome;
    }
    if (party.kind != PARTY_MEMBER && party.kind != PARTY_GUIDE) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(profiles_get(reader, party, &profile), OUTCOME_OK); /* erased: no name */
    if (outcome == OUTCOME_OK) memcpy(ret_name, profile.name, strlen(profile.name) + 1);
    return outcome;
}

static enum outcome load_caller(struct reader *reader, const struct command_call *call,
                                struct caller *ret)
{
    const struct principal *principal = &call->principal;
    enum outcome outcome = OUTCOME_OK;

    if (principal->session)
        outcome = command_outcome(sessions_find(reader, principal->token_hash, &ret->session),
                                  OUTCOME_TOKEN_INVALID);
    if (outcome == OUTCOME_OK && principal->token != 0)
        outcome = command_outcome(tokens_get(reader, principal->token, &ret->token),
                                  OUTCOME_TOKEN_INVALID);
    if (outcome == OUTCOME_OK && call->merchant != 0)
        outcome = object_merchant(reader, &ret->merchant);
    return outcome == OUTCOME_OK ? load_name(reader, principal->party, ret->name) : outcome;
}

/* False: the arena is empty. */
static bool fill_merchant(struct command_call *call, const struct merchant *merchant,
                          Beckon__V1__GetSessionResponse *reply)
{
    if (merchant->number == 0) return true;
    reply->merchant_number = merchant->number;
    reply->merchant_name =
        reply_text_of(call, merchant->name, strnlen(merchant->name, sizeof merchant->name));
    reply->currency = reply_text_of(call, merchant->currency, CURRENCY_BYTES);
    reply->time_zone = reply_text_of(call, merchant->time_zone,
                                     strnlen(merchant->time_zone, sizeof merchant->time_zone));
    return reply->merchant_name != NULL && reply->currency != NULL && reply->time_zone != NULL;
}

static bool fill_times(struct command_call *call, const struct caller *caller,
                       Beckon__V1__GetSessionResponse *reply)
{
    bool is_session = call->principal.session;
    uint64_t expires_at = is_session ? caller->session.expires_at : caller->token.expires_at;
    uint64_t proved_at = is_session ? caller->session.proved_at : 0;

    if (expires_at != 0) reply->expires_at = reply_time(call, expires_at);
    if (proved_at != 0) reply->proved_at = reply_time(call, proved_at);
    return (expires_at == 0 || reply->expires_at != NULL) &&
           (proved_at == 0 || reply->proved_at != NULL);
}

static enum outcome get_session_read(struct reader *reader, struct command_call *call,
                                     ProtobufCMessage **ret_reply)
{
    const struct principal *principal = &call->principal;
    struct caller caller = {.token = {.number = 0}};

    enum outcome outcome = load_caller(reader, call, &caller);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetSessionResponse *reply =
        reply_message(call, &beckon__v1__get_session_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->role = (Beckon__V1__Role)principal->role;
    reply->is_session = principal->session;
    reply->token_number = principal->token;
    reply->display_name = reply_text(call, caller.name);
    reply->label = reply_text_of(call, caller.token.label,
                                 strnlen(caller.token.label, sizeof caller.token.label));
    if (principal->party.kind != PARTY_NONE) reply->party = reply_party(call, principal->party);
    if (reply->display_name == NULL || reply->label == NULL ||
        (principal->party.kind != PARTY_NONE && reply->party == NULL) ||
        !fill_merchant(call, &caller.merchant, reply) || !fill_times(call, &caller, reply))
        return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command get_session = {
    .request = &beckon__v1__get_session_request__descriptor,
    .reply = &beckon__v1__get_session_response__descriptor,
    .read = get_session_read,
};
