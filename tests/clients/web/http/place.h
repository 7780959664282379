/* A server with a small handler that says what it was given; for the tests of the server.
 *
 * /gate waits until place_open_gate; /long is PLACE_LONG_BYTES; /text compresses; /static has both
 * forms; /file is a file; /empty is 304; /redirect?to=PATH; /live sends events and pings until it
 * is over, /quiet nothing; /flood sends events as fast as they are taken; /three sends three; all
 * others: what came, as "name=value" lines. A refusal is answered "refused N" with its status. */
#ifndef BECKON_TESTS_CLIENTS_WEB_HTTP_PLACE_H
#define BECKON_TESTS_CLIENTS_WEB_HTTP_PLACE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "clients/web/http/server.h"

enum { PLACE_LONG_BYTES = 8 * 1024 * 1024 };

struct place {
    struct server *server;
    uint16_t port;
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool open;
    atomic_uint at_gate;            /* handlers that wait or have waited there */
    atomic_uint handled, workers_begun, workers_ended;
    atomic_uint live_begun, live_ended, live_released;
};

/* What most tests take: four workers, no bounds, the real times. */
extern const struct server_options place_options;

/* `options`' handler and context are the place's. */
void place_start(struct place *place, struct server_options options);
void place_open_gate(struct place *place);
void place_stop(struct place *place);

#endif
