#include "store/kv.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

_Static_assert(KV_CHECKSUM_BYTES == crypto_shorthash_BYTES, "SipHash-2-4 gives 8 bytes");
_Static_assert(KV_CHECKSUM_KEY_BYTES == crypto_shorthash_KEYBYTES, "SipHash-2-4 takes 16 bytes");

/* What is hashed: the key's size, so that no other split of the same bytes fits; key; value. */
enum { KEY_SIZE_BYTES = 2 };

struct kv {
    struct kv_engine engine;
    void *state;
    uint8_t checksum_key[KV_CHECKSUM_KEY_BYTES];
    atomic_size_t snapshot_count; /* only to catch a snapshot left open */
    /* The committing thread's own: writes as the engine gets them, values with checksums. */
    uint8_t *bytes;
    size_t bytes_room;
    struct kv_write *writes;
    size_t writes_room;
};

struct kv_snapshot {
    struct kv *kv;
    void *state;
    uint64_t commit;
    size_t scan_count; /* only to catch a scan left open */
};

struct kv_scan {
    struct kv_snapshot *snapshot;
    void *state;
};

struct kv *kv_new(const struct kv_engine *engine, void *engine_state, const uint8_t *checksum_key)
{
    struct kv *kv = calloc(1, sizeof *kv);
    if (kv == NULL) {
        abort(); /* start-up only */
    }
    kv->engine = *engine;
    kv->state = engine_state;
    memcpy(kv->checksum_key, checksum_key, sizeof kv->checksum_key);
    atomic_init(&kv->snapshot_count, 0);
    return kv;
}

static void kv_free(struct kv *kv)
{
    assert(atomic_load(&kv->snapshot_count) == 0);
    free(kv->bytes);
    free(kv->writes);
    sodium_memzero(kv->checksum_key, sizeof kv->checksum_key);
    free(kv);
}

void kv_destroy(struct kv *kv)
{
    if (kv == NULL) {
        return;
    }
    assert(atomic_load(&kv->snapshot_count) == 0);
    kv->engine.close(kv->state);
    kv_free(kv);
}

void kv_dismantle(struct kv *kv, struct kv_engine *ret_engine, void **ret_engine_state,
                  uint8_t *ret_checksum_key)
{
    *ret_engine = kv->engine;
    *ret_engine_state = kv->state;
    memcpy(ret_checksum_key, kv->checksum_key, sizeof kv->checksum_key);
    kv_free(kv);
}

/* ---- checksums ------------------------------------------------------------------------------ */

/* Lays key size, key and value out at `to` and returns where they end; the value's place is
 * *ret_value. Both writing and checking hash exactly these bytes. */
static uint8_t *lay_out(struct bytes key, struct bytes value, uint8_t *to, uint8_t **ret_value)
{
    to[0] = (uint8_t)(key.size >> 8);
    to[1] = (uint8_t)key.size;
    memcpy(to + KEY_SIZE_BYTES, key.data, key.size);
    *ret_value = to + KEY_SIZE_BYTES + key.size;
    if (value.size > 0) {
        memcpy(*ret_value, value.data, value.size);
    }
    return *ret_value + value.size;
}

static bool bound_fits(struct bytes key)
{
    return key.data != NULL && key.size > 0 && key.size <= KV_KEY_BYTES_MAX;
}

static bool is_reserved(struct bytes key)
{
    return key.data[0] >= KV_KEY_RESERVED;
}

static bool key_fits(struct bytes key)
{
    return bound_fits(key) && !is_reserved(key);
}

