/* APPROVED to CLOSING: nothing that follows can be stopped. */
#include <assert.h>

#include "beckon/v1/settlement_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/payee_copy.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"
#include "service/command/verify_certificate.h"

static enum outcome check_certificate(struct batch *batch, struct command_call *call,
                                      const struct settlement_run *run, const char *certificate)
{
    char *allowed;
    uint64_t entry;

    if (certificate[0] == '\0')
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "verify_certificate", NULL);
    bool good = verify_certificate_read(batch->reader.store, call->merchant, certificate, &entry);
    if (good && entry >= run->entry) return OUTCOME_OK;
    allowed = reply_number(call, run->entry);
    return allowed == NULL ? OUTCOME_BUSY
                           : form_refuse(call, OUTCOME_SETTLEMENT_UNVERIFIED,
                                         "verify_certificate", allowed);
}

/* The first thing in the way; the others are told by GetSettlementRun. */
static enum outcome check_blockers(struct batch *batch, struct command_call *call,
                                   const struct settlement_run *run)
{
    enum { WORDS_BYTES = 96 };
    struct settlement_blockers blockers;
    char words[WORDS_BYTES];

    enum outcome outcome = settlement_blockers_find(&batch->reader, run, &blockers);
    if (outcome != OUTCOME_OK || blockers.count == 0) return outcome;
    settlement_blocker_words(&blockers.list[0], words, sizeof words);
    char *allowed = reply_text(call, words);
    return allowed == NULL ? OUTCOME_BUSY
                           : form_refuse(call, blockers.list[0].outcome, "run_number", allowed);
}

static enum outcome reply_with(struct command_call *call, uint32_t number,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__CloseSettlementRunResponse *reply =
        reply_message(call, &beckon__v1__close_settlement_run_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->run_number = number;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static enum outcome close_settlement_run_write(struct batch *batch, struct command_call *call,
                                               ProtobufCMessage **ret_reply)
{
    const Beckon__V1__CloseSettlementRunRequest *request =
        (const Beckon__V1__CloseSettlementRunRequest *)call->request;
    struct settlement_run run;
    struct merchant merchant;

    enum outcome outcome = settlement_run_load(&batch->reader, call, request->run_number, &run);
    if (outcome == OUTCOME_OK) outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    bool again = run.state == RUN_CLOSING || run.state == RUN_CLOSED || run.state == RUN_PAID;
    if (!again) outcome = settlement_run_expect(call, &run, 1u << RUN_APPROVED);
    if (outcome == OUTCOME_OK) outcome = settlement_run_hash_is(call, &run, request->hash);
    if (outcome != OUTCOME_OK) return outcome;
    if (again) return reply_with(call, run.number, ret_reply);
    outcome = check_blockers(batch, call, &run);
    if (outcome == OUTCOME_OK)
        outcome = check_certificate(batch, call, &run, request->verify_certificate);
    run.closed_by = call->principal.token;
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_run(call, &run);

    /* From here on nothing is refused. */
    assert(run.state == RUN_APPROVED && run.dispute_open_count == 0);
    run.state = RUN_CLOSING;
    run.closed_at = call->now_ms;
    settlement_run_order(&run, RUN_WORK_CLOSE);
    settlements_put(batch, &run);
    payee_copies_begin(batch, call, &run, business_date_at(&merchant, call->now_ms));
    outcome = reply_with(call, run.number, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command close_settlement_run = {
    .request = &beckon__v1__close_settlement_run_request__descriptor,
    .reply = &beckon__v1__close_settlement_run_response__descriptor,
    .write = close_settlement_run_write,
    .audited = AUDIT_CLOSE_SETTLEMENT_RUN,
};
