/* What is committed and not yet in the tree, in memory: two generations, and who holds them.
 *
 * Commits are inserted into the active one. When it is full it becomes the frozen one, another
 * takes its place, and slices of the frozen one go into the tree (kv_lmdb_drain.c). What is
 * published, {commit, active, frozen}, changes under the lock; a snapshot takes it under the lock
 * and holds both, so that an arena is cleared only when nobody reads it. */
#include <assert.h>

#include "store/kv_lmdb_inner.h"

size_t lmdb_buffer_half(const struct lmdb_engine *engine)
{
    return (size_t)(engine->buffer_bytes / 2);
}

bool lmdb_buffer_fits(const struct lmdb_engine *engine, size_t need)
{
    const struct generation *active = engine->active->generation;
    return need <= generation_capacity(active) - generation_bytes(active);
}

static void arena_empty(struct lmdb_arena *arena)
{
    generation_destroy(arena->generation);
    arena->generation = NULL;
}

/* An arena nobody holds, one with the right room if there is such a one; of the others that nobody
 * holds the memory is given back. Only the committing thread takes an arena, and a snapshot holds
 * none that the engine didn't hold when it was opened: what is free here stays free. */
static struct lmdb_arena *arena_find(struct lmdb_engine *engine, size_t capacity)
{
    struct lmdb_arena *found = NULL, *empty = NULL;
    bool held[LMDB_ARENA_MAX];
    pthread_mutex_lock(&engine->lock);
    for (size_t i = 0; i < LMDB_ARENA_MAX; i++) {
        held[i] = engine->arenas[i].holders > 0;
    }
    pthread_mutex_unlock(&engine->lock);
    for (size_t i = 0; i < LMDB_ARENA_MAX; i++) {
        struct lmdb_arena *arena = &engine->arenas[i];
        if (held[i]) {
            continue;
        }
        if (found == NULL && arena->generation != NULL &&
            generation_capacity(arena->generation) == capacity) {
            found = arena;
        } else {
            arena_empty(arena);
            empty = arena;
        }
    }
    return found != NULL ? found : empty;
}

/* Makes it empty. */
static bool arena_ready(struct lmdb_arena *arena, size_t capacity)
{
    if (arena->generation == NULL) {
        arena->generation = generation_new(capacity);
        return arena->generation != NULL;
    }
    generation_clear(arena->generation);
    return true;
}

enum store_result lmdb_buffer_swap(struct lmdb_engine *engine, size_t capacity)
{
    assert(engine->frozen == NULL);
    struct lmdb_arena *arena = arena_find(engine, capacity);
    if (arena == NULL || !arena_ready(arena, capacity)) {
        return STORE_FULL;
    }
    struct lmdb_arena *before = engine->active;
    pthread_mutex_lock(&engine->lock);
    arena->holders = 1;
    arena->last_commit = 0;
    arena->journal_commits = 0;
    arena->journal_bytes = 0;
    if (before != NULL && before->last_commit == 0) {
        before->holders--; /* it was empty, only too small */
    } else {
        engine->frozen = before;
        engine->draining_percent = before != NULL ? 0 : 100;
    }
    engine->active = arena;
    /* Before anything of the frozen one goes into the tree. */
    atomic_fetch_add(&engine->swap_count, 1);
    pthread_mutex_unlock(&engine->lock);
    if (engine->frozen != NULL) {
        const struct generation *frozen = engine->frozen->generation;
        static const uint8_t lowest[1] = {0};
        engine->drain = (struct lmdb_drain){
            .next = generation_from(frozen, (struct bytes){lowest, sizeof lowest}, UINT64_MAX),
        };
        assert(engine->drain.next != NULL);
    }
    return STORE_OK;
}

void lmdb_buffer_insert(struct lmdb_engine *engine, uint64_t commit, const struct kv_write *writes,
                        size_t write_count)
{
    struct generation *active = engine->active->generation;
    for (size_t i = 0; i < write_count; i++) {
        generation_insert(active, commit, &writes[i]);
    }
}

void lmdb_buffer_publish(struct lmdb_engine *engine, uint64_t commit, uint64_t journal_bytes)
{
    pthread_mutex_lock(&engine->lock);
    assert(commit > engine->active->last_commit);
    engine->active->last_commit = commit;
    engine->active->journal_commits++;
    engine->active->journal_bytes += journal_bytes;
    engine->commit = commit;
    pthread_mutex_unlock(&engine->lock);
}

void lmdb_buffer_thaw(struct lmdb_engine *engine)
{
    assert(engine->drain.next == NULL);
    pthread_mutex_lock(&engine->lock);
    assert(engine->frozen->holders > 0);
    engine->frozen->holders--;
    engine->frozen = NULL;
    engine->draining_percent = 100;
    pthread_mutex_unlock(&engine->lock);
}

void lmdb_buffer_end(struct lmdb_engine *engine)
{
    assert(engine->frozen == NULL && engine->active->last_commit == 0);
    pthread_mutex_lock(&engine->lock);
    engine->active->holders--;
    engine->active = NULL;
    pthread_mutex_unlock(&engine->lock);
    lmdb_buffer_free(engine);
}

/* ---- snapshots ------------------------------------------------------------------------------ */

void lmdb_buffer_hold(struct lmdb_engine *engine, struct lmdb_snapshot *snapshot)
{
    snapshot->commit = engine->commit;
    snapshot->active = engine->active;
    snapshot->frozen = engine->frozen;
    snapshot->swaps = atomic_load(&engine->swap_count);
    if (snapshot->active != NULL) {
        snapshot->active->holders++;
    }
    if (snapshot->frozen != NULL) {
        snapshot->frozen->holders++;
    }
}

void lmdb_buffer_drop(struct lmdb_snapshot *snapshot)
{
    if (snapshot->active != NULL) {
        assert(snapshot->active->holders > 0);
        snapshot->active->holders--;
    }
    if (snapshot->frozen != NULL) {
        assert(snapshot->frozen->holders > 0);
        snapshot->frozen->holders--;
    }
    snapshot->active = NULL;
    snapshot->frozen = NULL;
}

size_t lmdb_buffer_spare(struct lmdb_engine *engine)
{
    size_t count = 0;
    pthread_mutex_lock(&engine->lock);
    for (size_t i = 0; i < LMDB_ARENA_MAX; i++) {
        count += engine->arenas[i].holders == 0;
    }
    pthread_mutex_unlock(&engine->lock);
    return count;
}

/* ---- the rest ------------------------------------------------------------------------------- */

void lmdb_buffer_usage(struct lmdb_engine *engine, struct kv_usage *usage)
{
    pthread_mutex_lock(&engine->lock);
    usage->buffer_bytes = engine->buffer_bytes;
    usage->draining_percent = engine->draining_percent;
    for (size_t i = 0; i < LMDB_ARENA_MAX; i++) {
        const struct lmdb_arena *arena = &engine->arenas[i];
        if (arena->holders == 0) {
            continue;
        }
        if (arena == engine->active || arena == engine->frozen) {
            usage->journal_commits += arena->journal_commits;
            usage->journal_bytes += arena->journal_bytes;
            usage->buffered_bytes += generation_bytes(arena->generation);
        } else {
            usage->held_bytes += generation_bytes(arena->generation);
        }
    }
    pthread_mutex_unlock(&engine->lock);
}

void lmdb_buffer_free(struct lmdb_engine *engine)
{
    for (size_t i = 0; i < LMDB_ARENA_MAX; i++) {
        generation_destroy(engine->arenas[i].generation);
        engine->arenas[i] = (struct lmdb_arena){0};
    }
}
