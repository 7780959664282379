/* Widths and alignment of tables. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>
#include <glib.h>

#include "clients/cli/table.h"

static void east_asian_characters_take_two_columns(void **state)
{
    (void)state;
    static const struct { const char *text; size_t width; } rows[] = {
        {"", 0}, {"abc", 3}, {"西湖店", 6}, {"Café", 4}, {"Cafe\u0301", 4}, {"ｗｉｄｅ", 8}, {"한국", 4},
        {"😀", 2}, {"ｶﾀｶﾅ", 4}, {"e\u0301\u0302", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(table_width(rows[i].text), rows[i].width);
}

static void what_moves_a_cursor_is_replaced(void **state)
{
    (void)state;
    static const struct { const char *text, *clean; } rows[] = {
        {"a\033[2Jb", "a?[2Jb"}, {"a\nb\tc", "a?b?c"}, {"\xFFx", "?x"},
        {"a\u202Eb", "a?b"}, {"王芳", "王芳"}, {"a\u2028b", "a?b"}, {"a\u2066b", "a?b"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        g_autofree char *clean = table_clean(rows[i].text);
        assert_string_equal(clean, rows[i].clean);
    }
}

static void what_joins_emoji_is_left_out_so_that_terminals_agree(void **state)
{
    (void)state;
    static const struct { const char *text, *clean; size_t width; } rows[] = {
        {"👩\u200D👧", "👩👧", 4}, {"❤\uFE0F", "❤", 1}, {"👍\U0001F3FD!", "👍!", 3},
        {"क\u200Dष", "कष", 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        g_autofree char *clean = table_clean(rows[i].text);
        assert_string_equal(clean, rows[i].clean);
        assert_int_equal(table_width(clean), rows[i].width);
    }
}

/* What the C library says of a character is what terminals do: names and shops come from these. */
static void widths_are_those_of_the_c_library(void **state)
{
    (void)state;
    static const struct { wchar_t first, last; } blocks[] = {
        {0x20, 0x7E},       {0xC0, 0x24F},     {0x300, 0x36F},   {0x400, 0x45F},
        {0x3041, 0x3096},   {0x30A1, 0x30FA},  {0x3400, 0x34FF}, {0x4E00, 0x9FA5},
        {0xAC00, 0xD7A3},   {0xFF01, 0xFF5E},  {0xFF66, 0xFF9D}, {0x20000, 0x200FF},
        {0x1F600, 0x1F64F}, {0x1F400, 0x1F43E}};
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        for (wchar_t c = blocks[i].first; c <= blocks[i].last; c++) {
            char text[8] = "";
            text[g_unichar_to_utf8((gunichar)c, text)] = '\0';
            if ((int)table_width(text) != wcwidth(c))
                fail_msg("U+%04X: %zu, the C library says %d", (unsigned)c, table_width(text),
                         wcwidth(c));
        }
    }
    setlocale(LC_CTYPE, "C");
}

static void a_cut_text_never_takes_more_than_its_columns(void **state)
{
    (void)state;
    static const struct { const char *text; size_t columns; const char *cut; } rows[] = {
        {"abcdef", 6, "abcdef"}, {"abcdef", 5, "abcd…"}, {"西湖店", 6, "西湖店"},
        {"西湖店", 5, "西湖…"},  {"西湖店", 4, "西…"},   {"西湖店", 1, "…"}, {"ab", 0, ""},
        {"e\u0301e\u0301e", 2, "e\u0301…"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        g_autofree char *cut = table_cut(rows[i].text, rows[i].columns);
        assert_string_equal(cut, rows[i].cut);
        assert_true(table_width(cut) <= rows[i].columns);
    }
}

static char *fitted(size_t columns, bool coloured)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    static const char *const titles[] = {"shop_number", "name", "note"};
    static const bool right[] = {true, false, false};
    struct table *table = table_new(out, 3, titles, right);
    table_fit(table, columns, coloured);
    table_add(table, (const char *const[]){"1", "西湖边上的一家旗舰店", "short"});
    table_add(table, (const char *const[]){"123456789012", "b", "a note of some length"});
    table_flush(table);
    table_add(table, (const char *const[]){"3", "a name that came with the next page", "x"});
    table_destroy(table);
    fclose(out);
    return text;
}

static void on_a_terminal_texts_are_cut_and_numbers_are_not(void **state)
{
    (void)state;
    char *text = fitted(40, false);
    assert_string_equal(text, " shop_number  name          note\n"
                              "           1  西湖边上的…   short\n"
                              "123456789012  b             a note of s…\n"
                              "           3  a name that…  x\n");
    free(text);
}

static void elsewhere_nothing_is_cut_or_coloured(void **state)
{
    (void)state;
    char *text = fitted(0, false);
    assert_null(strstr(text, "…"));
    assert_null(strchr(text, '\033'));
    free(text);
    text = fitted(0, true);
    assert_true(g_str_has_prefix(text, "\033[1m shop_number"));
    free(text);
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
        cmocka_unit_test(what_joins_emoji_is_left_out_so_that_terminals_agree),
        cmocka_unit_test(widths_are_those_of_the_c_library),
        cmocka_unit_test(a_cut_text_never_takes_more_than_its_columns),
        cmocka_unit_test(on_a_terminal_texts_are_cut_and_numbers_are_not),
        cmocka_unit_test(elsewhere_nothing_is_cut_or_coloured),
        cmocka_unit_test(columns_are_aligned_and_numbers_stand_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
