/* Server streams. RECV_CLOSE runs in a batch of its own from the start, so that a client that goes
 * is noticed. A stream holds one count of `pending` for whoever works on it (taken in stream_open,
 * given back by call_finish) besides one per batch under way. */
#include <assert.h>

#include <grpc/byte_buffer.h>

#include "service/limits.h"
#include "service/rpc/call.h"
#include "service/rpc/health.h"

static void stream_closed(struct tag *tag, bool ok)
{
    (void)ok; /* always true; `cancelled` tells */
    struct call *call = CONTAINER(tag, struct call, closed);
    struct rpc *rpc = call->rpc;
    pthread_mutex_lock(&rpc->stream_lock);
    call->gone = true;
    pthread_cond_broadcast(&rpc->stream_changed);
    pthread_mutex_unlock(&rpc->stream_lock);
    health_watch_closed(call);
    call_batch_ended(call);
}

void stream_open(struct call *call)
{
    call->streaming = true;
    call->closed.run = stream_closed;
    atomic_fetch_add(&call->pending, 1);
    grpc_op op = {.op = GRPC_OP_RECV_CLOSE_ON_SERVER};
    op.data.recv_close_on_server.cancelled = &call->cancelled;
    bool started = call_start(call, &op, 1, &call->closed);
    assert(started);
    (void)started;
}

bool stream_send(struct call *call, const ProtobufCMessage *message)
{
    grpc_byte_buffer_destroy(call->message);
    call->message = reply_pack(message);
    grpc_op ops[2] = {{0}};
    size_t count = 0;
    if (!call->initial_sent)
        ops[count++].op = GRPC_OP_SEND_INITIAL_METADATA;
    ops[count].op = GRPC_OP_SEND_MESSAGE;
    ops[count++].data.send_message.send_message = call->message;
    call->initial_sent = true;
    return call_start(call, ops, count, &call->sent);
}

static void emit_sent(struct tag *tag, bool ok)
{
    struct call *call = CONTAINER(tag, struct call, sent);
    struct rpc *rpc = call->rpc;
    pthread_mutex_lock(&rpc->stream_lock);
    call->send_done = true;
    call->send_ok = ok;
    pthread_cond_broadcast(&rpc->stream_changed);
    pthread_mutex_unlock(&rpc->stream_lock);
    call_batch_ended(call);
}

/* On the executor's long thread. A message is complete when flow control has let it out; a client
 * that goes completes it too, with ok = false. */
bool stream_emit(void *context, const ProtobufCMessage *message)
{
    struct call *call = context;
    struct rpc *rpc = call->rpc;
    pthread_mutex_lock(&rpc->stream_lock);
    bool gone = call->gone;
    call->send_done = false;
    pthread_mutex_unlock(&rpc->stream_lock);
    if (gone)
        return false;
    call->sent.run = emit_sent;
    if (!stream_send(call, message))
        return false;
    pthread_mutex_lock(&rpc->stream_lock);
    while (!call->send_done)
        pthread_cond_wait(&rpc->stream_changed, &rpc->stream_lock);
    bool ok = call->send_ok && !call->gone;
    pthread_mutex_unlock(&rpc->stream_lock);
    return ok;
}

bool stream_enter(struct rpc *rpc)
{
    pthread_mutex_lock(&rpc->stream_lock);
    bool room = rpc->open_streams < LIMIT_OPEN_STREAMS;
    rpc->open_streams += room;
    pthread_mutex_unlock(&rpc->stream_lock);
    return room;
}

void stream_leave(struct rpc *rpc)
{
    pthread_mutex_lock(&rpc->stream_lock);
    assert(rpc->open_streams > 0);
    rpc->open_streams--;
    pthread_mutex_unlock(&rpc->stream_lock);
}
