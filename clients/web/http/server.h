/* HTTP/1.1 on one listening socket: libmicrohttpd's epoll threads move the bytes, a few workers run
 * the handler, so that a slow visitor costs a descriptor and no thread.
 *
 * Absolute deadlines: a connection's first line is there SERVER_REQUEST_MS after its begin, a
 * request is complete as long after its first line, its response taken within SERVER_RESPONSE_MS
 * (files: SERVER_FILE_MS), an idle connection is closed after SERVER_IDLE_MS (a proxy's:
 * SERVER_PROXY_IDLE_MS). How long a handler
 * takes it bounds itself. Connections are bounded: when all are taken, the one that has been idle
 * or incomplete for longest is closed for a new one.
 *
 * What is no HTTP at all (a first line that is none, headers beyond 32 KiB) is refused by
 * libmicrohttpd in its own words, without the handler. A visitor who shuts his sending side before
 * he has the answer gets none; browsers and proxies don't. */
#ifndef BECKON_CLIENTS_WEB_HTTP_SERVER_H
#define BECKON_CLIENTS_WEB_HTTP_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "clients/web/http/exchange.h"

enum {
    SERVER_CONNECTIONS_MAX = 4096,
    SERVER_WORKERS_MAX = 32,
    SERVER_WAITING_MAX = 256,     /* requests waiting for a worker; more: REFUSED_BUSY */
    SERVER_LIVE_MAX = 256,        /* event streams */
    SERVER_REQUEST_MS = 10 * 1000,
    SERVER_RESPONSE_MS = 30 * 1000,
    SERVER_FILE_MS = 600 * 1000,
    SERVER_IDLE_MS = 15 * 1000,
    /* Longer than nginx keeps its own (60 s): else it may send a form into a connection that we are
     * just closing, and tells the visitor 502. */
    SERVER_PROXY_IDLE_MS = 75 * 1000,
};

struct server;

struct server_options {
    const char *listen;         /* "127.0.0.1:7780", "[::1]:7780", "0.0.0.0:7780"; port 0: any */
    bool behind_proxy;          /* believe X-Forwarded-For and -Proto of loopback connections */
    unsigned worker_count;      /* 1 to SERVER_WORKERS_MAX */
    unsigned connections_max;         /* 0: SERVER_CONNECTIONS_MAX */
    unsigned address_connections_max; /* of one address; 0: no bound (behind a proxy) */
    unsigned gets_per_minute, posts_per_minute; /* of one address; 0: no bound */
    unsigned request_ms, response_ms, file_ms, idle_ms; /* 0: SERVER_*_MS; tests hurry */
    /* Runs on a worker's thread; `worker` is what worker_begin made for it (NULL: nothing is
     * made). One more thread than worker_count begins: it draws refusals only. */
    void (*handle)(void *worker, struct exchange *exchange);
    void *(*worker_begin)(void *context);
    void (*worker_end)(void *worker);
    void *context;
};

/* Starts serving; NULL after a sentence in `error` (size bytes). */
struct server *server_start(const struct server_options *options, char *error, size_t size);
/* The port it listens on. */
uint16_t server_port(const struct server *server);
/* Stops taking connections, ends event streams, lets handlers and streams that run end, refuses
 * what waits, gives the responses 5 s to be taken, frees. NULL is allowed. */
void server_stop(struct server *server);

#endif
