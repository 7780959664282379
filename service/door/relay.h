/* Strangers' connections: TLS ends here. What comes out of it is looked at (guard.h) and goes
 * through a socket pair to whoever adopts plaintext descriptors, and back.
 *
 * One thread relays all of them. It holds at most one record per direction and connection; whoever
 * does not take what is sent to him stops what is read for him.
 *
 * relays_add: any thread. The rest: main's. `adopt` is called on the relaying thread. */
#ifndef BECKON_SERVICE_DOOR_RELAY_H
#define BECKON_SERVICE_DOOR_RELAY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

#include "service/door/door.h"
#include "service/door/guard.h"

struct relays;

/* The monotonic clock; any thread. */
uint64_t relay_now_ms(void);

/* Since the start; any thread reads them. */
struct relay_counts {
    atomic_uint_fast64_t handshakes;        /* that succeeded */
    atomic_uint_fast64_t handshakes_failed; /* no TLS, no certificate, not HTTP/2, too many, or of
                                               one who was cut too often */
    atomic_uint_fast64_t handshakes_late;
    atomic_uint_fast64_t stalled;           /* took nothing for too long */
    atomic_uint_fast64_t cut[GUARD_CUTS];
    atomic_uint open;                       /* now, handshakes under way included */
};

/* Start-up: aborts when the system has nothing left. */
struct relays *relays_start(const struct door_options *options, struct relay_counts *counts);
/* Takes a connection that was just accepted, and closes it some day. False: there is no room, it
 * stays the caller's. */
bool relays_add(struct relays *relays, int fd, const struct door_peer *peer, SSL_CTX *tls);
/* No new ones: handshakes under way are cut. Returns when that is so: adopt is not called again. */
void relays_close_door(struct relays *relays);
/* What the adopter has left is sent on, at most for a moment; then all are cut, joined, freed. */
void relays_stop(struct relays *relays);

#endif
