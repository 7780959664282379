#include "store/reader.h"

#include <assert.h>
#include <string.h>

#include "store/key.h"
#include "store/read_cache.h"
#include "store/store.h"
#include "store/write_set.h"

enum store_result reader_open(struct store *store, struct reader *ret_reader)
{
    struct kv_snapshot *snapshot;
    enum store_result result = kv_snapshot_open(store_kv(store), &snapshot);
    if (result != STORE_OK) {
        return result;
    }
    *ret_reader = (struct reader){.store = store, .snapshot = snapshot};
    return STORE_OK;
}

void reader_close(struct reader *reader)
{
    kv_snapshot_close(reader->snapshot);
    reader->snapshot = NULL;
}

/* A key of another merchant is a programmer's error that would show one chain's data to another. */
static void assert_merchant(const struct reader *reader, struct bytes key)
{
    uint32_t merchant = key_read_u32(key, 0);
    assert(merchant == reader->merchant || merchant == 0);
    (void)merchant;
}

enum store_result reader_get(struct reader *reader, struct bytes key, struct bytes *ret_value)
{
    assert_merchant(reader, key);
    struct bytes value = {0};
    if (reader->writes != NULL && write_set_get(reader->writes, key, &value)) {
        if (value.data == NULL) {
            return STORE_ABSENT;
        }
        *ret_value = value;
        return STORE_OK;
    }
    if (reader->cache == NULL) {
        return kv_get(reader->snapshot, key, ret_value);
    }
    enum store_result result;
    if (!read_cache_get(reader->cache, key, &result, &value)) {
        result = kv_get(reader->snapshot, key, &value);
        read_cache_put(reader->cache, key, result, value);
    }
    if (result == STORE_OK) {
        *ret_value = value;
    }
    return result;
}

void reader_want(struct reader *reader, struct bytes key)
{
    assert_merchant(reader, key);
    kv_want(reader->snapshot, key);
}

/* ---- scans ---------------------------------------------------------------------------------- */

static const struct write_set_node *first_node(const struct reader_scan *scan)
{
    const struct write_set *writes = scan->reader->writes;
    if (writes == NULL) {
        return NULL;
    }
    return scan->reverse
               ? write_set_before(writes, (struct bytes){scan->to, scan->to_size})
               : write_set_from(writes, (struct bytes){scan->from, scan->from_size});
}

enum store_result reader_scan_open(struct reader *reader, struct bytes from, struct bytes to,
                                   bool reverse, struct reader_scan *ret_scan)
{
    assert_merchant(reader, from);
    assert(from.size <= sizeof ret_scan->from && to.size <= sizeof ret_scan->to);
    *ret_scan = (struct reader_scan){.reader = reader, .reverse = reverse};
    memcpy(ret_scan->from, from.data, from.size);
    memcpy(ret_scan->to, to.data, to.size);
    ret_scan->from_size = from.size;
    ret_scan->to_size = to.size;
    if (reader->writes != NULL) {
        ret_scan->put_count = write_set_put_count(reader->writes);
    }
    ret_scan->node = first_node(ret_scan);
    return kv_scan_open(reader->snapshot, from, to, reverse, &ret_scan->tree);
}

/* Sees to it that tree_key holds the tree's next record, or tree_ended is set. */
static enum store_result tree_hold(struct reader_scan *scan)
{
    if (scan->tree_held || scan->tree_ended) {
        return STORE_OK;
    }
    enum store_result result = kv_scan_next(scan->tree, &scan->tree_key, &scan->tree_value);
    if (result == STORE_ABSENT) {
        scan->tree_ended = true;
        return STORE_OK;
    }
    scan->tree_held = result == STORE_OK;
    return result;
}

/* Is the write at hand still inside the range? Forgets it when not. */
static bool node_hold(struct reader_scan *scan)
{
    if (scan->node == NULL) {
        return false;
    }
    struct bytes key = write_set_at(scan->node).key;
    bool inside = scan->reverse
                      ? bytes_compare(key, (struct bytes){scan->from, scan->from_size}) >= 0
                      : bytes_compare(key, (struct bytes){scan->to, scan->to_size}) < 0;
    if (!inside) {
        scan->node = NULL;
    }
    return inside;
}

static void node_step(struct reader_scan *scan)
{
    if (scan->reverse) {
        struct bytes key = write_set_at(scan->node).key;
        scan->node = write_set_before(scan->reader->writes, key);
    } else {
        scan->node = write_set_next(scan->node);
    }
}

enum store_result reader_scan_next(struct reader_scan *scan, struct bytes *ret_key,
                                   struct bytes *ret_value)
{
    assert(scan->tree != NULL);
    assert(scan->reader->writes == NULL ||
           write_set_put_count(scan->reader->writes) == scan->put_count);
    for (;;) {
        enum store_result result = tree_hold(scan);
        if (result != STORE_OK) {
            return result;
        }
        bool has_node = node_hold(scan);
        if (!has_node && !scan->tree_held) {
            return STORE_ABSENT;
        }
        int order = -1; /* the write comes first */
        struct kv_write write = {0};
        if (has_node) {
            write = write_set_at(scan->node);
        }
        if (!has_node) {
            order = 1;
        } else if (scan->tree_held) {
            order = bytes_compare(write.key, scan->tree_key);
            order = scan->reverse ? -order : order;
        }
        if (order > 0) {
            scan->tree_held = false;
            *ret_key = scan->tree_key;
            *ret_value = scan->tree_value;
            return STORE_OK;
        }
        if (order == 0) {
            scan->tree_held = false; /* the write hides the tree's record */
        }
        node_step(scan);
        if (write.value.data != NULL) {
            *ret_key = write.key;
            *ret_value = write.value;
            return STORE_OK;
        }
    }
}

void reader_scan_close(struct reader_scan *scan)
{
    kv_scan_close(scan->tree);
    scan->tree = NULL;
}
