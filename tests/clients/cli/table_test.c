/* Widths and alignment of tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "clients/cli/table.h"

static void east_asian_characters_take_two_columns(void **state)
{
    (void)state;
    static const struct { const char *text; size_t width; } rows[] = {
        {"", 0}, {"abc", 3}, {"西湖店", 6}, {"Café", 4}, {"Cafe\u0301", 4}, {"ｗｉｄｅ", 8}, {"한국", 4}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(table_width(rows[i].text), rows[i].width);
}

static void what_moves_a_cursor_is_replaced(void **state)
{
    (void)state;
    static const struct { const char *text, *clean; } rows[] = {
        {"a\033[2Jb", "a?[2Jb"}, {"a\nb\tc", "a?b?c"}, {"\xFFx", "?x"},
        {"a\u202Eb", "a?b"}, {"王芳", "王芳"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        g_autofree char *clean = table_clean(rows[i].text);
        assert_string_equal(clean, rows[i].clean);
    }
}

static void columns_are_aligned_and_numbers_stand_right(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    static const char *const titles[] = {"name", "n", "x"};
    static const bool right[] = {false, true, false};
    struct table *table = table_new(file, 3, titles, right);
    table_add(table, (const char *const[]){"西湖店", "1", "a"});
    table_add(table, (const char *const[]){"b", "200", ""});
    table_flush(table);
    table_add(table, (const char *const[]){"later", "12345", "z"});
    table_destroy(table);
    rewind(file);
    char text[256] = "";
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    assert_string_equal(text, "name      n  x\n"
                              "西湖店    1  a\n"
                              "b       200  \n"
                              "later   12345  z\n");
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(east_asian_characters_take_two_columns),
        cmocka_unit_test(what_moves_a_cursor_is_replaced),
        cmocka_unit_test(columns_are_aligned_and_numbers_stand_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
