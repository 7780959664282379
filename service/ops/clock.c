#include "service/ops/clock.h"

#include <time.h>

static uint64_t read_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now); /* cannot fail for these clocks */
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static uint64_t now_ms(void *context)
{
    (void)context;
    return read_us(CLOCK_REALTIME) / 1000;
}

static uint64_t monotonic_ms(void *context)
{
    (void)context;
    return read_us(CLOCK_MONOTONIC) / 1000;
}

static uint64_t monotonic_us(void *context)
{
    (void)context;
    return read_us(CLOCK_MONOTONIC);
}

struct executor_clock clock_system(void)
{
    return (struct executor_clock){.now_ms = now_ms, .monotonic_ms = monotonic_ms,
                                   .monotonic_us = monotonic_us};
}
