#include "tests/store/kv_draw.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/store/scratch.h"

enum {
    KEY_COUNT_MAX = 2400,
    HOT_COUNT = 16,
    FENCE_COUNT = 4,
    FENCE_FIRST_BYTE = 0x7f, /* no other key of more than two bytes begins with it */
    FENCE_HEAD_BYTES = 16,
    WRITE_OVERHEAD_BYTES = 64, /* what an engine may keep beside key and value */
    FENCE_ROOM_BYTES = 1024,   /* of a write set, kept for the fences */
    RUN_KEYS_MAX = 300,        /* neighbours deleted or put at a stroke */
    ENDS_BYTES_MAX = 8,
    DEEP_BYTES_MIN = 100,
};

struct draw_key {
    uint8_t bytes[KV_KEY_BYTES_MAX];
    size_t size;
    bool fence;
    bool picked; /* for the write set being drawn */
};

struct kv_draw_keys {
    struct draw_key keys[KEY_COUNT_MAX]; /* in order, all different */
    size_t count;
    size_t hot[HOT_COUNT];
};

/* ---- keys ----------------------------------------------------------------------------------- */

/* A table, one of three merchants, a number: what the store's own keys look like. Cut short, it
 * begins others. */
static size_t table_key(uint64_t *random, uint8_t bytes[KV_KEY_BYTES_MAX])
{
    enum { TABLE_BYTES = 13, TABLES = 5, MERCHANTS = 3, NUMBERS = 160, CUT_ONE_IN = 12 };
    memset(bytes, 0, TABLE_BYTES);
    bytes[0] = (uint8_t)(0x10 + scratch_below(random, TABLES));
    bytes[4] = (uint8_t)scratch_below(random, MERCHANTS);
    bytes[12] = (uint8_t)scratch_below(random, NUMBERS);
    bool cut = scratch_below(random, CUT_ONE_IN) == 0;
    return cut ? 1 + scratch_below(random, TABLE_BYTES - 1) : TABLE_BYTES;
}

static size_t random_key(uint64_t *random, uint8_t bytes[KV_KEY_BYTES_MAX])
{
    enum { KIND_COUNT = 12 };
    size_t size;
    switch (scratch_below(random, KIND_COUNT)) {
    case 0: /* one or two bytes, anywhere */
        bytes[0] = (uint8_t)scratch_below(random, 0xff);
        bytes[1] = (uint8_t)scratch_random(random);
        return 1 + scratch_below(random, 2);
    case 1: /* the lowest there are */
        memset(bytes, 0, ENDS_BYTES_MAX);
        return 1 + scratch_below(random, ENDS_BYTES_MAX);
    case 2: /* the highest there are: above them the engine keeps its own */
        memset(bytes, 0xff, KV_KEY_BYTES_MAX);
        bytes[0] = 0xfe;
        size = 1 + scratch_below(random, ENDS_BYTES_MAX);
        return scratch_below(random, 4) == 0 ? KV_KEY_BYTES_MAX : size;
    case 3: /* alike for a hundred bytes */
        memset(bytes, 'p', KV_KEY_BYTES_MAX);
        size = DEEP_BYTES_MIN + scratch_below(random, KV_KEY_BYTES_MAX - DEEP_BYTES_MIN + 1);
        bytes[size - 1] = (uint8_t)scratch_random(random);
        return size;
    default:
        return table_key(random, bytes);
    }
}

static int compare_keys(const void *left, const void *right)
{
    const struct draw_key *a = left, *b = right;
    return bytes_compare((struct bytes){a->bytes, a->size}, (struct bytes){b->bytes, b->size});
}

