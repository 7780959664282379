/* The door: listens, accepts, counts and hands connections on. It knows nothing of gRPC: whoever
 * opens it takes plaintext descriptors of those who come in.
 *
 * gRPC's own listener dies for good once file descriptors run out (CVE-2023-4785); this one keeps a
 * spare, and leaves some to the process. This machine's own (loopback, unix sockets) come in as
 * they are. Everybody else speaks TLS, which ends here: relay.h.
 *
 * Happy path: door_open -> door_certify (where there is TLS) -> door_listen (once per address) ->
 * door_start -> ... -> door_stop -> (the adopter drains) -> door_close. All called by main's
 * thread; `adopt` and `log` are called on the door's own. */
#ifndef BECKON_SERVICE_DOOR_DOOR_H
#define BECKON_SERVICE_DOOR_DOOR_H

#include <stdbool.h>
#include <stdint.h>

#include "service/door/guard.h"
#include "service/door/socket.h"
#include "service/door/tls.h"

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
/* Reads certificate and key, for connections from now on; those that are open stay as they are.
 * False: ret_message says why, what was in force stays in force. */
bool door_certify(struct door *door, const struct tls_files *files,
                  char ret_message[DOOR_MESSAGE_BYTES]);
/* Binds an address as address.h has them (port 0 picks one), or takes what systemd listens on for
 * us ("systemd", "tls:systemd"). *ret_port is 0 for a unix socket. False: ret_message says what is
 * wrong and what to do. */
bool door_listen(struct door *door, const char *address, unsigned *ret_port,
                 char ret_message[DOOR_MESSAGE_BYTES]);
/* What it listens on, at most `max` of it; how many. */
unsigned door_addresses(const struct door *door, struct address *ret_addresses, unsigned max);
/* Begins to accept. */
void door_start(struct door *door);
/* Accepts nothing any more and closes what it listens on (systemd keeps its own end, so that who
 * comes waits for the next process); who is inside stays. */
void door_stop(struct door *door);
/* After door_stop, and after the adopter has closed what it adopted. */
void door_close(struct door *door);

/* Connections open now; any thread, until door_close. */
unsigned door_connection_count(struct door *door);

/* Since the start; any thread, until door_close. */
struct door_stats {
    uint64_t accepted;
    uint64_t refused_full;          /* no more connections, or descriptors, for anybody */
    uint64_t refused_address;       /* one address had too many */
    uint64_t refused_descriptors;   /* the system had none left */
    uint64_t handshakes, handshakes_failed, handshakes_late;
    uint64_t stalled;
    uint64_t cut[GUARD_CUTS];       /* GUARD_CUT_NAMES */
    unsigned open, open_tls;
    int certificate_days;           /* until it ends; INT32_MAX: there is none */
};
void door_stats(struct door *door, struct door_stats *ret_stats);

#endif
