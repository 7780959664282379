/* Insertion happens before publication, link by link: a version is complete before its key's chain
 * begins with it; a key is complete, with its first version and its own links on every level,
 * before the lowest level or its bucket lead to it. Each of these links is stored with release and
 * loaded with acquire, so whoever arrives at a key or a version sees all of it. Higher levels are
 * shortcuts and may lag. Only the inserting thread stores, so a predecessor found stays one.
 *
 * Most reads ask for a key that isn't here: a bucket tells in one look or two what takes the list
 * twenty (with 350,000 versions 0.3 us instead of 2). */
#include "store/generation.h"

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <sodium.h>

#include "store/skip_height.h"

/* 12 levels serve sixteen million keys. */
enum { HEIGHT_MAX = 12 };

enum {
    BUCKET_SHARE_BYTES = 128, /* a bucket for so much of the arena: less than a key in each */
    PLACE_UNIT = 8,           /* entries lie at multiples of it: 32 GiB have 32-bit places */
};

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
    uint32_t beside; /* the place of the next entry of its bucket; 0: none */
    uint16_t key_size;
    uint16_t height;
    entry_link next[]; /* `height` of them */
};

_Static_assert(alignof(struct entry) == PLACE_UNIT, "every entry has a place");

struct generation {
    uint8_t *arena;
    size_t capacity_bytes;
    /* The upper half says which filling it is of (another's is empty: clearing touches none), the
     * lower the place of its newest entry in the arena. */
    atomic_uint_fast64_t *buckets;
    size_t bucket_count;
    uint32_t filling;
    uint8_t hash_key[crypto_shorthash_KEYBYTES]; /* so that nobody can fill one bucket on purpose */
    atomic_size_t used_bytes, version_count, key_count;
    uint64_t last_commit;
    uint64_t random; /* decides heights only; restarts with every clear, so runs replay */
    /* Where the last new key was put: the link on each level that led beyond it. A commit's keys
     * ascend, so the next is looked for from there. */
    entry_link *last_links[HEIGHT_MAX];
    struct bytes last_key; /* no bytes: begin at the head */
    entry_link head[HEIGHT_MAX];
};

static void *map(size_t size)
{
    void *start = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return start == MAP_FAILED ? NULL : start;
}

static void unmap(void *start, size_t size)
{
    if (start != NULL) {
        int code = munmap(start, size);
        assert(code == 0);
        (void)code;
    }
}

struct generation *generation_new(size_t capacity_bytes)
{
    assert(capacity_bytes > 0 && capacity_bytes / PLACE_UNIT < UINT32_MAX);
    struct generation *generation = calloc(1, sizeof *generation);
    if (generation == NULL) {
        return NULL;
    }
    generation->capacity_bytes = capacity_bytes;
    generation->bucket_count = capacity_bytes / BUCKET_SHARE_BYTES + 1;
    generation->arena = map(capacity_bytes);
    generation->buckets = map(generation->bucket_count * sizeof *generation->buckets);
    if (generation->arena == NULL || generation->buckets == NULL) {
        generation_destroy(generation);
        return NULL;
    }
    randombytes_buf(generation->hash_key, sizeof generation->hash_key);
    generation_clear(generation);
    return generation;
}

void generation_destroy(struct generation *generation)
{
    if (generation == NULL) {
        return;
    }
    unmap(generation->arena, generation->capacity_bytes);
    unmap(generation->buckets, generation->bucket_count * sizeof *generation->buckets);
    free(generation);
}

