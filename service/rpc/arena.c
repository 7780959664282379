#include "service/rpc/arena.h"

#include <assert.h>
#include <stdlib.h>

#include "service/limits.h"

enum { ALIGN = _Alignof(max_align_t), CHUNK_BYTES = 32 * 1024 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t bytes;
    _Alignas(max_align_t) uint8_t data[];
};

static void *allocator_alloc(void *context, size_t size)
{
    return arena_alloc(context, size);
}

static void allocator_free(void *context, void *memory)
{
    (void)context, (void)memory;
}

void arena_init(struct arena *ret_arena, struct arena_pool *pool, uint8_t *first,
                size_t first_bytes)
{
    assert((uintptr_t)first % ALIGN == 0);
    *ret_arena = (struct arena){
        .allocator = {.alloc = allocator_alloc, .free = allocator_free,
                      .allocator_data = ret_arena},
        .pool = pool, .first = first, .first_bytes = first_bytes,
        .at = first, .end = first + first_bytes,
    };
}

/* Takes a chunk that holds `size` bytes from the pool; false with the reason set. */
static bool chunk_add(struct arena *arena, size_t size)
{
    size_t bytes = size > CHUNK_BYTES ? size : CHUNK_BYTES;
    if (bytes > LIMIT_ARENA_BYTES - arena->chunk_bytes) {
        arena->too_large = true;
        return false;
    }
    size_t used = atomic_fetch_add(&arena->pool->used_bytes, bytes);
    struct arena_chunk *chunk = used + bytes <= arena->pool->limit_bytes
                                    ? malloc(sizeof *chunk + bytes) : NULL;
    if (chunk == NULL) {
        atomic_fetch_sub(&arena->pool->used_bytes, bytes);
        arena->pool_empty = true;
        return false;
    }
    *chunk = (struct arena_chunk){.next = arena->chunks, .bytes = bytes};
    arena->chunks = chunk;
    arena->chunk_bytes += bytes;
    arena->at = chunk->data;
    arena->end = chunk->data + bytes;
    return true;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > LIMIT_ARENA_BYTES) {
        arena->too_large = true;
        return NULL;
    }
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (size > (size_t)(arena->end - arena->at) && !chunk_add(arena, size))
        return NULL;
    void *memory = arena->at;
    arena->at += size;
    assert(arena->at <= arena->end);
    return memory;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){arena->chunks, arena->at, arena->end};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    while (arena->chunks != mark.chunks) {
        struct arena_chunk *chunk = arena->chunks;
        assert(chunk != NULL);
        arena->chunks = chunk->next;
        arena->chunk_bytes -= chunk->bytes;
        atomic_fetch_sub(&arena->pool->used_bytes, chunk->bytes);
        free(chunk);
    }
    arena->at = mark.at;
    arena->end = mark.end;
    arena->pool_empty = arena->too_large = false;
}

void arena_reset(struct arena *arena)
{
    arena_rewind(arena, (struct arena_mark){NULL, arena->first, arena->first + arena->first_bytes});
    assert(arena->chunk_bytes == 0);
}
