/* A view of bytes somebody else owns. Whoever hands one out says how long it lives. */
#ifndef BECKON_STORE_BYTES_H
#define BECKON_STORE_BYTES_H

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

/* Numbers in files beside the engine: big-endian, as everywhere. */
static inline void bytes_put_u32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static inline uint32_t bytes_get_u32(const uint8_t *from)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) value = value << 8 | from[i];
    return value;
}

static inline void bytes_put_u16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static inline uint16_t bytes_get_u16(const uint8_t *from)
{
    return (uint16_t)(from[0] << 8 | from[1]);
}

static inline void bytes_put_u64(uint8_t *to, uint64_t value)
{
    bytes_put_u32(to, (uint32_t)(value >> 32));
    bytes_put_u32(to + 4, (uint32_t)value);
}

static inline uint64_t bytes_get_u64(const uint8_t *from)
{
    return (uint64_t)bytes_get_u32(from) << 32 | bytes_get_u32(from + 4);
}

#endif
