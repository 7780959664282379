/* The gRPC runtime: listens, takes calls, hands them to the executor, sends replies. Everything of
 * gRPC is behind this header; only this folder includes <grpc/...>.
 *
 * Happy path: rpc_open -> rpc_serve -> rpc_adopt (per connection) -> ... -> rpc_drain, poll
 * rpc_drained -> executor_stop -> rpc_close. All but rpc_adopt called by main's thread. Pollers are
 * the runtime's own; it listens nowhere: the door (service/door) does. */
#ifndef BECKON_SERVICE_RPC_RPC_H
#define BECKON_SERVICE_RPC_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/executor/executor.h"
#include "service/outcome.h"
#include "service/rpc/method_table.h"

enum { RPC_MESSAGE_BYTES = 256 };

struct rpc;

/* How the runtime tells what an operator must know; from any of its threads. `details` is logfmt
 * ("method=... reason=..."), never personal, never a token. */
typedef void rpc_log(void *context, const char *level, const char *message, const char *details);

struct rpc_options {
    struct executor *executor;
    struct executor_clock clock;
    const struct method *methods; /* live as long as the runtime; rows must fit the descriptor set
                                   * unless they are a test's */
    size_t method_count;
    unsigned poller_count;        /* 0: one per core, at most LIMIT_POLLERS */
    unsigned call_max;            /* 0: LIMIT_CALLS; tests take fewer */
    unsigned heartbeat_ms;        /* of followers; 0: LIMIT_HEARTBEAT_MS; tests take less */
    unsigned writer_hangs_ms;     /* 0: LIMIT_WRITER_HANGS_MS; tests take less */
    rpc_log *log;
    void *log_context;
};

/* Starts gRPC and the pollers. False: ret_message says why. */
bool rpc_open(const struct rpc_options *options, struct rpc **ret_rpc,
              char ret_message[RPC_MESSAGE_BYTES]);
/* Who is at the other end of a connection. */
enum { RPC_PEER_BYTES = 16 };
struct rpc_peer {
    uint8_t address[RPC_PEER_BYTES]; /* IPv6 form; all zero: a unix socket */
    bool forwards;                   /* a proxy on this machine: its x-forwarded-for counts */
};
/* Takes a connection: a plaintext, non-blocking stream socket, which the runtime closes. Any
 * thread, until rpc_close; once the drain has come so far that nothing new is served, it only
 * closes it. */
void rpc_adopt(struct rpc *rpc, int fd, const struct rpc_peer *peer);
/* Health says SERVING, except while the writer hangs. */
void rpc_serve(struct rpc *rpc);

/* Gives up replies whose clients take nothing, and tells health's watches when the writer begins to
 * hang or goes on; to be called a few times a second. Any thread. */
void rpc_maintain(struct rpc *rpc);
/* Has the writer had work for LIMIT_WRITER_HANGS_MS without ending a turn? Then no write is
 * answered, and soon all calls are such writes: Health itself is refused as BUSY. Any thread; known
 * from what was seen before, so it is to be asked again and again, or rpc_maintain called. */
bool rpc_writer_hangs(struct rpc *rpc);
/* Tells health, ends what would stay open, asks clients to go; whoever calls is served while they
 * do. */
void rpc_drain(struct rpc *rpc);
/* Is all over? To be asked every few ms, with the number of connections that are open: once nobody
 * calls any more nothing new is served, and connections that do not end by themselves are cut. */
bool rpc_drained(struct rpc *rpc, unsigned connections);
/* Cancels what is still in progress; after rpc_drain. rpc_drained becomes true soon. */
void rpc_hasten(struct rpc *rpc);
/* After rpc_drained and executor_stop: waits for the last calls, joins the threads, frees. */
void rpc_close(struct rpc *rpc);

/* From now on refusals are logged or not (at debug), and unary calls that take slow_ms or longer
 * are (at warn; 0: none). At any time; nothing of both until set. */
void rpc_set_log(struct rpc *rpc, bool refusals, uint64_t slow_ms);

/* What the runtime counts, each number exact, none of them reset. Any thread. */
enum { RPC_DURATION_BUCKETS = 14 };
extern const uint32_t RPC_DURATION_BOUNDS_US[RPC_DURATION_BUCKETS];
struct rpc_method_stats {
    uint64_t outcomes[OUTCOME_COUNT];             /* calls that ended so */
    /* Unary calls, from the arrival of the request to the departure of the answer: each in the
     * first bucket whose bound it does not exceed, the last one is for all that are longer. */
    uint64_t durations[RPC_DURATION_BUCKETS + 1];
    uint64_t duration_us;                         /* their sum */
};
/* method: index in rpc_options.methods. */
void rpc_method_stats(const struct rpc *rpc, size_t method, struct rpc_method_stats *ret);
struct rpc_stats {
    uint64_t unknown_methods;                     /* calls of methods without a row */
    unsigned calls_in_progress, followers;        /* now */
    unsigned open_streams;                        /* health watches and reflection, now */
};
void rpc_stats(struct rpc *rpc, struct rpc_stats *ret);

#endif