/* Takes the checksum off a raw value. An engine's page may hold anything: no assert here. */
static enum store_result checksum_strip(const struct kv *kv, struct bytes key, struct bytes raw,
                                        struct bytes *ret_value)
{
    uint8_t input[KEY_SIZE_BYTES + KV_KEY_BYTES_MAX + KV_VALUE_BYTES_MAX];
    uint8_t sum[KV_CHECKSUM_BYTES], *place;
    if (!key_fits(key) || raw.size < KV_CHECKSUM_BYTES ||
        raw.size - KV_CHECKSUM_BYTES > KV_VALUE_BYTES_MAX) {
        return STORE_DAMAGED;
    }
    struct bytes value = {raw.data, raw.size - KV_CHECKSUM_BYTES};
    uint8_t *end = lay_out(key, value, input, &place);
    crypto_shorthash(sum, input, (size_t)(end - input), kv->checksum_key);
    if (memcmp(sum, value.data + value.size, sizeof sum) != 0) {
        return STORE_DAMAGED;
    }
    *ret_value = value;
    return STORE_OK;
}

/* ---- snapshots ------------------------------------------------------------------------------ */

enum store_result kv_snapshot_open(struct kv *kv, struct kv_snapshot **ret_snapshot)
{
    struct kv_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot == NULL) {
        return STORE_FAULT;
    }
    enum store_result result = kv->engine.snapshot_open(kv->state, &snapshot->state,
                                                        &snapshot->commit);
    if (result != STORE_OK) {
        free(snapshot);
        return result;
    }
    snapshot->kv = kv;
    atomic_fetch_add(&kv->snapshot_count, 1);
    *ret_snapshot = snapshot;
    return STORE_OK;
}

void kv_snapshot_close(struct kv_snapshot *snapshot)
{
    if (snapshot == NULL) {
        return;
    }
    struct kv *kv = snapshot->kv;
    assert(snapshot->scan_count == 0);
    kv->engine.snapshot_close(kv->state, snapshot->state);
    free(snapshot);
    size_t before = atomic_fetch_sub(&kv->snapshot_count, 1);
    assert(before > 0);
    (void)before;
}

uint64_t kv_snapshot_commit(const struct kv_snapshot *snapshot)
{
    return snapshot->commit;
}

void kv_want(struct kv_snapshot *snapshot, struct bytes key)
{
    assert(bound_fits(key));
    if (!is_reserved(key)) {
        snapshot->kv->engine.want(snapshot->kv->state, snapshot->state, key);
    }
}

enum store_result kv_fetch(struct kv_snapshot *snapshot)
{
    return snapshot->kv->engine.fetch(snapshot->kv->state, snapshot->state);
}

enum store_result kv_get(struct kv_snapshot *snapshot, struct bytes key, struct bytes *ret_value)
{
    assert(bound_fits(key));
    if (is_reserved(key)) {
        return STORE_ABSENT; /* a stranger may ask for any merchant, nobody writes there */
    }
    struct kv *kv = snapshot->kv;
    struct bytes raw;
    enum store_result result = kv->engine.get(kv->state, snapshot->state, key, &raw);
    if (result != STORE_OK) {
        return result;
    }
    return checksum_strip(kv, key, raw, ret_value);
}

/* ---- scans ---------------------------------------------------------------------------------- */

enum store_result kv_scan_open(struct kv_snapshot *snapshot, struct bytes from, struct bytes to,
                               bool reverse, struct kv_scan **ret_scan)
{
    assert(bound_fits(from) && bound_fits(to));
    struct kv *kv = snapshot->kv;
    struct kv_scan *scan = calloc(1, sizeof *scan);
    if (scan == NULL) {
        return STORE_FAULT;
    }
    enum store_result result = kv->engine.scan_open(kv->state, snapshot->state, from, to, reverse,
                                                    &scan->state);
    if (result != STORE_OK) {
        free(scan);
        return result;
    }
    scan->snapshot = snapshot;
    snapshot->scan_count++;
    *ret_scan = scan;
    return STORE_OK;
}

