/* Networks, and which addresses a hook may be at. Pure but for the system's address texts. */
#ifndef BECKON_SERVICE_OPS_HOOK_NETWORK_H
#define BECKON_SERVICE_OPS_HOOK_NETWORK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* An IPv4 network is that of its mapped addresses, ::ffff:a.b.c.d. */
struct hook_network {
    uint8_t address[16];
    unsigned bits; /* 0 to 128: how many of it count */
};

/* "10.0.0.0/8", "127.0.0.1", "fd00::/8"; bits beyond the prefix must be 0. */
bool hook_network_read(const char *text, struct hook_network *ret);
bool hook_network_holds(const struct hook_network *network, const struct sockaddr *address);
/* Is this address anybody's on the internet: neither loopback, private, link-local, shared,
 * multicast, reserved (RFC 6890), nor a way to one of these within IPv6 (mapped, translated,
 * tunnelled)? */
bool hook_address_is_public(const struct sockaddr *address);

#endif