static void keys_fill(struct kv_draw_keys *keys, uint64_t seed)
{
    uint64_t random = seed;
    for (size_t i = 0; i < KEY_COUNT_MAX; i++) {
        struct draw_key *key = &keys->keys[i];
        key->fence = i < FENCE_COUNT;
        if (key->fence) {
            memcpy(key->bytes, (uint8_t[]){FENCE_FIRST_BYTE, 'f', (uint8_t)i}, 3);
            key->size = 3;
        } else {
            key->size = random_key(&random, key->bytes);
        }
    }
    qsort(keys->keys, KEY_COUNT_MAX, sizeof keys->keys[0], compare_keys);
    for (size_t i = 0; i < KEY_COUNT_MAX; i++) {
        if (keys->count == 0 || compare_keys(&keys->keys[keys->count - 1], &keys->keys[i]) != 0) {
            keys->keys[keys->count++] = keys->keys[i];
        }
    }
    for (size_t i = 0; i < HOT_COUNT; i++) {
        keys->hot[i] = scratch_below(&random, (uint32_t)keys->count);
    }
}

struct kv_draw *kv_draw_new(uint64_t seed, size_t bytes_max)
{
    struct kv_draw *draw = calloc(1, sizeof *draw);
    if (draw == NULL) {
        abort();
    }
    draw->seed = seed;
    draw->bytes_max = bytes_max;
    draw->keys = calloc(1, sizeof *draw->keys);
    draw->writes = calloc(KEY_COUNT_MAX, sizeof draw->writes[0]);
    draw->values = calloc(KEY_COUNT_MAX, sizeof draw->values[0]);
    draw->bytes = malloc(bytes_max);
    if (draw->keys == NULL || draw->writes == NULL || draw->values == NULL ||
        draw->bytes == NULL) {
        abort();
    }
    keys_fill(draw->keys, seed);
    return draw;
}

void kv_draw_destroy(struct kv_draw *draw)
{
    free(draw->keys);
    free(draw->writes);
    free(draw->values);
    free(draw->bytes);
    free(draw);
}

static struct bytes key_view(const struct draw_key *key)
{
    return (struct bytes){key->bytes, key->size};
}

static size_t random_index(const struct kv_draw_keys *keys, uint64_t *random)
{
    enum { HOT_ONE_IN = 3 };
    if (scratch_below(random, HOT_ONE_IN) == 0) {
        return keys->hot[scratch_below(random, HOT_COUNT)];
    }
    return scratch_below(random, (uint32_t)keys->count);
}

/* Keys of the engine's own: strangers may ask for them, since a key begins with a number they name.
 * For all of us nothing is there. */
static struct bytes reserved_key(uint64_t *random)
{
    static const uint8_t keys[][12] = {{0xff, 'f'}, {0xff, 'j', 0, 0, 0, 0, 0, 0, 0, 7, 0, 0}};
    static const uint8_t sizes[] = {1, 2, 5, 12};
    return (struct bytes){keys[scratch_below(random, 2)], sizes[scratch_below(random, 4)]};
}

struct bytes kv_draw_key(const struct kv_draw *draw, uint64_t *random)
{
    enum { RESERVED_ONE_IN = 50 };
    if (scratch_below(random, RESERVED_ONE_IN) == 0) {
        return reserved_key(random);
    }
    return key_view(&draw->keys->keys[random_index(draw->keys, random)]);
}

struct bytes kv_draw_bound(const struct kv_draw *draw, uint64_t *random,
                           uint8_t to[KV_KEY_BYTES_MAX])
{
    struct bytes key = kv_draw_key(draw, random);
    memcpy(to, key.data, key.size);
    switch (scratch_below(random, 8)) {
    case 0: /* just behind it */
        if (key.size < KV_KEY_BYTES_MAX) {
            to[key.size++] = 0;
        }
        break;
    case 1: /* what it begins with */
        key.size = 1 + scratch_below(random, (uint32_t)key.size);
        break;
    case 2: /* beside it */
        to[key.size - 1] = (uint8_t)(to[key.size - 1] + (scratch_below(random, 2) == 0 ? 1 : -1));
        break;
    case 3: /* an end, the upper one above all keys there may be, or among the engine's own */
        key.size = 1 + scratch_below(random, 4);
        memset(to, 0xff, key.size);
        to[0] = scratch_below(random, 2) == 0 ? 0 : 0xff;
        to[1] = (uint8_t)scratch_random(random);
        break;
    default:
        break;
    }
    return (struct bytes){to, key.size};
}

/* ---- write sets ----------------------------------------------------------------------------- */

