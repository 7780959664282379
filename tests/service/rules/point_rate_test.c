/* Rates of points, steps and worths as rows. */
#include "service/rules/point_rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void points_are_worth_whole_minor_units_in_steps(void **state)
{
    (void)state;
    static const struct { int64_t points, minor, step, amount, worth; } rows[] = {
        {10, 4, 5, 0, 0},
        {10, 4, 5, 125, 50},
        {10, 100, 1, 7, 70},
        {1, 1, 1, 9, 9},
        {100, 1, 100, 300, 3},
        {7, 3, 7, 14, 6},
        {UINT32_MAX, 1, UINT32_MAX, UINT32_MAX, 1},
        {1, UINT32_MAX, 1, 2, INT64_C(2) * UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t worth = -1;
        assert_int_equal(point_rate_step(rows[i].points, rows[i].minor), rows[i].step);
        assert_true(point_rate_worth(rows[i].points, rows[i].minor, rows[i].amount, &worth));
        assert_int_equal(worth, rows[i].worth);
    }
}

static void more_than_fits_is_told(void **state)
{
    (void)state;
    int64_t worth = -1;
    assert_false(point_rate_worth(1, UINT32_MAX, INT64_MAX, &worth));
    assert_int_equal(worth, -1);
    assert_true(point_rate_worth(1, 1, INT64_MAX, &worth));
    assert_int_equal(worth, INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_worth_whole_minor_units_in_steps),
        cmocka_unit_test(more_than_fits_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
