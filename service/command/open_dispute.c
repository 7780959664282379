/* A payee says that his statement, or a credit in it, is wrong. request_id replays. */
#include <assert.h>
#include <string.h>

#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"
#include "service/command/statement.h"
#include "service/limits.h"
#include "store/accounts.h"
#include "store/disputes.h"
#include "store/tokens.h"

static void fill_fingerprint(const struct batch *batch,
                             const Beckon__V1__OpenDisputeRequest *request, struct party payee,
                             uint8_t ret[FINGERPRINT_BYTES])
{
    struct fingerprint fingerprint;

    fingerprint_begin(&fingerprint, "dispute");
    fingerprint_number(&fingerprint, request->run_number);
    fingerprint_number(&fingerprint, payee.kind);
    fingerprint_number(&fingerprint, payee.number);
    fingerprint_text(&fingerprint, request->pay_entity);
    fingerprint_number(&fingerprint, (int64_t)request->credit_number);
    fingerprint_text(&fingerprint, request->text);
    fingerprint_end(&fingerprint, batch->reader.store, ret);
}

static enum outcome reply_with(struct command_call *call, uint32_t run, uint32_t number,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__OpenDisputeResponse *reply =
        reply_message(call, &beckon__v1__open_dispute_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->run_number = run;
    reply->dispute_number = number;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

/* May one more be opened about this statement and credit? */
static enum outcome check(struct batch *batch, struct command_call *call,
                          const struct statement *statement, const struct dispute *dispute)
{
    uint32_t numbers[LIMIT_DISPUTES_PER_PAYEE];
    struct credit credit;
    size_t count;

    enum outcome outcome = settlement_run_expect(call, &statement->run, 1u << RUN_REVIEW);
    if (outcome != OUTCOME_OK) return outcome;
    if (dispute->credit != 0) {
        outcome = command_outcome(
            credits_find(&batch->reader, dispute->payee, dispute->credit, &credit),
            OUTCOME_CREDIT_UNKNOWN);
        if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "credit_number", NULL);
    }
    outcome = command_outcome(disputes_list_of(&batch->reader, dispute->run, dispute->payee, 0,
                                               numbers, LIMIT_DISPUTES_PER_PAYEE, &count),
                              OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK && count == LIMIT_DISPUTES_PER_PAYEE)
        return form_refuse(call, OUTCOME_DISPUTES_TOO_MANY, "run_number", "32");
    return outcome;
}

static enum outcome open_dispute_write(struct batch *batch, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__V1__OpenDisputeRequest *request =
        (const Beckon__V1__OpenDisputeRequest *)call->request;
    struct dispute dispute = {.state = DISPUTE_OPEN, .credit = request->credit_number,
                              .run = request->run_number, .opened_at = call->now_ms};
    struct statement statement;
    struct request known, fresh;
    struct bytes id;

    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome == OUTCOME_OK)
        outcome = form_text(call, request->text, "text", 1, REASON_BYTES_MAX, dispute.text);
    if (outcome == OUTCOME_OK) outcome = statement_payee(call, request->payee, &dispute.payee);
    if (outcome != OUTCOME_OK) return outcome;
    fill_fingerprint(batch, request, dispute.payee, fresh.fingerprint);
    enum store_result found = requests_get(&batch->reader, REQUEST_OPEN_DISPUTE, id, &known);
    if (found == STORE_OK && memcmp(known.fingerprint, fresh.fingerprint, FINGERPRINT_BYTES) != 0)
        return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
    if (found == STORE_OK)
        return reply_with(call, request->run_number, (uint32_t)known.object, ret_reply);
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = statement_load(&batch->reader, call, request->run_number, dispute.payee,
                             request->pay_entity, &statement);
    if (outcome == OUTCOME_OK) outcome = check(batch, call, &statement, &dispute);
    dispute.opened_by = call->principal.token;
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    assert(statement.run.dispute_count < UINT32_MAX);
    dispute.number = ++statement.run.dispute_count;
    dispute.draft = statement.run.draft;
    dispute.pay_entity = statement.line.pay_entity;
    statement.run.dispute_open_count++;
    audit_dispute(call, &dispute);
    disputes_put(batch, &dispute);
    event_tell_dispute(batch, &dispute);
    settlements_put(batch, &statement.run);
    fresh.object = dispute.number;
    requests_put(batch, REQUEST_OPEN_DISPUTE, id, &fresh);
    outcome = reply_with(call, dispute.run, dispute.number, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command open_dispute = {
    .request = &beckon__v1__open_dispute_request__descriptor,
    .reply = &beckon__v1__open_dispute_response__descriptor,
    .write = open_dispute_write,
    .audited = AUDIT_OPEN_DISPUTE,
};
