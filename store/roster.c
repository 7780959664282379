#include "store/roster.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "store/accounts.h"
#include "store/merchants.h"
#include "store/store_inner.h"
#include "store/table.h"

enum { ROSTERS_MAX = 8 }; /* merchants whose roster is kept; 16 B a guide */

struct roster_cache {
    pthread_mutex_t lock;
    struct roster *rosters[ROSTERS_MAX];
    size_t next; /* the slot to be filled next */
};

/* ---- the mark -------------------------------------------------------------------------------- */

static struct key changed_key(uint32_t merchant)
{
    return key_begin(merchant, TABLE_ROSTER);
}

void roster_changes(struct batch *batch)
{
    struct key key = changed_key(batch->reader.merchant), value = {.size = 0};
    key_u64(&value, batch_fence(batch)->commit + 1);
    table_put(batch, &key, value.data, value.size);
}

enum store_result roster_changed(struct reader *reader, uint64_t *ret_commit)
{
    struct key key = changed_key(reader->merchant);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    if (result != STORE_OK) return result;
    if (value.size != sizeof(uint64_t)) return STORE_DAMAGED;
    *ret_commit = key_read_u64(value, 0);
    return STORE_OK;
}

/* ---- making one ------------------------------------------------------------------------------ */

static enum store_result fill(struct reader *reader, struct roster *roster)
{
    for (uint32_t guide = 1; guide <= roster->guide_max; guide++) {
        struct employment employments[EMPLOYMENTS_MAX];
        size_t count;
        enum store_result result = employments_list(reader, guide, employments, &count);
        if (result != STORE_OK) return result;
        struct roster_guide *entry = &roster->guides[guide];
        *entry = (struct roster_guide){.several = count > 1};
        if (count != 1) continue;
        entry->from = employments[0].from;
        entry->until = employments[0].until;
        entry->shop = employments[0].shop;
    }
    return STORE_OK;
}

static enum store_result make(struct reader *reader, uint64_t changed, struct roster **ret)
{
    struct numbers numbers;
    enum store_result result = numbers_get(reader, &numbers);
    if (result != STORE_OK) return result == STORE_ABSENT ? STORE_DAMAGED : result;
    struct roster *roster =
        calloc(1, sizeof *roster + ((size_t)numbers.guide + 1) * sizeof roster->guides[0]);
    if (roster == NULL) return STORE_FAULT;
    roster->merchant = reader->merchant;
    roster->changed = changed;
    roster->users = 1;
    roster->guide_max = numbers.guide;
    result = fill(reader, roster);
    if (result == STORE_OK) *ret = roster;
    else free(roster);
    return result;
}

/* ---- sharing it ------------------------------------------------------------------------------ */

/* The slot that holds the merchant's; ROSTERS_MAX: none does. */
static size_t slot_of(const struct roster_cache *cache, uint32_t merchant)
{
    size_t slot = 0;
    while (slot < ROSTERS_MAX && (cache->rosters[slot] == NULL ||
                                  cache->rosters[slot]->merchant != merchant))
        slot++;
    return slot;
}

static void drop(struct roster *roster)
{
    assert(roster->users > 0);
    if (--roster->users == 0) free(roster);
}

/* The cache takes part in the use of a newer one; an older one stays its maker's alone. */
static void keep(struct roster_cache *cache, struct roster *roster)
{
    size_t slot = slot_of(cache, roster->merchant);
    if (slot < ROSTERS_MAX && cache->rosters[slot]->changed >= roster->changed) return;
    if (slot == ROSTERS_MAX) {
        slot = cache->next;
        cache->next = (cache->next + 1) % ROSTERS_MAX;
    }
    if (cache->rosters[slot] != NULL) drop(cache->rosters[slot]);
    roster->users++;
    cache->rosters[slot] = roster;
}

enum store_result roster_acquire(struct reader *reader, const struct roster **ret)
{
    struct roster_cache *cache = reader->store->rosters;
    struct roster *roster = NULL;
    uint64_t changed = 0;
    assert(reader->writes == NULL && reader->merchant != 0);
    enum store_result result = roster_changed(reader, &changed);
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    pthread_mutex_lock(&cache->lock);
    size_t slot = slot_of(cache, reader->merchant);
    if (slot < ROSTERS_MAX && cache->rosters[slot]->changed == changed) {
        roster = cache->rosters[slot];
        roster->users++;
    }
    pthread_mutex_unlock(&cache->lock);
    if (roster == NULL) {
        result = make(reader, changed, &roster);
        if (result != STORE_OK) return result;
        pthread_mutex_lock(&cache->lock);
        keep(cache, roster);
        pthread_mutex_unlock(&cache->lock);
    }
    *ret = roster;
    return STORE_OK;
}

void roster_release(struct store *store, const struct roster *roster)
{
    struct roster_cache *cache = store->rosters;
    pthread_mutex_lock(&cache->lock);
    drop((struct roster *)roster);
    pthread_mutex_unlock(&cache->lock);
}

struct roster_cache *roster_cache_new(void)
{
    struct roster_cache *cache = calloc(1, sizeof *cache);
    if (cache != NULL) pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

void roster_cache_free(struct roster_cache *cache)
{
    if (cache == NULL) return;
    for (size_t i = 0; i < ROSTERS_MAX; i++)
        if (cache->rosters[i] != NULL) drop(cache->rosters[i]);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}