/* How a write set is made. */
struct shape {
    uint32_t keys_max;      /* drawn one by one; some may be the same */
    uint32_t run_keys;      /* and neighbours */
    uint32_t deletions_in_100;
    uint32_t value_bytes;   /* of each value; 0: of many sizes */
};

static struct shape random_shape(const struct kv_draw *draw, uint64_t *random)
{
    uint32_t kind = scratch_below(random, 1000);
    if (kind < 600) {
        return (struct shape){.keys_max = 8, .deletions_in_100 = 25};
    }
    if (kind < 850) {
        return (struct shape){.keys_max = 60, .deletions_in_100 = 25};
    }
    if (kind < 910) {
        return (struct shape){.keys_max = 3, .run_keys = RUN_KEYS_MAX, .deletions_in_100 = 100};
    }
    if (kind < 970) {
        return (struct shape){.run_keys = RUN_KEYS_MAX / 3, .deletions_in_100 = 5};
    }
    if (kind < 994) {
        return (struct shape){.keys_max = 600, .deletions_in_100 = 40};
    }
    if (kind < 998) { /* as much as fits, in many small values */
        return (struct shape){.keys_max = KEY_COUNT_MAX, .run_keys = KEY_COUNT_MAX,
                              .value_bytes = (uint32_t)(draw->bytes_max / KEY_COUNT_MAX)};
    }
    return (struct shape){.keys_max = 40, .value_bytes = KV_VALUE_BYTES_MAX}; /* or a few large */
}

static uint32_t random_value_bytes(const struct shape *shape, uint64_t *random)
{
    uint32_t kind = scratch_below(random, 100);
    if (shape->value_bytes != 0) {
        return shape->value_bytes;
    }
    if (kind < 10) {
        return 0;
    }
    if (kind < 60) {
        return 1 + scratch_below(random, 40);
    }
    if (kind < 95) {
        return 1 + scratch_below(random, 400);
    }
    if (kind < 99) {
        return 1 + scratch_below(random, 5000); /* LMDB keeps them on pages of their own */
    }
    return KV_VALUE_BYTES_MAX - scratch_below(random, 2);
}

static void pick(struct kv_draw_keys *keys, const struct shape *shape, uint64_t *random)
{
    uint32_t count = shape->keys_max == 0 ? 0 : 1 + scratch_below(random, shape->keys_max);
    for (uint32_t i = 0; i < count; i++) {
        keys->keys[random_index(keys, random)].picked = true;
    }
    if (shape->run_keys > 0) {
        size_t from = scratch_below(random, (uint32_t)keys->count);
        size_t size = 1 + scratch_below(random, shape->run_keys);
        for (size_t i = from; i < from + size && i < keys->count; i++) {
            keys->keys[i].picked = true;
        }
    }
}

/* Which fences the write set compares, and with what: mostly what is there. */
static void draw_checks(struct kv_draw *draw, const struct kv_oracle *oracle, uint64_t commit,
                        uint64_t *random)
{
    enum { NONE_IN_10 = 7, WRONG_EPOCH_IN_20 = 1, WRONG_COMMIT_IN_20 = 2 };
    draw->check_count = 0;
    draw->result = STORE_OK;
    if (scratch_below(random, 10) < NONE_IN_10) {
        return;
    }
    for (size_t i = 0; i < draw->keys->count && draw->check_count < DRAW_CHECK_MAX; i++) {
        struct draw_key *key = &draw->keys->keys[i];
        if (!key->fence || scratch_below(random, FENCE_COUNT) >= 2) {
            continue;
        }
        const struct oracle_value *fence = kv_oracle_get(oracle, commit, key_view(key));
        struct kv_fence_check check = {key_view(key), 0, 0};
        if (fence != NULL) {
            check.epoch = fence->first;
            check.commit = fence->second;
        }
        uint32_t kind = scratch_below(random, 20);
        enum store_result result = STORE_OK;
        if (kind < WRONG_EPOCH_IN_20) {
            check.epoch++;
            result = STORE_FENCED;
        } else if (kind < WRONG_COMMIT_IN_20) {
            check.commit += scratch_below(random, 2) == 0 ? 1 : UINT64_MAX;
            result = STORE_CONFLICT;
        }
        draw->checks[draw->check_count++] = check;
        draw->result = draw->result == STORE_OK ? result : draw->result;
        key->picked = true;
    }
    if (draw->check_count < DRAW_CHECK_MAX) { /* as a refused command of nobody's leaves one */
        draw->checks[draw->check_count++] = (struct kv_fence_check){reserved_key(random), 0, 0};
    }
}

