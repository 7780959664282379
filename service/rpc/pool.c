#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "service/limits.h"
#include "service/rpc/call.h"

static void *pages(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* Address space for all calls at once; a page is only used when its call first is. */
bool pool_init(struct rpc *rpc)
{
    rpc->calls = pages(rpc->call_max * sizeof *rpc->calls);
    rpc->first_bytes = pages((size_t)rpc->call_max * LIMIT_ARENA_FIRST_BYTES);
    rpc->arenas.limit_bytes = LIMIT_ARENA_POOL_BYTES;
    return rpc->calls != NULL && rpc->first_bytes != NULL;
}

void pool_free(struct rpc *rpc)
{
    if (rpc->calls != NULL)
        munmap(rpc->calls, rpc->call_max * sizeof *rpc->calls);
    if (rpc->first_bytes != NULL)
        munmap(rpc->first_bytes, (size_t)rpc->call_max * LIMIT_ARENA_FIRST_BYTES);
}

struct call *pool_take(struct rpc *rpc)
{
    pthread_mutex_lock(&rpc->pool_lock);
    struct call *call = rpc->free_calls;
    if (call != NULL)
        rpc->free_calls = call->next;
    else if (rpc->calls_used < rpc->call_max)
        call = &rpc->calls[rpc->calls_used++];
    rpc->outstanding += call != NULL;
    rpc->calls_taken += call != NULL;
    pthread_mutex_unlock(&rpc->pool_lock);
    if (call == NULL)
        return NULL;
    if (!call->fresh) {
        size_t index = (size_t)(call - rpc->calls);
        arena_init(&call->arena, &rpc->arenas, rpc->first_bytes + index * LIMIT_ARENA_FIRST_BYTES,
                   LIMIT_ARENA_FIRST_BYTES);
        call->rpc = rpc;
        call->fresh = true;
    }
    return call;
}

void pool_release(struct call *call)
{
    struct rpc *rpc = call->rpc;
    share_leave(call);
    arena_reset(&call->arena);
    grpc_metadata_array_destroy(&call->metadata);
    grpc_byte_buffer_destroy(call->payload);
    grpc_byte_buffer_destroy(call->message);
    refusal_free(&call->refusal);
    grpc_call_unref(call->grpc);
    memset(call, 0, offsetof(struct call, arena));
    call->rpc = rpc;
    pthread_mutex_lock(&rpc->pool_lock);
    call->next = rpc->free_calls;
    rpc->free_calls = call;
    rpc->calls_taken--;
    assert(rpc->outstanding > 0);
    if (--rpc->outstanding == 0)
        pthread_cond_broadcast(&rpc->pool_idle);
    pthread_mutex_unlock(&rpc->pool_lock);
}

void pool_expect(struct rpc *rpc)
{
    pthread_mutex_lock(&rpc->pool_lock);
    rpc->outstanding++;
    pthread_mutex_unlock(&rpc->pool_lock);
}

void pool_expect_less(struct rpc *rpc)
{
    pthread_mutex_lock(&rpc->pool_lock);
    assert(rpc->outstanding > 0);
    if (--rpc->outstanding == 0)
        pthread_cond_broadcast(&rpc->pool_idle);
    pthread_mutex_unlock(&rpc->pool_lock);
}

bool pool_is_idle(struct rpc *rpc)
{
    pthread_mutex_lock(&rpc->pool_lock);
    bool idle = rpc->outstanding == 0;
    pthread_mutex_unlock(&rpc->pool_lock);
    return idle;
}

size_t pool_calls(struct rpc *rpc)
{
    pthread_mutex_lock(&rpc->pool_lock);
    size_t count = rpc->calls_taken;
    pthread_mutex_unlock(&rpc->pool_lock);
    return count;
}

void pool_wait_idle(struct rpc *rpc)
{
    pthread_mutex_lock(&rpc->pool_lock);
    while (rpc->outstanding > 0)
        pthread_cond_wait(&rpc->pool_idle, &rpc->pool_lock);
    pthread_mutex_unlock(&rpc->pool_lock);
}
