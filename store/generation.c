/* Insertion happens before publication, link by link: a version is complete before its key's chain
 * begins with it; a key is complete, with its first version and its own links on every level,
 * before the lowest level leads to it. Each of these links is stored with release and loaded with
 * acquire, so whoever arrives at a key or a version sees all of it. Higher levels are shortcuts
 * and may lag. Only the inserting thread stores, so a predecessor found stays one. */
#include "store/generation.h"

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Every level holds a quarter of the keys below it: 12 levels serve sixteen million. */
enum { HEIGHT_MAX = 12, HEIGHT_BITS = 2 };

#define TOMBSTONE UINT32_MAX /* as a value's size */

/* The jump leads to an older version, so far back that any is reached in O(log n) steps (Myers,
 * "An applicative random-access stack", 1983). */
struct generation_node {
    const struct generation_node *older, *jump; /* NULL at the key's first version */
    const struct entry *entry;
    uint64_t commit;
    uint32_t value_size; /* or TOMBSTONE */
    uint32_t depth;      /* how many versions are older */
    uint8_t value[];
};

typedef _Atomic(struct entry *) entry_link;

/* A key. Its bytes follow the links. */
struct entry {
    _Atomic(const struct generation_node *) newest;
    uint16_t key_size;
    uint16_t height;
    entry_link next[]; /* `height` of them */
};

struct generation {
    uint8_t *arena;
    size_t capacity_bytes;
    atomic_size_t used_bytes, version_count, key_count;
    uint64_t last_commit;
    uint64_t random; /* decides heights only; restarts with every clear, so runs replay */
    entry_link head[HEIGHT_MAX];
};

static const uint64_t RANDOM_START = UINT64_C(0x9e3779b97f4a7c15);

