#include "tests/store/kv_needy.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "store/kv_lmdb.h"

/* So small a buffer that the commands' tests swap and drain it. */
enum { READER_MAX = 32, BUFFER_BYTES = 256 << 10 };

static atomic_size_t need_count, fetch_count;

struct needy_engine {
    struct kv_engine inner;
    void *state;
};

/* What one snapshot was asked for: a key (to.size 0) or a range. */
struct wish {
    struct wish *next;
    bool fetched;
    size_t from_size, to_size;
    uint8_t from[KV_KEY_BYTES_MAX], to[KV_KEY_BYTES_MAX];
};

struct needy_snapshot {
    void *inner;
    struct wish *wishes;
};

size_t kv_needy_need_count(void)
{
    return atomic_load(&need_count);
}

size_t kv_needy_fetch_count(void)
{
    return atomic_load(&fetch_count);
}

static struct wish *wish_for(struct needy_snapshot *snapshot, struct bytes from, struct bytes to)
{
    for (struct wish *wish = snapshot->wishes; wish != NULL; wish = wish->next) {
        if (wish->from_size == from.size && wish->to_size == to.size &&
            memcmp(wish->from, from.data, from.size) == 0 &&
            (to.size == 0 || memcmp(wish->to, to.data, to.size) == 0)) {
            return wish;
        }
    }
    struct wish *wish = calloc(1, sizeof *wish);
    assert(wish != NULL);
    memcpy(wish->from, from.data, from.size);
    wish->from_size = from.size;
    if (to.size > 0) {
        memcpy(wish->to, to.data, to.size);
    }
    wish->to_size = to.size;
    wish->next = snapshot->wishes;
    snapshot->wishes = wish;
    return wish;
}

static enum store_result snapshot_open(void *state, void **ret_snapshot, uint64_t *ret_commit)
{
    struct needy_engine *engine = state;
    struct needy_snapshot *snapshot = calloc(1, sizeof *snapshot);
    assert(snapshot != NULL);
    enum store_result result = engine->inner.snapshot_open(engine->state, &snapshot->inner,
                                                           ret_commit);
    if (result != STORE_OK) {
        free(snapshot);
        return result;
    }
    *ret_snapshot = snapshot;
    return STORE_OK;
}

static void snapshot_close(void *state, void *opened)
{
    struct needy_engine *engine = state;
    struct needy_snapshot *snapshot = opened;
    engine->inner.snapshot_close(engine->state, snapshot->inner);
    while (snapshot->wishes != NULL) {
        struct wish *wish = snapshot->wishes;
        snapshot->wishes = wish->next;
        free(wish);
    }
    free(snapshot);
}

static void want(void *state, void *opened, struct bytes key)
{
    (void)state;
    (void)wish_for(opened, key, (struct bytes){0});
}

static enum store_result fetch(void *state, void *opened)
{
    (void)state;
    struct needy_snapshot *snapshot = opened;
    for (struct wish *wish = snapshot->wishes; wish != NULL; wish = wish->next) {
        wish->fetched = true;
    }
    atomic_fetch_add(&fetch_count, 1);
    return STORE_OK;
}

static enum store_result get(void *state, void *opened, struct bytes key,
                             struct bytes *ret_value)
{
    struct needy_engine *engine = state;
    struct needy_snapshot *snapshot = opened;
    if (!wish_for(snapshot, key, (struct bytes){0})->fetched) {
        atomic_fetch_add(&need_count, 1);
        return STORE_NEED;
    }
    return engine->inner.get(engine->state, snapshot->inner, key, ret_value);
}

static enum store_result scan_open(void *state, void *opened, struct bytes from, struct bytes to,
                                   bool reverse, void **ret_scan)
{
    struct needy_engine *engine = state;
    struct needy_snapshot *snapshot = opened;
    if (!wish_for(snapshot, from, to)->fetched) {
        atomic_fetch_add(&need_count, 1);
        return STORE_NEED;
    }
    return engine->inner.scan_open(engine->state, snapshot->inner, from, to, reverse, ret_scan);
}

static enum store_result scan_next(void *state, void *scan, struct bytes *ret_key,
                                   struct bytes *ret_value)
{
    struct needy_engine *engine = state;
    return engine->inner.scan_next(engine->state, scan, ret_key, ret_value);
}

static void scan_close(void *state, void *scan)
{
    struct needy_engine *engine = state;
    engine->inner.scan_close(engine->state, scan);
}

static enum store_result commit(void *state, const struct kv_write *writes, size_t write_count,
                                const struct kv_fence_check *checks, size_t check_count)
{
    struct needy_engine *engine = state;
    return engine->inner.commit(engine->state, writes, write_count, checks, check_count);
}

static enum store_result flush(void *state)
{
    struct needy_engine *engine = state;
    return engine->inner.flush(engine->state);
}

static enum store_result rest(void *state, bool *ret_more)
{
    struct needy_engine *engine = state;
    return engine->inner.rest(engine->state, ret_more);
}

static enum store_result backup(void *state, const char *path)
{
    struct needy_engine *engine = state;
    return engine->inner.backup(engine->state, path);
}

static void usage(void *state, struct kv_usage *ret_usage)
{
    struct needy_engine *engine = state;
    engine->inner.usage(engine->state, ret_usage);
}

static void maintain(void *state)
{
    struct needy_engine *engine = state;
    engine->inner.maintain(engine->state);
}

static void engine_close(void *state)
{
    struct needy_engine *engine = state;
    engine->inner.close(engine->state);
    free(engine);
}

static const struct kv_engine NEEDY_ENGINE = {
    .snapshot_open = snapshot_open,
    .snapshot_close = snapshot_close,
    .want = want,
    .fetch = fetch,
    .get = get,
    .scan_open = scan_open,
    .scan_next = scan_next,
    .scan_close = scan_close,
    .commit = commit,
    .flush = flush,
    .rest = rest,
    .backup = backup,
    .usage = usage,
    .maintain = maintain,
    .close = engine_close,
};

void kv_needy_wrap(struct kv **kv)
{
    struct needy_engine *engine = calloc(1, sizeof *engine);
    assert(engine != NULL);
    uint8_t checksum_key[KV_CHECKSUM_KEY_BYTES];
    kv_dismantle(*kv, &engine->inner, &engine->state, checksum_key);
    *kv = kv_new(&NEEDY_ENGINE, engine, checksum_key);
}

enum store_result kv_needy_open(const char *path, const uint8_t *checksum_key, struct kv **ret_kv)
{
    struct kv_lmdb_options options = {
        .path = path,
        .buffer_bytes = BUFFER_BYTES,
        .reader_max = READER_MAX,
        .checksum_key = checksum_key,
    };
    struct kv *kv;
    enum store_result result = kv_lmdb_open(&options, &kv);
    if (result != STORE_OK) {
        return result;
    }
    kv_needy_wrap(&kv);
    *ret_kv = kv;
    return STORE_OK;
}
