#include "service/rpc/health.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <grpc/health/v1/health.pb-c.h>

#include "service/limits.h"
#include "service/rpc/call.h"

#define SERVING GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING
#define NOT_SERVING GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING
#define SERVICE_UNKNOWN GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN

static bool service_is_known(const struct rpc *rpc, const char *name)
{
    if (name[0] == '\0')
        return true;
    for (size_t i = 0; i < rpc->options.method_count; i++) {
        struct bytes service = method_service(&rpc->options.methods[i]);
        if (strlen(name) == service.size && memcmp(name, service.data, service.size) == 0)
            return true;
    }
    return false;
}

/* Reads the request: which service, and is it one of ours? */
static enum outcome read_request(struct call *call, bool *ret_known)
{
    if (call->payload == NULL)
        return OUTCOME_MESSAGE_MISSING;
    struct request_bytes request;
    enum outcome outcome = request_open(call->payload, &request);
    if (outcome != OUTCOME_OK)
        return outcome;
    const ProtobufCMessageDescriptor *descriptor =
        &grpc__health__v1__health_check_request__descriptor;
    const char *allowed = NULL;
    outcome = wire_check(descriptor, request.bytes, call->field, &allowed);
    Grpc__Health__V1__HealthCheckRequest *message = NULL;
    if (outcome == OUTCOME_OK) {
        message = (Grpc__Health__V1__HealthCheckRequest *)protobuf_c_message_unpack(
            descriptor, &call->arena.allocator, request.bytes.size, request.bytes.data);
        outcome = message != NULL ? OUTCOME_OK : OUTCOME_MESSAGE_INVALID;
    } else if (outcome != OUTCOME_MESSAGE_INVALID) {
        call->work.call.refusal = (struct refusal){.field = call->field, .allowed = allowed};
    }
    if (outcome == OUTCOME_OK)
        *ret_known = service_is_known(call->rpc, message->service);
    request_close(&request);
    return outcome;
}

/* Under the lock. */
static bool is_serving(const struct rpc *rpc)
{
    return rpc->serving && !rpc->writer_hangs;
}

void health_check_arrive(struct call *call)
{
    bool known = false;
    enum outcome outcome = read_request(call, &known);
    if (outcome == OUTCOME_OK && !known)
        outcome = OUTCOME_SERVICE_UNKNOWN;
    Grpc__Health__V1__HealthCheckResponse reply = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;
    if (outcome == OUTCOME_OK) {
        health_look(call->rpc); /* also when nobody else does any more */
        pthread_mutex_lock(&call->rpc->stream_lock);
        reply.status = is_serving(call->rpc) ? SERVING : NOT_SERVING;
        pthread_mutex_unlock(&call->rpc->stream_lock);
    }
    call_finish(call, outcome, &reply.base);
}

/* ---- Watch: idle -> sending -> idle -> ... -> ended; one thread sends at a time -------------- */

/* Under the lock: takes the watch out of the list. True for the one who ended it. */
static bool watch_end(struct call *call)
{
    if (call->watch == WATCH_NONE || call->watch == WATCH_ENDED)
        return false;
    struct rpc *rpc = call->rpc;
    if (call->watch_previous != NULL)
        call->watch_previous->watch_next = call->watch_next;
    else
        rpc->watches = call->watch_next;
    if (call->watch_next != NULL)
        call->watch_next->watch_previous = call->watch_previous;
    call->watch = WATCH_ENDED;
    return true;
}

/* Does what is next for an idle watch: send a new status, end it, or nothing. The caller holds a
 * count of `pending`, so the call outlives this. */
static void watch_step(struct call *call)
{
    struct rpc *rpc = call->rpc;
    pthread_mutex_lock(&rpc->stream_lock);
    bool stopping = atomic_load(&rpc->leaving);
    int status = !call->watch_known ? (int)SERVICE_UNKNOWN
                 : is_serving(rpc)  ? (int)SERVING : (int)NOT_SERVING;
    bool send = call->watch == WATCH_IDLE && !call->gone && status != call->watch_status;
    bool end = call->watch == WATCH_IDLE && !send && (call->gone || stopping) && watch_end(call);
    if (send) {
        call->watch = WATCH_SENDING;
        call->watch_status = status;
    }
    pthread_mutex_unlock(&rpc->stream_lock);
    if (send) {
        Grpc__Health__V1__HealthCheckResponse reply = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;
        reply.status = (Grpc__Health__V1__HealthCheckResponse__ServingStatus)status;
        send = stream_send(call, &reply.base);
        if (!send) { /* rejected: the call is cancelled and its close comes */
            pthread_mutex_lock(&rpc->stream_lock);
            end = watch_end(call);
            pthread_mutex_unlock(&rpc->stream_lock);
        }
    }
    if (end) {
        stream_leave(rpc);
        call_finish(call, OUTCOME_SHUTTING_DOWN, NULL);
    }
}

