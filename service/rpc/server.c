/* The server: its queues and pollers, its start and its end.
 *
 * The end, in the only order gRPC survives: no more connections -> health says NOT_SERVING,
 * clients are sent away (goaway.c) and served until they have gone or are quiet ->
 * shutdown_and_notify -> keep polling (main waits, at last cancels all calls) -> its tag is
 * consumed: drained -> main stops the executor -> every armed slot and call has come back -> queues
 * shut down -> pollers drain them and end -> server, queues, gRPC destroyed. A batch started after
 * a queue's shutdown would abort the process, hence the wait for the last answer before it. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <grpc/grpc_security.h>
#include <grpc/support/log.h>

#include "service/limits.h"
#include "service/rpc/call.h"
#include "service/rpc/health.h"

static void shut_down_arrived(struct tag *tag, bool ok)
{
    (void)ok;
    struct rpc *rpc = CONTAINER(tag, struct rpc, shut_down);
    atomic_store(&rpc->drained, true);
}

static void *poll_queue(void *context)
{
    struct queue *queue = context;
    for (;;) {
        grpc_event event = grpc_completion_queue_next(
            queue->cq, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
        if (event.type == GRPC_QUEUE_SHUTDOWN)
            return NULL;
        assert(event.type == GRPC_OP_COMPLETE);
        struct tag *tag = event.tag;
        tag->run(tag, event.success != 0);
    }
}

static grpc_arg integer(const char *key, int value)
{
    return (grpc_arg){.type = GRPC_ARG_INTEGER, .key = (char *)key, .value.integer = value};
}

/* gRPC's own limit of a message lies above ours, so that ours can answer with details. */
static grpc_server *create_server(void)
{
    grpc_resource_quota *quota = grpc_resource_quota_create("beckond");
    grpc_resource_quota_resize(quota, LIMIT_GRPC_BYTES);
    grpc_arg arguments[] = {
        integer(GRPC_ARG_MAX_CONCURRENT_STREAMS, LIMIT_STREAMS_PER_CONNECTION),
        integer(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, 2 * LIMIT_MESSAGE_BYTES),
        integer(GRPC_ARG_MAX_METADATA_SIZE, LIMIT_METADATA_BYTES),
        integer(GRPC_ARG_ALLOW_REUSEPORT, 0),
        integer(GRPC_ARG_MAX_CONNECTION_IDLE_MS, LIMIT_IDLE_MS),
        integer(GRPC_ARG_MAX_CONNECTION_AGE_MS, LIMIT_AGE_MS),
        integer(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, LIMIT_AGE_GRACE_MS),
        integer(GRPC_ARG_KEEPALIVE_TIME_MS, LIMIT_KEEPALIVE_MS),
        integer(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, LIMIT_KEEPALIVE_ANSWER_MS),
        integer(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, LIMIT_PING_INTERVAL_MS),
        integer(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1),
        /* Compressed requests would grow behind our limits; nobody on loopback needs them. */
        integer(GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0),
        integer(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0),
        /* Accounts and probes nobody reads. */
        integer(GRPC_ARG_ENABLE_CHANNELZ, 0),
        integer(GRPC_ARG_HTTP2_BDP_PROBE, 0),
        {.type = GRPC_ARG_POINTER, .key = GRPC_ARG_RESOURCE_QUOTA,
         .value.pointer = {.p = quota, .vtable = grpc_resource_quota_arg_vtable()}},
    };
    grpc_channel_args args = {sizeof arguments / sizeof arguments[0], arguments};
    grpc_server *server = grpc_server_create(&args, NULL);
    grpc_resource_quota_unref(quota);
    return server;
}

static struct rpc *log_target; /* gRPC's log function takes no context; one runtime a process */

static void log_grpc(gpr_log_func_args *args)
{
    struct rpc *rpc = log_target;
    if (rpc == NULL || args->severity != GPR_LOG_SEVERITY_ERROR)
        return;
    /* The text may hold addresses and is not ours: only where it came from is told. */
    char details[160];
    const char *file = strrchr(args->file, '/');
    snprintf(details, sizeof details, "at=%s:%d", file != NULL ? file + 1 : args->file, args->line);
    rpc->options.log(rpc->options.log_context, "warn", "grpc", details);
}

static unsigned poller_count(const struct rpc_options *options)
{
    long cores = options->poller_count > 0 ? (long)options->poller_count
                                           : sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > LIMIT_POLLERS ? LIMIT_POLLERS : (unsigned)cores;
}

