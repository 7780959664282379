/* kv.h's promises, on LMDB; and what happens when there is no room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signal.h>
#include <sys/resource.h>

#include <lmdb.h>

#include <cmocka.h>

#include "store/kv_lmdb.h"
#include "tests/store/scratch.h"

#ifndef BUFFER_BYTES
#define BUFFER_BYTES 0 /* this file is built a second time, with a buffer */
#endif

static const uint8_t CHECKSUM_KEY[KV_CHECKSUM_KEY_BYTES] = "0123456789abcde";
static struct scratch scratch;

static struct kv *open_with(uint64_t map_bytes, uint64_t headroom_bytes, unsigned reader_max)
{
    struct kv_lmdb_options options = {
        .path = scratch.path,
        .map_bytes = map_bytes,
        .headroom_bytes = headroom_bytes,
        .buffer_bytes = BUFFER_BYTES,
        .reader_max = reader_max,
        .checksum_key = CHECKSUM_KEY,
    };
    struct kv *kv;
    assert_int_equal(kv_lmdb_open(&options, &kv), STORE_OK);
    return kv;
}

static int setup(void **state)
{
    (void)state;
    scratch = scratch_make();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

static enum store_result commit_one(struct kv *kv, const char *key, const char *value)
{
    struct kv_write write = {scratch_bytes(key), {0}};
    if (value != NULL) {
        write.value = scratch_bytes(value);
    }
    return kv_commit(kv, &write, 1, NULL, 0);
}

static void assert_value(struct kv *kv, const char *key, enum store_result expected,
                         const char *text)
{
    struct kv_snapshot *snapshot;
    struct bytes value;
    assert_int_equal(kv_snapshot_open(kv, &snapshot), STORE_OK);
    assert_int_equal(kv_get(snapshot, scratch_bytes(key), &value), expected);
    if (expected == STORE_OK) {
        assert_int_equal(value.size, strlen(text));
        assert_memory_equal(value.data, text, value.size);
    }
    kv_snapshot_close(snapshot);
}

static void a_commit_is_there_after_reopening(void **state)
{
    (void)state;
    struct kv *kv = open_with(0, 0, 4);
    assert_int_equal(commit_one(kv, "a", "one"), STORE_OK);
    assert_int_equal(commit_one(kv, "b", ""), STORE_OK);
    assert_int_equal(commit_one(kv, "c", "three"), STORE_OK);
    assert_int_equal(commit_one(kv, "c", NULL), STORE_OK);
    assert_int_equal(commit_one(kv, "never", NULL), STORE_OK); /* absent keys may be deleted */
    kv_destroy(kv);
    kv = open_with(0, 0, 4);
    assert_value(kv, "a", STORE_OK, "one");
    assert_value(kv, "b", STORE_OK, "");
    assert_value(kv, "c", STORE_ABSENT, NULL);
    kv_destroy(kv);
}

static void the_largest_key_and_value_fit(void **state)
{
    (void)state;
    static uint8_t key[KV_KEY_BYTES_MAX], value[KV_VALUE_BYTES_MAX];
    memset(key, 0xff, sizeof key);
    key[0] = KV_KEY_RESERVED - 1;
    memset(value, 0x7e, sizeof value);
    struct kv *kv = open_with(0, 0, 4);
    struct kv_write write = {{key, sizeof key}, {value, sizeof value}};
    assert_int_equal(kv_commit(kv, &write, 1, NULL, 0), STORE_OK);
    struct kv_snapshot *snapshot;
    struct bytes found;
    assert_int_equal(kv_snapshot_open(kv, &snapshot), STORE_OK);
    assert_int_equal(kv_get(snapshot, write.key, &found), STORE_OK);
    assert_int_equal(found.size, sizeof value);
    assert_memory_equal(found.data, value, sizeof value);
    kv_snapshot_close(snapshot);
    kv_destroy(kv);
}

static const uint8_t *fence_bytes(uint64_t epoch, uint64_t commit, uint8_t bytes[16])
{
    memset(bytes, 0, 16);
    bytes[7] = (uint8_t)epoch;
    bytes[15] = (uint8_t)commit;
    return bytes;
}

static enum store_result commit_fenced(struct kv *kv, uint64_t epoch, uint64_t commit,
                                       const char *value)
{
    uint8_t fence[16];
    struct kv_write writes[] = {
        {scratch_bytes("fence"), {fence_bytes(epoch, commit + 1, fence), sizeof fence}},
        {scratch_bytes("key"), scratch_bytes(value)},
    };
    struct kv_fence_check check = {scratch_bytes("fence"), epoch, commit};
    return kv_commit(kv, writes, 2, &check, 1);
}

static void a_fence_is_compared_before_anything_is_written(void **state)
{
    (void)state;
    static const struct {
        uint64_t epoch, commit;
        const char *value;
        enum store_result result;
    } rows[] = {
        {0, 1, "too early", STORE_CONFLICT}, /* absent counts as 0, 0 */
        {1, 0, "other", STORE_FENCED},
        {0, 0, "first", STORE_OK},
        {0, 0, "again", STORE_CONFLICT},
        {0, 1, "second", STORE_OK},
        {0, 1, "late", STORE_CONFLICT},
        {2, 2, "another epoch", STORE_FENCED},
        {0, 2, "third", STORE_OK},
    };
    struct kv *kv = open_with(0, 0, 4);
    const char *stored = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(commit_fenced(kv, rows[i].epoch, rows[i].commit, rows[i].value),
                         rows[i].result);
        stored = rows[i].result == STORE_OK ? rows[i].value : stored;
        assert_value(kv, "key", stored == NULL ? STORE_ABSENT : STORE_OK, stored);
    }
    kv_destroy(kv);
}

