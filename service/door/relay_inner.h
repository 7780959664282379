/* Inside the door: one stranger's connection; relay.c has the thread, relay_one.c what is done with
 * one of them. */
#ifndef BECKON_SERVICE_DOOR_RELAY_INNER_H
#define BECKON_SERVICE_DOOR_RELAY_INNER_H

#include <stddef.h>

#include "service/door/relay.h"

enum { RELAY_CHUNK_BYTES = 16384 }; /* one TLS record */

enum relay_state { RELAY_FREE, RELAY_HANDSHAKE, RELAY_OPEN, RELAY_LINGER };

/* What one side has not taken yet; no memory while there is nothing. */
struct rest {
    uint8_t *bytes;
    size_t size, start;
};

struct relay {
    enum relay_state state;
    uint32_t generation;      /* of the slot: events of one that is gone are stale */
    uint32_t index;
    int net, pipe;            /* pipe: -1 before the handshake is done */
    SSL *ssl;
    struct door_peer peer;
    struct guard guard;
    struct rest up, down;     /* to the adopter, to the peer */
    bool net_ended, pipe_ended; /* nothing more comes from there */
    uint64_t begun_ms;        /* of the handshake, of the lingering */
    uint64_t stuck_ms;        /* `down` waits since; 0: it does not */
    struct relay *next;       /* free list; or to be gone on with */
    bool listed;
};

/* What a step found. */
enum relay_step { RELAY_IDLE, RELAY_MOVED, RELAY_OVER };

/* Goes on with the handshake: MOVED when it is done, OVER when it has failed. */
enum relay_step relay_shake(struct relay *relay);
/* Moves at most one chunk each way. OVER: both ends have ended, or one broke. A cut that the guard
 * wants is told in *ret_cut, with OVER. `scratch` has RELAY_CHUNK_BYTES. */
enum relay_step relay_move(struct relay *relay, uint8_t *scratch, enum guard_cut *ret_cut);
/* Tells the peer why it is cut, where that is cheap, and lets go of the adopter. */
void relay_farewell(struct relay *relay, enum guard_cut cut);
/* Lingering: throws away what comes. OVER: the peer has hung up. */
enum relay_step relay_discard(struct relay *relay, uint8_t *scratch);
/* Closes and frees what it holds. */
void relay_clear(struct relay *relay);

#endif
