/* The ordered set of writes a batch gathers in memory: at most one value per key, newest wins.
 *
 * A skip list over one arena sized at start; insertion and lookup are O(log n), walking is in key
 * order, so a commit and a merged scan never sort. Most keys that are asked for are not in it: a
 * filter of hashes says so at once. Used by the writer's thread only. Views handed
 * out live until write_set_clear; a value that is put again leaves the older view readable. */
#ifndef BECKON_STORE_WRITE_SET_H
#define BECKON_STORE_WRITE_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "store/bytes.h"
#include "store/kv.h"

enum {
    /* What a put takes of the arena beside key and value, at most (mean: 76). */
    WRITE_SET_PUT_BYTES_MAX = 128,
    /* The least a distinct key takes: how many can there be in an arena? */
    WRITE_SET_NODE_BYTES_MIN = 40,
};

struct write_set;
struct write_set_node;

/* Allocates room for `arena_bytes` of keys, values and nodes; exits the process when it can't
 * (start-up only). */
struct write_set *write_set_new(size_t arena_bytes);
void write_set_destroy(struct write_set *set);

/* Forgets everything. */
void write_set_clear(struct write_set *set);

/* Copies key and value in. value.data == NULL records a deletion. Asserts there is room. */
void write_set_put(struct write_set *set, struct bytes key, struct bytes value);
/* Is the key in the set? *ret_value.data is NULL for a deletion. */
bool write_set_get(const struct write_set *set, struct bytes key, struct bytes *ret_value);

/* Distinct keys, puts so far (re-puts counted), and arena bytes still free. */
size_t write_set_count(const struct write_set *set);
size_t write_set_put_count(const struct write_set *set);
size_t write_set_room(const struct write_set *set);

/* First node with key >= `key`, last node with key < `key`; next and previous; NULL at the ends.
 * Previous costs O(log n). */
const struct write_set_node *write_set_from(const struct write_set *set, struct bytes key);
const struct write_set_node *write_set_before(const struct write_set *set, struct bytes key);
const struct write_set_node *write_set_next(const struct write_set_node *node);
struct kv_write write_set_at(const struct write_set_node *node);

/* Lists all writes in key order into `ret_writes`, which has room for write_set_count. */
void write_set_list(const struct write_set *set, struct kv_write *ret_writes);

#endif
