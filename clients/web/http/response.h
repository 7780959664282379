/* What answers a request: what a handler sent (exchange_send_* in response.c), ready for
 * libmicrohttpd. Made on a worker, sent and freed on the thread that serves the connection. */
#ifndef BECKON_CLIENTS_WEB_HTTP_RESPONSE_H
#define BECKON_CLIENTS_WEB_HTTP_RESPONSE_H

#include <stdbool.h>

#include "clients/web/http/exchange.h"

struct MHD_Connection;
struct MHD_Response;
struct connection;
struct lives;

enum {
    RESPONSE_GZIP_BYTES = 600, /* less isn't worth it: it is one packet either way */
    RESPONSE_GZIP_LEVEL = 6,
};

struct response {
    bool takes_gzip; /* the visitor does */
    bool sent;       /* the handler has called one of exchange_send_* */
    bool is_file;    /* may take its time */
    unsigned status;
    struct MHD_Response *ready; /* NULL once sent: no memory, close the connection */
    unsigned header_count;
    struct response_header {
        char *name, *value;
    } headers[EXCHANGE_HEADERS_MAX];
    /* For event streams. */
    struct lives *lives;
    struct MHD_Connection *peer;
    struct connection *connection;
};

/* The handler has returned: puts the headers on what it sent. */
void response_finish(struct exchange *exchange);
/* Frees what it holds. */
void response_clear(struct response *response);

#endif
