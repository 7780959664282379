/* A new data.mdb has its name when it is whole: a making that was cut short is begun anew, a file
 * that is there is left alone. That its pages are synced before, tests/durability proves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "store/folder.h"
#include "store/kv_lmdb.h"
#include "tests/store/scratch.h"

static const uint8_t CHECKSUM_KEY[KV_CHECKSUM_KEY_BYTES] = "0123456789abcde";
static struct scratch scratch;
static char fresh[2 * SCRATCH_PATH_BYTES], file[2 * SCRATCH_PATH_BYTES];

static int begin(void **state)
{
    (void)state;
    scratch = scratch_make();
    scratch_path(&scratch, "data.mdb.new", fresh);
    scratch_path(&scratch, "data.mdb", file);
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

static enum store_result opened(struct kv **ret_kv)
{
    struct kv_lmdb_options options = {.path = scratch.path, .reader_max = 4,
                                      .checksum_key = CHECKSUM_KEY};
    return kv_lmdb_open(&options, ret_kv);
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_true(file_write_all(fd, text, strlen(text)));
    assert_int_equal(close(fd), 0);
}

static void a_making_that_was_cut_short_is_begun_anew(void **state)
{
    (void)state;
    struct kv *kv;
    write_file(fresh, "half a page");
    assert_int_equal(opened(&kv), STORE_OK);
    kv_destroy(kv);
    assert_false(folder_has(fresh));
    assert_true(folder_has(file));
}

static void a_file_that_is_there_is_never_made_anew(void **state)
{
    (void)state;
    char found[32] = "";
    size_t size;
    struct kv *kv;
    write_file(file, "no page of LMDB's");
    assert_int_equal(opened(&kv), STORE_FAULT);
    assert_true(file_read(file, found, sizeof found, &size));
    assert_string_equal(found, "no page of LMDB's");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_making_that_was_cut_short_is_begun_anew, begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_is_there_is_never_made_anew, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
