/* The manifest says what the files hold, twice the same. */
#include "service/export/export_manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/service/export/export_lines.h"

static char *make(void)
{
    struct settlement_run run = lines_run();
    struct export_job job = {.run = &run, .currency = "CNY", .tax_treatment = "税\"前\""};
    struct export_file files[2] = {
        {.profile = EXPORT_GENERIC, .format = EXPORT_CSV, .payees = EXPORT_GUIDES},
        {.profile = EXPORT_CHINA, .format = EXPORT_XLSX, .payees = EXPORT_GUIDES},
    };
    struct export_manifest manifest = {
        .job = &job, .merchant = 3, .retained_until = 14245, .files = files, .file_count = 2,
    };

    files[1].report = (struct export_report){
        .row_count = 5, .paid_minor = 678, .bytes = 90, .totals = {.line_count = 6},
    };
    memset(files[1].report.sha256, 0x1f, sizeof files[1].report.sha256);
    return export_manifest_make(&manifest);
}

static void it_names_files_sums_and_hashes(void **state)
{
    char *text = make();
    json_t *json = json_loads(text, 0, NULL), *run = json_object_get(json, "run");
    json_t *file = json_array_get(json_object_get(json, "files"), 1);
    const char *name, *sha256, *head, *until, *tax;
    json_int_t rows, net, lines, entry;

    (void)state;
    assert_non_null(json);
    assert_int_equal(json_unpack(file, "{s:s,s:s,s:I,s:I,s:{s:I}}", "name", &name, "sha256",
                                 &sha256, "rows", &rows, "rows_net_minor", &net, "totals",
                                 "lines", &lines), 0);
    assert_string_equal(name, "settlement-7-china.xlsx");
    assert_int_equal(strspn(sha256, "1f"), 64);
    assert_int_equal(rows, 5);
    assert_int_equal(net, 678);
    assert_int_equal(lines, 6);
    assert_int_equal(json_unpack(run, "{s:s,s:I}", "ledger_head", &head, "ledger_entry", &entry),
                     0);
    assert_int_equal(strspn(head, "cd"), 64);
    assert_int_equal(entry, 123456);
    assert_int_equal(json_unpack(json, "{s:s,s:s}", "retained_until", &until, "tax_treatment",
                                 &tax), 0);
    assert_string_equal(until, "2009-01-01");
    assert_string_equal(tax, "税\"前\"");
    json_decref(json);
    free(text);
}

static void it_is_the_same_each_time(void **state)
{
    char *first = make(), *second = make();

    (void)state;
    assert_string_equal(first, second);
    free(first);
    free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_names_files_sums_and_hashes),
        cmocka_unit_test(it_is_the_same_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
