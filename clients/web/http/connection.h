/* The connections that are open: whose they are, what each waits for and until when.
 *
 * libmicrohttpd owns the sockets and closes them after connection_end; until then a socket may be
 * cut (shut down both ways) from any thread, which its thread notices at once. All functions are
 * for any thread; one lock inside, and nothing else is taken under it. */
#ifndef BECKON_CLIENTS_WEB_HTTP_CONNECTION_H
#define BECKON_CLIENTS_WEB_HTTP_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "clients/web/http/address.h"

enum connection_state {
    CONNECTION_FREE,    /* nobody's slot */
    CONNECTION_IDLE,    /* waits for a request line */
    CONNECTION_READING, /* has one, the rest of the request is on its way */
    CONNECTION_WORKING, /* a worker has the request: its handler bounds the time, not we */
    CONNECTION_SENDING, /* the response is on its way */
    CONNECTION_CUT,     /* shut down; connection_end follows */
};

/* One of them; fields are read and written by connection.c only, but for `address`, which never
 * changes between begin and end. */
struct connection {
    struct address address;
    int descriptor;
    enum connection_state state;
    bool lingers;         /* end it by letting the visitor finish what he sends */
    uint64_t since_ms;    /* in that state */
    uint64_t deadline_ms; /* of that state; 0: none */
    struct connection *next, *previous; /* of the same bucket of addresses */
};

struct connections;

/* Room for `max`; `address_max` for one address, 0: no bound. NULL: no memory. */
struct connections *connections_new(unsigned max, unsigned address_max);
/* All have ended. */
void connections_free(struct connections *connections);
/* May this address open one more? */
bool connections_welcome(struct connections *connections, const struct address *address);
/* A new one, IDLE without a deadline. When all places are taken the one that has been idle or
 * reading for longest is cut; NULL: nobody is, or its place isn't free yet. */
struct connection *connection_begin(struct connections *connections, int descriptor,
                                    const struct address *address, uint64_t now_ms);
/* Its socket is about to be closed. Returns whether it has to linger (linger.h): it was answered
 * while the visitor still sends. */
bool connection_end(struct connections *connections, struct connection *connection);
/* It is in `state` until `deadline_ms` (0: as long as it takes); a cut one stays cut. */
void connection_enter(struct connections *connections, struct connection *connection,
                      enum connection_state state, uint64_t now_ms, uint64_t deadline_ms);
/* Its answer comes before the visitor has sent everything: see linger.h. */
void connection_let_linger(struct connections *connections, struct connection *connection);
/* Has the visitor closed his side? Browsers never close just one. */
bool connection_hung_up(struct connections *connections, struct connection *connection);
void connection_cut(struct connections *connections, struct connection *connection);
/* Cuts every one whose deadline has passed. */
void connections_expire(struct connections *connections, uint64_t now_ms);
/* How many have a request or response under way. */
unsigned connections_busy(struct connections *connections);

#endif
