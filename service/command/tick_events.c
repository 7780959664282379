/* The ticker's command for events that were kept long enough: deletes the oldest records. */
#include "beckon/internal/tick.pb-c.h"
#include "service/command/commands.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "store/events.h"

static enum outcome tick_events_write(struct batch *batch, struct command_call *call,
                                      ProtobufCMessage **ret_reply)
{
    struct event_trim trim;

    Beckon__Internal__TickEventsResponse *reply =
        reply_message(call, &beckon__internal__tick_events_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    if (call->now_ms < LIMIT_EVENT_MS) return OUTCOME_OK;
    enum store_result result = events_trim_load(&batch->reader, call->now_ms - LIMIT_EVENT_MS,
                                                EVENT_TRIM_RECORDS_MAX, &trim);
    if (result != STORE_OK || trim.count == 0)
        return command_outcome(result, OUTCOME_STORE_DAMAGED);

    /* From here on nothing is refused. */
    events_trim_put(batch, &trim);
    reply->more = trim.more;
    return OUTCOME_OK;
}

const struct command tick_events = {
    .request = &beckon__internal__tick_events_request__descriptor,
    .reply = &beckon__internal__tick_events_response__descriptor,
    .write = tick_events_write,
};