/* Puts a value behind kv's back, as a bad disk would. */
static void tamper(const char *key, size_t flipped_index, const char *moved_to)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi table;
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_open(env, scratch.path, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, NULL, 0, &table), 0);
    struct bytes key_bytes = scratch_bytes(moved_to);
    MDB_val from = {strlen(key), (void *)(uintptr_t)key}, found;
    MDB_val to = {key_bytes.size, (void *)(uintptr_t)moved_to};
    uint8_t copy[64];
    assert_int_equal(mdb_get(txn, table, &from, &found), 0);
    assert_in_range(found.mv_size, KV_CHECKSUM_BYTES, sizeof copy);
    memcpy(copy, found.mv_data, found.mv_size);
    if (flipped_index < found.mv_size) {
        copy[flipped_index] ^= 1;
    }
    found.mv_data = copy;
    assert_int_equal(mdb_put(txn, table, &to, &found, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

static void a_flipped_bit_anywhere_in_a_value_is_noticed(void **state)
{
    (void)state;
    enum { RAW_BYTES = 5 + KV_CHECKSUM_BYTES };
    for (size_t i = 0; i < RAW_BYTES; i++) {
        struct kv *kv = open_with(0, 0, 4);
        assert_int_equal(commit_one(kv, "good", "fine"), STORE_OK);
        assert_int_equal(commit_one(kv, "money", "12345"), STORE_OK);
        assert_int_equal(kv_flush(kv), STORE_OK);
        kv_destroy(kv);
        tamper("money", i, "money");
        kv = open_with(0, 0, 4);
        assert_value(kv, "money", STORE_DAMAGED, NULL);
        assert_value(kv, "good", STORE_OK, "fine"); /* and refuses nothing else */
        struct kv_snapshot *snapshot;
        struct kv_scan *scan;
        struct bytes key, value;
        assert_int_equal(kv_snapshot_open(kv, &snapshot), STORE_OK);
        assert_int_equal(kv_scan_open(snapshot, scratch_bytes("m"), scratch_bytes("n"), false,
                                      &scan), STORE_OK);
        assert_int_equal(kv_scan_next(scan, &key, &value), STORE_DAMAGED);
        kv_scan_close(scan);
        kv_snapshot_close(snapshot);
        kv_destroy(kv);
    }
}

static void a_value_under_another_key_is_noticed(void **state)
{
    (void)state;
    struct kv *kv = open_with(0, 0, 4);
    assert_int_equal(commit_one(kv, "balance1", "12345"), STORE_OK);
    assert_int_equal(kv_flush(kv), STORE_OK);
    kv_destroy(kv);
    tamper("balance1", SIZE_MAX, "balance2");
    kv = open_with(0, 0, 4);
    assert_value(kv, "balance1", STORE_OK, "12345");
    assert_value(kv, "balance2", STORE_DAMAGED, NULL);
    kv_destroy(kv);
}

static void scans_stay_inside_their_range_in_both_directions(void **state)
{
    (void)state;
    static const char *const keys[] = {"a", "b", "ba", "c", "d"};
    static const struct {
        const char *from, *to, *forward;
    } rows[] = {
        {"a", "e", "a b ba c d "}, {"b", "c", "b ba "}, {"aa", "bb", "b ba "}, {"d", "z", "d "},
        {"e", "z", ""},            {"A", "a", ""},      {"c", "b", ""},        {"b", "ba", "b "},
    };
    struct kv *kv = open_with(0, 0, 4);
    struct kv_snapshot *snapshot;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(commit_one(kv, keys[i], keys[i]), STORE_OK);
    }
    assert_int_equal(kv_snapshot_open(kv, &snapshot), STORE_OK);
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        bool reverse = i % 2 == 1;
        char found[32] = "";
        struct kv_scan *scan;
        struct bytes key, value;
        enum store_result result;
        assert_int_equal(kv_scan_open(snapshot, scratch_bytes(rows[i / 2].from),
                                      scratch_bytes(rows[i / 2].to), reverse, &scan), STORE_OK);
        while ((result = kv_scan_next(scan, &key, &value)) == STORE_OK) {
            assert_memory_equal(key.data, value.data, key.size);
            /* In key order again, whichever way it walks. */
            size_t size = strlen(found), offset = reverse ? 0 : size;
            assert_true(size + key.size + 2 <= sizeof found);
            memmove(found + offset + key.size + 1, found + offset, size - offset + 1);
            memcpy(found + offset, key.data, key.size);
            found[offset + key.size] = ' ';
        }
        assert_int_equal(result, STORE_ABSENT);
        assert_int_equal(kv_scan_next(scan, &key, &value), STORE_ABSENT); /* and stays there */
        assert_string_equal(found, rows[i / 2].forward);
        kv_scan_close(scan);
    }
    kv_snapshot_close(snapshot);
    kv_destroy(kv);
}

