/* Addresses to listen on: "127.0.0.1:7717", "[::1]:7717", "localhost:0", "unix:PATH". Anything that
 * is not this machine's own loopback is refused: without TLS nobody else may speak to us. */
#ifndef BECKON_SERVICE_DOOR_ADDRESS_H
#define BECKON_SERVICE_DOOR_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { ADDRESS_MESSAGE_BYTES = 256 };

struct address {
    struct sockaddr_storage socket;
    socklen_t size;
};

/* False: ret_message says what is wrong and what to write. */
bool address_read(const char *text, struct address *ret_address,
                  char ret_message[ADDRESS_MESSAGE_BYTES]);

#endif
