#include "clients/web/http/address.h"

#include <arpa/inet.h>
#include <string.h>

/* No IPv6 source address begins with ff (multicast), so IPv4 keys live there. */
static const uint64_t ipv4_keys = UINT64_C(0xffffffff00000000);

static bool from_ipv4(const struct in_addr *from, struct address *ret_address)
{
    uint32_t host = ntohl(from->s_addr);
    struct address address = { .key = ipv4_keys | host, .loopback = host >> 24 == 127 };
    if (inet_ntop(AF_INET, from, address.text, sizeof(address.text)) == NULL) {
        return false;
    }
    *ret_address = address;
    return true;
}

static bool from_ipv6(const struct in6_addr *from, struct address *ret_address)
{
    if (IN6_IS_ADDR_V4MAPPED(from)) {
        struct in_addr inner;
        memcpy(&inner, &from->s6_addr[12], sizeof(inner));
        return from_ipv4(&inner, ret_address);
    }
    struct address address = { .loopback = IN6_IS_ADDR_LOOPBACK(from) };
    for (unsigned i = 0; i < 8; i++) {
        address.key = address.key << 8 | from->s6_addr[i];
    }
    if (inet_ntop(AF_INET6, from, address.text, sizeof(address.text)) == NULL) {
        return false;
    }
    *ret_address = address;
    return true;
}

bool address_from_socket(const struct sockaddr *socket_address, struct address *ret_address)
{
    switch (socket_address->sa_family) {
    case AF_INET:
        return from_ipv4(&((const struct sockaddr_in *)socket_address)->sin_addr, ret_address);
    case AF_INET6:
        return from_ipv6(&((const struct sockaddr_in6 *)socket_address)->sin6_addr, ret_address);
    default:
        return false;
    }
}

bool address_from_text(const char *text, size_t size, struct address *ret_address)
{
    char copy[INET6_ADDRSTRLEN];
    if (size == 0 || size >= sizeof(copy)) {
        return false;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    struct in_addr ipv4;
    if (inet_pton(AF_INET, copy, &ipv4) == 1) {
        return from_ipv4(&ipv4, ret_address);
    }
    struct in6_addr ipv6;
    return inet_pton(AF_INET6, copy, &ipv6) == 1 && from_ipv6(&ipv6, ret_address);
}
