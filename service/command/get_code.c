/* Reads one code with its owner history. */
#include "service/command/code_message.h"
#include "service/command/commands.h"
#include "service/command/objects.h"
#include "service/command/reply.h"

static enum outcome get_code_read(struct reader *reader, struct command_call *call,
                                  ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetCodeRequest *request = (const Beckon__V1__GetCodeRequest *)call->request;
    struct merchant merchant;
    struct code code;

    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = code_find(reader, call, &merchant, request->code, &code);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetCodeResponse *reply =
        reply_message(call, &beckon__v1__get_code_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return code_message(reader, call, &merchant, &code, &reply->code);
}

const struct command get_code = {
    .request = &beckon__v1__get_code_request__descriptor,
    .reply = &beckon__v1__get_code_response__descriptor,
    .read = get_code_read,
};
