#include "store/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/audits.h"
#include "store/encode.h"
#include "store/erasure_list.h"
#include "store/events.h"
#include "store/key.h"
#include "store/key_slots.h"
#include "store/read_cache.h"
#include "store/rewrap.h"
#include "store/rotating.h"
#include "store/store.h"
#include "store/write_set.h"

enum {
    /* Every command may stage its share while a full batch of ordinary ones stages one each. */
    KEY_SLOT_MAX = BATCH_COMMAND_MAX + BATCH_COMMAND_KEY_SLOTS_MAX,
    /* The fences join the write set at commit: their room is set aside. */
    FENCE_KEY_BYTES = KEY_REST_OFFSET,
    FENCES_BYTES = BATCH_MERCHANT_MAX * (FENCE_KEY_BYTES + FENCE_BYTES + WRITE_SET_PUT_BYTES_MAX),
    /* So does the entry that the audit trail gets for a command, and the trail's head. */
    AUDIT_BYTES = 2 * (KEY_REST_OFFSET + 8 + WRITE_SET_PUT_BYTES_MAX) + AUDIT_ENTRY_BYTES_MAX +
                  AUDIT_HEAD_BYTES,
    /* And what it tells: some full records, their last and the head. */
    EVENT_RECORDS = EVENT_COMMAND_MAX / EVENTS_OF_RECORD_MAX + 1,
    EVENTS_BYTES = EVENT_RECORDS * (KEY_REST_OFFSET + 8 + WRITE_SET_PUT_BYTES_MAX +
                                    EVENT_RECORD_BYTES_MAX) +
                   KEY_REST_OFFSET + WRITE_SET_PUT_BYTES_MAX + EVENT_HEAD_BYTES,
    COMMAND_ROOM_BYTES = BATCH_COMMAND_BYTES_MAX + AUDIT_BYTES + EVENTS_BYTES + FENCES_BYTES,
    ARENA_BYTES = BATCH_WRITE_BYTES_MAX + COMMAND_ROOM_BYTES,
    WRITE_MAX = ARENA_BYTES / WRITE_SET_NODE_BYTES_MIN,
};

/* The fence of one merchant: as read, and as the batch's commands moved it on. */
struct held_fence {
    uint32_t merchant;
    bool written;
    uint64_t epoch_read, commit_read;
    struct fence fence;
};

struct staged_key_slot {
    uint32_t merchant;
    struct party party;
    bool destroys;                /* it is written behind the commit, and is all zero */
    uint64_t born_at, erased_at;  /* of one that is destroyed; born_at 0: no line in the list */
    uint8_t slot[KEY_SLOT_BYTES];
};

struct batch_inner {
    struct write_set *writes;
    struct read_cache *reads; /* of the snapshot that is open */
    struct kv_write *list; /* WRITE_MAX: the write set in key order, once it is closed */
    size_t list_count;
    struct key fence_keys[BATCH_MERCHANT_MAX];
    struct kv_fence_check checks[BATCH_MERCHANT_MAX]; /* `fence_count` of them */
    bool closed;
    uint64_t clock_ms;
    struct held_fence fences[BATCH_MERCHANT_MAX];
    size_t fence_count;
    struct held_fence *current; /* in `fences`; NULL before the first command and after a failure */
    struct staged_key_slot key_slots[KEY_SLOT_MAX];
    size_t key_slot_count;
    struct rotating rotating;
    struct erasure_mark marks[KEY_SLOT_MAX]; /* of those that are destroyed, at commit */
};

struct batch *batch_new(struct store *store)
{
    struct batch *batch = calloc(1, sizeof *batch);
    struct batch_inner *inner = calloc(1, sizeof *inner);
    struct kv_write *list = calloc(WRITE_MAX, sizeof *list);
    struct telling *telling = calloc(1, sizeof *telling);
    if (batch == NULL || inner == NULL || list == NULL || telling == NULL) {
        abort(); /* start-up only, as the header says */
    }
    inner->writes = write_set_new(ARENA_BYTES);
    inner->reads = read_cache_new();
    inner->list = list;
    batch->inner = inner;
    batch->telling = telling;
    batch->reader = (struct reader){.store = store, .writes = inner->writes,
                                    .cache = inner->reads};
    return batch;
}

void batch_destroy(struct batch *batch)
{
    if (batch == NULL) {
        return;
    }
    batch_abandon(batch);
    write_set_destroy(batch->inner->writes);
    read_cache_destroy(batch->inner->reads);
    free(batch->inner->list);
    free(batch->inner);
    free(batch->telling);
    free(batch);
}

