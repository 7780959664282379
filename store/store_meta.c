/* The instance's own record (merchant 0, TABLE_META): which layout, which store, which key. */
#include <assert.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "cold.pb-c.h"
#include "store/encode.h"
#include "store/key.h"
#include "store/store_inner.h"

enum { META_BYTES_MAX = 256 };

/* Reads one record, fetching it first where the engine wants that. */
static enum store_result get_fetched(struct kv_snapshot *snapshot, struct bytes key,
                                     struct bytes *ret_value)
{
    enum store_result result = kv_get(snapshot, key, ret_value);
    if (result == STORE_NEED) {
        result = kv_fetch(snapshot);
        if (result == STORE_OK) {
            result = kv_get(snapshot, key, ret_value);
        }
    }
    return result;
}

/* Is there any record at all? STORE_OK, STORE_ABSENT, or a failure. */
static enum store_result any_record(struct kv_snapshot *snapshot)
{
    static const uint8_t first[] = {0}, last[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct kv_scan *scan;
    enum store_result result = STORE_NEED;
    for (int run = 0; run < 2 && result == STORE_NEED; run++) {
        struct bytes key, value;
        result = kv_scan_open(snapshot, (struct bytes){first, sizeof first},
                              (struct bytes){last, sizeof last}, false, &scan);
        if (result == STORE_OK) {
            result = kv_scan_next(scan, &key, &value);
            kv_scan_close(scan);
        }
        if (result == STORE_NEED && kv_fetch(snapshot) != STORE_OK) {
            return STORE_FAULT;
        }
    }
    return result == STORE_DAMAGED ? STORE_OK : result; /* damaged, but there */
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static size_t meta_pack(const Beckon__Store__ColdMeta *meta, uint8_t packed[META_BYTES_MAX])
{
    assert(beckon__store__cold_meta__get_packed_size(meta) <= META_BYTES_MAX);
    return beckon__store__cold_meta__pack(meta, packed);
}

/* The store's first commit: its record and the fence of merchant 0. */
static enum store_result meta_create(struct kv *kv, const struct secrets *secrets,
                                     uint8_t ret_id[STORE_ID_BYTES])
{
    uint8_t id[STORE_ID_BYTES], key_check[KEY_CHECK_BYTES];
    uint8_t packed[META_BYTES_MAX], fence_bytes[RECORD_BYTES_MAX];
    randombytes_buf(id, sizeof id);
    memcpy(key_check, secrets->key_check, sizeof key_check);
    Beckon__Store__ColdMeta meta = BECKON__STORE__COLD_META__INIT;
    meta.schema_version = STORE_SCHEMA_VERSION;
    meta.store_id = (ProtobufCBinaryData){sizeof id, id};
    meta.created_at = now_ms();
    meta.key_check = (ProtobufCBinaryData){sizeof key_check, key_check};
    size_t size = meta_pack(&meta, packed);

    struct fence fence = {.commit = 1, .time = meta.created_at};
    struct key fence_key = key_begin(0, TABLE_FENCE), meta_key = key_begin(0, TABLE_META);
    struct kv_write writes[] = {
        {key_view(&fence_key), {fence_bytes, fence_encode(&fence, fence_bytes)}},
        {key_view(&meta_key), {packed, size}},
    };
    struct kv_fence_check check = {.key = key_view(&fence_key)};
    enum store_result result = kv_commit(kv, writes, 2, &check, 1);
    if (result == STORE_OK) {
        result = kv_flush(kv);
    }
    if (result == STORE_OK) {
        memcpy(ret_id, id, sizeof id);
    }
    return result;
}

/* A store of an older version becomes one of this: its record says so, in the engine's tree, before
 * anything else is written. An older Beckon knows no journal, and refuses it from then on. Replayed
 * from the journal after a crash in between it says the same. */
static enum store_result meta_take_over(struct kv *kv, const uint8_t *found, size_t found_size)
{
    Beckon__Store__ColdMeta *meta = beckon__store__cold_meta__unpack(NULL, found_size, found);
    if (meta == NULL) {
        return STORE_FAULT; /* no memory: it was whole when it was judged */
    }
    uint8_t packed[META_BYTES_MAX];
    struct key key = key_begin(0, TABLE_META);
    meta->schema_version = STORE_SCHEMA_VERSION;
    struct kv_write write = {key_view(&key), {packed, meta_pack(meta, packed)}};
    beckon__store__cold_meta__free_unpacked(meta, NULL);
    enum store_result result = kv_commit(kv, &write, 1, NULL, 0);
    return result == STORE_OK ? kv_flush(kv) : result;
}

/* Judges the record found. */
static enum store_result meta_judge(struct bytes value, const struct secrets *secrets,
                                    uint8_t ret_id[STORE_ID_BYTES], bool *ret_older,
                                    char ret_message[STORE_MESSAGE_BYTES])
{
    Beckon__Store__ColdMeta *meta = beckon__store__cold_meta__unpack(NULL, value.size, value.data);
    if (meta == NULL) {
        return store_say(ret_message, STORE_DAMAGED, "The store's own record is damaged: "
                         "restore a backup.");
    }
    enum store_result result = STORE_OK;
    if (meta->schema_version > STORE_SCHEMA_VERSION) {
        result = store_say(ret_message, STORE_DAMAGED, "The store was written by a newer Beckon "
                           "(schema version %u, this one knows %d): install that version.",
                           meta->schema_version, STORE_SCHEMA_VERSION);
    } else if (meta->schema_version == 0 || meta->store_id.len != STORE_ID_BYTES) {
        result = store_say(ret_message, STORE_DAMAGED, "The store's own record is damaged: "
                           "restore a backup.");
    } else if (meta->key_check.len != KEY_CHECK_BYTES ||
               sodium_memcmp(meta->key_check.data, secrets->key_check, KEY_CHECK_BYTES) != 0) {
        result = store_say(ret_message, STORE_DAMAGED, "master.key is not the key of this store: "
                           "put your copy of the right one in its place.");
    } else {
        memcpy(ret_id, meta->store_id.data, STORE_ID_BYTES);
        *ret_older = meta->schema_version < STORE_SCHEMA_VERSION;
    }
    beckon__store__cold_meta__free_unpacked(meta, NULL);
    return result;
}

enum store_result store_meta_check(struct kv *kv, const struct secrets *secrets, bool create,
                                   uint8_t ret_id[STORE_ID_BYTES], bool *ret_created,
                                   char ret_message[STORE_MESSAGE_BYTES])
{
    struct kv_snapshot *snapshot;
    if (kv_snapshot_open(kv, &snapshot) != STORE_OK) {
        return store_say(ret_message, STORE_FAULT, "The store can't be read.");
    }
    struct key key = key_begin(0, TABLE_META);
    struct bytes value;
    enum store_result result = get_fetched(snapshot, key_view(&key), &value);
    bool empty = false, older = false;
    uint8_t found[META_BYTES_MAX];
    size_t found_size = 0;
    if (result == STORE_OK) {
        result = meta_judge(value, secrets, ret_id, &older, ret_message);
        found_size = value.size < sizeof found ? value.size : sizeof found;
        memcpy(found, value.data, found_size);
    } else if (result == STORE_DAMAGED) {
        /* The checksum's key is derived from master.key: a wrong one looks like this. */
        store_say(ret_message, result, "master.key is not the key of this store (or the store's "
                  "own record is damaged): put your copy of the right one in its place, or restore "
                  "a backup.");
    } else if (result == STORE_ABSENT && any_record(snapshot) == STORE_ABSENT) {
        empty = true;
    } else {
        result = result == STORE_ABSENT ? STORE_DAMAGED : STORE_FAULT;
        store_say(ret_message, result, "The store has lost its own record: restore a backup.");
    }
    kv_snapshot_close(snapshot);
    *ret_created = false;
    if (result == STORE_OK && older && create) {
        result = meta_take_over(kv, found, found_size);
        if (result != STORE_OK) {
            return store_say(ret_message, result == STORE_FULL ? STORE_FULL : STORE_FAULT,
                             "The store of an older Beckon can't be taken over%s.",
                             result == STORE_FULL ? ": the disk is full" : "");
        }
    }
    if (!empty) {
        return result;
    }
    if (!create) {
        return store_say(ret_message, STORE_DAMAGED, "There is no store in it.");
    }
    result = meta_create(kv, secrets, ret_id);
    *ret_created = result == STORE_OK;
    if (result == STORE_FULL) {
        return store_say(ret_message, result, "The disk is full: the store can't be made.");
    }
    if (result != STORE_OK) {
        return store_say(ret_message, STORE_FAULT, "The new store can't be written.");
    }
    return STORE_OK;
}
