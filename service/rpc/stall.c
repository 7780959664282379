/* Replies that are ready and that nobody takes: a client that opens its windows for nothing keeps
 * the call, and calls are bounded. Without it a few connections could hold all of them for ever.
 *
 * A call is cancelled here while a poller may be releasing it: `replying` says who has it. */
#include <assert.h>
#include <sched.h>

#include "service/limits.h"
#include "service/rpc/call.h"
#include "service/rpc/health.h"

enum replying { REPLYING_NOT, REPLYING, REPLYING_CUT };

void stall_begin(struct call *call)
{
    call->reply_ms = rpc_monotonic_ms(call->rpc);
    int before = atomic_exchange(&call->replying, REPLYING);
    assert(before == REPLYING_NOT);
    (void)before;
}

void stall_end(struct call *call)
{
    int expected = REPLYING;
    while (!atomic_compare_exchange_weak(&call->replying, &expected, REPLYING_NOT)) {
        if (expected == REPLYING_NOT)
            return; /* it had no reply: its batch was refused */
        expected = REPLYING;
        sched_yield(); /* it is being cancelled: a moment */
    }
}

static void cut_when_stalled(struct call *call, uint64_t now_ms, uint64_t patience_ms)
{
    int expected = REPLYING;
    if (!atomic_compare_exchange_strong(&call->replying, &expected, REPLYING_CUT))
        return;
    if (now_ms > call->reply_ms + patience_ms) /* it may have begun after now was read */
        grpc_call_cancel(call->grpc, NULL);
    atomic_store(&call->replying, REPLYING);
}

void rpc_maintain(struct rpc *rpc)
{
    uint64_t now_ms = rpc_monotonic_ms(rpc);
    health_look(rpc);
    pthread_mutex_lock(&rpc->pool_lock);
    unsigned used = rpc->calls_used;
    bool busy = rpc->calls_taken > rpc->call_max / 4;
    pthread_mutex_unlock(&rpc->pool_lock);
    for (unsigned i = 0; i < used; i++)
        cut_when_stalled(&rpc->calls[i], now_ms,
                         busy ? LIMIT_REPLY_STALL_BUSY_MS : LIMIT_REPLY_STALL_MS);
}
