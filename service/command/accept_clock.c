/* An operator says that the machine's clock is right: what is due may be posted again. */
#include <assert.h>

#include "beckon/v1/store_service.pb-c.h"
#include "service/command/audit.h"
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "store/clock.h"

static enum outcome accept_clock_write(struct batch *batch, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    struct clock_acceptance acceptance;

    enum outcome outcome = command_outcome(clock_acceptance_get(&batch->reader, &acceptance),
                                           OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__AcceptClockResponse *reply =
        reply_message(call, &beckon__v1__accept_clock_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->accepted_at = reply_time(call, call->now_ms);
    if (reply->accepted_at == NULL) return OUTCOME_BUSY;
    audit_object(call, AUDIT_OF_INSTANCE, 0);

    /* From here on nothing is refused. */
    assert(batch->reader.merchant == 0);
    acceptance.count++;
    acceptance.at = call->now_ms;
    clock_acceptance_put(batch, &acceptance);
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command accept_clock = {
    .request = &beckon__v1__accept_clock_request__descriptor,
    .reply = &beckon__v1__accept_clock_response__descriptor,
    .write = accept_clock_write,
    .audited = AUDIT_ACCEPT_CLOCK,
};
