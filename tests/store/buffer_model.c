#include "tests/store/buffer_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/kv_lmdb.h"

enum {
    WRITES_MAX = 24,
    READER_MAX = 32,
    NUMBER_BYTES = 4,
    VALUE_BYTES_MAX = 700,
    DELETION_PERCENT = 25,
};

const uint8_t BUFFER_MODEL_CHECKSUM_KEY[KV_CHECKSUM_KEY_BYTES] = "0123456789abcde";

struct buffer_model buffer_model_new(uint64_t seed)
{
    return (struct buffer_model){.random = seed};
}

static uint32_t draw(struct buffer_model *model, uint32_t below)
{
    return scratch_below(&model->random, below);
}

/* Keys of different lengths, prefixes of one another among them, in the order of their indexes. */
static struct bytes key_of(uint32_t index, uint8_t key[4])
{
    key[0] = (uint8_t)(index / 4);
    memset(key + 1, 0x80, 3);
    return (struct bytes){key, 1 + index % 4};
}

struct kv *buffer_model_open(const struct scratch *scratch, uint64_t buffer_bytes)
{
    struct kv_lmdb_options options = {
        .path = scratch->path,
        .reader_max = READER_MAX,
        .buffer_bytes = buffer_bytes,
        .checksum_key = BUFFER_MODEL_CHECKSUM_KEY,
    };
    struct kv *kv;
    assert_int_equal(kv_lmdb_open(&options, &kv), STORE_OK);
    return kv;
}

static size_t value_of(uint32_t index, uint32_t number, uint8_t value[VALUE_BYTES_MAX])
{
    size_t size = NUMBER_BYTES + (index * 31 + number * 7) % (VALUE_BYTES_MAX - NUMBER_BYTES);
    memset(value, (int)(number & 0xff), size);
    bytes_put_u32(value, number);
    return size;
}

enum store_result buffer_model_commit(struct buffer_model *model, struct kv *kv)
{
    static uint8_t values[WRITES_MAX][VALUE_BYTES_MAX];
    uint8_t keys[WRITES_MAX][4];
    uint32_t indexes[WRITES_MAX];
    struct kv_write writes[WRITES_MAX];
    uint32_t number = model->commits + 1, count = 0;
    uint32_t step_max = 1 + draw(model, 60);
    /* Ascending by random steps. */
    for (uint32_t index = draw(model, step_max); index < BUFFER_MODEL_KEYS && count < WRITES_MAX;
         index += 1 + draw(model, step_max)) {
        bool deleted = draw(model, 100) < DELETION_PERCENT;
        indexes[count] = index;
        writes[count] = (struct kv_write){.key = key_of(index, keys[count])};
        if (!deleted) {
            writes[count].value =
                (struct bytes){values[count], value_of(index, number, values[count])};
        }
        count++;
    }
    assert_true(count > 0);
    enum store_result result = kv_commit(kv, writes, count, NULL, 0);
    if (result == STORE_OK) {
        for (uint32_t i = 0; i < count; i++) {
            model->numbers[indexes[i]] = writes[i].value.data == NULL ? 0 : number;
        }
        model->commits = number;
    }
    return result;
}

void buffer_model_commits(struct buffer_model *model, struct kv *kv, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(buffer_model_commit(model, kv), STORE_OK);
    }
}

static void assert_is(uint32_t index, uint32_t number, struct bytes value)
{
    uint8_t expected[VALUE_BYTES_MAX];
    size_t size = value_of(index, number, expected);
    assert_int_equal(value.size, size);
    assert_memory_equal(value.data, expected, size);
}

static void assert_scan(const struct buffer_model *model, struct kv_snapshot *snapshot,
                        bool reverse, uint32_t from, uint32_t to)
{
    uint8_t from_key[4], to_key[4], key[4];
    struct kv_scan *scan;
    struct bytes found, value;
    assert_int_equal(kv_scan_open(snapshot, key_of(from, from_key), key_of(to, to_key), reverse,
                                  &scan), STORE_OK);
    for (uint32_t i = 0; i < to - from; i++) {
        uint32_t index = reverse ? to - 1 - i : from + i;
        if (model->numbers[index] == 0) {
            continue;
        }
        assert_int_equal(kv_scan_next(scan, &found, &value), STORE_OK);
        assert_int_equal(bytes_compare(found, key_of(index, key)), 0);
        assert_is(index, model->numbers[index], value);
    }
    assert_int_equal(kv_scan_next(scan, &found, &value), STORE_ABSENT);
    kv_scan_close(scan);
}

void buffer_model_assert(const struct buffer_model *model, struct kv_snapshot *snapshot)
{
    for (uint32_t index = 0; index < BUFFER_MODEL_KEYS; index++) {
        uint8_t key[4];
        struct bytes value;
        enum store_result result = kv_get(snapshot, key_of(index, key), &value);
        assert_int_equal(result, model->numbers[index] == 0 ? STORE_ABSENT : STORE_OK);
        if (result == STORE_OK) {
            assert_is(index, model->numbers[index], value);
        }
    }
    for (int i = 0; i < 2; i++) {
        assert_scan(model, snapshot, i == 1, 0, BUFFER_MODEL_KEYS - 1);
        assert_scan(model, snapshot, i == 1, 41, 203);
        assert_scan(model, snapshot, i == 1, 97, 98);
    }
}

void buffer_model_assert_now(const struct buffer_model *model, struct kv *kv)
{
    struct kv_snapshot *snapshot;
    assert_int_equal(kv_snapshot_open(kv, &snapshot), STORE_OK);
    buffer_model_assert(model, snapshot);
    kv_snapshot_close(snapshot);
}
