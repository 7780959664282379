/* Changes a guide's person and employee number: the fields named. A changed phone makes him another
 * member, or none; the old one is nobody's. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/employing.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/guide_message.h"
#include "service/command/objects.h"
#include "service/command/reply.h"

#define FIELDS "employee_no, name, phone, document_type, document_number"

struct updating {
    const Beckon__V1__Guide *message;
    struct employing employing;
    struct profile profile;
    char old_phone[PHONE_BYTES_MAX + 1];
    struct employee_number old_number;
    bool number_changes, phone_changes;
    uint32_t member_before, member_now; /* who is the same person; 0: nobody */
    struct account account_before, account_now;
};

/* His number at the employer of today, or the last. */
static enum outcome update_number(struct reader *reader, struct command_call *call,
                                  struct updating *updating)
{
    struct guide *guide = &updating->employing.guide;
    uint32_t pay_entity = updating->employing.account.pay_entity, other;
    char text[EMPLOYEE_NO_BYTES_MAX + 1];
    size_t at = 0;

    enum outcome outcome = form_identifier(call, updating->message->employee_no,
                                           "guide.employee_no", EMPLOYEE_NO_BYTES_MAX, text);
    if (outcome != OUTCOME_OK) return outcome;
    while (at < guide->number_count && guide->numbers[at].pay_entity != pay_entity) at++;
    if (at == guide->number_count) return OUTCOME_STORE_DAMAGED;
    if (strcmp(guide->numbers[at].text, text) == 0) return OUTCOME_OK;
    enum store_result found = guides_find(reader, pay_entity, text, &other);
    if (found == STORE_OK)
        return form_refuse(call, OUTCOME_EMPLOYEE_NO_TAKEN, "guide.employee_no", NULL);
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    updating->number_changes = true;
    updating->old_number = guide->numbers[at];
    memcpy(guide->numbers[at].text, text, sizeof text);
    return OUTCOME_OK;
}

static enum outcome update_field(struct reader *reader, struct command_call *call,
                                 struct updating *updating, const char *field)
{
    const Beckon__V1__Guide *message = updating->message;
    struct profile *profile = &updating->profile;

    if (strcmp(field, "employee_no") == 0) return update_number(reader, call, updating);
    if (strcmp(field, "name") == 0)
        return form_text(call, message->name, "guide.name", 1, NAME_BYTES_MAX, profile->name);
    if (strcmp(field, "document_type") == 0)
        return form_text(call, message->document_type, "guide.document_type", 0,
                         DOCUMENT_BYTES_MAX, profile->document_type);
    if (strcmp(field, "document_number") == 0)
        return form_text(call, message->document_number, "guide.document_number", 0,
                         DOCUMENT_BYTES_MAX, profile->document_number);
    if (strcmp(field, "phone") != 0)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "update_fields", FIELDS);
    profile->phone[0] = '\0';
    if (message->phone[0] == '\0') return OUTCOME_OK;
    return form_phone(call, message->phone, "guide.phone", &updating->employing.merchant,
                      profile->phone);
}

/* The member who has this phone; *ret_member 0: nobody. */
static enum outcome find_member(struct reader *reader, const char *phone, uint32_t *ret_member,
                                struct account *ret_account)
{
    *ret_member = 0;
    if (phone[0] == '\0') return OUTCOME_OK;
    enum store_result found = phones_find(reader, PARTY_MEMBER, phone, ret_member);
    if (found == STORE_ABSENT) return OUTCOME_OK;
    if (found == STORE_OK)
        found = accounts_get(reader, (struct party){PARTY_MEMBER, *ret_member}, ret_account);
    return command_outcome(found, OUTCOME_STORE_DAMAGED);
}

/* No other guide may have it; a member who has it is himself. */
static enum outcome check_phone(struct reader *reader, struct command_call *call,
                                struct updating *updating)
{
    const char *phone = updating->profile.phone;
    uint32_t other;

    updating->phone_changes = strcmp(phone, updating->old_phone) != 0;
    if (!updating->phone_changes) return OUTCOME_OK;
    if (phone[0] != '\0') {
        enum store_result found = phones_find(reader, PARTY_GUIDE, phone, &other);
        if (found == STORE_OK) return form_refuse(call, OUTCOME_PHONE_TAKEN, "guide.phone", NULL);
        if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    }
    enum outcome outcome = find_member(reader, updating->old_phone, &updating->member_before,
                                       &updating->account_before);
    if (outcome != OUTCOME_OK) return outcome;
    return find_member(reader, phone, &updating->member_now, &updating->account_now);
}

