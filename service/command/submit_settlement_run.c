/* DRAFT to REVIEW: orders the freeze. */
#include <assert.h>

#include "beckon/v1/settlement_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/command/settlement_run.h"

enum { RUNS_PORTION = 16 };

/* What is frozen for one run is not for another. */
static enum outcome check_others(struct batch *batch, struct command_call *call,
                                 const struct settlement_run *run)
{
    struct settlement_run runs[RUNS_PORTION];
    uint32_t after = 0;
    size_t count;

    do {
        enum outcome outcome =
            command_outcome(settlements_list(&batch->reader, after, runs, RUNS_PORTION, &count),
                            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < count; i++) {
            after = runs[i].number;
            if (after == run->number || !settlement_run_holds(&runs[i]) ||
                !settlement_runs_overlap(run, &runs[i]))
                continue;
            char *allowed = reply_number(call, after);
            return allowed == NULL ? OUTCOME_BUSY
                                   : form_refuse(call, OUTCOME_SETTLEMENT_OTHER_FROZEN,
                                                 "run_number", allowed);
        }
    } while (count == RUNS_PORTION);
    return OUTCOME_OK;
}

static enum outcome reply_with(struct command_call *call, uint32_t number,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__SubmitSettlementRunResponse *reply =
        reply_message(call, &beckon__v1__submit_settlement_run_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->run_number = number;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

static enum outcome submit_settlement_run_write(struct batch *batch, struct command_call *call,
                                                ProtobufCMessage **ret_reply)
{
    const Beckon__V1__SubmitSettlementRunRequest *request =
        (const Beckon__V1__SubmitSettlementRunRequest *)call->request;
    struct settlement_run run;

    enum outcome outcome = settlement_run_load(&batch->reader, call, request->run_number, &run);
    if (outcome != OUTCOME_OK) return outcome;
    if (request->draft_no == 0)
        return form_refuse(call, OUTCOME_FIELD_REQUIRED, "draft_no", NULL);
    bool same = request->draft_no == run.draft && run.submitted_at != 0;
    if (same && (run.work == RUN_WORK_FREEZE || run.state == RUN_REVIEW))
        return reply_with(call, run.number, ret_reply);
    outcome = settlement_run_expect(call, &run, 1u << RUN_DRAFT);
    if (outcome != OUTCOME_OK) return outcome;
    if (request->draft_no != run.draft)
        return form_refuse(call, OUTCOME_SETTLEMENT_CHANGED, "draft_no", NULL);
    outcome = check_others(batch, call, &run);
    run.submitted_by = call->principal.token;
    if (outcome == OUTCOME_OK) outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;
    audit_run(call, &run);

    /* From here on nothing is refused. */
    run.submitted_at = call->now_ms;
    settlement_run_order(&run, RUN_WORK_FREEZE);
    settlements_put(batch, &run);
    event_tell_run(batch, TOLD_SETTLEMENT_SUBMITTED, run.number);
    outcome = reply_with(call, run.number, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command submit_settlement_run = {
    .request = &beckon__v1__submit_settlement_run_request__descriptor,
    .reply = &beckon__v1__submit_settlement_run_response__descriptor,
    .write = submit_settlement_run_write,
    .audited = AUDIT_SUBMIT_SETTLEMENT_RUN,
};
