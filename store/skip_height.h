/* How high a skip list's node stands. Every level holds a quarter of the nodes below it. The draws
 * come from the list's own number, which starts at SKIP_RANDOM_START: equal runs make equal
 * lists. */
#ifndef BECKON_STORE_SKIP_HEIGHT_H
#define BECKON_STORE_SKIP_HEIGHT_H

#include <stdint.h>

#define SKIP_RANDOM_START UINT64_C(0x9e3779b97f4a7c15)

/* 1 to `height_max`; moves *random on (xorshift64*). */
static inline uint16_t skip_height(uint64_t *random, uint16_t height_max)
{
    enum { HEIGHT_BITS = 2, RANDOM_BITS = 64 };
    uint64_t state = *random;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    *random = state;
    uint64_t bits = state * UINT64_C(0x2545f4914f6cdd1d);
    uint16_t height = 1;
    while (height < height_max && bits >> (RANDOM_BITS - HEIGHT_BITS) == 0) {
        height++;
        bits <<= HEIGHT_BITS;
    }
    return height;
}

#endif