static void watch_sent(struct tag *tag, bool ok)
{
    struct call *call = CONTAINER(tag, struct call, sent);
    struct rpc *rpc = call->rpc;
    pthread_mutex_lock(&rpc->stream_lock);
    if (call->watch == WATCH_SENDING)
        call->watch = WATCH_IDLE;
    call->gone = call->gone || !ok;
    pthread_mutex_unlock(&rpc->stream_lock);
    watch_step(call);
    call_batch_ended(call);
}

void health_watch_closed(struct call *call)
{
    watch_step(call); /* sending: watch_sent will come and end it */
}

void health_watch_arrive(struct call *call)
{
    struct rpc *rpc = call->rpc;
    stream_open(call);
    bool known = false;
    enum outcome outcome = read_request(call, &known);
    if (outcome == OUTCOME_OK && atomic_load(&rpc->leaving))
        outcome = OUTCOME_SHUTTING_DOWN;
    if (outcome == OUTCOME_OK && !stream_enter(rpc))
        outcome = OUTCOME_BUSY;
    if (outcome != OUTCOME_OK) {
        call_finish(call, outcome, NULL);
        return;
    }
    atomic_fetch_add(&call->pending, 1); /* for watch_step below */
    call->sent.run = watch_sent;
    pthread_mutex_lock(&rpc->stream_lock);
    call->watch_known = known;
    call->watch_status = -1;
    call->watch = WATCH_IDLE;
    call->watch_next = rpc->watches;
    if (rpc->watches != NULL)
        rpc->watches->watch_previous = call;
    rpc->watches = call;
    pthread_mutex_unlock(&rpc->stream_lock);
    watch_step(call);
    call_batch_ended(call);
}

static void tell_watches(struct rpc *rpc)
{
    struct call *watches[LIMIT_OPEN_STREAMS];
    size_t count = 0;
    pthread_mutex_lock(&rpc->stream_lock);
    for (struct call *call = rpc->watches; call != NULL; call = call->watch_next) {
        assert(count < LIMIT_OPEN_STREAMS);
        atomic_fetch_add(&call->pending, 1); /* a watch in the list has its worker's count */
        watches[count++] = call;
    }
    pthread_mutex_unlock(&rpc->stream_lock);
    for (size_t i = 0; i < count; i++) {
        watch_step(watches[i]);
        call_batch_ended(watches[i]);
    }
}

void health_set(struct rpc *rpc, bool serving)
{
    pthread_mutex_lock(&rpc->stream_lock);
    rpc->serving = serving;
    pthread_mutex_unlock(&rpc->stream_lock);
    tell_watches(rpc);
}

/* ---- the writer ------------------------------------------------------------------------------ */

/* Under the lock: how long the writer has had work, as far as was seen, and ended no turn. */
static uint64_t stands_ms(struct rpc *rpc)
{
    uint64_t now_ms = rpc_monotonic_ms(rpc);
    struct executor_pace pace;
    executor_pace(rpc->options.executor, &pace);
    if (!pace.has_work || !rpc->pace.has_work || pace.turns != rpc->pace.turns)
        rpc->pace_ms = now_ms;
    rpc->pace = pace;
    return now_ms - rpc->pace_ms;
}

void health_look(struct rpc *rpc)
{
    uint64_t patience_ms = rpc->options.writer_hangs_ms > 0 ? rpc->options.writer_hangs_ms
                                                            : LIMIT_WRITER_HANGS_MS;
    pthread_mutex_lock(&rpc->stream_lock);
    bool hangs = stands_ms(rpc) >= patience_ms;
    bool changed = hangs != rpc->writer_hangs;
    rpc->writer_hangs = hangs;
    pthread_mutex_unlock(&rpc->stream_lock);
    if (!changed)
        return;
    char details[64];
    snprintf(details, sizeof details, "after_ms=%" PRIu64, patience_ms);
    rpc->options.log(rpc->options.log_context, hangs ? "error" : "warn",
                     hangs ? "writer hangs" : "writer goes on", details);
    tell_watches(rpc);
}

bool rpc_writer_hangs(struct rpc *rpc)
{
    health_look(rpc);
    pthread_mutex_lock(&rpc->stream_lock);
    bool hangs = rpc->writer_hangs;
    pthread_mutex_unlock(&rpc->stream_lock);
    return hangs;
}
