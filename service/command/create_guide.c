/* Makes a guide with his first employment. (pay entity, employee number) is the natural key. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/guide_message.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/shops.h"

struct creating {
    const Beckon__V1__Guide *message;
    struct guide guide;
    struct profile profile;
    struct employment employment;
    struct account account;
    struct numbers numbers;
    uint32_t self_member; /* the member with his phone; 0: none */
    struct account self_account;
};

static enum outcome check_person(struct command_call *call, const struct merchant *merchant,
                                 struct creating *creating)
{
    const Beckon__V1__Guide *message = creating->message;
    struct profile *profile = &creating->profile;

    enum outcome outcome = form_identifier(call, message->employee_no, "guide.employee_no",
                                           EMPLOYEE_NO_BYTES_MAX, creating->guide.numbers[0].text);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_text(call, message->name, "guide.name", 1, NAME_BYTES_MAX, profile->name);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_text(call, message->document_type, "guide.document_type", 0,
                        DOCUMENT_BYTES_MAX, profile->document_type);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_text(call, message->document_number, "guide.document_number", 0,
                        DOCUMENT_BYTES_MAX, profile->document_number);
    if (outcome != OUTCOME_OK || message->phone[0] == '\0') return outcome;
    return form_phone(call, message->phone, "guide.phone", merchant, profile->phone);
}

static enum outcome check_employment(struct reader *reader, struct command_call *call,
                                     struct creating *creating)
{
    const Beckon__V1__Guide *message = creating->message;
    struct employment *employment = &creating->employment;
    struct shop shop;

    if (message->n_employments != 1)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "guide.employments", "1");
    const Beckon__V1__Employment *first = message->employments[0];
    enum outcome outcome = object_shop(reader, call, first->shop_id, "guide.employments.shop_id",
                                       &employment->shop);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_date(call, first->from_date, "guide.employments.from_date", true, 0,
                        &employment->from);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_date(call, first->until_date, "guide.employments.until_date", false,
                        DATE_NEVER, &employment->until);
    if (outcome != OUTCOME_OK) return outcome;
    if (employment->until <= employment->from)
        return form_refuse(call, OUTCOME_DATE_INVALID, "guide.employments.until_date",
                           "> from_date");
    outcome = command_outcome(shops_get(reader, employment->shop, &shop), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    employment->pay_entity = shop_period_on(&shop, employment->from)->pay_entity;
    creating->guide.number_count = 1;
    creating->guide.numbers[0].pay_entity = employment->pay_entity;
    return OUTCOME_OK;
}