void generation_clear(struct generation *generation)
{
    atomic_store_explicit(&generation->used_bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&generation->version_count, 0, memory_order_relaxed);
    atomic_store_explicit(&generation->key_count, 0, memory_order_relaxed);
    generation->last_commit = 0;
    generation->last_key = (struct bytes){(const uint8_t *)"", 0};
    generation->random = SKIP_RANDOM_START;
    generation->filling++; /* fresh memory is of filling 0, which never is the present one */
    assert(generation->filling != 0);
    for (size_t level = 0; level < HEIGHT_MAX; level++) {
        atomic_store_explicit(&generation->head[level], NULL, memory_order_relaxed);
        generation->last_links[level] = &generation->head[level];
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

/* The first entry at or beyond `key`; *ret_before is the last one below it, NULL when there is
 * none. */
static struct entry *find(const struct generation *generation, struct bytes key,
                          const struct entry **ret_before)
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
    }
    *ret_before = before;
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

static atomic_uint_fast64_t *bucket_of(const struct generation *generation, struct bytes key)
{
    uint64_t hash;
    _Static_assert(sizeof hash == crypto_shorthash_BYTES, "the hash of a key");
    crypto_shorthash((unsigned char *)&hash, key.data, key.size, generation->hash_key);
    return &generation->buckets[hash % generation->bucket_count];
}

/* The place of the bucket's first entry; 0: it is empty. */
static uint32_t bucket_first(const struct generation *generation,
                             const atomic_uint_fast64_t *bucket)
{
    uint64_t word = atomic_load_explicit(bucket, memory_order_acquire);
    return word >> 32 == generation->filling ? (uint32_t)word : 0;
}

/* The entry of exactly this key, or NULL. */
static struct entry *lookup(const struct generation *generation, struct bytes key,
                            const atomic_uint_fast64_t *bucket)
{
    uint32_t place = bucket_first(generation, bucket);
    while (place != 0) {
        struct entry *entry = (struct entry *)(generation->arena +
                                               (size_t)(place - 1) * PLACE_UNIT);
        if (bytes_compare(entry_key(entry), key) == 0) {
            return entry;
        }
        place = entry->beside;
    }
    return NULL;
}

bool generation_get(const struct generation *generation, struct bytes key, uint64_t commit,
                    struct bytes *ret_value)
{
    const struct entry *entry = lookup(generation, key, bucket_of(generation, key));
    const struct generation_node *node = entry == NULL ? NULL : version(entry, commit);
    if (node == NULL) {
        return false;
    }
    *ret_value = generation_at(node).value;
    return true;
}

const struct generation_node *generation_from(const struct generation *generation,
                                              struct bytes key, uint64_t commit)
{
    const struct entry *before;
    return version_from(find(generation, key, &before), commit);
}

const struct generation_node *generation_before(const struct generation *generation,
                                                struct bytes key, uint64_t commit)
{
    for (;;) {
        const struct entry *before;
        (void)find(generation, key, &before);
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

/* A key nothing leads to yet. */
static struct entry *entry_new(struct generation *generation, struct bytes key)
{
    uint16_t height = skip_height(&generation->random, HEIGHT_MAX);
    struct entry *entry =
        arena_take(generation, sizeof *entry + height * sizeof entry->next[0] + key.size,
                   alignof(struct entry));
    entry->key_size = (uint16_t)key.size;
    entry->height = height;
    atomic_init(&entry->newest, NULL);
    memcpy(&entry->next[height], key.data, key.size);
    return entry;
}

static bool leads_below(entry_link *link, struct bytes key)
{
    const struct entry *entry = follow(link);
    return entry != NULL && bytes_compare(entry_key(entry), key) < 0;
}

/* Moves last_links on (or back to the head and on) to where the new `key` belongs: up as long as
 * there is way to go, and down again. */
static void seek(struct generation *generation, struct bytes key)
{
    entry_link **links = generation->last_links;
    if (bytes_compare(generation->last_key, key) >= 0) {
        for (size_t level = 0; level < HEIGHT_MAX; level++) {
            links[level] = &generation->head[level];
        }
    }
    size_t level = 0;
    while (level < HEIGHT_MAX && leads_below(links[level], key)) {
        level++;
    }
    struct entry *before = NULL;
    while (level-- > 0) {
        if (before != NULL) {
            links[level] = &before->next[level];
        }
        while (leads_below(links[level], key)) {
            before = follow(links[level]);
            links[level] = &before->next[level];
        }
    }
}

/* Puts a whole entry where last_links are, and into its bucket. */
static void entry_link_in(struct generation *generation, struct entry *entry,
                          atomic_uint_fast64_t *bucket)
{
    size_t offset = (size_t)((uint8_t *)entry - generation->arena);
    uint64_t place = offset / PLACE_UNIT + 1;
    assert(offset % PLACE_UNIT == 0 && place <= UINT32_MAX);
    entry->beside = bucket_first(generation, bucket);
    for (uint16_t level = 0; level < entry->height; level++) {
        atomic_init(&entry->next[level], follow(generation->last_links[level]));
    }
    for (uint16_t level = 0; level < entry->height; level++) {
        atomic_store_explicit(generation->last_links[level], entry, memory_order_release);
        generation->last_links[level] = &entry->next[level];
    }
    atomic_store_explicit(bucket, (uint64_t)generation->filling << 32 | place,
                          memory_order_release);
    generation->last_key = entry_key(entry);
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
    atomic_uint_fast64_t *bucket = bucket_of(generation, key);
    struct entry *entry = lookup(generation, key, bucket);
    if (entry != NULL) {
        version_add(generation, entry, commit, write->value);
    } else {
        seek(generation, key);
        entry = entry_new(generation, key);
        version_add(generation, entry, commit, write->value);
        entry_link_in(generation, entry, bucket);
        size_t keys = generation_keys(generation);
        atomic_store_explicit(&generation->key_count, keys + 1, memory_order_relaxed);
    }
    size_t versions = generation_versions(generation);
    atomic_store_explicit(&generation->version_count, versions + 1, memory_order_relaxed);
}
