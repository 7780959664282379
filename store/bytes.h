/* A view of bytes somebody else owns. Whoever hands one out says how long it lives. */
#ifndef BECKON_STORE_BYTES_H
#define BECKON_STORE_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *data;
    size_t size;
};

#endif
