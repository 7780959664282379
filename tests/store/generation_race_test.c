/* One thread inserts and publishes, three read what was published. Built a second time with the
 * thread sanitizer (tests/store/CMakeLists.txt), which sees a missing release or acquire that the
 * processor forgives. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/generation.h"

enum { COMMITS = 6000, WRITES = 6, KEYS = 4096, READERS = 3, CAPACITY_BYTES = 16 << 20 };

/* All that is written is known beforehand: a reader can tell what it should see. */
struct plan {
    uint16_t keys[COMMITS + 1][WRITES];      /* ascending; the first is always 0, the hot one */
    uint16_t key_counts[COMMITS + 1];        /* distinct keys written up to this commit */
};

struct stage {
    struct plan plan;
    struct generation *generation;
    atomic_uint_fast64_t published;
    atomic_uint wrong; /* cmocka's own assertions are the main thread's */
    atomic_uint_fast64_t looked;
};

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static int order(const void *a, const void *b)
{
    const uint16_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void plan_make(struct plan *plan)
{
    static bool known[KEYS];
    uint64_t random = UINT64_C(0x853c49e6748fea9b);
    uint16_t count = 0;
    for (size_t commit = 1; commit <= COMMITS; commit++) {
        uint16_t *keys = plan->keys[commit];
        keys[0] = 0;
        for (size_t i = 1; i < WRITES; i++) /* of a range each, so that none comes twice */
            keys[i] = (uint16_t)(1 + (i - 1) * (KEYS / WRITES) + random_next(&random) %
                                                                     (KEYS / WRITES));
        qsort(keys, WRITES, sizeof *keys, order);
        for (size_t i = 0; i < WRITES; i++) {
            count += !known[keys[i]];
            known[keys[i]] = true;
        }
        plan->key_counts[commit] = count;
    }
}

/* Of different lengths, in the order of their numbers. */
static struct bytes key_make(uint16_t key, uint8_t buffer[8])
{
    buffer[0] = (uint8_t)(key >> 8);
    buffer[1] = (uint8_t)key;
    memset(buffer + 2, 0x55, 6);
    return (struct bytes){buffer, 2 + key % 7};
}

static bool deleted(uint16_t key, uint64_t commit)
{
    return (key + commit) % 5 == 0;
}

static void *insert_all(void *context)
{
    struct stage *stage = context;
    for (uint64_t commit = 1; commit <= COMMITS; commit++) {
        for (size_t i = 0; i < WRITES; i++) {
            uint16_t key = stage->plan.keys[commit][i];
            uint64_t value[3] = {commit, key, ~commit};
            uint8_t buffer[8];
            struct kv_write write = {.key = key_make(key, buffer)};
            if (!deleted(key, commit))
                write.value = (struct bytes){(const uint8_t *)value, sizeof value};
            generation_insert(stage->generation, commit, &write);
        }
        atomic_store_explicit(&stage->published, commit, memory_order_release);
    }
    return NULL;
}

/* Is it what `commit` wrote under `key`? */
static bool value_right(struct bytes value, uint16_t key, uint64_t commit)
{
    uint64_t parts[3];
    if (deleted(key, commit))
        return value.data == NULL && value.size == 0;
    if (value.data == NULL || value.size != sizeof parts)
        return false;
    memcpy(parts, value.data, sizeof parts);
    return parts[0] == commit && parts[1] == key && parts[2] == ~commit;
}

static bool gets_right(const struct stage *stage, uint64_t commit)
{
    for (size_t i = 0; i < WRITES; i++) {
        uint16_t key = stage->plan.keys[commit][i];
        uint8_t buffer[8];
        struct bytes value;
        if (!generation_get(stage->generation, key_make(key, buffer), commit, &value) ||
            !value_right(value, key, commit))
            return false;
    }
    return true;
}

static bool walk_right(const struct stage *stage, uint64_t commit)
{
    static const uint8_t FIRST[] = {0};
    const struct generation *generation = stage->generation;
    const struct generation_node *node =
        generation_from(generation, (struct bytes){FIRST, sizeof FIRST}, commit);
    int last = -1;
    unsigned count = 0;
    for (; node != NULL; node = generation_after(generation, node, commit)) {
        struct kv_write write = generation_at(node);
        int key = write.key.data[0] << 8 | write.key.data[1];
        uint64_t wrote = generation_commit(node);
        if (key <= last || wrote > commit || !value_right(write.value, (uint16_t)key, wrote))
            return false;
        last = key;
        count++;
    }
    return count == stage->plan.key_counts[commit];
}

static bool walk_back_right(const struct stage *stage, uint64_t commit, uint16_t from)
{
    const struct generation *generation = stage->generation;
    uint8_t buffer[8];
    struct bytes key = key_make(from, buffer);
    for (int steps = 0; steps < 20; steps++) {
        const struct generation_node *node = generation_before(generation, key, commit);
        if (node == NULL)
            return from > 0 ? bytes_compare(key, key_make(1, buffer)) < 0 : true;
        struct kv_write write = generation_at(node);
        const struct generation_node *next = generation_after(generation, node, commit);
        if (bytes_compare(write.key, key) >= 0 || generation_commit(node) > commit ||
            (next != NULL && bytes_compare(generation_at(next).key, key) < 0))
            return false;
        key = write.key;
    }
    return true;
}

static void *read_all(void *context)
{
    struct stage *stage = context;
    uint64_t commit = 0, random = (uint64_t)(uintptr_t)&commit | 1;
    while (commit < COMMITS && atomic_load(&stage->wrong) == 0) {
        commit = atomic_load_explicit(&stage->published, memory_order_acquire);
        if (commit == 0)
            continue;
        uint64_t older = 1 + random_next(&random) % commit;
        bool right = gets_right(stage, commit) && gets_right(stage, older) &&
                     walk_back_right(stage, commit, (uint16_t)(random % KEYS));
        if (right && random % 16 == 0)
            right = walk_right(stage, random % 32 == 0 ? commit : older);
        if (!right)
            atomic_fetch_add(&stage->wrong, 1);
        atomic_fetch_add(&stage->looked, 1);
    }
    return NULL;
}

static void readers_see_what_was_published_while_more_is_inserted(void **state)
{
    (void)state;
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    plan_make(&stage->plan);
    stage->generation = generation_new(CAPACITY_BYTES);
    assert_non_null(stage->generation);
    pthread_t readers[READERS], inserter;
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_all, stage), 0);
    assert_int_equal(pthread_create(&inserter, NULL, insert_all, stage), 0);
    pthread_join(inserter, NULL);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    assert_int_equal(atomic_load(&stage->wrong), 0);
    print_message("%llu looks\n", (unsigned long long)atomic_load(&stage->looked));
    assert_int_equal(generation_versions(stage->generation), COMMITS * WRITES);
    assert_true(gets_right(stage, COMMITS) && walk_right(stage, COMMITS));
    generation_destroy(stage->generation);
    free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_see_what_was_published_while_more_is_inserted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
