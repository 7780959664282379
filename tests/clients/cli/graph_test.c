/* Bars and sparklines say what they are given, and no more columns than they may. */
#include "clients/cli/graph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "clients/cli/table.h"

static void a_bar_is_filled_by_eighths_and_never_wrongly_empty_or_full(void **state)
{
    (void)state;
    static const struct { int64_t value, full; const char *bar; } rows[] = {
        {0, 10, "░░░░"}, {-5, 10, "░░░░"}, {5, 10, "██░░"}, {10, 10, "████"}, {99, 10, "████"},
        {1, 1000, "▏░░░"}, {999, 1000, "███▉"}, {3, 0, "░░░░"}, {INT64_MAX, INT64_MAX, "████"},
        {3, 8, "█▌░░"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        g_autofree char *bar = graph_bar(rows[i].value, rows[i].full, 4);
        assert_string_equal(bar, rows[i].bar);
        assert_int_equal(table_width(bar), 4);
    }
}

static void a_sparkline_reaches_its_top_at_the_largest(void **state)
{
    (void)state;
    static const int64_t values[] = {0, 1, 8, 4, -3, 2};
    g_autofree char *spark = graph_spark(values, 6);
    assert_string_equal(spark, "·▁█▄_▂");
    static const int64_t large[] = {INT64_MAX, 1, INT64_MIN};
    g_autofree char *far = graph_spark(large, 3);
    assert_string_equal(far, "█▁_");
    g_autofree char *nothing = graph_spark(NULL, 0);
    assert_string_equal(nothing, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bar_is_filled_by_eighths_and_never_wrongly_empty_or_full),
        cmocka_unit_test(a_sparkline_reaches_its_top_at_the_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
