#include "service/command/guide_message.h"

#include "service/command/reply.h"
#include "service/rules/phone.h"
#include "store/shops.h"

Beckon__V1__Employment *employment_message(struct command_call *call,
                                           const struct employment *employment,
                                           const char *shop_id)
{
    Beckon__V1__Employment *message = reply_message(call, &beckon__v1__employment__descriptor);
    if (message == NULL) return NULL;
    message->shop_id = reply_text(call, shop_id);
    message->from_date = reply_date(call, employment->from);
    message->until_date = reply_date(call, employment->until);
    bool whole = message->shop_id != NULL && message->from_date != NULL &&
                 message->until_date != NULL;
    return whole ? message : NULL;
}

static enum outcome load_employment(struct reader *reader, struct command_call *call,
                                    const struct employment *employment,
                                    Beckon__V1__Employment **ret)
{
    struct shop shop;

    enum outcome outcome =
        command_outcome(shops_get(reader, employment->shop, &shop), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    *ret = employment_message(call, employment, shop.shop_id);
    return *ret != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome fill_employments(struct reader *reader, struct command_call *call,
                                     uint32_t guide, Beckon__V1__Guide *message)
{
    struct employment employments[EMPLOYMENTS_MAX];
    size_t count;

    enum outcome outcome = command_outcome(
        employments_list(reader, guide, employments, &count), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    message->employments = reply_alloc(call, (count + 1) * sizeof *message->employments);
    if (message->employments == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        outcome = load_employment(reader, call, &employments[i], &message->employments[i]);
        if (outcome != OUTCOME_OK) return outcome;
    }
    message->n_employments = count;
    return OUTCOME_OK;
}

enum outcome guide_message(struct reader *reader, struct command_call *call,
                           const struct guide *guide, const struct profile *profile,
                           uint32_t pay_entity, Beckon__V1__Guide **ret)
{
    enum role role = call->principal.role;
    bool himself = role == ROLE_GUIDE && call->principal.party.number == guide->number;
    bool documents = role == ROLE_ADMIN || role == ROLE_PAYROLL;
    char phone[PHONE_MASK_BYTES] = "", employer[PAY_ENTITY_BYTES_MAX + 1];

    enum outcome outcome = command_outcome(pay_entities_get(reader, pay_entity, employer),
                                           OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__Guide *message = reply_message(call, &beckon__v1__guide__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    if (profile->phone[0] != '\0') phone_mask(profile->phone, phone);
    message->guide_number = guide->number;
    message->employee_no = reply_text(call, guide_employee_no(guide, pay_entity));
    message->name = reply_text(call, profile->name);
    message->phone = reply_text(call, role == ROLE_ADMIN || himself ? profile->phone : phone);
    message->document_type = reply_text(call, documents ? profile->document_type : "");
    message->document_number = reply_text(call, documents ? profile->document_number : "");
    message->created_at = reply_time(call, guide->created_at);
    message->pay_entity = reply_text(call, employer);
    if (message->employee_no == NULL || message->name == NULL || message->phone == NULL ||
        message->document_type == NULL || message->document_number == NULL ||
        message->created_at == NULL || message->pay_entity == NULL)
        return OUTCOME_BUSY;
    *ret = message;
    return fill_employments(reader, call, guide->number, message);
}
