/* How many calls one caller may have in progress: nobody who comes from one place takes the room
 * of all others. A place is a connection's address or, behind a proxy on this machine, the address
 * that it names; callers are counted in the throttle's buckets. This machine's own clients, who
 * name nobody, are not counted: they are the chain's own tills and desks. */
#include <assert.h>

#include "service/limits.h"
#include "service/rpc/call.h"

bool share_enter(struct call *call)
{
    struct rpc *rpc = call->rpc;
    struct rpc_peer peer = {.forwards = false};
    struct bytes named = request_header(&call->metadata, "x-forwarded-for");
    bool known = peer_of(call, &peer);
    bool forwarded = known && peer.forwards && named.size > 0;
    call->peer = forwarded ? throttle_bucket(&rpc->throttle, named)
                           : throttle_bucket_address(&rpc->throttle, peer.address);
    if (known && peer.forwards && !forwarded)
        return true;
    call->shares = true;
    return atomic_fetch_add(&rpc->shares[call->peer], 1) < LIMIT_CALLS_SHARE;
}

void share_leave(struct call *call)
{
    if (!call->shares)
        return;
    unsigned before = atomic_fetch_sub(&call->rpc->shares[call->peer], 1);
    assert(before > 0);
    (void)before;
    call->shares = false;
}
