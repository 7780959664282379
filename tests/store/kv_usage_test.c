/* What kv_usage tells of open snapshots, on LMDB. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/kv_lmdb.h"
#include "tests/store/scratch.h"

static const uint8_t CHECKSUM_KEY[KV_CHECKSUM_KEY_BYTES] = "0123456789abcde";
static struct scratch scratch;

static struct kv *open_store(void)
{
    struct kv_lmdb_options options = {
        .path = scratch.path, .map_bytes = 1 << 20, .reader_max = 4,
        .checksum_key = CHECKSUM_KEY};
    struct kv *kv;
    assert_int_equal(kv_lmdb_open(&options, &kv), STORE_OK);
    return kv;
}

static enum store_result commit_one(struct kv *kv, const char *key, const char *value)
{
    struct kv_write write = {scratch_bytes(key), scratch_bytes(value)};
    return kv_commit(kv, &write, 1, NULL, 0);
}

static void usage_tells_how_far_the_oldest_snapshot_is_behind(void **state)
{
    (void)state;
    struct kv *kv = open_store();
    struct kv_snapshot *old, *young;
    struct kv_usage usage;
    assert_int_equal(commit_one(kv, "a", "x"), STORE_OK);
    kv_usage(kv, &usage);
    assert_int_equal(usage.snapshots, 0);
    assert_int_equal(usage.oldest_commits, 0);
    assert_int_equal(kv_snapshot_open(kv, &old), STORE_OK);
    assert_int_equal(commit_one(kv, "a", "y"), STORE_OK);
    assert_int_equal(commit_one(kv, "a", "z"), STORE_OK);
    assert_int_equal(kv_snapshot_open(kv, &young), STORE_OK);
    kv_usage(kv, &usage);
    assert_int_equal(usage.snapshots, 2);
    assert_int_equal(usage.oldest_commits, 2);
    kv_snapshot_close(old);
    kv_usage(kv, &usage);
    assert_int_equal(usage.snapshots, 1);
    assert_int_equal(usage.oldest_commits, 0);
    kv_snapshot_close(young);
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage_tells_how_far_the_oldest_snapshot_is_behind),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