/* Drops what the commands gathered but for the write set, which the next batch may lie over. */
static void forget_all_but_writes(struct batch *batch)
{
    struct batch_inner *inner = batch->inner;
    read_cache_clear(inner->reads);
    inner->closed = false;
    inner->fence_count = 0;
    inner->current = NULL;
    inner->key_slot_count = 0;
    explicit_bzero(&inner->rotating, sizeof inner->rotating);
    batch->telling->open = false;
    batch->reader.merchant = 0;
}

/* Drops what the commands gathered; the snapshot stays, and what lies under it. */
static void forget(struct batch *batch)
{
    write_set_clear(batch->inner->writes);
    forget_all_but_writes(batch);
}

static void close_snapshot(struct batch *batch)
{
    kv_snapshot_close(batch->reader.snapshot);
    batch->reader.snapshot = NULL;
    batch->reader.under = NULL;
}

void batch_abandon(struct batch *batch)
{
    close_snapshot(batch);
    forget(batch);
}

enum store_result batch_begin(struct batch *batch, uint64_t clock_ms)
{
    assert(batch->reader.snapshot == NULL && !batch->inner->closed);
    forget(batch);
    batch->inner->clock_ms = clock_ms;
    return kv_snapshot_open(store_kv(batch->reader.store), &batch->reader.snapshot);
}

enum store_result batch_begin_over(struct batch *batch, const struct batch *under,
                                   uint64_t clock_ms)
{
    assert(under != batch && under->reader.snapshot == NULL);
    batch->reader.under = under->inner->writes;
    return batch_begin(batch, clock_ms);
}

/* ---- merchants and their fences ------------------------------------------------------------- */

static struct held_fence *held_fence_find(struct batch_inner *inner, uint32_t merchant)
{
    for (size_t i = 0; i < inner->fence_count; i++) {
        if (inner->fences[i].merchant == merchant) {
            return &inner->fences[i];
        }
    }
    return NULL;
}

bool batch_has_room(const struct batch *batch, uint32_t merchant)
{
    struct batch_inner *inner = batch->inner;
    return write_set_room(inner->writes) >= COMMAND_ROOM_BYTES &&
           inner->key_slot_count + BATCH_COMMAND_KEY_SLOTS_MAX <= KEY_SLOT_MAX &&
           (inner->fence_count < BATCH_MERCHANT_MAX || held_fence_find(inner, merchant) != NULL);
}

static enum store_result held_fence_read(struct batch *batch, uint32_t merchant,
                                         struct held_fence *ret_held)
{
    struct held_fence held = {.merchant = merchant};
    struct key key = key_begin(merchant, TABLE_FENCE);
    struct bytes value;
    enum store_result result = reader_get(&batch->reader, key_view(&key), &value);
    if (result == STORE_OK) {
        result = fence_decode(value, &held.fence);
    } else if (result == STORE_ABSENT) {
        result = STORE_OK; /* the merchant's first commit: epoch and commit 0 */
    }
    if (result != STORE_OK) {
        return result;
    }
    held.epoch_read = held.fence.epoch;
    held.commit_read = held.fence.commit;
    *ret_held = held;
    return STORE_OK;
}

enum store_result batch_command_begin(struct batch *batch, uint32_t merchant)
{
    struct batch_inner *inner = batch->inner;
    assert(batch->reader.snapshot != NULL);
    inner->current = NULL;
    batch->reader.merchant = merchant;
    struct held_fence *held = held_fence_find(inner, merchant);
    if (held == NULL) {
        assert(inner->fence_count < BATCH_MERCHANT_MAX);
        held = &inner->fences[inner->fence_count];
        enum store_result result = held_fence_read(batch, merchant, held);
        if (result != STORE_OK) {
            return result;
        }
        inner->fence_count++;
    }
    inner->current = held;
    return STORE_OK;
}

static uint64_t recorded_at(const struct batch_inner *inner, const struct held_fence *held)
{
    return inner->clock_ms > held->fence.time ? inner->clock_ms : held->fence.time;
}

uint64_t batch_recorded_at(const struct batch *batch)
{
    assert(batch->inner->current != NULL);
    return recorded_at(batch->inner, batch->inner->current);
}

struct fence *batch_fence(struct batch *batch)
{
    assert(batch->inner->current != NULL);
    return &batch->inner->current->fence;
}

/* ---- puts ----------------------------------------------------------------------------------- */