static enum outcome reply_with(struct reader *reader, struct command_call *call,
                               const struct guide *guide, const struct profile *profile,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__CreateGuideResponse *reply =
        reply_message(call, &beckon__v1__create_guide_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return guide_message(reader, call, guide, profile, guide->numbers[0].pay_entity,
                         &reply->guide);
}

static enum outcome answer_again(struct batch *batch, struct command_call *call, uint32_t number,
                                 const struct creating *wanted, ProtobufCMessage **ret_reply)
{
    struct guide guide;
    struct profile profile;
    struct employment employments[EMPLOYMENTS_MAX];
    size_t count;

    enum outcome outcome =
        command_outcome(guides_get(&batch->reader, number, &guide), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(
        profiles_get_in_batch(batch, (struct party){PARTY_GUIDE, number}, &profile),
        OUTCOME_GUIDE_EXISTS); /* of one who was erased: nobody else gets his employee number */
    if (outcome == OUTCOME_GUIDE_EXISTS)
        return form_refuse(call, outcome, "guide.employee_no", NULL);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(employments_list(&batch->reader, number, employments, &count),
                              OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (strcmp(profile.name, wanted->profile.name) != 0 ||
        strcmp(profile.phone, wanted->profile.phone) != 0 ||
        strcmp(profile.document_type, wanted->profile.document_type) != 0 ||
        strcmp(profile.document_number, wanted->profile.document_number) != 0 || count == 0 ||
        employments[0].from != wanted->employment.from ||
        employments[0].until != wanted->employment.until ||
        employments[0].shop != wanted->employment.shop)
        return form_refuse(call, OUTCOME_GUIDE_EXISTS, "guide.employee_no", NULL);
    return reply_with(&batch->reader, call, &guide, &profile, ret_reply);
}

/* Nobody else among the guides may have the phone; a member who has it is himself. */
static enum outcome look_up_phone(struct batch *batch, struct command_call *call,
                                  struct creating *creating)
{
    const char *phone = creating->profile.phone;
    uint32_t other;

    if (phone[0] == '\0') return OUTCOME_OK;
    enum store_result found = phones_find(&batch->reader, PARTY_GUIDE, phone, &other);
    if (found == STORE_OK) return form_refuse(call, OUTCOME_PHONE_TAKEN, "guide.phone", NULL);
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    found = phones_find(&batch->reader, PARTY_MEMBER, phone, &creating->self_member);
    if (found == STORE_ABSENT) return OUTCOME_OK;
    if (found == STORE_OK)
        found = accounts_get(&batch->reader, (struct party){PARTY_MEMBER, creating->self_member},
                             &creating->self_account);
    return command_outcome(found, OUTCOME_STORE_DAMAGED);
}

/* The answer is read back from the batch after the LINE: what it reads besides what is put must be
 * there, fetched and whole, before. */
static enum outcome read_ahead(struct reader *reader, const struct creating *creating)
{
    char pay_entity[PAY_ENTITY_BYTES_MAX + 1];
    struct employment employments[EMPLOYMENTS_MAX];
    size_t count;

    enum outcome outcome =
        command_outcome(pay_entities_get(reader, creating->guide.numbers[0].pay_entity, pay_entity),
                        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(employments_list(reader, creating->guide.number, employments, &count),
                           OUTCOME_STORE_DAMAGED);
}

/* After the LINE. */
static void put_guide(struct batch *batch, const struct command_call *call,
                      struct creating *creating)
{
    struct party party = {PARTY_GUIDE, creating->guide.number};
    uint8_t seed[PROFILE_SEED_BYTES], nonce[PROFILE_NONCE_BYTES];

    secret_from_seed(call->seed, 0, seed, sizeof seed);
    secret_from_seed(call->seed, 1, nonce, sizeof nonce);
    numbers_put(batch, &creating->numbers);
    guides_put(batch, &creating->guide);
    profiles_create(batch, party, &creating->profile, seed, nonce);
    if (creating->profile.phone[0] != '\0') phones_put(batch, party, creating->profile.phone);
    employments_put(batch, party.number, &creating->employment);
    accounts_put(batch, party, &creating->account);
    if (creating->self_member != 0) {
        creating->self_account.self_guide = party.number;
        accounts_put(batch, (struct party){PARTY_MEMBER, creating->self_member},
                     &creating->self_account);
    }
}

static enum outcome create_guide_write(struct batch *batch, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    struct creating creating = {
        .message = ((const Beckon__V1__CreateGuideRequest *)call->request)->guide};
    struct merchant merchant;
    uint32_t known;

    if (creating.message == NULL)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "guide", NULL);
    enum outcome outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = check_person(call, &merchant, &creating);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = check_employment(&batch->reader, call, &creating);
    if (outcome != OUTCOME_OK) return outcome;

    enum store_result found = guides_find(&batch->reader, creating.guide.numbers[0].pay_entity,
                                          creating.guide.numbers[0].text, &known);
    if (found == STORE_OK) return answer_again(batch, call, known, &creating, ret_reply);
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = look_up_phone(batch, call, &creating);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(numbers_get(&batch->reader, &creating.numbers), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;

    if (creating.numbers.guide == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    creating.guide.number = ++creating.numbers.guide;
    creating.guide.created_at = call->now_ms;
    creating.account = account_empty();
    creating.account.status = ACCOUNT_ACTIVE;
    creating.account.recorded_at = call->now_ms;
    creating.account.shop = creating.employment.shop;
    creating.account.pay_entity = creating.employment.pay_entity;
    creating.account.employed_from = creating.employment.from;
    creating.account.employed_until = creating.employment.until;
    outcome = read_ahead(&batch->reader, &creating);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, 4096);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_GUIDE, creating.guide.number);

    /* From here on this guide must come to be. */
    put_guide(batch, call, &creating);
    event_tell_employment(batch, TOLD_GUIDE_CREATED, creating.guide.number,
                          creating.employment.shop, creating.employment.from);
    outcome = reply_with(&batch->reader, call, &creating.guide, &creating.profile, ret_reply);
    assert(outcome == OUTCOME_OK);
    return outcome;
}

const struct command create_guide = {
    .request = &beckon__v1__create_guide_request__descriptor,
    .reply = &beckon__v1__create_guide_response__descriptor,
    .write = create_guide_write,
    .audited = AUDIT_CREATE_GUIDE,
};