struct generation *generation_new(size_t capacity_bytes)
{
    assert(capacity_bytes > 0);
    struct generation *generation = calloc(1, sizeof *generation);
    if (generation == NULL) {
        return NULL;
    }
    void *arena = mmap(NULL, capacity_bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (arena == MAP_FAILED) {
        free(generation);
        return NULL;
    }
    generation->arena = arena;
    generation->capacity_bytes = capacity_bytes;
    generation_clear(generation);
    return generation;
}

void generation_destroy(struct generation *generation)
{
    if (generation == NULL) {
        return;
    }
    int code = munmap(generation->arena, generation->capacity_bytes);
    assert(code == 0);
    (void)code;
    free(generation);
}

void generation_clear(struct generation *generation)
{
    atomic_store_explicit(&generation->used_bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&generation->version_count, 0, memory_order_relaxed);
    atomic_store_explicit(&generation->key_count, 0, memory_order_relaxed);
    generation->last_commit = 0;
    generation->random = RANDOM_START;
    for (size_t level = 0; level < HEIGHT_MAX; level++) {
        atomic_store_explicit(&generation->head[level], NULL, memory_order_relaxed);
    }
}

size_t generation_bytes(const struct generation *generation)
{
    return atomic_load_explicit(&generation->used_bytes, memory_order_relaxed);
}

size_t generation_versions(const struct generation *generation)
{
    return atomic_load_explicit(&generation->version_count, memory_order_relaxed);
}

size_t generation_keys(const struct generation *generation)
{
    return atomic_load_explicit(&generation->key_count, memory_order_relaxed);
}

size_t generation_capacity(const struct generation *generation)
{
    return generation->capacity_bytes;
}

/* ---- finding -------------------------------------------------------------------------------- */

static struct entry *follow(const entry_link *link)
{
    return atomic_load_explicit(link, memory_order_acquire);
}

static struct bytes entry_key(const struct entry *entry)
{
    return (struct bytes){(const uint8_t *)&entry->next[entry->height], entry->key_size};
}

/* The first entry at or beyond `key`. Fills `ret_links`, when given, with the link on each level
 * that points there or further. *ret_before is the last entry below `key`, NULL when there is
 * none. */
static struct entry *find(const struct generation *generation, struct bytes key,
                          const entry_link **ret_links, const struct entry **ret_before)
{
    const struct entry *before = NULL;
    const entry_link *links = generation->head;
    struct entry *beyond = NULL; /* known not to be below `key`: a level down it isn't asked */
    for (size_t level = HEIGHT_MAX; level-- > 0;) {
        struct entry *entry = follow(&links[level]);
        while (entry != beyond && bytes_compare(entry_key(entry), key) < 0) {
            before = entry;
            links = entry->next;
            entry = follow(&links[level]);
        }
        beyond = entry;
        if (ret_links != NULL) {
            ret_links[level] = &links[level];
        }
    }
    if (ret_before != NULL) {
        *ret_before = before;
    }
    return beyond;
}

/* The newest version up to `commit`, or NULL. */
static const struct generation_node *version(const struct entry *entry, uint64_t commit)
{
    const struct generation_node *node =
        atomic_load_explicit(&entry->newest, memory_order_acquire);
    while (node != NULL && node->commit > commit) {
        bool far = node->jump != NULL && node->jump->commit > commit;
        node = far ? node->jump : node->older;
    }
    return node;
}

/* The version of `entry` or of the first one after it that has one. */
static const struct generation_node *version_from(const struct entry *entry, uint64_t commit)
{
    const struct generation_node *node = NULL;
    while (entry != NULL && (node = version(entry, commit)) == NULL) {
        entry = follow(&entry->next[0]);
    }
    return node;
}

bool generation_get(const struct generation *generation, struct bytes key, uint64_t commit,
                    struct bytes *ret_value)
{
    const struct entry *entry = find(generation, key, NULL, NULL);
    if (entry == NULL || bytes_compare(entry_key(entry), key) != 0) {
        return false;
    }
    const struct generation_node *node = version(entry, commit);
    if (node == NULL) {
        return false;
    }
    *ret_value = generation_at(node).value;
    return true;
}

const struct generation_node *generation_from(const struct generation *generation,
                                              struct bytes key, uint64_t commit)
{
    return version_from(find(generation, key, NULL, NULL), commit);
}

const struct generation_node *generation_before(const struct generation *generation,
                                                struct bytes key, uint64_t commit)
{
    for (;;) {
        const struct entry *before;
        (void)find(generation, key, NULL, &before);
        if (before == NULL) {
            return NULL;
        }
        const struct generation_node *node = version(before, commit);
        if (node != NULL) {
            return node;
        }
        key = entry_key(before);
    }
}

const struct generation_node *generation_after(const struct generation *generation,
                                               const struct generation_node *node,
                                               uint64_t commit)
{
    (void)generation;
    return version_from(follow(&node->entry->next[0]), commit);
}

struct kv_write generation_at(const struct generation_node *node)
{
    bool deleted = node->value_size == TOMBSTONE;
    return (struct kv_write){
        .key = entry_key(node->entry),
        .value = {deleted ? NULL : node->value, deleted ? 0 : node->value_size},
    };
}

uint64_t generation_commit(const struct generation_node *node)
{
    return node->commit;
}

/* ---- inserting ------------------------------------------------------------------------------ */

size_t generation_need(const struct kv_write *writes, size_t count)
{
    /* The structs, their padding and, on average by far too much, every level. */
    enum {
        PER_WRITE = sizeof(struct entry) + HEIGHT_MAX * sizeof(entry_link) +
                    sizeof(struct generation_node) + alignof(struct entry) +
                    alignof(struct generation_node),
    };
    size_t need = count * PER_WRITE;
    for (size_t i = 0; i < count; i++) {
        need += writes[i].key.size + writes[i].value.size;
    }
    return need;
}

static void *arena_take(struct generation *generation, size_t size, size_t alignment)
{
    size_t used = generation_bytes(generation);
    size_t start = (used + alignment - 1) / alignment * alignment;
    assert(start <= generation->capacity_bytes && size <= generation->capacity_bytes - start);
    atomic_store_explicit(&generation->used_bytes, start + size, memory_order_relaxed);
    return generation->arena + start;
}

static uint16_t random_height(struct generation *generation)
{
    generation->random ^= generation->random << 13;
    generation->random ^= generation->random >> 7;
    generation->random ^= generation->random << 17;
    uint64_t bits = generation->random * UINT64_C(0x2545f4914f6cdd1d);
    uint16_t height = 1;
    while (height < HEIGHT_MAX && (bits >> (64 - HEIGHT_BITS)) == 0) {
        height++;
        bits <<= HEIGHT_BITS;
    }
    return height;
}

/* A key nothing leads to yet. */
static struct entry *entry_new(struct generation *generation, struct bytes key)
{
    uint16_t height = random_height(generation);
    struct entry *entry =
        arena_take(generation, sizeof *entry + height * sizeof entry->next[0] + key.size,
                   alignof(struct entry));
    entry->key_size = (uint16_t)key.size;
    entry->height = height;
    atomic_init(&entry->newest, NULL);
    memcpy(&entry->next[height], key.data, key.size);
    return entry;
}

static void entry_link_in(struct entry *entry, const entry_link **links)
{
    for (uint16_t level = 0; level < entry->height; level++) {
        atomic_init(&entry->next[level], follow(links[level]));
    }
    for (uint16_t level = 0; level < entry->height; level++) {
        /* find looks only; the links are this thread's to change */
        atomic_store_explicit((entry_link *)(uintptr_t)links[level], entry, memory_order_release);
    }
}

/* Makes the newest version of `entry`. Two jumps of equal length are followed by one over both. */
static void version_add(struct generation *generation, struct entry *entry, uint64_t commit,
                        struct bytes value)
{
    const struct generation_node *older =
        atomic_load_explicit(&entry->newest, memory_order_relaxed);
    assert(older == NULL || older->commit < commit);
    struct generation_node *node = arena_take(generation, sizeof *node + value.size,
                                              alignof(struct generation_node));
    *node = (struct generation_node){
        .older = older,
        .jump = older,
        .entry = entry,
        .commit = commit,
        .value_size = value.data == NULL ? TOMBSTONE : (uint32_t)value.size,
        .depth = older == NULL ? 0 : older->depth + 1,
    };
    const struct generation_node *jump = older == NULL ? NULL : older->jump;
    if (jump != NULL && jump->jump != NULL &&
        older->depth - jump->depth == jump->depth - jump->jump->depth) {
        node->jump = jump->jump;
    }
    if (value.size > 0) {
        memcpy(node->value, value.data, value.size);
    }
    atomic_store_explicit(&entry->newest, node, memory_order_release);
}

void generation_insert(struct generation *generation, uint64_t commit,
                       const struct kv_write *write)
{
    struct bytes key = write->key;
    assert(key.size > 0 && key.size <= KV_KEY_BYTES_MAX);
    assert(write->value.data != NULL ? write->value.size < TOMBSTONE : write->value.size == 0);
    assert(commit > 0 && commit >= generation->last_commit);
    generation->last_commit = commit;
    const entry_link *links[HEIGHT_MAX];
    struct entry *entry = find(generation, key, links, NULL);
    if (entry != NULL && bytes_compare(entry_key(entry), key) == 0) {
        version_add(generation, entry, commit, write->value);
    } else {
        entry = entry_new(generation, key);
        version_add(generation, entry, commit, write->value);
        entry_link_in(entry, links);
        size_t keys = generation_keys(generation);
        atomic_store_explicit(&generation->key_count, keys + 1, memory_order_relaxed);
    }
    size_t versions = generation_versions(generation);
    atomic_store_explicit(&generation->version_count, versions + 1, memory_order_relaxed);
}