static void closed_snapshots_give_their_reader_back(void **state)
{
    (void)state;
    enum { MANY = 500, READERS = 2 };
    struct kv *kv = open_with(0, 0, READERS);
    uint64_t last = 0;
    for (int i = 0; i < MANY; i++) {
        struct kv_snapshot *first, *second;
        assert_int_equal(commit_one(kv, "a", "x"), STORE_OK);
        assert_int_equal(kv_snapshot_open(kv, &first), STORE_OK);
        assert_int_equal(kv_snapshot_open(kv, &second), STORE_OK);
        assert_true(kv_snapshot_commit(first) > last);
        assert_int_equal(kv_snapshot_commit(first), kv_snapshot_commit(second));
        last = kv_snapshot_commit(first);
        kv_snapshot_close(first);
        kv_snapshot_close(second);
    }
    kv_maintain(kv);
    kv_destroy(kv);
}

static void too_many_snapshots_are_a_fault_and_not_a_crash(void **state)
{
    (void)state;
    enum { READERS = 3, MORE = 10 };
    struct kv *kv = open_with(0, 0, READERS);
    struct kv_snapshot *snapshots[MORE];
    int count = 0;
    while (count < MORE && kv_snapshot_open(kv, &snapshots[count]) == STORE_OK) {
        count++;
    }
    assert_in_range(count, READERS, MORE - 1);
    while (count > 0) {
        kv_snapshot_close(snapshots[--count]);
    }
    assert_int_equal(commit_one(kv, "a", "x"), STORE_OK);
    assert_value(kv, "a", STORE_OK, "x");
    kv_destroy(kv);
}

