#include "service/rules/point_rate.h"

#include <assert.h>

static int64_t divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

int64_t point_rate_step(int64_t points, int64_t minor)
{
    assert(points > 0 && minor > 0);
    int64_t step = points / divisor(points, minor);
    assert((__int128)step * minor % points == 0);
    return step;
}

bool point_rate_worth(int64_t points, int64_t minor, int64_t amount, int64_t *ret_minor)
{
    assert(amount >= 0 && amount % point_rate_step(points, minor) == 0);
    __int128 worth = (__int128)amount * minor / points;
    assert(worth * points == (__int128)amount * minor);
    if (worth > INT64_MAX) return false;
    *ret_minor = (int64_t)worth;
    return true;
}