static void put(struct batch *batch, struct bytes key, struct bytes value)
{
    struct batch_inner *inner = batch->inner;
    assert(inner->current != NULL);
    assert(key.size > KEY_TABLE_OFFSET && key.data[KEY_TABLE_OFFSET] != TABLE_FENCE);
    assert(key_read_u32(key, 0) == inner->current->merchant);
    inner->current->written = true;
    write_set_put(inner->writes, key, value);
}

void batch_put(struct batch *batch, struct bytes key, struct bytes value)
{
    static const uint8_t nothing[1] = {0};
    assert(value.data != NULL || value.size == 0);
    put(batch, key, (struct bytes){value.data != NULL ? value.data : nothing, value.size});
}

void batch_delete(struct batch *batch, struct bytes key)
{
    put(batch, key, (struct bytes){0});
}

size_t batch_put_count(const struct batch *batch)
{
    return write_set_put_count(batch->inner->writes) + batch->inner->key_slot_count;
}

static struct staged_key_slot *stage_key_slot(struct batch *batch, struct party party)
{
    struct batch_inner *inner = batch->inner;
    assert(inner->current != NULL);
    assert(inner->key_slot_count < KEY_SLOT_MAX);
    struct staged_key_slot *staged = &inner->key_slots[inner->key_slot_count++];
    *staged = (struct staged_key_slot){.merchant = inner->current->merchant, .party = party};
    inner->current->written = true;
    return staged;
}

void batch_put_key_slot(struct batch *batch, struct party party, const uint8_t *slot)
{
    struct staged_key_slot *staged = stage_key_slot(batch, party);
    memcpy(staged->slot, slot, sizeof staged->slot);
}

void batch_destroy_key_slot(struct batch *batch, struct party party, uint64_t born_at,
                            uint64_t erased_at)
{
    struct staged_key_slot *staged = stage_key_slot(batch, party);
    staged->destroys = true;
    staged->born_at = born_at;
    staged->erased_at = erased_at;
}

const uint8_t *batch_staged_key_slot(const struct batch *batch, struct party party)
{
    const struct batch_inner *inner = batch->inner;
    for (size_t i = inner->key_slot_count; i-- > 0;) { /* the newest counts */
        const struct staged_key_slot *staged = &inner->key_slots[i];
        if (staged->merchant == batch->reader.merchant && staged->party.kind == party.kind &&
            staged->party.number == party.number) {
            return staged->slot;
        }
    }
    return NULL;
}

void batch_add_wrapping_key(struct batch *batch, uint32_t generation, const uint8_t *key)
{
    struct rotating *rotating = &batch->inner->rotating;
    assert(rotating->added == 0);
    rotating->added = generation;
    memcpy(rotating->key, key, sizeof rotating->key);
}

bool batch_rewrap(struct batch *batch, uint32_t merchant, enum party_kind kind, uint32_t first,
                  size_t count, uint32_t generation)
{
    struct rotating *rotating = &batch->inner->rotating;
    assert(count > 0 && count <= REWRAP_PORTION);
    if (rotating->portion.count > 0) {
        return false;
    }
    rotating->portion.merchant = merchant;
    rotating->portion.kind = kind;
    rotating->portion.first = first;
    rotating->portion.count = count;
    rotating->portion.generation = generation;
    return true;
}

void batch_drop_wrapping_keys(struct batch *batch, uint32_t generation)
{
    batch->inner->rotating.ended = generation;
}

/* ---- the end of a batch --------------------------------------------------------------------- */

enum store_result batch_refetch(struct batch *batch)
{
    assert(batch->reader.snapshot != NULL);
    forget(batch);
    return kv_fetch(batch->reader.snapshot);
}

/* Writes and syncs the staged slots that are new, or those that are to be destroyed. */
static enum store_result key_slots_make_durable(struct batch *batch, bool destroyed)
{
    struct batch_inner *inner = batch->inner;
    struct key_slots *slots = store_key_slots(batch->reader.store);
    size_t count = 0;
    for (size_t i = 0; i < inner->key_slot_count; i++) {
        const struct staged_key_slot *staged = &inner->key_slots[i];
        if (staged->destroys != destroyed) {
            continue;
        }
        count++;
        enum store_result result = key_slots_write(slots, staged->merchant, staged->party,
                                                   staged->slot);
        if (result != STORE_OK) {
            return result;
        }
    }
    return count > 0 ? key_slots_sync(slots) : STORE_OK;
}