static void a_full_map_refuses_writes_and_nothing_happens(void **state)
{
    (void)state;
    static uint8_t value[8000];
    struct kv *kv = open_with(1 << 20, 0, 4);
    enum store_result result = STORE_OK;
    uint32_t count = 0;
    while (result == STORE_OK) {
        uint8_t key[4] = {0, 0, (uint8_t)(count >> 8), (uint8_t)count};
        struct kv_write write = {{key, sizeof key}, {value, sizeof value}};
        result = kv_commit(kv, &write, 1, NULL, 0);
        count += result == STORE_OK;
        assert_in_range(count, 0, 200);
    }
    assert_int_equal(result, STORE_FULL);
    assert_in_range(count, 50, 130);
    struct kv_usage usage;
    kv_usage(kv, &usage);
    assert_int_equal(usage.map_bytes, 1 << 20);
    assert_in_range(usage.used_bytes, usage.map_bytes / 100 * 90, usage.map_bytes);
    assert_int_equal(commit_one(kv, "more", "x"), STORE_FULL); /* again, and not a fault */
    assert_value(kv, "more", STORE_ABSENT, NULL);
    kv_destroy(kv);
}

static void a_commit_larger_than_the_map_is_full_and_leaves_the_store_usable(void **state)
{
    (void)state;
    enum { WRITES = 40 };
    static uint8_t value[KV_VALUE_BYTES_MAX], keys[WRITES];
    struct kv *kv = open_with(1 << 20, 0, 4);
    struct kv_write writes[WRITES];
    for (uint8_t i = 0; i < WRITES; i++) {
        keys[i] = i;
        writes[i] = (struct kv_write){{&keys[i], 1}, {value, sizeof value}};
    }
    assert_int_equal(commit_one(kv, "before", "x"), STORE_OK);
    assert_int_equal(kv_commit(kv, writes, WRITES, NULL, 0), STORE_FULL);
    assert_int_equal(commit_one(kv, "after", "x"), STORE_OK);
    assert_value(kv, "\x05", STORE_ABSENT, NULL);
    assert_value(kv, "before", STORE_OK, "x");
    kv_destroy(kv);
}

/* The file-size limit meets LMDB's own write here: nothing was allocated ahead. */
static void a_commit_whose_fate_is_unknown_is_a_fault_for_good(void **state)
{
    (void)state;
    static uint8_t value[KV_VALUE_BYTES_MAX];
    struct kv *kv = open_with(0, 0, 4);
    assert_int_equal(commit_one(kv, "before", "x"), STORE_OK);
    struct rlimit before, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 32 << 10;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct kv_write write = {scratch_bytes("large"), {value, sizeof value}};
    enum store_result result = kv_commit(kv, &write, 1, NULL, 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(result, STORE_FAULT);
    assert_int_equal(commit_one(kv, "after", "x"), STORE_FAULT);
    kv_destroy(kv);
    kv = open_with(0, 0, 4); /* stop, reopen, verify */
    assert_value(kv, "before", STORE_OK, "x");
    assert_value(kv, "after", STORE_ABSENT, NULL);
    assert_int_equal(commit_one(kv, "after", "x"), STORE_OK);
    kv_destroy(kv);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_commit_is_there_after_reopening),
        IN_FOLDER(the_largest_key_and_value_fit),
        IN_FOLDER(a_fence_is_compared_before_anything_is_written),
        IN_FOLDER(a_flipped_bit_anywhere_in_a_value_is_noticed),
        IN_FOLDER(a_value_under_another_key_is_noticed),
        IN_FOLDER(scans_stay_inside_their_range_in_both_directions),
        IN_FOLDER(closed_snapshots_give_their_reader_back),
        IN_FOLDER(too_many_snapshots_are_a_fault_and_not_a_crash),
        IN_FOLDER(a_full_map_refuses_writes_and_nothing_happens),
        IN_FOLDER(a_commit_larger_than_the_map_is_full_and_leaves_the_store_usable),
        IN_FOLDER(a_commit_whose_fate_is_unknown_is_a_fault_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
