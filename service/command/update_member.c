/* Changes a member's profile: the fields named. A changed phone keeps the member; its old number
 * names nobody from then on and rests before it may be another's. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/member_message.h"
#include "service/command/objects.h"
#include "service/command/profile_form.h"
#include "service/command/reply.h"
#include "store/profiles.h"

struct updating {
    const Beckon__V1__Member *message;
    struct merchant merchant;
    struct account account;
    uint32_t member;
    struct profile profile;
    char old_phone[PHONE_BYTES_MAX + 1];
    bool phone_changes;
};

static enum outcome update_field(struct command_call *call, struct updating *updating,
                                 const char *field)
{
    const Beckon__V1__Member *message = updating->message;
    struct profile *profile = &updating->profile;

    /* A phone is what she proves herself with: her guide must not be able to make it his. */
    if (strcmp(field, "phone") == 0 && call->principal.role == ROLE_GUIDE)
        return form_refuse(call, OUTCOME_NOT_YOURS, "update_fields", NULL);
    if (strcmp(field, "phone") == 0)
        return form_phone(call, message->phone, "member.phone", &updating->merchant,
                          profile->phone);
    if (strcmp(field, "name") == 0) return profile_form_name(call, message->name, profile);
    if (strcmp(field, "birthday") == 0)
        return profile_form_birthday(call, message->birthday, profile);
    if (strcmp(field, "gender") == 0) return profile_form_gender(call, message->gender, profile);
    if (strcmp(field, "attributes") == 0)
        return profile_form_attributes(call, message->attributes, message->n_attributes, profile);
    return form_refuse(call, OUTCOME_VALUE_INVALID, "update_fields",
                       "phone, name, birthday, gender, attributes");
}

/* What she gave up rests under her number, and has to be found when she is erased. Of more than a
 * few the oldest is forgotten here: it has rested longest. */
static void keep_earlier(struct profile *profile, const char *phone)
{
    if (profile->earlier_phone_count == EARLIER_PHONES_MAX) {
        memmove(profile->earlier_phones[0], profile->earlier_phones[1],
                sizeof profile->earlier_phones - sizeof profile->earlier_phones[0]);
        profile->earlier_phone_count--;
    }
    memcpy(profile->earlier_phones[profile->earlier_phone_count++], phone,
           sizeof profile->earlier_phones[0]);
}

/* A new phone must be nobody's; is it a guide's, she is that guide. */
static enum outcome check_phone(struct batch *batch, struct command_call *call,
                                struct updating *updating)
{
    struct phone_standing standing;

    updating->phone_changes = strcmp(updating->profile.phone, updating->old_phone) != 0;
    if (!updating->phone_changes) return OUTCOME_OK;
    enum outcome outcome = object_phone(&batch->reader, call, updating->profile.phone,
                                        updating->member, &standing);
    if (outcome != OUTCOME_OK) return outcome;
    if (standing.holder != 0 || standing.rests)
        return form_refuse(call, OUTCOME_PHONE_TAKEN, "member.phone", NULL);
    keep_earlier(&updating->profile, updating->old_phone);
    updating->account.self_guide = 0;
    return command_outcome(phones_find(&batch->reader, PARTY_GUIDE, updating->profile.phone,
                                       &updating->account.self_guide), OUTCOME_OK);
}

static enum outcome load(struct batch *batch, struct command_call *call,
                         struct updating *updating)
{
    const Beckon__V1__UpdateMemberRequest *request =
        (const Beckon__V1__UpdateMemberRequest *)call->request;

    updating->message = request->member;
    if (request->member == NULL) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "member", NULL);
    if (request->n_update_fields == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "update_fields",
                           "phone, name, birthday, gender, attributes");
    struct member_name name = {.number = request->member->member_number,
                               .field = "member.member_number"};
    if (name.number == 0 && call->principal.role == ROLE_MEMBER)
        name.number = call->principal.party.number;
    enum outcome outcome = object_merchant(&batch->reader, &updating->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    if (call->principal.role == ROLE_MEMBER && name.number != call->principal.party.number)
        return form_refuse(call, OUTCOME_NOT_YOURS, name.field, NULL);
    outcome = object_member(&batch->reader, call, &updating->merchant, &name, 0,
                            &updating->member, &updating->account);
    if (outcome == OUTCOME_OK)
        outcome = object_member_visible(&batch->reader, call, updating->member,
                                        &updating->account);
    /* Somebody else's customer and nobody look the same to a guide. */
    if (outcome == OUTCOME_NOT_YOURS ||
        (outcome == OUTCOME_MEMBER_UNKNOWN && call->principal.role == ROLE_GUIDE))
        return form_refuse(call, OUTCOME_NOT_YOURS, name.field, NULL);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(
        profiles_get_in_batch(batch, (struct party){PARTY_MEMBER, updating->member},
                              &updating->profile), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    memcpy(updating->old_phone, updating->profile.phone, sizeof updating->old_phone);
    for (size_t i = 0; i < request->n_update_fields; i++) {
        outcome = update_field(call, updating, request->update_fields[i]);
        if (outcome != OUTCOME_OK) return outcome;
    }
    return check_phone(batch, call, updating);
}

static enum outcome update_member_write(struct batch *batch, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    const Beckon__V1__UpdateMemberRequest *request =
        (const Beckon__V1__UpdateMemberRequest *)call->request;
    struct updating updating;
    struct sealed_profile sealed;
    uint8_t nonce[PROFILE_NONCE_BYTES];

    enum outcome outcome = load(batch, call, &updating);
    if (outcome != OUTCOME_OK) return outcome;
    struct party party = {PARTY_MEMBER, updating.member};
    secret_from_seed(call->seed, 0, nonce, sizeof nonce);
    outcome = command_outcome(profiles_seal(batch, party, &updating.profile, nonce, &sealed),
                              OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__UpdateMemberResponse *reply =
        reply_message(call, &beckon__v1__update_member_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    outcome = member_message(&batch->reader, call, updating.member, &updating.account,
                             &updating.profile, &reply->member);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_MEMBER, updating.member);
    audit_fact_fields(call, request->n_update_fields, request->update_fields);

    /* From here on it must succeed. */
    profiles_put(batch, party, &sealed);
    if (updating.phone_changes) {
        phones_release(batch, party, updating.old_phone, call->now_ms);
        phones_put(batch, party, updating.profile.phone);
        accounts_put(batch, party, &updating.account);
    }
    event_tell(batch, TOLD_MEMBER_UPDATED, party, 0);
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command update_member = {
    .request = &beckon__v1__update_member_request__descriptor,
    .reply = &beckon__v1__update_member_response__descriptor,
    .write = update_member_write,
    .audited = AUDIT_UPDATE_MEMBER,
};
