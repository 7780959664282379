/* Sockets to listen on. Start-up only; the caller owns the descriptors. */
#ifndef BECKON_SERVICE_DOOR_SOCKET_H
#define BECKON_SERVICE_DOOR_SOCKET_H

#include "service/door/address.h"

/* A non-blocking socket that listens there; a unix socket's file is this user's alone, and one that
 * a process left behind is replaced. -1: errno says why. */
int socket_listen(const struct address *address);

/* The port a socket is bound to; 0: of a unix socket, which has none. */
unsigned socket_port(int fd);

/* The address a socket is bound to; false: it is no stream socket that listens. */
bool socket_address(int fd, struct address *ret_address);

/* 16 bytes that stand for whoever is at the other end: IPv6 form, all zero for unix sockets. */
enum { SOCKET_PEER_BYTES = 16 };
void socket_peer(const struct sockaddr_storage *peer, uint8_t ret_key[SOCKET_PEER_BYTES]);
/* Is it this machine's own? */
bool socket_is_near(const uint8_t peer[SOCKET_PEER_BYTES]);
/* How many of the 16 bytes name who it is: of IPv6 from elsewhere a /64 network counts as one. */
size_t socket_network_bytes(const uint8_t peer[SOCKET_PEER_BYTES]);

#endif
