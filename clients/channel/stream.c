/* Server streams: one call, messages handed on as they come.
 *
 * Happy path: send the request and ask for the status at once, then ask for message after message
 * until an empty one says the stream has ended; then the status is there. A receiver that says stop
 * cancels the call, and the rest is drained so that no tag outlives this function. Who follows a
 * stream is asked now and then whether to go on, as nothing may come for long. */
#include "clients/channel/channel.h"

#include <assert.h>

#include "clients/channel/flight.h"

struct stream {
    struct channel *channel;
    const struct channel_method *method;
    grpc_call *call;
    struct ending ending;
    grpc_byte_buffer *buffer; /* the message last received */
    bool opened, received, ended; /* which batches have come back */
    channel_go_on *go_on;         /* NULL: wait for ever */
    void *context;
    bool cancelled;
};

static void stream_cancel(struct stream *stream)
{
    if (!stream->cancelled)
        grpc_call_cancel(stream->call, NULL);
    stream->cancelled = true;
}

/* Waits for one of the stream's batches; tags are the addresses of the three flags. */
static void stream_turn(struct stream *stream)
{
    bool asks = stream->go_on && !stream->cancelled;
    gpr_timespec until = asks ? flight_deadline(CHANNEL_FOLLOW_MS)
                              : gpr_inf_future(GPR_CLOCK_MONOTONIC);
    grpc_event event = grpc_completion_queue_next(stream->channel->queue, until, NULL);
    if (event.type == GRPC_QUEUE_TIMEOUT) {
        assert(asks);
        if (!stream->go_on(stream->context))
            stream_cancel(stream);
        return;
    }
    assert(event.type == GRPC_OP_COMPLETE);
    *(bool *)event.tag = true;
}

static void stream_open(struct stream *stream, const ProtobufCMessage *request)
{
    struct channel *channel = stream->channel;
    struct calling calling = calling_of(channel);
    stream->call =
        flight_call(channel, stream->method, gpr_inf_future(GPR_CLOCK_MONOTONIC));
    ending_init(&stream->ending);
    grpc_slice packed = flight_pack(request);
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&packed, 1);
    grpc_op first[4] = {
        {.op = GRPC_OP_SEND_INITIAL_METADATA,
         .data.send_initial_metadata = {.count = calling.count, .metadata = calling.metadata}},
        {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = buffer},
        {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
        {.op = GRPC_OP_RECV_INITIAL_METADATA,
         .data.recv_initial_metadata.recv_initial_metadata = &stream->ending.initial},
    };
    grpc_op last = {.op = GRPC_OP_RECV_STATUS_ON_CLIENT,
                    .data.recv_status_on_client = {.trailing_metadata = &stream->ending.trailing,
                                                   .status = &stream->ending.status,
                                                   .status_details = &stream->ending.details}};
    grpc_call_error sent = grpc_call_start_batch(stream->call, first, 4, &stream->opened, NULL);
    assert(sent == GRPC_CALL_OK);
    sent = grpc_call_start_batch(stream->call, &last, 1, &stream->ended, NULL);
    assert(sent == GRPC_CALL_OK);
    grpc_byte_buffer_destroy(buffer);
    grpc_slice_unref(packed);
    calling_clean_up(&calling);
}

/* Takes the next message; false: there is none, or the receiver said stop. */
static bool stream_next(struct stream *stream, channel_receive *receive)
{
    stream->received = false;
    grpc_op op = {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &stream->buffer};
    grpc_call_error sent = grpc_call_start_batch(stream->call, &op, 1, &stream->received, NULL);
    assert(sent == GRPC_CALL_OK);
    while (!stream->received)
        stream_turn(stream);
    if (!stream->buffer)
        return false;
    ProtobufCMessage *message = flight_unpack(stream->method, stream->buffer);
    grpc_byte_buffer_destroy(stream->buffer);
    stream->buffer = NULL;
    bool more = message && receive(stream->context, message);
    if (message)
        protobuf_c_message_free_unpacked(message, NULL);
    if (!more)
        stream_cancel(stream);
    return more;
}

bool channel_follow(struct channel *channel, const struct channel_method *method,
                    const ProtobufCMessage *request, channel_receive *receive,
                    channel_go_on *go_on, void *context, struct channel_error *ret_error)
{
    /* Other tags would come out of the same queue. */
    assert(channel->submitted_count == 0);
    assert(request->descriptor == method->request);
    struct stream stream = {.channel = channel, .method = method, .go_on = go_on,
                            .context = context};
    stream_open(&stream, request);
    while (stream_next(&stream, receive))
        ;
    while (!stream.ended || !stream.opened)
        stream_turn(&stream);
    bool good = stream.ending.status == GRPC_STATUS_OK;
    if (!good)
        ending_read(&stream.ending, ret_error);
    ending_clean_up(&stream.ending);
    grpc_call_unref(stream.call);
    return good;
}

bool channel_stream(struct channel *channel, const struct channel_method *method,
                    const ProtobufCMessage *request, channel_receive *receive, void *context,
                    struct channel_error *ret_error)
{
    return channel_follow(channel, method, request, receive, NULL, context, ret_error);
}
