/* Reads one handover, with how far it is. */
#include "service/command/commands.h"
#include "service/command/handover_access.h"
#include "service/command/reply.h"

static enum outcome get_handover_read(struct reader *reader, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetHandoverRequest *request =
        (const Beckon__V1__GetHandoverRequest *)call->request;
    struct handover handover;

    enum outcome outcome = handover_find(reader, call, request->handover_number, &handover);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetHandoverResponse *reply =
        reply_message(call, &beckon__v1__get_handover_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->handover = handover_message(call, &handover, true);
    *ret_reply = &reply->base;
    return reply->handover != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

const struct command get_handover = {
    .request = &beckon__v1__get_handover_request__descriptor,
    .reply = &beckon__v1__get_handover_response__descriptor,
    .read = get_handover_read,
};
