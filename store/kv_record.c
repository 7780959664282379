#include "store/kv_record.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

struct record_engine {
    struct kv_engine inner;
    void *state; /* of `inner` */
    FILE *file;  /* the committing thread's */
};

static enum store_result snapshot_open(void *state, void **ret_snapshot, uint64_t *ret_commit)
{
    struct record_engine *engine = state;
    return engine->inner.snapshot_open(engine->state, ret_snapshot, ret_commit);
}

static void snapshot_close(void *state, void *snapshot)
{
    struct record_engine *engine = state;
    engine->inner.snapshot_close(engine->state, snapshot);
}

static void want(void *state, void *snapshot, struct bytes key)
{
    struct record_engine *engine = state;
    engine->inner.want(engine->state, snapshot, key);
}

static enum store_result fetch(void *state, void *snapshot)
{
    struct record_engine *engine = state;
    return engine->inner.fetch(engine->state, snapshot);
}

static enum store_result get(void *state, void *snapshot, struct bytes key,
                             struct bytes *ret_value)
{
    struct record_engine *engine = state;
    return engine->inner.get(engine->state, snapshot, key, ret_value);
}

static enum store_result scan_open(void *state, void *snapshot, struct bytes from,
                                   struct bytes to, bool reverse, void **ret_scan)
{
    struct record_engine *engine = state;
    return engine->inner.scan_open(engine->state, snapshot, from, to, reverse, ret_scan);
}

static enum store_result scan_next(void *state, void *scan, struct bytes *ret_key,
                                   struct bytes *ret_value)
{
    struct record_engine *engine = state;
    return engine->inner.scan_next(engine->state, scan, ret_key, ret_value);
}

static void scan_close(void *state, void *scan)
{
    struct record_engine *engine = state;
    engine->inner.scan_close(engine->state, scan);
}

static void put_number(FILE *file, uint32_t value, int byte_count)
{
    for (int shift = 8 * (byte_count - 1); shift >= 0; shift -= 8) {
        putc((int)(value >> shift & 0xff), file);
    }
}

enum { KEY_SIZE_BYTES = 2, VALUE_SIZE_BYTES = 4, COUNT_BYTES = 4 };

/* Errors stay in the stream and are asked for once. */
static bool record(FILE *file, const struct kv_write *writes, size_t write_count)
{
    size_t size = 0;
    for (size_t i = 0; i < write_count; i++) {
        size += KEY_SIZE_BYTES + VALUE_SIZE_BYTES + writes[i].key.size + writes[i].value.size;
    }
    assert(size <= UINT32_MAX && write_count <= UINT32_MAX);
    put_number(file, (uint32_t)write_count, COUNT_BYTES);
    put_number(file, (uint32_t)size, COUNT_BYTES);
    for (size_t i = 0; i < write_count; i++) {
        const struct kv_write *write = &writes[i];
        bool deleted = write->value.data == NULL;
        put_number(file, (uint32_t)write->key.size, KEY_SIZE_BYTES);
        put_number(file, deleted ? KV_RECORD_DELETED : (uint32_t)write->value.size,
                   VALUE_SIZE_BYTES);
        fwrite(write->key.data, 1, write->key.size, file);
        if (!deleted) {
            fwrite(write->value.data, 1, write->value.size, file);
        }
    }
    return fflush(file) == 0 && !ferror(file);
}

static enum store_result commit(void *state, const struct kv_write *writes, size_t write_count,
                                const struct kv_fence_check *checks, size_t check_count)
{
    struct record_engine *engine = state;
    enum store_result result = engine->inner.commit(engine->state, writes, write_count, checks,
                                                    check_count);
    if (result == STORE_OK && !record(engine->file, writes, write_count)) {
        return STORE_FAULT;
    }
    return result;
}

static enum store_result flush(void *state)
{
    struct record_engine *engine = state;
    return engine->inner.flush(engine->state);
}

static enum store_result backup(void *state, const char *path)
{
    struct record_engine *engine = state;
    return engine->inner.backup(engine->state, path);
}

static void usage(void *state, struct kv_usage *ret_usage)
{
    struct record_engine *engine = state;
    engine->inner.usage(engine->state, ret_usage);
}

static void maintain(void *state)
{
    struct record_engine *engine = state;
    engine->inner.maintain(engine->state);
}

static void engine_close(void *state)
{
    struct record_engine *engine = state;
    engine->inner.close(engine->state);
    fclose(engine->file); /* every commit was flushed */
    free(engine);
}

static const struct kv_engine RECORD_ENGINE = {
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
    .backup = backup,
    .usage = usage,
    .maintain = maintain,
    .close = engine_close,
};

enum store_result kv_record_wrap(const char *path, struct kv **kv)
{
    FILE *file = fopen(path, "wbe");
    struct record_engine *engine = calloc(1, sizeof *engine);
    if (file == NULL || engine == NULL ||
        fwrite(KV_RECORD_MAGIC, 1, strlen(KV_RECORD_MAGIC), file) != strlen(KV_RECORD_MAGIC) ||
        fflush(file) != 0) {
        if (file != NULL) {
            fclose(file);
        }
        free(engine);
        return STORE_FAULT;
    }
    uint8_t checksum_key[KV_CHECKSUM_KEY_BYTES];
    engine->file = file;
    kv_dismantle(*kv, &engine->inner, &engine->state, checksum_key);
    *kv = kv_new(&RECORD_ENGINE, engine, checksum_key);
    sodium_memzero(checksum_key, sizeof checksum_key);
    return STORE_OK;
}
