/* A view of bytes somebody else owns. Whoever hands one out says how long it lives. */
#ifndef BECKON_STORE_BYTES_H
#define BECKON_STORE_BYTES_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *data;
    size_t size;
};

/* The order of keys: < 0, 0 or > 0; bytes as unsigned numbers, a prefix before what it begins. */
static inline int bytes_compare(struct bytes a, struct bytes b)
{
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* Numbers are big-endian, in keys, in records and in files beside the engine. `size`: 1..8 bytes, a
 * constant, so that it comes to a load or store and a swap. */
static inline void bytes_put_number(uint8_t *to, uint64_t value, size_t size)
{
    uint64_t big = htobe64(value << (64 - 8 * size));
    memcpy(to, &big, size);
}

static inline uint64_t bytes_get_number(const uint8_t *from, size_t size)
{
    uint64_t big = 0;
    memcpy(&big, from, size);
    return be64toh(big) >> (64 - 8 * size);
}

/* Spreads keys over a table in memory. Never stored: it may change, and differs by machine. */
static inline uint64_t bytes_hash(struct bytes key)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t hash = key.size * odd, part;
    size_t at = 0;
    for (; key.size - at >= sizeof part; at += sizeof part) {
        memcpy(&part, key.data + at, sizeof part);
        hash = (hash ^ part) * odd;
        hash ^= hash >> 29;
    }
    part = 0;
    memcpy(&part, key.data + at, key.size - at);
    hash = (hash ^ part) * odd;
    return hash ^ hash >> 32;
}

static inline void bytes_put_u32(uint8_t *to, uint32_t value)
{
    bytes_put_number(to, value, 4);
}

static inline uint32_t bytes_get_u32(const uint8_t *from)
{
    return (uint32_t)bytes_get_number(from, 4);
}

static inline void bytes_put_u16(uint8_t *to, uint16_t value)
{
    bytes_put_number(to, value, 2);
}

static inline uint16_t bytes_get_u16(const uint8_t *from)
{
    return (uint16_t)bytes_get_number(from, 2);
}

static inline void bytes_put_u64(uint8_t *to, uint64_t value)
{
    bytes_put_number(to, value, 8);
}

static inline uint64_t bytes_get_u64(const uint8_t *from)
{
    return bytes_get_number(from, 8);
}

#endif
