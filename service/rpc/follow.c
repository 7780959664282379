/* Server streams that follow something (WatchScoreboard): a thread of their own looks, after
 * commits, whether there is something newer, and sends it.
 *
 * Happy path: follow_enter -> look -> send -> sent -> (commit) look -> send ... -> end.
 * One message of a stream is under way at most. While a slow client keeps it waiting nothing is
 * looked at for him, so what he gets next is the newest: versions between are left out and nothing
 * is queued. Whoever takes nothing for LIMIT_FOLLOW_STALL_MS is cut off.
 * It ends when the client has gone, when a look is refused (a revoked token), when the service
 * stops. BUSY after the first look is no end: the next tick looks again.
 *
 * Pollers add followers and say what became of messages; the following thread alone looks, sends,
 * ends, and takes them out of the list. Each look is a snapshot of its own, some microseconds. */
#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "service/limits.h"
#include "service/rpc/call.h"

static uint64_t heartbeat_ms(const struct rpc *rpc)
{
    return rpc->options.heartbeat_ms > 0 ? rpc->options.heartbeat_ms : LIMIT_HEARTBEAT_MS;
}

/* ---- pollers --------------------------------------------------------------------------------- */

static void follower_sent(struct tag *tag, bool ok)
{
    struct call *call = CONTAINER(tag, struct call, sent);
    pthread_mutex_lock(&call->rpc->stream_lock);
    call->sending = false;
    call->gone = call->gone || !ok;
    pthread_mutex_unlock(&call->rpc->stream_lock);
    call_batch_ended(call);
}

/* Under the lock: streams of the guide who calls, or of all his merchant's other systems. */
static size_t own_streams(const struct rpc *rpc, const struct principal *caller)
{
    size_t count = 0;
    for (size_t i = 0; i < rpc->follower_count; i++) {
        const struct principal *other = &rpc->followers[i]->work.call.principal;
        count += other->role == caller->role && other->merchant == caller->merchant &&
                 other->party.number == caller->party.number;
    }
    return count;
}

enum outcome follow_enter(struct call *call)
{
    struct rpc *rpc = call->rpc;
    const struct principal *principal = &call->work.call.principal;
    enum outcome outcome = OUTCOME_OK;
    call->sent.run = follower_sent;
    call->follower = (struct follower){
        .mark = arena_mark(&call->arena), .sent_ms = rpc_monotonic_ms(rpc)};
    pthread_mutex_lock(&rpc->stream_lock);
    if (rpc->follow_ended || atomic_load(&rpc->leaving)) {
        outcome = OUTCOME_SHUTTING_DOWN;
    } else if (rpc->follower_count == LIMIT_FOLLOWERS) {
        outcome = OUTCOME_BUSY;
    } else if ((principal->role == ROLE_GUIDE || principal->role == ROLE_INTEGRATION)
               && own_streams(rpc, principal) >= LIMIT_FOLLOWERS_GUIDE) {
        static_assert(LIMIT_FOLLOWERS_GUIDE == 8 && LIMIT_FOLLOWERS_INTEGRATION == 8,
                      "the sentence says so");
        call->work.call.refusal.allowed = "8";
        outcome = OUTCOME_STREAMS_TOO_MANY;
    } else {
        rpc->followers[rpc->follower_count++] = call;
        pthread_cond_signal(&rpc->follow_changed);
    }
    pthread_mutex_unlock(&rpc->stream_lock);
    return outcome;
}

/* ---- the following thread -------------------------------------------------------------------- */

enum step { STEP_NONE, STEP_LOOK, STEP_HEARTBEAT, STEP_CUT, STEP_END };

/* Under the lock: what is next for a follower. */
static enum step next_step(const struct call *call, uint64_t now_ms)
{
    const struct rpc *rpc = call->rpc;
    const struct follower *follower = &call->follower;
    bool stopping = atomic_load(&rpc->leaving);
    if (call->sending) { /* it comes back sent or failed; a cancelled one at once */
        uint64_t patience_ms = stopping ? LIMIT_GOODBYE_MS : LIMIT_FOLLOW_STALL_MS;
        bool stalls = now_ms >= follower->sent_ms + patience_ms;
        return stalls && !follower->cut && !call->gone ? STEP_CUT : STEP_NONE;
    }
    if (call->gone || stopping)
        return STEP_END;
    if (now_ms >= follower->sent_ms + heartbeat_ms(rpc)) /* sent_ms may be later than now */
        return STEP_HEARTBEAT;
    uint32_t merchant = call->work.call.merchant;
    bool due = follower->looked_ms == 0 || follower->place.more
               || now_ms >= follower->looked_ms + LIMIT_FOLLOW_LOOK_MS
               || executor_commit_mark(rpc->options.executor, merchant) != follower->commit_mark;
    return due ? STEP_LOOK : STEP_NONE;
}

/* Sends what a look made. False: gRPC took it not, and has cancelled the call. */
static bool send_newest(struct call *call, const ProtobufCMessage *message, uint64_t now_ms)
{
    struct rpc *rpc = call->rpc;
    call->follower.sent_ms = now_ms;
    pthread_mutex_lock(&rpc->stream_lock);
    call->sending = true;
    pthread_mutex_unlock(&rpc->stream_lock);
    if (stream_send(call, message))
        return true;
    pthread_mutex_lock(&rpc->stream_lock);
    call->sending = false;
    pthread_mutex_unlock(&rpc->stream_lock);
    return false;
}

