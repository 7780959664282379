/* A folder of dated backups: the newest is found, the oldest go, everything else stays. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/main_backups.h"
#include "tests/store/scratch.h"

static struct scratch scratch;

static int set_up(void **state)
{
    (void)state;
    scratch = scratch_make();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

static const char *place(const char *name)
{
    static char path[2 * SCRATCH_PATH_BYTES];
    return scratch_path(&scratch, name, path);
}

static void make(const char *name, bool whole)
{
    assert_int_equal(mkdir(place(name), 0700), 0);
    if (!whole)
        return;
    char manifest[3 * SCRATCH_PATH_BYTES];
    snprintf(manifest, sizeof manifest, "%s/MANIFEST", place(name));
    int fd = open(manifest, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static bool has(const char *name)
{
    return access(place(name), F_OK) == 0;
}

static const char *newest(void)
{
    static char path[FOLDER_PATH_BYTES];
    return backups_newest(scratch.path, path) ? strrchr(path, '/') + 1 : NULL;
}

static void the_newest_is_the_last_whole_dated_one(void **state)
{
    (void)state;
    assert_null(newest());
    assert_int_equal(errno, 0);
    make("2026-01-31T031000Z", true);
    make("2025-12-31T235959Z", true);
    make("2026-02-01T031000Z", false);       /* not whole */
    make("2026-02-02T031000Z.aB3xYz", true); /* in the making */
    make("by-hand", true);
    make("2026-02-02T03:10:00", true);
    make("2026-02-0xT031000Z", true);
    assert_string_equal(newest(), "2026-01-31T031000Z");
    assert_true(backups_is_one(place("2026-01-31T031000Z")));
    assert_false(backups_is_one(place("2026-02-01T031000Z")));
    assert_false(backups_is_one(scratch.path));
}

static void a_folder_that_cant_be_read_says_so(void **state)
{
    (void)state;
    char path[FOLDER_PATH_BYTES];
    size_t deleted = 7;
    assert_false(backups_newest(place("none"), path));
    assert_int_equal(errno, ENOENT);
    assert_false(backups_prune(place("none"), 1, &deleted));
    assert_int_equal(deleted, 7);
}

static void the_oldest_go_and_nothing_else(void **state)
{
    (void)state;
    size_t deleted = 0;
    const char *const stay[] = {"2026-02-01T031000Z", "2026-02-02T031000Z", "by-hand",
                                "2026-01-01T031000Z.aB3xYz", "0000"};
    for (size_t i = 0; i < sizeof stay / sizeof stay[0]; i++)
        make(stay[i], true);
    make("2026-01-31T031000Z", true);
    make("2025-12-31T235959Z", true);
    assert_true(backups_prune(scratch.path, 5, &deleted));
    assert_int_equal(deleted, 0);
    assert_true(backups_prune(scratch.path, 2, &deleted));
    assert_int_equal(deleted, 2);
    assert_false(has("2026-01-31T031000Z"));
    assert_false(has("2025-12-31T235959Z"));
    for (size_t i = 0; i < sizeof stay / sizeof stay[0]; i++)
        assert_true(has(stay[i]));
}

static void what_was_cut_off_days_ago_goes(void **state)
{
    (void)state;
    size_t deleted = 9;
    make("2026-01-01T031000Z.aB3xYz", true);
    struct timespec long_ago[2] = {{.tv_sec = time(NULL) - 3 * 86400}};
    long_ago[1] = long_ago[0];
    assert_int_equal(utimensat(AT_FDCWD, place("2026-01-01T031000Z.aB3xYz"), long_ago, 0), 0);
    make("2026-01-02T031000Z.aB3xYz", true);
    assert_true(backups_prune(scratch.path, 1, &deleted));
    assert_int_equal(deleted, 0);
    assert_false(has("2026-01-01T031000Z.aB3xYz"));
    assert_true(has("2026-01-02T031000Z.aB3xYz"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_newest_is_the_last_whole_dated_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_cant_be_read_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_oldest_go_and_nothing_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_cut_off_days_ago_goes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
