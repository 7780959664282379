/* Moves a guide to another shop from a date on; where he was before stays in his history. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/employing.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/guide_message.h"
#include "service/command/handover_access.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/shops.h"

enum { REPLY_BYTES = 1024 };

struct transferring {
    struct employing employing;
    struct employment next;
    char employee_no[EMPLOYEE_NO_BYTES_MAX + 1]; /* asked for; empty: the present one */
    char pay_entity[PAY_ENTITY_BYTES_MAX + 1];
    struct shop shop;
    bool there; /* recorded before */
};

static enum outcome check_form(struct reader *reader, struct command_call *call,
                               struct transferring *transferring)
{
    const Beckon__V1__TransferGuideRequest *request =
        (const Beckon__V1__TransferGuideRequest *)call->request;
    struct employment *next = &transferring->next;

    enum outcome outcome =
        form_date(call, request->from_date, "from_date", true, 0, &next->from);
    if (outcome == OUTCOME_OK && request->employee_no[0] != '\0')
        outcome = form_identifier(call, request->employee_no, "employee_no",
                                  EMPLOYEE_NO_BYTES_MAX, transferring->employee_no);
    if (outcome == OUTCOME_OK)
        outcome = object_shop(reader, call, request->shop_id, "shop_id", &next->shop);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(shops_get(reader, next->shop, &transferring->shop),
                                  OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    next->pay_entity = shop_period_on(&transferring->shop, next->from)->pay_entity;
    next->until = DATE_NEVER;
    return employing_load(reader, call, request->guide_number, &transferring->employing);
}

/* He needs an employee number at his new employer; where he was is the last but one by now. */
static enum outcome check_number(struct reader *reader, struct command_call *call,
                                 struct transferring *transferring)
{
    struct employing *employing = &transferring->employing;
    struct guide *guide = &employing->guide;
    const char *wanted = transferring->employee_no;
    const char *there = guide_employee_no(guide, transferring->next.pay_entity);
    uint32_t other;

    if (there[0] != '\0') {
        if (wanted[0] == '\0' || strcmp(wanted, there) == 0) return OUTCOME_OK;
        return form_refuse(call, OUTCOME_VALUE_INVALID, "employee_no",
                           "his own there; UpdateGuide changes it");
    }
    if (wanted[0] == '\0')
        wanted = guide_employee_no(guide, employing->list[employing->count - 2].pay_entity);
    if (wanted[0] == '\0')
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "employee_no", NULL);
    enum store_result found =
        guides_find(reader, transferring->next.pay_entity, wanted, &other);
    if (found == STORE_OK)
        return form_refuse(call, OUTCOME_EMPLOYEE_NO_TAKEN, "employee_no", NULL);
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    if (guide->number_count == EMPLOYEE_NUMBERS_MAX)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "shop_id", "16 employers");
    struct employee_number *number = &guide->numbers[guide->number_count++];
    number->pay_entity = transferring->next.pay_entity;
    memcpy(number->text, wanted, strlen(wanted) + 1);
    return OUTCOME_OK;
}

/* The last employment ends where the next begins; an end that is planned stays planned. */
static enum outcome append(struct command_call *call, struct transferring *transferring)
{
    struct employing *employing = &transferring->employing;
    struct employment *last = &employing->list[employing->count - 1];
    struct employment *next = &transferring->next;

    if (next->from <= last->from)
        return form_refuse(call, OUTCOME_DATE_INVALID, "from_date", "after his last change");
    enum outcome outcome =
        handover_date_allowed(call, &employing->merchant, next->from, "from_date");
    if (outcome != OUTCOME_OK) return outcome;
    if (employing->count == EMPLOYMENTS_MAX)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "from_date", "32 employments");
    if (next->from < last->until) {
        next->until = last->until;
        last->until = next->from;
    }
    employing->list[employing->count++] = *next;
    return OUTCOME_OK;
}

static enum outcome decide(struct reader *reader, struct command_call *call,
                           struct transferring *transferring)
{
    struct employing *employing = &transferring->employing;

    for (size_t i = 0; i < employing->count && !transferring->there; i++) {
        const struct employment *known = &employing->list[i];
        transferring->there =
            known->from == transferring->next.from && known->shop == transferring->next.shop;
        if (transferring->there) transferring->next.pay_entity = known->pay_entity;
    }
    if (!transferring->there) {
        enum outcome outcome = append(call, transferring);
        if (outcome == OUTCOME_OK) outcome = check_number(reader, call, transferring);
        if (outcome != OUTCOME_OK) return outcome;
    }
    return command_outcome(
        pay_entities_get(reader, transferring->next.pay_entity, transferring->pay_entity),
        OUTCOME_STORE_DAMAGED);
}

static enum outcome reply_with(struct command_call *call, const struct transferring *transferring,
                               ProtobufCMessage **ret_reply)
{
    const struct guide *guide = &transferring->employing.guide;
    struct employment begins = transferring->next;

    Beckon__V1__TransferGuideResponse *reply =
        reply_message(call, &beckon__v1__transfer_guide_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    begins.until = DATE_NEVER; /* an end that is set later isn't the transfer's */
    reply->guide_number = guide->number;
    reply->employment = employment_message(call, &begins, transferring->shop.shop_id);
    reply->pay_entity = reply_text(call, transferring->pay_entity);
    reply->employee_no =
        reply_text(call, guide_employee_no(guide, transferring->next.pay_entity));
    *ret_reply = &reply->base;
    return reply->employment != NULL && reply->pay_entity != NULL && reply->employee_no != NULL
               ? OUTCOME_OK
               : OUTCOME_BUSY;
}

static enum outcome transfer_guide_write(struct batch *batch, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    struct transferring transferring = {.there = false};

    enum outcome outcome = check_form(&batch->reader, call, &transferring);
    if (outcome == OUTCOME_OK) outcome = decide(&batch->reader, call, &transferring);
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_object(call, AUDIT_OF_GUIDE, transferring.employing.guide.number);
    audit_fact_party(call, "to", (struct party){PARTY_SHOP, transferring.next.shop});
    audit_fact_date(call, "from", transferring.next.from);

    /* From here on he goes. */
    if (!transferring.there) {
        guides_put(batch, &transferring.employing.guide);
        employing_put(batch, &transferring.employing);
        event_tell_employment(batch, TOLD_GUIDE_TRANSFERRED, transferring.employing.guide.number,
                              transferring.next.shop, transferring.next.from);
    }
    outcome = reply_with(call, &transferring, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return outcome;
}

const struct command transfer_guide = {
    .request = &beckon__v1__transfer_guide_request__descriptor,
    .reply = &beckon__v1__transfer_guide_response__descriptor,
    .write = transfer_guide_write,
    .audited = AUDIT_TRANSFER_GUIDE,
};
