/* The demo's files: the same time gives the same ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "clients/cli/demo.h"

#define NOW INT64_C(1800000000) /* 2027-01-15 */

static const char *const FILES[] = {"program.yaml", "shops.csv", "guides.csv", "members.csv",
                                    "purchases.csv"};

/* All files of a time, one after another. */
static char *written(int64_t now_s)
{
    g_autofree char *folder = g_dir_make_tmp("beckon-demo-test-XXXXXX", NULL);
    assert_non_null(folder);
    assert_true(demo_write(folder, now_s));
    GString *all = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(FILES); i++) {
        g_autofree char *path = g_build_filename(folder, FILES[i], NULL);
        g_autofree char *text = NULL;
        assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_string_append(all, text);
        g_unlink(path);
    }
    g_rmdir(folder);
    return g_string_free(all, FALSE);
}

static void the_same_time_gives_the_same_files(void **state)
{
    (void)state;
    g_autofree char *first = written(NOW), *again = written(NOW), *later = written(NOW + 86400);
    assert_string_equal(first, again);
    assert_string_not_equal(first, later);
}

static void nothing_happens_before_300_days_ago_or_from_today_on(void **state)
{
    (void)state;
    g_autofree char *text = written(NOW);
    assert_null(strstr(text, "2027-01-15T"));
    assert_null(strstr(text, "2026-03-20T")); /* 301 days before */
    assert_non_null(strstr(text, "2027-01-14T"));
    assert_non_null(strstr(text, "2026-03-21T"));
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    (void)state;
    assert_false(demo_write("/nonexistent/folder", NOW));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_time_gives_the_same_files),
        cmocka_unit_test(nothing_happens_before_300_days_ago_or_from_today_on),
        cmocka_unit_test(a_folder_that_is_not_there_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
