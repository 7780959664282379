/* Addresses to listen on: "127.0.0.1:7717", "[::1]:7717", "localhost:0", "unix:PATH" are this
 * machine's own and plaintext; "tls:" before them makes them TLS. Any other address
 * ("0.0.0.0:7718", "[2001:db8::1]:7718") is TLS in any case. */
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
    bool is_tls;
};

/* False: ret_message says what is wrong and what to write. */
bool address_read(const char *text, struct address *ret_address,
                  char ret_message[ADDRESS_MESSAGE_BYTES]);

/* Is it one that only this machine can reach? */
bool address_is_local(const struct address *address);

#endif
