/* Event streams: one thread each, which makes events, and libmicrohttpd's, which sends them.
 *
 * Between them stands one event: the maker waits until the visitor has taken the last one, and goes
 * when he doesn't in time. The connection is suspended while there is nothing to
 * send. */
#ifndef BECKON_CLIENTS_WEB_HTTP_LIVE_H
#define BECKON_CLIENTS_WEB_HTTP_LIVE_H

#include "clients/web/http/connection.h"
#include "clients/web/http/exchange.h"

struct MHD_Connection;
struct MHD_Response;

enum {
    /* A handler's run and the gRPC below it; only what is touched is memory. */
    LIVE_STACK_BYTES = 512 * 1024,
};

struct lives;

/* At most `max` at a time; an event is taken within `taken_ms`. NULL: no memory. */
struct lives *lives_new(struct connections *connections, unsigned max, unsigned taken_ms);
/* No stream begins any more, and those that run are told to end. */
void lives_stop(struct lives *lives);
/* Waits until all have ended. */
void lives_free(struct lives *lives);

/* Starts the thread; what it makes is the body of the response. NULL: too many run, lives_stop was
 * called, no memory; `context` is still the caller's. */
struct MHD_Response *live_open(struct lives *lives, struct MHD_Connection *peer,
                               struct connection *connection, live_run *run, void *context,
                               void (*release)(void *context));

#endif