bool rpc_open(const struct rpc_options *options, struct rpc **ret_rpc,
              char ret_message[RPC_MESSAGE_BYTES])
{
    assert(options->log != NULL && options->executor != NULL);
    struct rpc *rpc = calloc(1, sizeof *rpc);
    if (rpc == NULL)
        abort(); /* start-up */
    rpc->options = *options;
    rpc->call_max = options->call_max > 0 ? options->call_max : LIMIT_CALLS;
    rpc->queue_count = poller_count(options);
    pthread_mutex_init(&rpc->pool_lock, NULL);
    pthread_cond_init(&rpc->pool_idle, NULL);
    pthread_mutex_init(&rpc->stream_lock, NULL);
    pthread_cond_init(&rpc->stream_changed, NULL);
    pthread_cond_init(&rpc->follow_changed, NULL);
    rpc->shut_down.run = shut_down_arrived;
    uint64_t secret;
    secret_random((uint8_t *)&secret, sizeof secret);
    throttle_init(&rpc->throttle, secret);
    secret_random((uint8_t *)&secret, sizeof secret);
    request_ids_init(&rpc->request_ids, secret);
    report_init(rpc);
    if (!pool_init(rpc)) {
        snprintf(ret_message, RPC_MESSAGE_BYTES, "no address space for %u calls", rpc->call_max);
        pool_free(rpc);
        throttle_destroy(&rpc->throttle);
        report_free(rpc);
        free(rpc);
        return false;
    }
    log_target = rpc;
    gpr_set_log_function(log_grpc);
    grpc_init();
    rpc->server = create_server();
    peers_init(rpc);
    for (unsigned i = 0; i < rpc->queue_count; i++) {
        rpc->queues[i] = (struct queue){
            .rpc = rpc, .cq = grpc_completion_queue_create_for_next(NULL)};
        grpc_server_register_completion_queue(rpc->server, rpc->queues[i].cq, NULL);
    }
    slots_init(rpc);
    grpc_server_start(rpc->server);
    slots_arm(rpc);
    for (unsigned i = 0; i < rpc->queue_count; i++)
        if (pthread_create(&rpc->queues[i].thread, NULL, poll_queue, &rpc->queues[i]) != 0)
            abort(); /* start-up */
    for (unsigned i = 0; i < rpc->queue_count; i++)
        pthread_setname_np(rpc->queues[i].thread, "poller");
    follow_start(rpc);
    *ret_rpc = rpc;
    return true;
}

void rpc_serve(struct rpc *rpc)
{
    health_set(rpc, true);
}

void rpc_drain(struct rpc *rpc)
{
    if (atomic_exchange(&rpc->leaving, true))
        return;
    pthread_mutex_lock(&rpc->adopt_lock);
    rpc->adopt_ended = true;
    pthread_mutex_unlock(&rpc->adopt_lock);
    rpc->left_ms = rpc_monotonic_ms(rpc);
    health_set(rpc, false);
    follow_stop(rpc);
    goaway_send(rpc);
}

static void stop_serving(struct rpc *rpc)
{
    atomic_store(&rpc->stopping, true);
    rpc->idle_since_ms = 0;
    grpc_server_shutdown_and_notify(rpc->server, rpc->queues[0].cq, &rpc->shut_down);
}

/* Clients have been asked to go. Calls that cross that request on the wire are served as ever, so
 * that nobody sees one fail: until there is nobody left, or nobody has called for a while. */
static void leave(struct rpc *rpc, unsigned connections)
{
    uint64_t now = rpc_monotonic_ms(rpc);
    if (pool_calls(rpc) > 0)
        rpc->idle_since_ms = 0;
    else if (rpc->idle_since_ms == 0)
        rpc->idle_since_ms = now;
    bool quiet = rpc->idle_since_ms != 0 && now - rpc->idle_since_ms >= LIMIT_LEAVE_MS;
    if (connections == 0 || quiet || now - rpc->left_ms >= LIMIT_LEAVE_MAX_MS)
        stop_serving(rpc);
}

/* With nothing of ours in progress any more, clients get a moment to read their last answers
 * and hang up; then the connections are cut. Without it a client that never says anything would
 * hold the drain for its full time, and so would a call that gRPC 1.51 loses: one that arrives
 * while shutdown_and_notify fails the armed requests is queued behind them for ever. */
static void cut_when_idle(struct rpc *rpc)
{
    uint64_t now = rpc_monotonic_ms(rpc);
    if (!pool_is_idle(rpc))
        rpc->idle_since_ms = 0;
    else if (rpc->idle_since_ms == 0)
        rpc->idle_since_ms = now;
    else if (now - rpc->idle_since_ms >= LIMIT_GOODBYE_MS)
        rpc_hasten(rpc);
}

bool rpc_drained(struct rpc *rpc, unsigned connections)
{
    assert(atomic_load(&rpc->leaving));
    if (atomic_load(&rpc->drained))
        return follow_ended(rpc); /* its thread uses the executor until then */
    if (!atomic_load(&rpc->stopping))
        leave(rpc, connections);
    else if (!rpc->hastened)
        cut_when_idle(rpc);
    return false;
}

void rpc_hasten(struct rpc *rpc)
{
    if (!atomic_load(&rpc->stopping))
        stop_serving(rpc);
    rpc->hastened = true;
    grpc_server_cancel_all_calls(rpc->server);
}

void rpc_close(struct rpc *rpc)
{
    assert(atomic_load(&rpc->drained) && follow_ended(rpc));
    follow_join(rpc);
    pool_wait_idle(rpc);
    for (unsigned i = 0; i < rpc->queue_count; i++)
        grpc_completion_queue_shutdown(rpc->queues[i].cq);
    for (unsigned i = 0; i < rpc->queue_count; i++)
        pthread_join(rpc->queues[i].thread, NULL);
    grpc_server_destroy(rpc->server);
    for (unsigned i = 0; i < rpc->queue_count; i++)
        grpc_completion_queue_destroy(rpc->queues[i].cq);
    slots_free(rpc);
    peers_free(rpc);
    grpc_shutdown();
    log_target = NULL;
    pool_free(rpc);
    throttle_destroy(&rpc->throttle);
    report_free(rpc);
    pthread_mutex_destroy(&rpc->pool_lock);
    pthread_cond_destroy(&rpc->pool_idle);
    pthread_mutex_destroy(&rpc->stream_lock);
    pthread_cond_destroy(&rpc->stream_changed);
    pthread_cond_destroy(&rpc->follow_changed);
    free(rpc);
}
