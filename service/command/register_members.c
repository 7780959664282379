/* Registers up to 500 members in order, a result each: the import path. */
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/register_member.h"
#include "service/command/reply.h"
#include "service/command/rows.h"
#include "service/limits.h"

static size_t row_count(const ProtobufCMessage *request)
{
    return ((const Beckon__V1__RegisterMembersRequest *)request)->n_registrations;
}

static enum outcome register_members_write(struct batch *batch, struct command_call *call,
                                           ProtobufCMessage **ret_reply)
{
    const Beckon__V1__RegisterMembersRequest *request =
        (const Beckon__V1__RegisterMembersRequest *)call->request;
    Beckon__V1__RegisterMembersResponse *reply =
        (Beckon__V1__RegisterMembersResponse *)*ret_reply;

    if (request->n_registrations == 0 || request->n_registrations > LIMIT_ROWS)
        return form_refuse(call, OUTCOME_ROWS_INVALID, "registrations", "1..500");
    call->room = NULL;
    if (reply == NULL) {
        reply = reply_message(call, &beckon__v1__register_members_response__descriptor);
        if (reply == NULL) return OUTCOME_BUSY;
        reply->results = reply_alloc(call, request->n_registrations * sizeof *reply->results);
        if (reply->results == NULL) return OUTCOME_BUSY;
        *ret_reply = &reply->base;
    }
    Beckon__V1__RegisterMemberResult *result =
        reply_message(call, &beckon__v1__register_member_result__descriptor);
    if (result == NULL) return OUTCOME_BUSY;

    Beckon__V1__RegisterMemberResponse *registered;
    enum outcome outcome =
        member_register(batch, call, request->registrations[call->row], &registered);
    if (outcome == OUTCOME_OK) {
        result->member_number = registered->member_number;
        result->scan_result = registered->scan_result;
    } else {
        outcome = row_refused(call, outcome, &result->status_code, &result->reason,
                              &result->message);
        if (outcome != OUTCOME_OK) return outcome;
    }
    reply->results[call->row] = result;
    reply->n_results = call->row + 1;
    return OUTCOME_OK;
}

const struct command register_members = {
    .request = &beckon__v1__register_members_request__descriptor,
    .reply = &beckon__v1__register_members_response__descriptor,
    .write = register_members_write,
    .row_count = row_count,
};
