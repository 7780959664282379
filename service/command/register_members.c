/* Registers up to 500 members in order, a result each: the import path. */
#include "service/command/commands.h"
#include "service/command/register_member.h"
#include "service/command/rows.h"

static size_t row_count(const ProtobufCMessage *request)
{
    return ((const Beckon__V1__RegisterMembersRequest *)request)->n_registrations;
}

static enum outcome register_members_write(struct batch *batch, struct command_call *call,
                                           ProtobufCMessage **ret_reply)
{
    const Beckon__V1__RegisterMembersRequest *request =
        (const Beckon__V1__RegisterMembersRequest *)call->request;
    struct rows rows = {"registrations", request->n_registrations,
                        &beckon__v1__register_members_response__descriptor,
                        &beckon__v1__register_member_result__descriptor};
    ProtobufCMessage *message;
    Beckon__V1__RegisterMemberResponse *registered;

    enum outcome outcome = rows_begin(call, &rows, ret_reply, &message);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__RegisterMemberResult *result = (Beckon__V1__RegisterMemberResult *)message;
    outcome = member_register(batch, call, request->registrations[call->row], &registered);
    if (outcome == OUTCOME_OK) {
        result->member_number = registered->member_number;
        result->scan_result = registered->scan_result;
    } else {
        outcome = row_refused(call, outcome, &result->status_code, &result->reason,
                              &result->message);
        if (outcome != OUTCOME_OK) return outcome;
    }
    rows_end(call, *ret_reply, message);
    return OUTCOME_OK;
}

const struct command register_members = {
    .request = &beckon__v1__register_members_request__descriptor,
    .reply = &beckon__v1__register_members_response__descriptor,
    .write = register_members_write,
    .row_count = row_count,
};
