/* Payroll decides a dispute, once. Accepted NOW, the run goes back to its draft and the
 * correction is posted when its credits are free again (correcting.h); LATER leaves it to an
 * ADJUSTMENT run. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/dispute_message.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"
#include "service/limits.h"

/* ---- form ------------------------------------------------------------------------------------ */

static enum outcome check_remedy(struct command_call *call,
                                 const Beckon__V1__DecideDisputeRequest *request,
                                 struct dispute *ret)
{
    if (request->remedy != BECKON__V1__DISPUTE_REMEDY__DISPUTE_REMEDY_NOW &&
        request->remedy != BECKON__V1__DISPUTE_REMEDY__DISPUTE_REMEDY_LATER)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "remedy", "NOW, LATER");
    if (request->amount == 0 || request->amount > LIMIT_AMOUNT_MINOR ||
        request->amount < -LIMIT_AMOUNT_MINOR)
        return form_refuse(call, OUTCOME_AMOUNT_INVALID, "amount",
                           "-1000000000000..1000000000000, not 0");
    ret->remedy = (enum dispute_remedy)request->remedy;
    ret->amount = request->amount;
    return form_unit(call, request->unit, "unit", &ret->unit);
}

static enum outcome check_form(struct command_call *call,
                               const Beckon__V1__DecideDisputeRequest *request,
                               struct dispute *ret)
{
    bool accept = request->decision == BECKON__V1__DISPUTE_DECISION__DISPUTE_DECISION_ACCEPT;

    if (!accept && request->decision != BECKON__V1__DISPUTE_DECISION__DISPUTE_DECISION_REJECT)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "decision", "ACCEPT, REJECT");
    ret->state = accept ? DISPUTE_ACCEPTED : DISPUTE_REJECTED;
    if (accept) {
        enum outcome outcome = check_remedy(call, request, ret);
        if (outcome != OUTCOME_OK) return outcome;
    } else if (request->remedy != 0 || request->unit != 0 || request->amount != 0) {
        return form_refuse(call, OUTCOME_VALUE_INVALID, "remedy", "-");
    }
    return form_text(call, request->reason, "reason", 1, REASON_BYTES_MAX, ret->reason);
}

static bool same_decision(const struct dispute *a, const struct dispute *b)
{
    return a->state == b->state && a->remedy == b->remedy && a->amount == b->amount &&
           (a->state != DISPUTE_ACCEPTED || a->unit == b->unit) &&
           strcmp(a->reason, b->reason) == 0;
}

/* ---- the run --------------------------------------------------------------------------------- */

/* May a correction still come into this run? REVIEW: it is rejected. DRAFT: at rest it is computed
 * anew; on its way back it takes this one along. */
static enum outcome check_run(struct command_call *call, const struct settlement_run *run,
                              const struct dispute *decided)
{
    if (decided->remedy != REMEDY_NOW) return OUTCOME_OK;
    if (run->work == RUN_WORK_RELEASE && run->state == RUN_DRAFT) return OUTCOME_OK;
    if (run->work == RUN_WORK_DISPUTES) return OUTCOME_OK;
    if (run->draft == UINT16_MAX)
        return form_refuse(call, OUTCOME_NUMBERS_EXHAUSTED, "run_number", NULL);
    return settlement_run_expect(call, run, 1u << RUN_DRAFT | 1u << RUN_REVIEW);
}

static void send_back(struct settlement_run *run, const struct dispute *dispute)
{
    char reason[REASON_BYTES_MAX + 1];

    if (settlement_run_working(run)) return;
    int size = snprintf(reason, sizeof reason, "%" PRIu32 ": ", dispute->number);
    assert(size > 0 && (size_t)size < sizeof reason);
    /* Cut between characters: a byte that continues one is no place to end. */
    size_t room = sizeof reason - 1 - (size_t)size, end = strlen(dispute->reason);
    if (end > room) end = room;
    while (end > 0 && ((unsigned char)dispute->reason[end] & 0xc0) == 0x80) end--;
    memcpy(reason + size, dispute->reason, end);
    reason[(size_t)size + end] = '\0';
    if (run->state == RUN_REVIEW) {
        settlement_run_reject(run, reason);
        return;
    }
    run->draft++;
    memset(run->reason, 0, sizeof run->reason);
    memcpy(run->reason, reason, strlen(reason));
    settlement_run_order(run, RUN_WORK_DISPUTES);
}

static enum outcome reply_with(struct command_call *call, const struct dispute *dispute,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__DecideDisputeResponse *reply =
        reply_message(call, &beckon__v1__decide_dispute_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->run_number = dispute->run;
    reply->dispute_number = dispute->number;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static enum outcome decide_dispute_write(struct batch *batch, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    const Beckon__V1__DecideDisputeRequest *request =
        (const Beckon__V1__DecideDisputeRequest *)call->request;
    struct dispute decided = {.number = 0}, dispute;
    struct settlement_run run;

    enum outcome outcome = check_form(call, request, &decided);
    if (outcome == OUTCOME_OK)
        outcome = dispute_load(&batch->reader, call, request->run_number,
                               request->dispute_number, &run, &dispute);
    if (outcome != OUTCOME_OK) return outcome;
    if (dispute.state != DISPUTE_OPEN) {
        if (same_decision(&dispute, &decided)) return reply_with(call, &dispute, ret_reply);
        return form_refuse(call, OUTCOME_DISPUTE_DECIDED, "dispute_number", NULL);
    }
    if (dispute.payee.kind == PARTY_MEMBER && decided.remedy != REMEDY_NONE &&
        decided.unit != UNIT_CASH)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "unit", "CASH");
    outcome = check_run(call, &run, &decided);
    dispute.decided_by = call->principal.token;
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    assert(run.dispute_open_count > 0);
    dispute.state = decided.state;
    dispute.decided_at = call->now_ms;
    memcpy(dispute.reason, decided.reason, sizeof dispute.reason);
    dispute.remedy = decided.remedy;
    dispute.unit = decided.unit;
    dispute.amount = decided.amount;
    run.dispute_open_count--;
    bool rejected = dispute.remedy == REMEDY_NOW && run.state == RUN_REVIEW &&
                    !settlement_run_working(&run);
    if (dispute.remedy == REMEDY_NOW) send_back(&run, &dispute);
    audit_dispute(call, &dispute);
    disputes_put(batch, &dispute);
    event_tell_dispute(batch, &dispute);
    if (rejected) event_tell_run(batch, TOLD_SETTLEMENT_REJECTED, run.number);
    settlements_put(batch, &run);
    outcome = reply_with(call, &dispute, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command decide_dispute = {
    .request = &beckon__v1__decide_dispute_request__descriptor,
    .reply = &beckon__v1__decide_dispute_response__descriptor,
    .write = decide_dispute_write,
    .audited = AUDIT_DECIDE_DISPUTE,
};
