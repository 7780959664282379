/* Unary calls, one at a time or several in flight, and sending them again.
 *
 * Happy path: a slot is taken, the request packed into it, one batch sent; the batch comes back,
 * the reply is unpacked, the slot is DONE. Busy or gone: the slot rests (what RetryInfo says, else
 * a doubling pause) and is sent again, until the next attempt would begin after give_up_ms. */
#include "clients/channel/channel.h"

#include <assert.h>
#include <stdlib.h>

#include "clients/channel/flight.h"

enum { REST_FIRST_MS = 50, REST_MAX_MS = 1000, REST_DOUBLINGS_MAX = 5 };

static void flight_send(struct channel *channel, struct flight *flight)
{
    assert(flight->state == FLIGHT_FREE || flight->state == FLIGHT_RESTING);
    struct calling calling = calling_of(channel);
    flight->call =
        flight_call(channel, &flight->method, flight_deadline(channel->deadline_ms));
    flight->reply_buffer = NULL;
    ending_init(&flight->ending);
    grpc_byte_buffer *request = grpc_raw_byte_buffer_create(&flight->request, 1);
    grpc_op ops[6] = {
        {.op = GRPC_OP_SEND_INITIAL_METADATA,
         .data.send_initial_metadata = {.count = calling.count, .metadata = calling.metadata}},
        {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = request},
        {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
        {.op = GRPC_OP_RECV_INITIAL_METADATA,
         .data.recv_initial_metadata.recv_initial_metadata = &flight->ending.initial},
        {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &flight->reply_buffer},
        {.op = GRPC_OP_RECV_STATUS_ON_CLIENT,
         .data.recv_status_on_client = {.trailing_metadata = &flight->ending.trailing,
                                        .status = &flight->ending.status,
                                        .status_details = &flight->ending.details}},
    };
    grpc_call_error sent = grpc_call_start_batch(flight->call, ops, 6, flight, NULL);
    assert(sent == GRPC_CALL_OK);
    /* SEND_MESSAGE takes the slices out of the buffer; the buffer itself stays ours. */
    grpc_byte_buffer_destroy(request);
    calling_clean_up(&calling);
    flight->attempt_count++;
    flight->state = FLIGHT_OUT;
}

static struct flight *flight_start(struct channel *channel, const struct channel_method *method,
                                   const ProtobufCMessage *request, void *context)
{
    assert(request->descriptor == method->request);
    struct flight *flight = NULL;
    for (unsigned i = 0; i < CHANNEL_WINDOW && !flight; i++) {
        if (channel->flights[i].state == FLIGHT_FREE)
            flight = &channel->flights[i];
    }
    assert(flight);
    *flight = (struct flight){
        .method = *method,
        .context = context,
        .request = flight_pack(request),
        .give_up_ms = flight_now_ms() + channel->retry_ms,
    };
    flight_send(channel, flight);
    return flight;
}

/* How long to rest before the next attempt; false: there is none. */
static bool flight_rest(const struct flight *flight, uint64_t now_ms, uint64_t *ret_rest_ms)
{
    const struct channel_error *error = &flight->error;
    bool busy = error->code == CHANNEL_RESOURCE_EXHAUSTED && error->retry_delay_ms > 0;
    if (!busy && error->code != CHANNEL_UNAVAILABLE)
        return false;
    unsigned doublings = flight->attempt_count - 1;
    uint64_t rest_ms = (uint64_t)REST_FIRST_MS
                       << (doublings < REST_DOUBLINGS_MAX ? doublings : REST_DOUBLINGS_MAX);
    if (rest_ms > REST_MAX_MS)
        rest_ms = REST_MAX_MS;
    if (rest_ms < error->retry_delay_ms)
        rest_ms = error->retry_delay_ms;
    if (now_ms + rest_ms > flight->give_up_ms)
        return false;
    *ret_rest_ms = rest_ms;
    return true;
}

/* The batch has come back: read it, and decide between DONE and RESTING. */
static void flight_land(struct flight *flight)
{
    assert(flight->state == FLIGHT_OUT);
    flight->error = (struct channel_error){0};
    if (flight->ending.status == GRPC_STATUS_OK) {
        flight->reply = flight_unpack(&flight->method, flight->reply_buffer);
        if (!flight->reply)
            channel_error_set(&flight->error, CHANNEL_INTERNAL,
                              "The service's answer can't be read; do the versions match?",
                              "无法解析服务的答复，请检查版本是否一致。");
    } else {
        ending_read(&flight->ending, &flight->error);
    }
    grpc_byte_buffer_destroy(flight->reply_buffer);
    ending_clean_up(&flight->ending);
    grpc_call_unref(flight->call);
    flight->call = NULL;
    uint64_t now_ms = flight_now_ms();
    uint64_t rest_ms = 0;
    if (!flight->reply && flight_rest(flight, now_ms, &rest_ms)) {
        flight->rest_until_ms = now_ms + rest_ms;
        flight->state = FLIGHT_RESTING;
    } else {
        flight->state = FLIGHT_DONE;
    }
}

/* Sends what has rested, then waits for one thing to happen. */
static void channel_turn(struct channel *channel)
{
    uint64_t now_ms = flight_now_ms();
    uint64_t wake_ms = UINT64_MAX;
    for (unsigned i = 0; i < CHANNEL_WINDOW; i++) {
        struct flight *flight = &channel->flights[i];
        if (flight->state != FLIGHT_RESTING)
            continue;
        if (flight->rest_until_ms <= now_ms)
            flight_send(channel, flight);
        else if (flight->rest_until_ms < wake_ms)
            wake_ms = flight->rest_until_ms;
    }
    gpr_timespec until = wake_ms == UINT64_MAX ? gpr_inf_future(GPR_CLOCK_MONOTONIC)
                                               : flight_deadline(wake_ms - now_ms);
    grpc_event event = grpc_completion_queue_next(channel->queue, until, NULL);
    if (event.type == GRPC_OP_COMPLETE)
        flight_land(event.tag);
}

static void flight_free(struct flight *flight)
{
    grpc_slice_unref(flight->request);
    flight->reply = NULL;
    flight->state = FLIGHT_FREE;
}

bool channel_call(struct channel *channel, const struct channel_method *method,
                  const ProtobufCMessage *request, ProtobufCMessage **ret_reply,
                  struct channel_error *ret_error)
{
    struct flight *flight = flight_start(channel, method, request, NULL);
    while (flight->state != FLIGHT_DONE)
        channel_turn(channel);
    ProtobufCMessage *reply = flight->reply;
    if (reply)
        *ret_reply = reply;
    else
        *ret_error = flight->error;
    flight_free(flight);
    return reply != NULL;
}

void channel_submit(struct channel *channel, const struct channel_method *method,
                    const ProtobufCMessage *request, void *context)
{
    assert(channel->submitted_count < CHANNEL_WINDOW - 1);
    flight_start(channel, method, request, context)->submitted = true;
    channel->submitted_count++;
}

unsigned channel_in_flight(const struct channel *channel)
{
    return channel->submitted_count;
}

static struct flight *submitted_done(struct channel *channel)
{
    for (unsigned i = 0; i < CHANNEL_WINDOW; i++) {
        if (channel->flights[i].submitted && channel->flights[i].state == FLIGHT_DONE)
            return &channel->flights[i];
    }
    return NULL;
}

bool channel_wait(struct channel *channel, struct channel_result *ret_result)
{
    if (channel->submitted_count == 0)
        return false;
    struct flight *flight;
    while (!(flight = submitted_done(channel)))
        channel_turn(channel);
    *ret_result = (struct channel_result){
        .context = flight->context, .reply = flight->reply, .error = flight->error};
    flight->submitted = false;
    flight_free(flight);
    channel->submitted_count--;
    return true;
}
