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

static const struct write_set *layer(const struct reader *reader, size_t index)
{
    return index == 0 ? reader->writes : reader->under;
}

/* The newest write of the record; *ret_value.data is NULL where it is deleted. */
static bool layers_get(const struct reader *reader, struct bytes key, struct bytes *ret_value)
{
    for (size_t i = 0; i < READER_LAYERS; i++) {
        const struct write_set *writes = layer(reader, i);
        if (writes != NULL && write_set_get(writes, key, ret_value)) {
            return true;
        }
    }
    return false;
}

bool reader_is_uncommitted(const struct reader *reader, struct bytes key)
{
    struct bytes value;
    return layers_get(reader, key, &value);
}

enum store_result reader_get(struct reader *reader, struct bytes key, struct bytes *ret_value)
{
    assert_merchant(reader, key);
    struct bytes value = {0};
    if (layers_get(reader, key, &value)) {
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

static const struct write_set_node *first_node(const struct reader_scan *scan,
                                                const struct write_set *writes)
{
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
    for (size_t i = 0; i < READER_LAYERS; i++) {
        ret_scan->nodes[i] = first_node(ret_scan, layer(reader, i));
    }
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

/* Is the layer's write at hand still inside the range? Forgets it when not. */
static bool node_hold(struct reader_scan *scan, size_t index)
{
    const struct write_set_node *node = scan->nodes[index];
    if (node == NULL) {
        return false;
    }
    struct bytes key = write_set_at(node).key;
    bool inside = scan->reverse
                      ? bytes_compare(key, (struct bytes){scan->from, scan->from_size}) >= 0
                      : bytes_compare(key, (struct bytes){scan->to, scan->to_size}) < 0;
    if (!inside) {
        scan->nodes[index] = NULL;
    }
    return inside;
}

static void node_step(struct reader_scan *scan, size_t index)
{
    const struct write_set_node **node = &scan->nodes[index];
    if (scan->reverse) {
        struct bytes key = write_set_at(*node).key;
        *node = write_set_before(layer(scan->reader, index), key);
    } else {
        *node = write_set_next(*node);
    }
}

static int scan_order(const struct reader_scan *scan, struct bytes a, struct bytes b)
{
    int order = bytes_compare(a, b);
    return scan->reverse ? -order : order;
}

/* The next write of all layers, the upper one's where several have the key; false: there is
 * none. */
static bool layers_next(struct reader_scan *scan, struct kv_write *ret_write)
{
    bool found = false;
    for (size_t i = 0; i < READER_LAYERS; i++) {
        if (!node_hold(scan, i)) {
            continue;
        }
        struct kv_write write = write_set_at(scan->nodes[i]);
        if (!found || scan_order(scan, write.key, ret_write->key) < 0) {
            *ret_write = write;
        }
        found = true;
    }
    return found;
}

/* Steps every layer over the key that layers_next found. */
static void layers_step(struct reader_scan *scan, struct bytes key)
{
    for (size_t i = 0; i < READER_LAYERS; i++) {
        const struct write_set_node *node = scan->nodes[i];
        if (node != NULL && bytes_compare(write_set_at(node).key, key) == 0) {
            node_step(scan, i);
        }
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
        struct kv_write write = {0};
        bool has_write = layers_next(scan, &write);
        if (!has_write && !scan->tree_held) {
            return STORE_ABSENT;
        }
        int order = -1; /* the write comes first */
        if (!has_write) {
            order = 1;
        } else if (scan->tree_held) {
            order = scan_order(scan, write.key, scan->tree_key);
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
        layers_step(scan, write.key);
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
