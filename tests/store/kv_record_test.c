#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/folder.h"
#include "store/kv_lmdb.h"
#include "store/kv_record.h"
#include "tests/store/scratch.h"

static const uint8_t CHECKSUM_KEY[KV_CHECKSUM_KEY_BYTES] = "0123456789abcde";

static void a_recording_holds_each_commit_that_succeeded(void **state)
{
    (void)state;
    struct scratch scratch = scratch_make();
    char path[2 * SCRATCH_PATH_BYTES];
    struct kv_lmdb_options options = {
        .path = scratch.path, .reader_max = 2, .checksum_key = CHECKSUM_KEY};
    struct kv *kv;
    assert_int_equal(kv_lmdb_open(&options, &kv), STORE_OK);
    assert_int_equal(kv_record_wrap(scratch_path(&scratch, "missing/commits", path), &kv),
                     STORE_FAULT);
    assert_int_equal(kv_record_wrap(scratch_path(&scratch, "commits", path), &kv), STORE_OK);

    struct kv_write first[] = {
        {scratch_bytes("ab"), scratch_bytes("one")},
        {scratch_bytes("b"), {0}},
    };
    struct kv_write second = {scratch_bytes("c"), scratch_bytes("")};
    struct kv_fence_check moved = {scratch_bytes("fence"), 0, 7};
    assert_int_equal(kv_commit(kv, first, 2, NULL, 0), STORE_OK);
    assert_int_equal(kv_commit(kv, first, 2, &moved, 1), STORE_CONFLICT); /* is not recorded */
    assert_int_equal(kv_commit(kv, &second, 1, NULL, 0), STORE_OK);

    struct kv_snapshot *snapshot; /* and reading goes through it unchanged */
    struct bytes value;
    assert_int_equal(kv_snapshot_open(kv, &snapshot), STORE_OK);
    assert_int_equal(kv_get(snapshot, scratch_bytes("ab"), &value), STORE_OK);
    assert_memory_equal(value.data, "one", 3);
    kv_snapshot_close(snapshot);
    kv_destroy(kv);

    uint8_t file[256];
    size_t size;
    assert_true(file_read(path, file, sizeof file, &size));
    static const uint8_t start[] = "BKNREC01\0\0\0\2\0\0\0\x1a\0\2\0\0\0\x0b" "abone";
    static const uint8_t deletion[] = "\0\1\xff\xff\xff\xff" "b";
    static const uint8_t next[] = "\0\0\0\1\0\0\0\x0f\0\1\0\0\0\x08" "c";
    enum { START = sizeof start - 1, DELETION = sizeof deletion - 1, NEXT = sizeof next - 1 };
    assert_int_equal(size, START + KV_CHECKSUM_BYTES + DELETION + NEXT + KV_CHECKSUM_BYTES);
    assert_memory_equal(file, start, START);
    assert_memory_equal(file + START + KV_CHECKSUM_BYTES, deletion, DELETION);
    assert_memory_equal(file + START + KV_CHECKSUM_BYTES + DELETION, next, NEXT);
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_holds_each_commit_that_succeeded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
