/* Milliseconds of a clock that never runs back, for deadlines and rates: no time of day. */
#ifndef BECKON_CLIENTS_WEB_HTTP_CLOCK_H
#define BECKON_CLIENTS_WEB_HTTP_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

#endif