static enum outcome load(struct batch *batch, struct command_call *call,
                         struct updating *updating)
{
    const Beckon__V1__UpdateGuideRequest *request =
        (const Beckon__V1__UpdateGuideRequest *)call->request;

    updating->message = request->guide;
    if (request->guide == NULL) return form_refuse(call, OUTCOME_FIELD_REQUIRED, "guide", NULL);
    if (request->n_update_fields == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "update_fields", FIELDS);
    enum outcome outcome = employing_load(&batch->reader, call, request->guide->guide_number,
                                          &updating->employing);
    if (outcome == OUTCOME_FIELD_REQUIRED || outcome == OUTCOME_GUIDE_UNKNOWN)
        return form_refuse(call, outcome, "guide.guide_number", NULL);
    if (outcome != OUTCOME_OK) return outcome;
    employment_in_force(updating->employing.list, updating->employing.count,
                        updating->employing.today, &updating->employing.account);
    outcome = command_outcome(
        profiles_get_in_batch(batch, (struct party){PARTY_GUIDE, request->guide->guide_number},
                              &updating->profile),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    memcpy(updating->old_phone, updating->profile.phone, sizeof updating->old_phone);
    for (size_t i = 0; i < request->n_update_fields && outcome == OUTCOME_OK; i++)
        outcome = update_field(&batch->reader, call, updating, request->update_fields[i]);
    return outcome == OUTCOME_OK ? check_phone(&batch->reader, call, updating) : outcome;
}

/* After the LINE. */
static void put_phone(struct batch *batch, const struct command_call *call,
                      struct updating *updating)
{
    struct party guide = {PARTY_GUIDE, updating->employing.guide.number};

    if (updating->old_phone[0] != '\0')
        phones_release(batch, guide, updating->old_phone, call->now_ms);
    if (updating->profile.phone[0] != '\0') phones_put(batch, guide, updating->profile.phone);
    if (updating->member_before != 0) {
        updating->account_before.self_guide = 0;
        accounts_put(batch, (struct party){PARTY_MEMBER, updating->member_before},
                     &updating->account_before);
    }
    if (updating->member_now != 0) {
        updating->account_now.self_guide = guide.number;
        accounts_put(batch, (struct party){PARTY_MEMBER, updating->member_now},
                     &updating->account_now);
    }
}

static enum outcome update_guide_write(struct batch *batch, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__UpdateGuideRequest *request =
        (const Beckon__V1__UpdateGuideRequest *)call->request;
    struct updating updating = {.number_changes = false};
    struct guide *guide = &updating.employing.guide;
    struct sealed_profile sealed;
    uint8_t nonce[PROFILE_NONCE_BYTES];

    enum outcome outcome = load(batch, call, &updating);
    if (outcome != OUTCOME_OK) return outcome;
    struct party party = {PARTY_GUIDE, guide->number};
    secret_from_seed(call->seed, 0, nonce, sizeof nonce);
    outcome = command_outcome(profiles_seal(batch, party, &updating.profile, nonce, &sealed),
                              OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__UpdateGuideResponse *reply =
        reply_message(call, &beckon__v1__update_guide_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    outcome = guide_message(&batch->reader, call, guide, &updating.profile,
                            updating.employing.account.pay_entity, &reply->guide);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_GUIDE, guide->number);
    audit_fact_fields(call, request->n_update_fields, request->update_fields);

    /* From here on it must succeed. */
    profiles_put(batch, party, &sealed);
    if (updating.number_changes) {
        guides_forget_number(batch, &updating.old_number);
        guides_put(batch, guide);
    }
    if (updating.phone_changes) put_phone(batch, call, &updating);
    event_tell(batch, TOLD_GUIDE_UPDATED, party, 0);
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command update_guide = {
    .request = &beckon__v1__update_guide_request__descriptor,
    .reply = &beckon__v1__update_guide_response__descriptor,
    .write = update_guide_write,
    .audited = AUDIT_UPDATE_GUIDE,
};
