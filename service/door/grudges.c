#include "service/door/grudges.h"

#include <string.h>

#include "service/limits.h"

static void network_of(const uint8_t address[SOCKET_PEER_BYTES],
                       uint8_t ret_network[SOCKET_PEER_BYTES])
{
    memset(ret_network, 0, SOCKET_PEER_BYTES);
    memcpy(ret_network, address, socket_network_bytes(address));
}

void grudges_add(struct grudges *grudges, const uint8_t address[SOCKET_PEER_BYTES], uint64_t now_ms)
{
    uint8_t network[SOCKET_PEER_BYTES];
    network_of(address, network);
    unsigned at = 0;
    for (unsigned i = 0; i < GRUDGES; i++) {
        if (memcmp(grudges->held[i].network, network, sizeof network) == 0) {
            at = i;
            break;
        }
        if (grudges->held[i].forgiven_ms < grudges->held[at].forgiven_ms)
            at = i;
    }
    if (memcmp(grudges->held[at].network, network, sizeof network) != 0) {
        memcpy(grudges->held[at].network, network, sizeof network);
        grudges->held[at].forgiven_ms = now_ms;
    }
    uint64_t *forgiven_ms = &grudges->held[at].forgiven_ms;
    *forgiven_ms = (*forgiven_ms < now_ms ? now_ms : *forgiven_ms) + LIMIT_CUT_EACH_MS;
}

bool grudges_has(const struct grudges *grudges, const uint8_t address[SOCKET_PEER_BYTES],
                 uint64_t now_ms)
{
    uint8_t network[SOCKET_PEER_BYTES];
    network_of(address, network);
    for (unsigned i = 0; i < GRUDGES; i++)
        if (memcmp(grudges->held[i].network, network, sizeof network) == 0)
            return grudges->held[i].forgiven_ms > now_ms + LIMIT_CUTS * LIMIT_CUT_EACH_MS;
    return false;
}
