/* Workbooks read back as they were written; damaged ones are told, whatever is in them. */
#include "clients/cli/workbook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <xlsxwriter.h>

enum { SEED = 7, DAMAGES = 3000 };
static char *data;
static gsize size;

/* Two rows, with texts written into the cells (constant memory) or shared between them. */
static void make(bool shared)
{
    char path[] = "/tmp/beckon-workbook-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    lxw_workbook_options options = {.constant_memory = !shared};
    lxw_workbook *workbook = workbook_new_opt(path, &options);
    lxw_worksheet *sheet = workbook_add_worksheet(workbook, "rows");
    worksheet_write_string(sheet, 0, 0, "name", NULL);
    worksheet_write_string(sheet, 0, 30, "<far & \"away\">", NULL);
    worksheet_write_string(sheet, 1, 0, "王小明", NULL);
    worksheet_write_number(sheet, 1, 2, -12.5, NULL);
    assert_int_equal(workbook_close(workbook), LXW_NO_ERROR);
    g_free(data);
    assert_true(g_file_get_contents(path, &data, &size, NULL));
    unlink(path);
}

static void cells_are_read_back(void **state)
{
    (void)state;
    for (int shared = 0; shared <= 1; shared++) {
        g_autoptr(GString) error = g_string_new(NULL);
        make(shared);
        struct workbook *workbook = workbook_read(data, size, error);
        assert_non_null(workbook);
        assert_int_equal(workbook_row_count(workbook), 2);
        struct workbook_row first = workbook_row(workbook, 0), second = workbook_row(workbook, 1);
        assert_string_equal(first.cells[0].text, "name");
        assert_string_equal(first.cells[30].text, "<far & \"away\">");
        assert_null(first.cells[1].text);
        assert_string_equal(second.cells[0].text, "王小明");
        assert_false(second.cells[0].number);
        assert_string_equal(second.cells[2].text, "-12.5");
        assert_true(second.cells[2].number);
        workbook_free(workbook);
    }
}

/* Nothing but an answer is asked for; the sanitizers look at the rest. */
static void try_to_read(const char *bytes, size_t count)
{
    g_autoptr(GString) error = g_string_new(NULL);
    struct workbook *workbook = workbook_read(bytes, count, error);
    if (!workbook) {
        assert_true(error->len > 0);
        return;
    }
    for (size_t i = 0; i < workbook_row_count(workbook); i++)
        (void)workbook_row(workbook, i);
    workbook_free(workbook);
}

static void damage_is_told_and_never_followed(void **state)
{
    (void)state;
    make(true);
    srand(SEED);
    for (int i = 0; i < DAMAGES; i++) {
        g_autofree char *copy = g_memdup2(data, size);
        size_t count = i % 3 == 0 ? (size_t)rand() % size : size;
        for (int k = 0; k < i % 5; k++)
            copy[(size_t)rand() % size] = (char)rand();
        try_to_read(copy, count);
    }
    try_to_read("", 0);
    try_to_read("PK\5\6", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_read_back),
        cmocka_unit_test(damage_is_told_and_never_followed),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    g_free(data);
    return failed;
}
