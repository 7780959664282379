#include "store/write_set.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/skip_height.h"

/* 10 levels serve a million keys, far more than the arena of a batch has room for. */
enum { HEIGHT_MAX = 10, ORDER_NUMBERS = 2 };
/* Bits: a batch of a thousand commands has some ten thousand keys. */
enum { FILTER_BITS = 1 << 16 };

struct write_set_node {
    const uint8_t *value; /* NULL: the key is deleted */
    const uint8_t *key;
    uint64_t order[ORDER_NUMBERS]; /* the key's first bytes as numbers: mostly they decide */
    uint32_t value_size;
    uint16_t key_size;
    uint16_t height;
    struct write_set_node *next[]; /* `height` of them */
};

_Static_assert(sizeof(struct write_set_node) + HEIGHT_MAX * sizeof(void *) +
                       alignof(struct write_set_node) <= WRITE_SET_PUT_BYTES_MAX,
               "the header's overhead per put is an upper bound");
_Static_assert(sizeof(struct write_set_node) >= WRITE_SET_NODE_BYTES_MIN,
               "the header's least size of a node is a lower bound");

struct write_set {
    uint8_t *arena;
    size_t arena_bytes, used_bytes;
    size_t count, put_count;
    uint64_t random; /* decides heights only; restarts with every clear, so runs replay */
    struct write_set_node *head[HEIGHT_MAX];
    uint64_t filter[FILTER_BITS / 64]; /* a key whose bit is not set is not in the set */
};

static const uint8_t EMPTY_VALUE[1] = {0}; /* a value of no bytes is not a deletion */

struct write_set *write_set_new(size_t arena_bytes)
{
    struct write_set *set = calloc(1, sizeof *set);
    uint8_t *arena = malloc(arena_bytes);
    if (set == NULL || arena == NULL) {
        abort(); /* start-up only, as the header says: there is nobody to answer yet */
    }
    set->arena = arena;
    set->arena_bytes = arena_bytes;
    write_set_clear(set);
    return set;
}

void write_set_destroy(struct write_set *set)
{
    if (set == NULL) {
        return;
    }
    free(set->arena);
    free(set);
}

void write_set_clear(struct write_set *set)
{
    set->used_bytes = 0;
    set->count = 0;
    set->put_count = 0;
    set->random = SKIP_RANDOM_START;
    memset(set->head, 0, sizeof set->head);
    memset(set->filter, 0, sizeof set->filter);
}

static size_t filter_place(struct bytes key)
{
    return bytes_hash(key) % FILTER_BITS;
}

static void *arena_take(struct write_set *set, size_t size, size_t alignment)
{
    size_t start = (set->used_bytes + alignment - 1) / alignment * alignment;
    assert(start <= set->arena_bytes && size <= set->arena_bytes - start);
    set->used_bytes = start + size;
    return set->arena + start;
}

/* A key's first bytes, zeros behind a shorter one: where they differ they order as the keys do. */
static void order_fill(struct bytes key, uint64_t ret_order[ORDER_NUMBERS])
{
    uint8_t first[ORDER_NUMBERS * sizeof ret_order[0]] = {0};
    memcpy(first, key.data, key.size < sizeof first ? key.size : sizeof first);
    for (size_t i = 0; i < ORDER_NUMBERS; i++) {
        ret_order[i] = bytes_get_number(first + i * sizeof ret_order[0], sizeof ret_order[0]);
    }
}

static int key_compare(const struct write_set_node *node, struct bytes key,
                       const uint64_t order[ORDER_NUMBERS])
{
    for (size_t i = 0; i < ORDER_NUMBERS; i++) {
        if (node->order[i] != order[i]) {
            return node->order[i] < order[i] ? -1 : 1;
        }
    }
    return bytes_compare((struct bytes){node->key, node->key_size}, key);
}

static bool is_key(const struct write_set_node *node, struct bytes key)
{
    return node->key_size == key.size && memcmp(node->key, key.data, key.size) == 0;
}

/* Fills `ret_links`, when given, with the link on each level that points at or beyond `key`.
 * *ret_before is the last node below `key`, NULL when there is none. */
