/* Inside clients/channel: a channel and its calls in flight.
 *
 * Each call is a slot of a fixed array, and the slot's address is the tag its one batch comes back
 * with. FREE -> OUT -> (RESTING -> OUT)* -> DONE -> FREE; RESTING waits to be sent again. */
#ifndef BECKON_CLIENTS_CHANNEL_FLIGHT_H
#define BECKON_CLIENTS_CHANNEL_FLIGHT_H

#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>

#include "clients/channel/channel.h"

enum flight_state { FLIGHT_FREE, FLIGHT_OUT, FLIGHT_RESTING, FLIGHT_DONE };

/* What a call's end brings; grpc fills it. */
struct ending {
    grpc_status_code status;
    grpc_slice details;
    grpc_metadata_array initial, trailing;
};

struct flight {
    enum flight_state state;
    struct channel_method method;
    void *context;
    bool submitted;         /* by channel_submit, to be taken by channel_wait */
    grpc_slice request;     /* packed; kept for the next attempt */
    grpc_call *call;        /* while OUT */
    grpc_byte_buffer *reply_buffer;
    struct ending ending;
    unsigned attempt_count;
    uint64_t rest_until_ms; /* monotonic, while RESTING */
    uint64_t give_up_ms;    /* no attempt begins later; monotonic */
    ProtobufCMessage *reply;
    struct channel_error error; /* while DONE */
};

struct channel {
    grpc_channel *core;
    grpc_completion_queue *queue;
    char authorization[CHANNEL_TOKEN_BYTES + 8]; /* "Bearer TOKEN", or empty */
    char address[CHANNEL_ADDRESS_BYTES];         /* whom the calls are for, or empty */
    uint32_t deadline_ms, retry_ms;
    unsigned submitted_count;
    struct flight flights[CHANNEL_WINDOW];
};

uint64_t flight_now_ms(void);
/* The monotonic time so many milliseconds from now, as gRPC wants it. */
gpr_timespec flight_deadline(uint64_t ms);
grpc_slice flight_pack(const ProtobufCMessage *message);
/* The message in a received buffer; NULL when it is none. Leaves the buffer. */
ProtobufCMessage *flight_unpack(const struct channel_method *method, grpc_byte_buffer *buffer);
/* A new call on the channel's queue. */
grpc_call *flight_call(struct channel *channel, const struct channel_method *method,
                       gpr_timespec deadline);
/* Who calls, as metadata. Cleaned up after use. */
struct calling {
    grpc_metadata metadata[2];
    size_t count;
};
struct calling calling_of(const struct channel *channel);
void calling_clean_up(struct calling *calling);
void ending_init(struct ending *ending);
void ending_read(const struct ending *ending, struct channel_error *ret_error);
void ending_clean_up(struct ending *ending);

#endif
