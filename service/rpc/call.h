/* Calls, slots and queues: the runtime's own structures, shared by the files of this folder only.
 *
 * A tag is its handler: what gRPC's queue gives back is a struct tag, and the poller runs it.
 * A slot is one armed request for a call: it belongs to a method and a poller's queue. When it is
 * matched, a call object is taken from the bounded pool, gets what the slot received, and the slot
 * is armed again at once. With the pool empty the slot itself refuses the call (BUSY) and is armed
 * when that refusal has left: so nothing ever hangs and nothing is unbounded.
 *
 * One thread owns a call at a time: the poller that received it; the executor's while it works
 * (then only `done` and emit touch it); the poller again when its last batch has completed. */
#ifndef BECKON_SERVICE_RPC_CALL_H
#define BECKON_SERVICE_RPC_CALL_H

#include <pthread.h>
#include <stdatomic.h>

#include <grpc/grpc.h>

#include "service/limits.h"
#include "service/rpc/arena.h"
#include "service/rpc/request_id.h"
#include "service/rpc/rpc.h"
#include "service/rpc/status.h"
#include "service/rpc/throttle.h"
#include "service/rpc/wire.h"

struct tag {
    void (*run)(struct tag *tag, bool ok);
};
#define CONTAINER(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

struct queue {
    struct rpc *rpc;
    grpc_completion_queue *cq;
    pthread_t thread;
};

struct refusal_sent { /* what must live until a status has left */
    grpc_slice message, details, request_id;
    grpc_metadata trailers[3]; /* x-request-id; a refusal's details; what encoding is taken */
    size_t trailer_count;
};

struct slot {
    struct tag arrived, refused;
    struct rpc *rpc;
    struct queue *queue;
    const struct method *method; /* NULL: for methods without a row */
    void *registered;
    grpc_call *grpc;
    gpr_timespec deadline;
    grpc_metadata_array metadata;
    grpc_byte_buffer *payload;
    grpc_call_details details;   /* methods without a row */
    struct refusal_sent refusal;
    int cancelled;
};

enum watch_state { WATCH_NONE, WATCH_IDLE, WATCH_SENDING, WATCH_ENDED };

/* A stream that follows something; follow.c. */
struct follower {
    struct arena_mark mark;      /* behind the request */
    struct command_place place;  /* of the last message that was sent */
    uint64_t commit_mark;        /* of the merchant, before the last look */
    uint64_t looked_ms, sent_ms; /* monotonic; 0: never */
    bool cut;                    /* the call was cancelled; its message comes back */
};

struct call {
    struct tag replied;          /* the last batch of the server's side */
    struct tag closed;           /* streams: RECV_CLOSE */
    struct tag sent, received;   /* streams: one message */
    struct rpc *rpc;
    struct queue *queue;
    const struct method *method;
    grpc_call *grpc;
    gpr_timespec deadline;
    uint64_t began_us;           /* monotonic */
    struct request_id request_id;
    grpc_metadata_array metadata;
    grpc_byte_buffer *payload;   /* as received */
    grpc_byte_buffer *message;   /* being sent */
    struct refusal_sent refusal;
    int cancelled;               /* written by gRPC with RECV_CLOSE */
    atomic_int replying;         /* enum replying: stall.c */
    uint64_t reply_ms;           /* since when; monotonic */
    atomic_int pending;          /* batches under way; the call is released at 0 */
    bool streaming;              /* RECV_CLOSE has a batch of its own */
    bool initial_sent;           /* the stream's initial metadata has left */

    /* Under rpc->stream_lock. */
    bool gone;                   /* the client has gone */
    bool send_done, send_ok;
    enum watch_state watch;
    bool watch_known;            /* a service of ours */
    int watch_status;            /* last sent */
    struct call *watch_next, *watch_previous;
    bool sending;                /* a follower's message is under way */

    struct follower follower;    /* the following thread's */
    struct work work;
    uint32_t peer;               /* whose bucket of the throttle */
    bool shares;                 /* it is counted there; share.c */
    struct arena arena;
    char field[WIRE_PATH_BYTES];
    struct call *next;           /* free list */
    bool fresh;                  /* initialised once */
};

struct rpc {
    struct rpc_options options;
    grpc_server *server;
    struct queue queues[8];
    unsigned queue_count;
    struct slot *slots;
    size_t slot_count;
    atomic_bool leaving;         /* clients are sent away: what would stay open is ended */
    atomic_bool stopping;        /* nothing new is served any more */

    pthread_mutex_t pool_lock;
    pthread_cond_t pool_idle;
    struct call *calls;          /* call_max of them, their first bytes beside */
    uint8_t *first_bytes;
    unsigned call_max, calls_used; /* calls[calls_used..] were never taken: their pages untouched */
    struct call *free_calls;
    size_t outstanding;          /* armed slots, refusals leaving, calls in progress */
    unsigned calls_taken;
    struct arena_pool arenas;
    struct throttle throttle;
    atomic_uint shares[THROTTLE_BUCKETS]; /* calls in progress; share.c */

    struct request_ids request_ids;
    struct method_counts *counts; /* one per method; report.c */
    atomic_uint_least64_t unknown_methods;
    atomic_bool log_refusals;
    atomic_uint_least64_t log_slow_ms;

