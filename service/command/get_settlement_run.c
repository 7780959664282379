/* Where a run stands and what stands in the way of its close. */
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "service/command/settlement_message.h"
#include "store/merchants.h"

static enum outcome get_settlement_run_read(struct reader *reader, struct command_call *call,
                                            ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetSettlementRunRequest *request =
        (const Beckon__V1__GetSettlementRunRequest *)call->request;
    struct settlement_blockers blockers;
    struct settlement_run run;
    struct numbers numbers;

    enum outcome outcome = settlement_run_load(reader, call, request->run_number, &run);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = settlement_blockers_find(reader, &run, &blockers);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(numbers_get(reader, &numbers), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetSettlementRunResponse *reply =
        reply_message(call, &beckon__v1__get_settlement_run_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    outcome = settlement_run_message(reader, call, &run, &reply->run);
    if (outcome != OUTCOME_OK) return outcome;
    reply->blockers = reply_alloc(call, (blockers.count + 1) * sizeof *reply->blockers);
    if (reply->blockers == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < blockers.count; i++) {
        reply->blockers[i] = settlement_blocker_message(call, &blockers.list[i]);
        if (reply->blockers[i] == NULL) return OUTCOME_BUSY;
        reply->n_blockers++;
    }
    reply->guides = numbers.guide;
    reply->members = numbers.member;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command get_settlement_run = {
    .request = &beckon__v1__get_settlement_run_request__descriptor,
    .reply = &beckon__v1__get_settlement_run_response__descriptor,
    .read = get_settlement_run_read,
};