/* How many lines the erasure list gets by this batch; with `marks`, which. */
static size_t erasure_marks(const struct batch_inner *inner, struct erasure_mark *marks)
{
    size_t count = 0;
    for (size_t i = 0; i < inner->key_slot_count; i++) {
        const struct staged_key_slot *staged = &inner->key_slots[i];
        if (!staged->destroys || staged->born_at == 0) {
            continue;
        }
        if (marks != NULL) {
            marks[count] = (struct erasure_mark){staged->merchant, staged->party, staged->born_at,
                                                 staged->erased_at};
        }
        count++;
    }
    return count;
}

/* Behind the commit that says who is erased. What fails here, the next start makes up for: nothing
 * may be answered in between. */
static enum store_result destroy_key_slots(struct batch *batch)
{
    struct erasure_mark *marks = batch->inner->marks;
    size_t count = erasure_marks(batch->inner, marks);
    if (key_slots_make_durable(batch, true) != STORE_OK) {
        return STORE_FAULT;
    }
    return count > 0
               ? erasure_list_append(store_erasure_list(batch->reader.store), marks, count)
               : STORE_OK;
}

static int held_fence_order(const void *a, const void *b)
{
    uint32_t left = ((const struct held_fence *)a)->merchant;
    uint32_t right = ((const struct held_fence *)b)->merchant;
    return (left > right) - (left < right);
}

/* Puts the fences, moved on, into the write set, and the checks of what they were beside. */
static void close_fences(struct batch *batch)
{
    struct batch_inner *inner = batch->inner;
    inner->current = NULL; /* it points into what is sorted now */
    qsort(inner->fences, inner->fence_count, sizeof inner->fences[0], held_fence_order);
    for (size_t i = 0; i < inner->fence_count; i++) {
        struct held_fence *held = &inner->fences[i];
        assert(held->fence.epoch == held->epoch_read && held->fence.commit == held->commit_read);
        inner->fence_keys[i] = key_begin(held->merchant, TABLE_FENCE);
        inner->checks[i] = (struct kv_fence_check){
            .key = key_view(&inner->fence_keys[i]),
            .epoch = held->epoch_read,
            .commit = held->commit_read,
        };
        bool absent = held->epoch_read == 0 && held->commit_read == 0;
        if (absent && !held->written) {
            continue; /* a refused command must not make a merchant */
        }
        held->fence.commit++;
        if (held->written) {
            held->fence.time = recorded_at(inner, held);
        }
        uint8_t encoded[RECORD_BYTES_MAX];
        size_t size = fence_encode(&held->fence, encoded);
        assert(size == FENCE_BYTES);
        write_set_put(inner->writes, inner->checks[i].key, (struct bytes){encoded, size});
    }
}

static bool holds_steps(const struct rotating *rotating)
{
    return rotating->added != 0 || rotating->portion.count > 0 || rotating->ended != 0;
}

bool batch_close(struct batch *batch)
{
    struct batch_inner *inner = batch->inner;
    assert(batch->reader.snapshot != NULL && !inner->closed);
    /* The pages it holds become free for this commit. What commands read is in the write set or no
     * longer needed. */
    read_cache_clear(inner->reads);
    close_snapshot(batch);
    if (write_set_count(inner->writes) > 0) {
        close_fences(batch);
    }
    inner->list_count = write_set_count(inner->writes);
    assert(inner->list_count <= WRITE_MAX);
    write_set_list(inner->writes, inner->list);
    inner->closed = true;
    return inner->key_slot_count == 0 && !holds_steps(&inner->rotating);
}

enum store_result batch_commit(struct batch *batch)
{
    struct batch_inner *inner = batch->inner;
    struct store *store = batch->reader.store;
    if (!inner->closed) {
        (void)batch_close(batch);
    }
    size_t erased = erasure_marks(inner, NULL);
    enum store_result result = key_slots_make_durable(batch, false);
    if (result == STORE_OK) {
        result = rotating_before_commit(store, &inner->rotating);
    }
    if (result == STORE_OK && erased > 0) {
        result = erasure_list_reserve(store_erasure_list(store), erased);
    }
    if (result == STORE_OK && inner->list_count > 0) {
        result = kv_commit(store_kv(store), inner->list, inner->list_count, inner->checks,
                           inner->fence_count);
    }
    if (result == STORE_OK) {
        result = destroy_key_slots(batch);
    }
    if (result == STORE_OK) {
        result = rotating_after_commit(store, &inner->rotating);
    }
    forget_all_but_writes(batch);
    return result;
}