/* One look. Anything but OUTCOME_OK ends the stream. */
static enum outcome look(struct call *call, bool heartbeat, uint64_t now_ms)
{
    struct executor *executor = call->rpc->options.executor;
    struct follower *follower = &call->follower;
    bool first = follower->looked_ms == 0;
    if (first) /* until the look has found the one it touches */
        call->work.call.merchant = call->work.call.principal.merchant;
    uint64_t commit_mark = executor_commit_mark(executor, call->work.call.merchant);
    ProtobufCMessage *message = NULL;
    enum outcome outcome = executor_follow(executor, call->work.command, &call->work.call,
                                           &follower->place, heartbeat, &message);
    if (outcome == OUTCOME_OK) {
        follower->commit_mark = commit_mark;
        follower->looked_ms = now_ms;
        if (message != NULL && !send_newest(call, message, now_ms))
            outcome = OUTCOME_SHUTTING_DOWN; /* nobody hears it */
    } else if (outcome == OUTCOME_BUSY && !first) {
        outcome = OUTCOME_OK; /* neither time nor mark counts: the next tick looks again */
    }
    if (outcome == OUTCOME_OK)
        arena_rewind(&call->arena, follower->mark);
    return outcome;
}

static enum outcome take_step(struct call *call, enum step step, uint64_t now_ms)
{
    switch (step) {
    case STEP_NONE: return OUTCOME_OK;
    case STEP_LOOK: return look(call, false, now_ms);
    case STEP_HEARTBEAT: return look(call, true, now_ms);
    case STEP_CUT:
        call->follower.cut = true;
        grpc_call_cancel(call->grpc, NULL);
        return OUTCOME_OK;
    case STEP_END: return OUTCOME_SHUTTING_DOWN;
    }
    return OUTCOME_INTERNAL;
}

/* Every follower once. The lock is held for moments only; the list grows at its end meanwhile. */
static void follow_tick(struct rpc *rpc)
{
    uint64_t now_ms = rpc_monotonic_ms(rpc);
    pthread_mutex_lock(&rpc->stream_lock);
    for (size_t i = 0; i < rpc->follower_count;) {
        struct call *call = rpc->followers[i];
        enum step step = next_step(call, now_ms);
        enum outcome outcome = OUTCOME_OK;
        if (step != STEP_NONE) {
            pthread_mutex_unlock(&rpc->stream_lock);
            outcome = take_step(call, step, now_ms);
            pthread_mutex_lock(&rpc->stream_lock);
        }
        if (outcome == OUTCOME_OK) {
            i++;
            continue;
        }
        assert(!call->sending && rpc->followers[i] == call);
        rpc->followers[i] = rpc->followers[--rpc->follower_count];
        pthread_mutex_unlock(&rpc->stream_lock);
        call_finish(call, outcome, NULL);
        pthread_mutex_lock(&rpc->stream_lock);
    }
    pthread_mutex_unlock(&rpc->stream_lock);
}

/* Rests after a tick that took so long: commits gather, and one look serves all of them. Looks thus
 * get no more than their share of a core, however many follow and whatever is bought. */
static void follow_rest(uint64_t took_ms)
{
    uint64_t rest_ms = took_ms * (LIMIT_FOLLOW_CORE_SHARE - 1);
    if (rest_ms < LIMIT_FOLLOW_TICK_MS)
        rest_ms = LIMIT_FOLLOW_TICK_MS;
    if (rest_ms > LIMIT_FOLLOW_REST_MS)
        rest_ms = LIMIT_FOLLOW_REST_MS;
    struct timespec rest = {.tv_nsec = (long)rest_ms * 1000000L};
    static_assert(LIMIT_FOLLOW_REST_MS < 1000, "less than a second");
    nanosleep(&rest, NULL);
}

static void *follow_main(void *context)
{
    struct rpc *rpc = context;
    pthread_mutex_lock(&rpc->stream_lock);
    for (;;) {
        while (rpc->follower_count == 0 && !atomic_load(&rpc->leaving))
            pthread_cond_wait(&rpc->follow_changed, &rpc->stream_lock);
        if (rpc->follower_count == 0)
            break;
        pthread_mutex_unlock(&rpc->stream_lock);
        uint64_t began_ms = rpc_monotonic_ms(rpc);
        follow_tick(rpc);
        follow_rest(rpc_monotonic_ms(rpc) - began_ms);
        pthread_mutex_lock(&rpc->stream_lock);
    }
    rpc->follow_ended = true;
    pthread_mutex_unlock(&rpc->stream_lock);
    return NULL;
}

void follow_start(struct rpc *rpc)
{
    if (pthread_create(&rpc->follow_thread, NULL, follow_main, rpc) != 0)
        abort(); /* start-up */
}

void follow_stop(struct rpc *rpc)
{
    assert(atomic_load(&rpc->leaving));
    pthread_mutex_lock(&rpc->stream_lock);
    pthread_cond_signal(&rpc->follow_changed);
    pthread_mutex_unlock(&rpc->stream_lock);
}

bool follow_ended(struct rpc *rpc)
{
    pthread_mutex_lock(&rpc->stream_lock);
    bool ended = rpc->follow_ended;
    pthread_mutex_unlock(&rpc->stream_lock);
    return ended;
}

void follow_join(struct rpc *rpc)
{
    assert(follow_ended(rpc));
    pthread_join(rpc->follow_thread, NULL);
}
