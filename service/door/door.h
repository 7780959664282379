/* The door: listens, accepts, counts and hands connections on. It knows nothing of gRPC: whoever
 * opens it takes the descriptors of those who come in.
 *
 * gRPC's own listener dies for good once file descriptors run out; this one keeps a spare.
 *
 * Happy path: door_open -> door_listen (once per address) -> door_start -> ... -> door_stop ->
 * (the takers drain) -> door_close. All called by main's thread; `adopt` and `log` are called on
 * the door's own. */
#ifndef BECKON_SERVICE_DOOR_DOOR_H
#define BECKON_SERVICE_DOOR_DOOR_H

#include <stdbool.h>
#include <stdint.h>

#include "service/door/socket.h"

enum { DOOR_MESSAGE_BYTES = ADDRESS_MESSAGE_BYTES };

struct door;

/* Who is at the other end of a descriptor. */
struct door_peer {
    uint8_t address[SOCKET_PEER_BYTES];
    bool is_local; /* plaintext from this machine: a proxy there may speak for others */
};

struct door_options {
    /* Takes a plaintext, non-blocking descriptor and closes it some day. */
    void (*adopt)(void *context, int fd, const struct door_peer *peer);
    void *adopt_context;
    /* `details` is logfmt, never personal. */
    void (*log)(void *context, const char *level, const char *message, const char *details);
    void *log_context;
};

/* Nothing listens yet. Start-up: aborts when the system has nothing left. */
struct door *door_open(const struct door_options *options);
/* Binds "ADDRESS:PORT" (loopback only; port 0 picks one) or "unix:PATH". *ret_port is 0 for a unix
 * socket. False: ret_message says what is wrong and what to do. */
bool door_listen(struct door *door, const char *address, unsigned *ret_port,
                 char ret_message[DOOR_MESSAGE_BYTES]);
/* Begins to accept. */
void door_start(struct door *door);
/* Accepts nothing any more and closes what it listens on; who is inside stays. */
void door_stop(struct door *door);
/* After door_stop. */
void door_close(struct door *door);

/* Connections open now; any thread, until door_close. */
unsigned door_connection_count(struct door *door);

#endif
