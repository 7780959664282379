/* Reads one redemption by its number. */
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/redemption.h"
#include "service/command/reply.h"

static enum outcome get_redemption_read(struct reader *reader, struct command_call *call,
                                        ProtobufCMessage **ret_reply)
{
    const Beckon__V1__GetRedemptionRequest *request =
        (const Beckon__V1__GetRedemptionRequest *)call->request;
    struct redemption redemption;

    enum outcome outcome = command_outcome(
        redemptions_get(reader, request->redemption_number, &redemption),
        OUTCOME_REDEMPTION_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "redemption_number", NULL);
    outcome = redemption_visible(call, &redemption);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__GetRedemptionResponse *reply =
        reply_message(call, &beckon__v1__get_redemption_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return redemption_message_read(reader, call, &redemption, true, &reply->redemption);
}

const struct command get_redemption = {
    .request = &beckon__v1__get_redemption_request__descriptor,
    .reply = &beckon__v1__get_redemption_response__descriptor,
    .read = get_redemption_read,
};
