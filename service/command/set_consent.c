/* Stores that a member agrees to a version of the policy, or takes her consent back. The same again
 * changes nothing and answers the same. */
#include <string.h>

#include "beckon/v1/privacy_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/profiles.h"

typedef Beckon__V1__SetConsentRequest consent_request;
typedef Beckon__V1__SetConsentResponse consent_reply;

static enum outcome find(struct batch *batch, struct command_call *call, uint32_t *ret_member,
                         struct profile *ret_profile)
{
    const consent_request *request = (const consent_request *)call->request;
    const struct principal *principal = &call->principal;
    struct member_name name = {.number = request->member_number, .field = "member_number"};
    struct merchant merchant;
    struct account account;

    if (principal->role == ROLE_MEMBER && name.number == 0) name.number = principal->party.number;
    if (principal->role == ROLE_MEMBER && name.number != principal->party.number)
        return form_refuse(call, OUTCOME_NOT_YOURS, name.field, NULL);
    enum outcome outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_member(&batch->reader, call, &merchant, &name, 0, ret_member, &account);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(
        profiles_get_in_batch(batch, (struct party){PARTY_MEMBER, *ret_member}, ret_profile),
        OUTCOME_STORE_DAMAGED);
}

/* *ret_changes false: it is so already. */
static enum outcome decide(struct command_call *call, struct profile *profile, bool *ret_changes)
{
    const consent_request *request = (const consent_request *)call->request;
    char version[POLICY_BYTES_MAX + 1];

    if (request->withdraw && request->policy_version[0] != '\0')
        return form_refuse(call, OUTCOME_VALUE_INVALID, "policy_version", "empty with withdraw");
    if (request->withdraw) {
        *ret_changes = profile->consent_withdrawn_at == 0;
        if (*ret_changes) profile->consent_withdrawn_at = call->now_ms;
        return OUTCOME_OK;
    }
    if (request->policy_version[0] == '\0')
        return form_refuse(call, OUTCOME_CONSENT_MISSING, "policy_version", NULL);
    enum outcome outcome = form_text(call, request->policy_version, "policy_version", 1,
                                     POLICY_BYTES_MAX, version);
    if (outcome != OUTCOME_OK) return outcome;
    *ret_changes = profile->consent_withdrawn_at != 0 ||
                   strcmp(version, profile->consent_policy_version) != 0;
    if (!*ret_changes) return OUTCOME_OK;
    profile->consent_withdrawn_at = 0;
    profile->consent_at = call->now_ms;
    memcpy(profile->consent_policy_version, version, sizeof version);
    return OUTCOME_OK;
}

static enum outcome fill(struct command_call *call, const struct profile *profile,
                         ProtobufCMessage **ret_reply)
{
    consent_reply *reply = reply_message(call, &beckon__v1__set_consent_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->consent_policy_version = reply_text(call, profile->consent_policy_version);
    reply->consent_at = reply_time(call, profile->consent_at);
    if (reply->consent_policy_version == NULL || reply->consent_at == NULL) return OUTCOME_BUSY;
    if (profile->consent_withdrawn_at != 0) {
        reply->consent_withdrawn_at = reply_time(call, profile->consent_withdrawn_at);
        if (reply->consent_withdrawn_at == NULL) return OUTCOME_BUSY;
    }
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static enum outcome set_consent_write(struct batch *batch, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    struct profile profile;
    struct sealed_profile sealed;
    uint8_t nonce[PROFILE_NONCE_BYTES];
    uint32_t member;
    bool changes = false;

    enum outcome outcome = find(batch, call, &member, &profile);
    if (outcome == OUTCOME_OK) outcome = decide(call, &profile, &changes);
    if (outcome != OUTCOME_OK) return outcome;
    struct party party = {PARTY_MEMBER, member};
    secret_from_seed(call->seed, 0, nonce, sizeof nonce);
    outcome = command_outcome(profiles_seal(batch, party, &profile, nonce, &sealed),
                              OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) outcome = fill(call, &profile, ret_reply);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_MEMBER, member);
    if (profile.consent_withdrawn_at != 0) audit_fact(call, "consent", "withdrawn");
    else audit_fact(call, "consent", profile.consent_policy_version);

    /* From here on it must succeed. */
    if (changes) {
        profiles_put(batch, party, &sealed);
        event_tell(batch, TOLD_MEMBER_UPDATED, party, 0);
    }
    return OUTCOME_OK;
}

const struct command set_consent = {
    .request = &beckon__v1__set_consent_request__descriptor,
    .reply = &beckon__v1__set_consent_response__descriptor,
    .write = set_consent_write,
    .audited = AUDIT_SET_CONSENT,
};
