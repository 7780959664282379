/* kv_rest: what is buffered goes into the tree step by step, and what was deleted is in no journal,
 * so in no backup either. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "store/kv_lmdb.h"
#include "tests/store/scratch.h"

enum { STEPS_MAX = 1000, KEY_COUNT = 3000, FILE_BYTES_MAX = 64 << 20 };

static const uint8_t CHECKSUM_KEY[KV_CHECKSUM_KEY_BYTES] = "0123456789abcde";
static const char CANARY[] = "canary: whose phone it was";
static struct scratch scratch;

static struct kv *open_store(uint64_t buffer_bytes)
{
    struct kv_lmdb_options options = {
        .path = scratch.path, .map_bytes = 256 << 20, .reader_max = 4,
        .buffer_bytes = buffer_bytes, .checksum_key = CHECKSUM_KEY};
    struct kv *kv;
    assert_int_equal(kv_lmdb_open(&options, &kv), STORE_OK);
    return kv;
}

/* value NULL: deletes it. */
static void commit_one(struct kv *kv, const char *key, const char *value)
{
    struct kv_write write = {scratch_bytes(key),
                             value == NULL ? (struct bytes){0} : scratch_bytes(value)};
    assert_int_equal(kv_commit(kv, &write, 1, NULL, 0), STORE_OK);
}

/* Rests to the end; how many steps that took. */
static unsigned rest(struct kv *kv)
{
    bool more = true;
    unsigned steps = 0;
    for (; more; steps++) {
        assert_in_range(steps, 0, STEPS_MAX);
        assert_int_equal(kv_rest(kv, &more), STORE_OK);
    }
    return steps;
}

static void assert_nothing_is_buffered(struct kv *kv)
{
    struct kv_usage usage;
    kv_usage(kv, &usage);
    assert_int_equal(usage.journal_commits, 0);
    assert_int_equal(usage.journal_bytes, 0);
    assert_int_equal(usage.buffered_bytes, 0);
    assert_int_equal(usage.draining_percent, 100);
}

/* Makes a backup in a new folder; does its file hold the canary? */
static bool backup_holds_canary(struct kv *kv, const char *name)
{
    char folder[2 * SCRATCH_PATH_BYTES], path[3 * SCRATCH_PATH_BYTES];
    scratch_path(&scratch, name, folder);
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(kv_backup(kv, folder), STORE_OK);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = malloc(FILE_BYTES_MAX);
    assert_non_null(bytes);
    size_t size = fread(bytes, 1, FILE_BYTES_MAX, file);
    assert_true(size > 0 && size < FILE_BYTES_MAX);
    fclose(file);
    bool holds = memmem(bytes, size, CANARY, strlen(CANARY)) != NULL;
    free(bytes);
    return holds;
}

static void what_was_deleted_is_in_no_backup_once_the_writer_rested(void **state)
{
    (void)state;
    struct kv *kv = open_store(1 << 20);
    commit_one(kv, "phone", CANARY);
    commit_one(kv, "phone", NULL);
    assert_true(backup_holds_canary(kv, "before")); /* or the test would show nothing */
    rest(kv);
    assert_nothing_is_buffered(kv);
    assert_false(backup_holds_canary(kv, "after"));
    kv_destroy(kv);
}

static void a_half_that_was_draining_and_the_other_both_go(void **state)
{
    (void)state;
    static char value[200];
    struct kv *kv = open_store(256 << 10);
    struct kv_usage usage;
    memset(value, 'v', sizeof value - 1);
    bool drains = false;
    for (unsigned i = 0; i < KEY_COUNT || !drains; i++) {
        char key[16];
        assert_in_range(i, 0, 2 * KEY_COUNT);
        snprintf(key, sizeof key, "%08u", i * 2654435761u);
        commit_one(kv, key, value);
        kv_usage(kv, &usage);
        drains = usage.draining_percent > 0 && usage.draining_percent < 100;
    }
    assert_true(rest(kv) >= 2);
    assert_nothing_is_buffered(kv);
    assert_int_equal(rest(kv), 1); /* nothing is left to do, and nothing done */
    kv_destroy(kv);
}

static void an_open_snapshot_sees_what_it_saw_and_hinders_nothing(void **state)
{
    (void)state;
    struct kv *kv = open_store(1 << 20);
    struct kv_snapshot *old, *young;
    struct bytes value;
    commit_one(kv, "a", "one");
    assert_int_equal(kv_snapshot_open(kv, &old), STORE_OK);
    for (unsigned round = 0; round < 20; round++) { /* more than there are arenas */
        commit_one(kv, "a", "two");
        commit_one(kv, "b", round % 2 == 0 ? "two" : NULL);
        rest(kv);
    }
    assert_int_equal(kv_get(old, scratch_bytes("a"), &value), STORE_OK);
    assert_memory_equal(value.data, "one", 3);
    assert_int_equal(kv_get(old, scratch_bytes("b"), &value), STORE_ABSENT);
    assert_int_equal(kv_snapshot_open(kv, &young), STORE_OK);
    assert_int_equal(kv_get(young, scratch_bytes("a"), &value), STORE_OK);
    assert_memory_equal(value.data, "two", 3);
    kv_snapshot_close(young);
    assert_nothing_is_buffered(kv);
    kv_snapshot_close(old);
    kv_destroy(kv);
}

static void without_a_buffer_there_is_nothing_to_do(void **state)
{
    (void)state;
    struct kv *kv = open_store(0);
    commit_one(kv, "a", "one");
    assert_int_equal(rest(kv), 1);
    kv_destroy(kv);
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

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_was_deleted_is_in_no_backup_once_the_writer_rested),
        IN_FOLDER(a_half_that_was_draining_and_the_other_both_go),
        IN_FOLDER(an_open_snapshot_sees_what_it_saw_and_hinders_nothing),
        IN_FOLDER(without_a_buffer_there_is_nothing_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