enum store_result kv_scan_next(struct kv_scan *scan, struct bytes *ret_key,
                               struct bytes *ret_value)
{
    struct kv *kv = scan->snapshot->kv;
    struct bytes key, raw;
    enum store_result result = kv->engine.scan_next(kv->state, scan->state, &key, &raw);
    if (result != STORE_OK) {
        return result;
    }
    result = checksum_strip(kv, key, raw, ret_value);
    if (result == STORE_OK) {
        *ret_key = key;
    }
    return result;
}

void kv_scan_close(struct kv_scan *scan)
{
    if (scan == NULL) {
        return;
    }
    struct kv_snapshot *snapshot = scan->snapshot;
    snapshot->kv->engine.scan_close(snapshot->kv->state, scan->state);
    assert(snapshot->scan_count > 0);
    snapshot->scan_count--;
    free(scan);
}

/* ---- commits -------------------------------------------------------------------------------- */

static void *grow(void *memory, size_t *room, size_t wanted, size_t item_bytes)
{
    if (wanted <= *room) {
        return memory;
    }
    void *grown = realloc(memory, 2 * wanted * item_bytes);
    if (grown != NULL) {
        *room = 2 * wanted;
    }
    return grown;
}

/* Asserts the form of a write set and makes room for its raw copy. */
static bool reserve(struct kv *kv, const struct kv_write *writes, size_t write_count)
{
    size_t size = 0;
    for (size_t i = 0; i < write_count; i++) {
        assert(key_fits(writes[i].key));
        assert(writes[i].value.size <= KV_VALUE_BYTES_MAX);
        assert(writes[i].value.data != NULL || writes[i].value.size == 0);
        if (i > 0) {
            assert(bytes_compare(writes[i - 1].key, writes[i].key) < 0);
        }
        size += KEY_SIZE_BYTES + writes[i].key.size + writes[i].value.size + KV_CHECKSUM_BYTES;
    }
    void *bytes = grow(kv->bytes, &kv->bytes_room, size, 1);
    if (bytes == NULL) {
        return false;
    }
    kv->bytes = bytes;
    void *raw = grow(kv->writes, &kv->writes_room, write_count, sizeof kv->writes[0]);
    if (raw == NULL) {
        return false;
    }
    kv->writes = raw;
    return true;
}

enum store_result kv_commit(struct kv *kv, const struct kv_write *writes, size_t write_count,
                            const struct kv_fence_check *checks, size_t check_count)
{
    assert(write_count > 0);
    for (size_t i = 0; i < check_count; i++) {
        assert(bound_fits(checks[i].key));
    }
    if (!reserve(kv, writes, write_count)) {
        return STORE_FULL; /* no memory: nothing happened */
    }
    uint8_t *to = kv->bytes;
    for (size_t i = 0; i < write_count; i++) {
        kv->writes[i] = writes[i];
        if (writes[i].value.data == NULL) {
            continue;
        }
        uint8_t *value;
        uint8_t *end = lay_out(writes[i].key, writes[i].value, to, &value);
        crypto_shorthash(end, to, (size_t)(end - to), kv->checksum_key);
        kv->writes[i].value = (struct bytes){value, writes[i].value.size + KV_CHECKSUM_BYTES};
        to = end + KV_CHECKSUM_BYTES;
    }
    assert(to <= kv->bytes + kv->bytes_room);
    return kv->engine.commit(kv->state, kv->writes, write_count, checks, check_count);
}

/* ---- the rest ------------------------------------------------------------------------------- */

enum store_result kv_flush(struct kv *kv)
{
    return kv->engine.flush(kv->state);
}

enum store_result kv_rest(struct kv *kv, bool *ret_more)
{
    return kv->engine.rest(kv->state, ret_more);
}

enum store_result kv_backup(struct kv *kv, const char *path)
{
    return kv->engine.backup(kv->state, path);
}

void kv_usage(struct kv *kv, struct kv_usage *ret_usage)
{
    kv->engine.usage(kv->state, ret_usage);
}

void kv_maintain(struct kv *kv)
{
    kv->engine.maintain(kv->state);
}