static struct write_set_node *find(const struct write_set *set, struct bytes key,
                                   struct write_set_node ***ret_links,
                                   const struct write_set_node **ret_before)
{
    struct write_set_node *before = NULL;
    struct write_set_node *const *links = set->head;
    uint64_t order[ORDER_NUMBERS];
    order_fill(key, order);
    for (size_t level = HEIGHT_MAX; level-- > 0;) {
        while (links[level] != NULL && key_compare(links[level], key, order) < 0) {
            before = links[level];
            links = before->next;
        }
        if (ret_links != NULL) {
            ret_links[level] = (struct write_set_node **)&links[level];
        }
    }
    if (ret_before != NULL) {
        *ret_before = before;
    }
    return links[0];
}

static void node_set_value(struct write_set *set, struct write_set_node *node, struct bytes value)
{
    assert(value.size <= KV_VALUE_BYTES_MAX);
    if (value.data == NULL) {
        assert(value.size == 0);
        node->value = NULL;
    } else if (value.size == 0) {
        node->value = EMPTY_VALUE;
    } else {
        uint8_t *copy = arena_take(set, value.size, 1);
        memcpy(copy, value.data, value.size);
        node->value = copy;
    }
    node->value_size = (uint32_t)value.size;
}

void write_set_put(struct write_set *set, struct bytes key, struct bytes value)
{
    assert(key.size > 0 && key.size <= KV_KEY_BYTES_MAX);
    struct write_set_node **links[HEIGHT_MAX];
    struct write_set_node *node = find(set, key, links, NULL);
    set->put_count++;
    if (node != NULL && is_key(node, key)) {
        node_set_value(set, node, value);
        return;
    }
    uint16_t height = skip_height(&set->random, HEIGHT_MAX);
    node = arena_take(set, sizeof *node + height * sizeof node->next[0],
                      alignof(struct write_set_node));
    uint8_t *key_copy = arena_take(set, key.size, 1);
    memcpy(key_copy, key.data, key.size);
    node->key = key_copy;
    node->key_size = (uint16_t)key.size;
    order_fill(key, node->order);
    size_t place = filter_place(key);
    set->filter[place / 64] |= UINT64_C(1) << (place % 64);
    node->height = height;
    node_set_value(set, node, value);
    for (uint16_t level = 0; level < height; level++) {
        node->next[level] = *links[level];
        *links[level] = node;
    }
    set->count++;
}

bool write_set_get(const struct write_set *set, struct bytes key, struct bytes *ret_value)
{
    size_t place = filter_place(key);
    if ((set->filter[place / 64] >> (place % 64) & 1) == 0) {
        return false;
    }
    const struct write_set_node *node = find(set, key, NULL, NULL);
    if (node == NULL || !is_key(node, key)) {
        return false;
    }
    *ret_value = (struct bytes){node->value, node->value_size};
    return true;
}

size_t write_set_count(const struct write_set *set)
{
    return set->count;
}

size_t write_set_put_count(const struct write_set *set)
{
    return set->put_count;
}

size_t write_set_room(const struct write_set *set)
{
    return set->arena_bytes - set->used_bytes;
}

const struct write_set_node *write_set_from(const struct write_set *set, struct bytes key)
{
    return find(set, key, NULL, NULL);
}

const struct write_set_node *write_set_before(const struct write_set *set, struct bytes key)
{
    const struct write_set_node *before;
    (void)find(set, key, NULL, &before);
    return before;
}

const struct write_set_node *write_set_next(const struct write_set_node *node)
{
    return node->next[0];
}

struct kv_write write_set_at(const struct write_set_node *node)
{
    return (struct kv_write){
        .key = {node->key, node->key_size},
        .value = {node->value, node->value_size},
    };
}

void write_set_list(const struct write_set *set, struct kv_write *ret_writes)
{
    size_t index = 0;
    for (const struct write_set_node *node = set->head[0]; node != NULL; node = node->next[0]) {
        assert(index < set->count);
        ret_writes[index++] = write_set_at(node);
    }
    assert(index == set->count);
}
