#include "service/command/dispute_message.h"

#include <assert.h>

#include "service/command/form.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"
#include "store/shops.h"

static_assert((int)DISPUTE_WITHDRAWN ==
                      (int)BECKON__V1__DISPUTE_STATE__DISPUTE_STATE_WITHDRAWN &&
                  (int)REMEDY_LATER == (int)BECKON__V1__DISPUTE_REMEDY__DISPUTE_REMEDY_LATER,
              "they are told as they are stored");

enum outcome dispute_load(struct reader *reader, struct command_call *call, uint32_t run,
                          uint32_t number, struct settlement_run *ret_run, struct dispute *ret)
{
    const struct principal *principal = &call->principal;

    enum outcome outcome = settlement_run_load(reader, call, run, ret_run);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(disputes_get(reader, run, number, ret), OUTCOME_DISPUTE_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "dispute_number", NULL);
    bool own = principal->role != ROLE_GUIDE || (principal->party.kind == ret->payee.kind &&
                                                 principal->party.number == ret->payee.number);
    return own ? OUTCOME_OK : form_refuse(call, OUTCOME_NOT_YOURS, "dispute_number", NULL);
}

static bool decision(struct command_call *call, const struct dispute *dispute,
                     Beckon__V1__Dispute *message)
{
    if (dispute->state == DISPUTE_OPEN) return true;
    message->decided_at = reply_time(call, dispute->decided_at);
    message->decided_by_token = dispute->decided_by;
    message->reason = reply_text(call, dispute->reason);
    if (dispute->state == DISPUTE_ACCEPTED) {
        message->remedy = (Beckon__V1__DisputeRemedy)dispute->remedy;
        message->unit = reply_unit(dispute->unit);
        message->amount = dispute->amount;
        message->corrected = dispute->corrected;
        message->posted = dispute->posted;
        message->entry_number = dispute->entry;
    }
    return message->decided_at != NULL && message->reason != NULL;
}

enum outcome dispute_message(struct reader *reader, struct command_call *call,
                             const struct dispute *dispute, Beckon__V1__Dispute **ret)
{
    char entity[PAY_ENTITY_BYTES_MAX + 1] = "";

    if (dispute->pay_entity != 0) {
        enum outcome outcome = command_outcome(
            pay_entities_get(reader, dispute->pay_entity, entity), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
    }
    Beckon__V1__Dispute *message = reply_message(call, &beckon__v1__dispute__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->run_number = dispute->run;
    message->dispute_number = dispute->number;
    message->draft_no = dispute->draft;
    message->payee = reply_party(call, dispute->payee);
    message->pay_entity = reply_text(call, entity);
    message->credit_number = dispute->credit;
    message->text = reply_text(call, dispute->text);
    message->state = (Beckon__V1__DisputeState)dispute->state;
    message->opened_at = reply_time(call, dispute->opened_at);
    message->opened_by_token = dispute->opened_by;
    if (message->payee == NULL || message->pay_entity == NULL || message->text == NULL ||
        message->opened_at == NULL || !decision(call, dispute, message))
        return OUTCOME_BUSY;
    *ret = message;
    return OUTCOME_OK;
}
