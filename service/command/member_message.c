#include "service/command/member_message.h"

#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/rules/phone.h"
#include "store/erasures.h"
#include "store/shops.h"

static enum outcome fill_attributes(struct command_call *call, const struct profile *profile,
                                    Beckon__V1__Member *message)
{
    message->attributes = reply_alloc(call, (profile->attribute_count + 1) *
                                                sizeof *message->attributes);
    if (message->attributes == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < profile->attribute_count; i++) {
        Beckon__V1__Attribute *attribute =
            reply_message(call, &beckon__v1__attribute__descriptor);
        if (attribute == NULL) return OUTCOME_BUSY;
        attribute->name = reply_text(call, profile->attributes[i].name);
        attribute->value = reply_text(call, profile->attributes[i].value);
        if (attribute->name == NULL || attribute->value == NULL) return OUTCOME_BUSY;
        message->attributes[message->n_attributes++] = attribute;
    }
    return OUTCOME_OK;
}

bool member_profile_shown(const struct command_call *call, uint32_t member,
                          const struct profile *profile)
{
    if (call->principal.role == ROLE_AUDITOR) return false;
    if (profile->consent_withdrawn_at == 0) return true;
    return call->principal.role != ROLE_INTEGRATION && object_member_in_full(call, member);
}

static enum outcome fill_consent(struct command_call *call, const struct profile *profile,
                                 Beckon__V1__Member *message)
{
    message->consent_policy_version = reply_text(call, profile->consent_policy_version);
    if (message->consent_policy_version == NULL) return OUTCOME_BUSY;
    if (profile->consent_at != 0) {
        message->consent_at = reply_time(call, profile->consent_at);
        if (message->consent_at == NULL) return OUTCOME_BUSY;
    }
    if (profile->consent_withdrawn_at != 0) {
        message->consent_withdrawn_at = reply_time(call, profile->consent_withdrawn_at);
        if (message->consent_withdrawn_at == NULL) return OUTCOME_BUSY;
    }
    return OUTCOME_OK;
}

static enum outcome fill_personal(struct command_call *call, uint32_t member,
                                  const struct profile *profile, Beckon__V1__Member *message)
{
    bool in_full = object_member_in_full(call, member);
    char phone[PHONE_MASK_BYTES] = "";

    if (!member_profile_shown(call, member, profile)) return OUTCOME_OK;
    if (profile->phone[0] != '\0') phone_mask(profile->phone, phone);
    message->phone = reply_text(call, in_full ? profile->phone : phone);
    message->name = reply_text(call, profile->name);
    if (message->phone == NULL || message->name == NULL) return OUTCOME_BUSY;
    if (!in_full) return OUTCOME_OK;
    message->birthday = reply_text(call, profile->birthday);
    message->gender = reply_text(call, profile->gender);
    if (message->birthday == NULL || message->gender == NULL) return OUTCOME_BUSY;
    enum outcome outcome = fill_consent(call, profile, message);
    return outcome == OUTCOME_OK ? fill_attributes(call, profile, message) : outcome;
}

/* A guide or till learns that a friend recommended her, not which member it was. */
static bool referrer_visible(const struct command_call *call, const struct account *account)
{
    enum role role = call->principal.role;

    if (account->referrer.kind == PARTY_NONE) return false;
    return account->referrer.kind == PARTY_GUIDE || role == ROLE_ADMIN || role == ROLE_AUDITOR;
}

enum outcome member_message(struct reader *reader, struct command_call *call, uint32_t member,
                            const struct account *account, const struct profile *profile,
                            Beckon__V1__Member **ret)
{
    struct shop shop;
    uint32_t serving_guide;
    bool inherited;

    enum outcome outcome =
        object_serving_now(reader, call, member, account, &serving_guide, &inherited);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__Member *message = reply_message(call, &beckon__v1__member__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->member_number = member;
    message->serving_guide = serving_guide;
    message->serving_inherited = serving_guide != 0 && inherited;
    message->scan_result = (Beckon__V1__ScanResult)account->scan_result;
    message->purchase_count = account->purchase_count;
    message->registered_at = reply_time(call, account->registered_at);
    message->last_purchase_date = reply_date(call, account->last_day);
    if (message->registered_at == NULL || message->last_purchase_date == NULL)
        return OUTCOME_BUSY;
    if (referrer_visible(call, account)) {
        message->referrer = reply_party(call, account->referrer);
        if (message->referrer == NULL) return OUTCOME_BUSY;
    }
    if (account->code.symbols != 0 && call->principal.role == ROLE_ADMIN) {
        message->code = reply_code(call, account->code);
        if (message->code == NULL) return OUTCOME_BUSY;
    }
    if (account->registered_shop != 0) {
        outcome = command_outcome(
            shops_get(reader, account->registered_shop, &shop), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        message->registered_shop_id = reply_text(call, shop.shop_id);
        if (message->registered_shop_id == NULL) return OUTCOME_BUSY;
    }
    if (account->status != ACCOUNT_ACTIVE) {
        struct erasure erasure;
        outcome = command_outcome(
            erasures_get(reader, (struct party){PARTY_MEMBER, member}, &erasure),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        message->erased_at = reply_time(call, erasure.erased_at);
        if (message->erased_at == NULL) return OUTCOME_BUSY;
    }
    *ret = message;
    return fill_personal(call, member, profile, message);
}

enum outcome member_load_message(struct reader *reader, struct command_call *call,
                                 uint32_t member, const struct account *account,
                                 Beckon__V1__Member **ret)
{
    struct profile profile = {0};

    enum outcome outcome = command_outcome(
        profiles_get(reader, (struct party){PARTY_MEMBER, member}, &profile), OUTCOME_OK);
    if (outcome != OUTCOME_OK) return outcome;
    return member_message(reader, call, member, account, &profile, ret);
}
