/* Which strangers' addresses had connections cut lately: who comes back at once to go on is not let
 * in, since each new connection would have its bursts anew (guard.h).
 *
 * A few addresses are remembered, those that have to wait longest; of IPv6 a /64 network counts as
 * one. Pure: the clock is passed in. One thread. */
#ifndef BECKON_SERVICE_DOOR_GRUDGES_H
#define BECKON_SERVICE_DOOR_GRUDGES_H

#include <stdbool.h>
#include <stdint.h>

#include "service/door/socket.h"

enum { GRUDGES = 64 };

struct grudges { /* zeroed: none */
    struct { uint8_t network[SOCKET_PEER_BYTES]; uint64_t forgiven_ms; } held[GRUDGES];
};

/* A connection of that address was cut. */
void grudges_add(struct grudges *grudges, const uint8_t address[SOCKET_PEER_BYTES],
                 uint64_t now_ms);
/* Has it to wait? LIMIT_CUTS at once are forgiven, then one every LIMIT_CUT_EACH_MS. */
bool grudges_has(const struct grudges *grudges, const uint8_t address[SOCKET_PEER_BYTES],
                 uint64_t now_ms);

#endif
