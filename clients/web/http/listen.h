/* The listening socket, and descriptors enough for what connects to it. */
#ifndef BECKON_CLIENTS_WEB_HTTP_LISTEN_H
#define BECKON_CLIENTS_WEB_HTTP_LISTEN_H

#include <stddef.h>
#include <stdint.h>

/* Listens on "ADDRESS:PORT" ("127.0.0.1:7780", "[::]:7780", which takes IPv4 too; port 0: any).
 * Negative after a sentence in `error` (size bytes); else the descriptor is the caller's. */
int listen_open(const char *where, char *error, size_t size, uint16_t *ret_port);
/* Raises the limit of open files for `wanted` connections beside what the rest of the process
 * needs; returns how many there can be. */
unsigned listen_raise_descriptors(unsigned wanted);

#endif
