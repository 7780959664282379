/* Text in lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clients/cli/wrap.h"

static void check(const char *text, size_t used, size_t indent, size_t width, const char *wanted)
{
    char *written = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&written, &size);
    wrap_write(out, text, used, indent, width);
    fclose(out);
    assert_string_equal(written, wanted);
    free(written);
}

static void lines_end_at_spaces_before_the_width(void **state)
{
    (void)state;
    check("one two three", 0, 0, 80, "one two three\n");
    check("one two three", 0, 0, 7, "one two\nthree\n");
    check("one  two\nthree", 0, 0, 8, "one two\nthree\n");
    check("unbreakable", 0, 0, 3, "unbreakable\n");
    check("西湖店 大 店", 0, 0, 9, "西湖店 大\n店\n");
}

static void later_lines_are_indented_and_the_first_where_room_is_left(void **state)
{
    (void)state;
    check("one two three", 0, 4, 11, "    one two\n    three\n");
    check("one two three", 2, 4, 11, "  one two\n    three\n");
}

static void lines_that_begin_with_a_space_keep_their_layout(void **state)
{
    (void)state;
    check("Columns:\n  a   b\nand\nmore", 0, 0, 80, "Columns:\n  a   b\nand more\n");
    check("  a\n \n  b", 0, 2, 3, "    a\n\n    b\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_at_spaces_before_the_width),
        cmocka_unit_test(later_lines_are_indented_and_the_first_where_room_is_left),
        cmocka_unit_test(lines_that_begin_with_a_space_keep_their_layout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
