/* The arena of a call: what its request, reply and scratch live in. Memory is handed out upwards
 * and given back all at once. First the call's own bytes, then chunks that all calls together take
 * from one bounded pool; an empty pool answers NULL, which ends the call as BUSY.
 *
 * One arena belongs to one thread at a time; the pool is shared by all. */
#ifndef BECKON_SERVICE_RPC_ARENA_H
#define BECKON_SERVICE_RPC_ARENA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

struct arena_pool {
    atomic_size_t used_bytes;
    size_t limit_bytes;
};

struct arena_chunk;

struct arena {
    ProtobufCAllocator allocator; /* of this arena; its free does nothing */
    struct arena_pool *pool;
    uint8_t *first;               /* the call's own bytes, owned by whoever made the arena */
    size_t first_bytes;
    uint8_t *at, *end;            /* where the next allocation goes */
    struct arena_chunk *chunks;
    size_t chunk_bytes;
    bool pool_empty;              /* an allocation failed: all calls together hold too much */
    bool too_large;               /* an allocation failed: this call alone wants too much */
};

/* `first` must be aligned for any type and outlive the arena. */
void arena_init(struct arena *ret_arena, struct arena_pool *pool, uint8_t *first,
                size_t first_bytes);
/* Memory aligned for any type, or NULL with pool_empty or too_large set. */
void *arena_alloc(struct arena *arena, size_t size);
/* Gives everything back; the arena is as new. */
void arena_reset(struct arena *arena);

/* What is allocated so far: a stream keeps its request and gives back the rest, again and again. */
struct arena_mark {
    struct arena_chunk *chunks;
    uint8_t *at, *end;
};
struct arena_mark arena_mark(const struct arena *arena);
/* Gives back what was allocated since the mark was taken; marks taken later are void. */
void arena_rewind(struct arena *arena, struct arena_mark mark);

#endif