    pthread_mutex_t stream_lock; /* streams' flow control and health watches */
    pthread_cond_t stream_changed;
    struct call *watches;
    bool serving;                /* main says so */
    bool writer_hangs;           /* health.c saw so */
    struct executor_pace pace;   /* as last seen, */
    uint64_t pace_ms;            /* and since when it was so; monotonic */
    unsigned open_streams;       /* watches and reflection */
    struct call *followers[LIMIT_FOLLOWERS]; /* added by pollers, removed by the following thread */
    size_t follower_count;
    bool follow_ended;           /* no follower is taken any more, none is left */
    pthread_cond_t follow_changed;
    pthread_t follow_thread;

    struct tag shut_down;
    atomic_bool drained;
    bool hastened;               /* main's thread only, as the next */
    uint64_t left_ms;            /* when it began to leave */
    uint64_t idle_since_ms;      /* while draining; 0: calls are in progress */

    pthread_mutex_t adopt_lock;  /* peers, adopt_ended, and the server while it may take more */
    struct rpc_peer *peers;      /* by descriptor */
    bool adopt_ended;
    grpc_server_credentials *credentials;
};

static inline uint64_t rpc_monotonic_ms(const struct rpc *rpc)
{
    return rpc->options.clock.monotonic_ms(rpc->options.clock.context);
}

/* slots.c */
void slots_init(struct rpc *rpc);
void slots_arm(struct rpc *rpc);
void slots_free(struct rpc *rpc);

/* pool.c: calls and the count of everything gRPC still owes an answer for. */
bool pool_init(struct rpc *rpc);
void pool_free(struct rpc *rpc);
struct call *pool_take(struct rpc *rpc);          /* NULL: all are in progress */
void pool_release(struct call *call);
void pool_expect(struct rpc *rpc);                /* one more answer owed */
void pool_expect_less(struct rpc *rpc);
bool pool_is_idle(struct rpc *rpc);
size_t pool_calls(struct rpc *rpc);                /* calls in progress */
void pool_wait_idle(struct rpc *rpc);

/* unary.c: from arrival to the executor. */
void call_arrive(struct call *call);

/* reply.c: everything that is sent. */
/* Sends the reply (OK) or the refusal of call->work.call.refusal, then releases the call. The last
 * thing anybody but the poller does with a call. */
void call_finish(struct call *call, enum outcome outcome, const ProtobufCMessage *reply);
/* One batch of the call less; at the last the call goes back to the pool. */
void call_batch_ended(struct call *call);
/* Starts a batch; when gRPC rejects it the call is cancelled and false answered. */
bool call_start(struct call *call, const grpc_op *ops, size_t count, struct tag *tag);
grpc_byte_buffer *reply_pack(const ProtobufCMessage *message);
/* Fills what leaves with the status: of a refusal sentence and details, always the call's id. */
void refusal_write(struct refusal_sent *ret, enum outcome outcome, const struct refusal *refusal,
                   const struct request_id *request_id);
void refusal_free(struct refusal_sent *refusal);
grpc_op refusal_op(struct refusal_sent *refusal, enum outcome outcome);

/* report.c: counts and the log. */
void report_init(struct rpc *rpc);
void report_free(struct rpc *rpc);
/* Once a call, before its status leaves. */
void report_ended(const struct call *call, enum outcome outcome);
/* As that, of a call that never had a call object; method NULL: unknown. */
void report_refused(struct rpc *rpc, const struct method *method, enum outcome outcome);

/* stream.c: server streams. */
void stream_open(struct call *call);              /* RECV_CLOSE in a batch of its own, at once */
bool stream_emit(void *context, const ProtobufCMessage *message);
/* Starts sending one message; call->sent.run is called when it has left. False: gone. */
bool stream_send(struct call *call, const ProtobufCMessage *message);
bool stream_enter(struct rpc *rpc);               /* counts an open stream; false: too many */
void stream_leave(struct rpc *rpc);

/* follow.c: server streams that follow something. */
void follow_start(struct rpc *rpc);               /* start-up: aborts when it can't */
/* Takes a prepared call, whose stream is open; from now on the following thread ends it. */
enum outcome follow_enter(struct call *call) OUTCOME_CHECKED;
void follow_stop(struct rpc *rpc);                /* rpc->leaving is set: all are being ended */
bool follow_ended(struct rpc *rpc);
void follow_join(struct rpc *rpc);

/* request.c: the payload as bytes, and the headers. */
/* The last header of this name; no bytes without one. They live as long as the metadata. */
struct bytes request_header(const grpc_metadata_array *metadata, const char *name);
struct request_bytes {
    struct bytes bytes;
    grpc_slice merged;
    bool is_merged;
};
/* MESSAGE_COMPRESSED: nothing is open. */
enum outcome request_open(grpc_byte_buffer *payload, struct request_bytes *ret) OUTCOME_CHECKED;
void request_close(struct request_bytes *request);

/* share.c: finds out whose the call is (call->peer) and counts it; false: he has his share. */
bool share_enter(struct call *call);
void share_leave(struct call *call);

/* stall.c: replies that nobody takes. */
void stall_begin(struct call *call); /* the last batch is about to start */
void stall_end(struct call *call);   /* it has completed; the call is released next */

/* goaway.c: asks every client to go, and goes on serving. */
void goaway_send(struct rpc *rpc);

/* peer.c: who is at the other end of a descriptor that was adopted. */
void peers_init(struct rpc *rpc);
void peers_free(struct rpc *rpc);
/* Of the connection a call came by; false: nobody knows, so he is nobody's proxy. */
bool peer_of(const struct call *call, struct rpc_peer *ret_peer);

#endif
