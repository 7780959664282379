/* Whose connection it is: an IP address as text and as a key to count by.
 *
 * The key is the whole of an IPv4 address and the /64 of an IPv6 one, for that is what one
 * subscriber is given; an IPv4 address written as IPv6 is the IPv4 address. Plain values. */
#ifndef BECKON_CLIENTS_WEB_HTTP_ADDRESS_H
#define BECKON_CLIENTS_WEB_HTTP_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct address {
    uint64_t key;
    bool loopback;
    char text[INET6_ADDRSTRLEN];
};

/* The peer of a TCP connection. false: neither IPv4 nor IPv6. */
bool address_from_socket(const struct sockaddr *socket_address, struct address *ret_address);
/* What a proxy wrote, `size` bytes: an IP address and nothing else. false: it is none. */
bool address_from_text(const char *text, size_t size, struct address *ret_address);

#endif
