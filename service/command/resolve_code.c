/* What a person who scanned a code may know: who invites, where, and what a registration would give
 * her. Needs no token.
 *
 * Unknown, expired, exhausted and revoked codes get one and the same answer, after the same
 * reads: a code that is not there is looked up under merchant 1 like any other. */
#include <string.h>

#include "service/command/attribute_member.h"
#include "service/command/business_time.h"
#include "service/command/code_message.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/welcome_message.h"
#include "service/rules/text_rules.h"
#include "store/profiles.h"
#include "store/shops.h"

static enum outcome resolve_code_merchant(struct reader *reader, struct command_call *call,
                                          uint32_t *ret_merchant)
{
    const Beckon__V1__ResolveCodeRequest *request =
        (const Beckon__V1__ResolveCodeRequest *)call->request;
    struct code_value value;

    enum outcome outcome = form_code(call, request->code, "code", &value);
    if (outcome != OUTCOME_OK) return outcome;
    *ret_merchant = 1;
    enum store_result found = codes_merchant(reader, value, ret_merchant);
    call->guessed = found == STORE_ABSENT;
    return command_outcome(found, OUTCOME_OK);
}

static bool usable(const struct code *code, uint64_t now_ms)
{
    return code->revoked_at == 0 && code->starts_at <= now_ms &&
           (code->ends_at == 0 || now_ms < code->ends_at) &&
           (code->usage_limit == 0 || code->usage_count < code->usage_limit);
}

/* The inviter's name as strangers see it. */
static enum outcome owner_name(struct reader *reader, struct command_call *call,
                               struct party owner, char **ret_name)
{
    struct shop shop;
    struct profile profile;
    char masked[TEXT_MASK_BYTES];
    enum outcome outcome;

    if (owner.kind == PARTY_SHOP) {
        outcome = command_outcome(shops_get(reader, owner.number, &shop), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        *ret_name = reply_text(call, shop.name);
    } else {
        outcome = command_outcome(profiles_get(reader, owner, &profile), OUTCOME_CODE_NOT_VALID);
        if (outcome == OUTCOME_CODE_NOT_VALID) return form_refuse(call, outcome, "code", NULL);
        if (outcome != OUTCOME_OK) return outcome;
        /* While her consent is taken back her friends are invited by nobody they are told of. */
        if (profile.consent_withdrawn_at != 0) profile.name[0] = '\0';
        text_mask_name((struct bytes){(const uint8_t *)profile.name, strlen(profile.name)},
                       masked);
        *ret_name = reply_text(call, masked);
    }
    return *ret_name != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

/* Where she is invited to: the shop whose code it is, or the one the guide works at today. */
static enum outcome shop_name(struct reader *reader, struct command_call *call,
                              struct party owner, business_date today, char **ret_name)
{
    uint32_t number = owner.kind == PARTY_SHOP ? owner.number : 0;
    struct account account;
    struct guide_on_date guide;
    struct shop shop;

    if (owner.kind == PARTY_GUIDE) {
        enum outcome outcome =
            command_outcome(accounts_get(reader, owner, &account), OUTCOME_STORE_DAMAGED);
        if (outcome == OUTCOME_OK)
            outcome = object_guide_on(reader, owner.number, &account, today, &guide);
        if (outcome != OUTCOME_OK) return outcome;
        if (guide.employed) number = guide.shop;
    }
    if (number == 0) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(shops_get(reader, number, &shop), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    *ret_name = reply_text(call, shop.name);
    return *ret_name != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

/* What she may know of it beside who invites: for a page that asks her to register. */
static enum outcome fill_page(struct reader *reader, struct command_call *call,
                              const struct merchant *merchant, const struct code *code,
                              struct party owner, Beckon__V1__ResolveCodeResponse *reply)
{
    business_date today = business_date_at(merchant, call->now_ms);
    struct attribution_source source;

    reply->country_code = merchant->country_code;
    reply->currency = reply_text(call, merchant->currency);
    if (reply->currency == NULL) return OUTCOME_BUSY;
    enum outcome outcome = shop_name(reader, call, owner, today, &reply->shop_name);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = attribution_source_load(reader, owner, today, 0, &source);
    if (outcome != OUTCOME_OK) return outcome;
    reply->brings_referrer = source.party.kind == PARTY_MEMBER ||
                             (source.party.kind == PARTY_GUIDE && source.active);
    return welcome_messages(reader, call, &source, code, today, reply);
}

static enum outcome resolve_code_read(struct reader *reader, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__ResolveCodeRequest *request =
        (const Beckon__V1__ResolveCodeRequest *)call->request;
    struct code_value value;
    struct merchant merchant;
    struct code code;
    struct party owner;

    enum outcome outcome = form_code(call, request->code, "code", &value);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(codes_get(reader, value, &code), OUTCOME_CODE_NOT_VALID);
    if (outcome == OUTCOME_OK && !usable(&code, call->now_ms)) outcome = OUTCOME_CODE_NOT_VALID;
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "code", NULL);
    outcome = code_owner_today(reader, &merchant, &code, call->now_ms, &owner);
    if (outcome != OUTCOME_OK) return outcome;

    Beckon__V1__ResolveCodeResponse *reply =
        reply_message(call, &beckon__v1__resolve_code_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->code = reply_code(call, value);
    reply->merchant_number = merchant.number;
    reply->merchant_name =
        reply_text_of(call, merchant.name, strnlen(merchant.name, NAME_BYTES_MAX));
    reply->owner_kind = reply_party_kind(owner.kind);
    if (reply->code == NULL || reply->merchant_name == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    outcome = owner_name(reader, call, owner, &reply->owner_name);
    return outcome == OUTCOME_OK ? fill_page(reader, call, &merchant, &code, owner, reply)
                                 : outcome;
}

const struct command resolve_code = {
    .request = &beckon__v1__resolve_code_request__descriptor,
    .reply = &beckon__v1__resolve_code_response__descriptor,
    .read = resolve_code_read,
    .merchant = resolve_code_merchant,
};