/* The value a write puts; false: it deletes. */
static bool random_value(const struct kv_draw *draw, const struct draw_key *key,
                         const struct shape *shape, uint64_t number, uint64_t *random,
                         struct oracle_value *ret_value)
{
    enum { FENCE_GONE_ONE_IN = 8, EPOCH_ONE_IN = 5 };
    if (!key->fence) {
        *ret_value = (struct oracle_value){scratch_random(random), number,
                                           random_value_bytes(shape, random)};
        return scratch_below(random, 100) >= shape->deletions_in_100;
    }
    for (size_t i = 0; i < draw->check_count; i++) {
        const struct kv_fence_check *check = &draw->checks[i];
        if (bytes_compare(check->key, key_view(key)) == 0) {
            bool epoch = scratch_below(random, EPOCH_ONE_IN) == 0;
            *ret_value = (struct oracle_value){check->epoch + epoch, check->commit + 1,
                                               FENCE_HEAD_BYTES + scratch_below(random, 20)};
        }
    }
    return scratch_below(random, FENCE_GONE_ONE_IN) != 0;
}

/* Adds one write; what no longer fits is deleted instead, which takes the least. */
static void add_write(struct kv_draw *draw, const struct draw_key *key,
                      const struct oracle_value *value, bool puts, size_t *taken)
{
    size_t least = key->size + WRITE_OVERHEAD_BYTES;
    size_t room = draw->bytes_max - (key->fence ? 0 : FENCE_ROOM_BYTES);
    if (*taken + least > room) {
        return;
    }
    struct kv_write *write = &draw->writes[draw->write_count];
    *write = (struct kv_write){.key = key_view(key)};
    *taken += least;
    if (puts && *taken + value->size <= room) {
        draw->values[draw->write_count] = *value;
        oracle_value_write(value, draw->bytes + *taken);
        write->value = (struct bytes){draw->bytes + *taken, value->size};
        *taken += value->size;
    }
    draw->write_count++;
}

void kv_draw_batch(struct kv_draw *draw, const struct kv_oracle *oracle, uint64_t commit,
                   uint64_t number)
{
    uint64_t random = draw->seed ^ number * UINT64_C(0xd1342543de82ef95);
    struct shape shape = random_shape(draw, &random);
    struct kv_draw_keys *keys = draw->keys;
    pick(keys, &shape, &random);
    for (size_t i = 0; i < keys->count; i++) {
        keys->keys[i].picked = keys->keys[i].picked && !keys->keys[i].fence;
    }
    draw_checks(draw, oracle, commit, &random);
    size_t taken = 0;
    draw->write_count = 0;
    for (size_t i = 0; i < keys->count; i++) {
        struct oracle_value value = {0};
        if (keys->keys[i].picked) {
            bool puts = random_value(draw, &keys->keys[i], &shape, number, &random, &value);
            add_write(draw, &keys->keys[i], &value, puts, &taken);
            keys->keys[i].picked = false;
        }
    }
    if (draw->write_count == 0) { /* only fences were picked, and then not compared */
        add_write(draw, &keys->keys[0], &(struct oracle_value){0}, false, &taken);
    }
    assert(draw->write_count > 0 && taken <= draw->bytes_max);
}

bool kv_draw_apply(const struct kv_draw *draw, struct kv_oracle *oracle, uint64_t commit)
{
    bool changes = false;
    for (size_t i = 0; i < draw->write_count; i++) {
        struct bytes key = draw->writes[i].key;
        bool deletes = draw->writes[i].value.data == NULL;
        changes = changes || !deletes || kv_oracle_get(oracle, commit, key) != NULL;
        kv_oracle_put(oracle, commit, key, deletes ? NULL : &draw->values[i]);
    }
    return changes;
}
