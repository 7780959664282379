/* Reads one guide, by number or by employee number. */
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/guide_access.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/shops.h"

/* An employee number is unique per employer; without one named, the first employer who has it. */
static enum outcome find_by_employee(struct reader *reader, struct command_call *call,
                                     const Beckon__V1__GetGuideRequest *request,
                                     uint32_t *ret_guide)
{
    char employee_no[EMPLOYEE_NO_BYTES_MAX + 1], pay_entity[PAY_ENTITY_BYTES_MAX + 1];
    struct numbers numbers;
    uint32_t first = 1, last;

    enum outcome outcome = form_identifier(call, request->employee_no, "employee_no",
                                           EMPLOYEE_NO_BYTES_MAX, employee_no);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_text(call, request->pay_entity, "pay_entity", 0, PAY_ENTITY_BYTES_MAX,
                        pay_entity);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(numbers_get(reader, &numbers), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    last = numbers.pay_entity;
    if (pay_entity[0] != '\0') {
        outcome = command_outcome(pay_entities_find(reader, pay_entity, &first),
                                  OUTCOME_GUIDE_UNKNOWN);
        if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "pay_entity", NULL);
        last = first;
    }
    for (uint32_t entity = first; entity <= last; entity++) {
        enum store_result found = guides_find(reader, entity, employee_no, ret_guide);
        if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    }
    return form_refuse(call, OUTCOME_GUIDE_UNKNOWN, "employee_no", NULL);
}

static enum outcome get_guide_read(struct reader *reader, struct command_call *call,
                                   ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetGuideRequest *request =
        (const Beckon__V1__GetGuideRequest *)call->request;
    uint32_t number = request->guide_number;
    struct account account;
    enum outcome outcome;

    if (number == 0 && request->employee_no[0] == '\0' && call->principal.role == ROLE_GUIDE)
        number = call->principal.party.number;
    if (number == 0) {
        outcome = find_by_employee(reader, call, request, &number);
        if (outcome != OUTCOME_OK) return outcome;
    }
    outcome = command_outcome(accounts_get(reader, (struct party){PARTY_GUIDE, number}, &account),
                              OUTCOME_GUIDE_UNKNOWN);
    if (outcome == OUTCOME_OK && !guide_visible(call, number, &account))
        outcome = OUTCOME_NOT_YOURS;
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "guide_number", NULL);
    Beckon__V1__GetGuideResponse *reply =
        reply_message(call, &beckon__v1__get_guide_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    call->seen.party = (struct party){PARTY_GUIDE, number};
    *ret_reply = &reply->base;
    return guide_load_message(reader, call, number, &account, &reply->guide);
}

const struct command get_guide = {
    .request = &beckon__v1__get_guide_request__descriptor,
    .reply = &beckon__v1__get_guide_response__descriptor,
    .read = get_guide_read,
    .audited = AUDIT_GET_GUIDE,
    .note = audit_note_one,
};
