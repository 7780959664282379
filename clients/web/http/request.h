/* One request on its way: libmicrohttpd's thread gathers it, a worker answers it, libmicrohttpd's
 * thread sends the answer. Never two at a time: whoever works on it has the connection suspended,
 * or is the thread that serves it. */
#ifndef BECKON_CLIENTS_WEB_HTTP_REQUEST_H
#define BECKON_CLIENTS_WEB_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "clients/web/http/connection.h"
#include "clients/web/http/exchange.h"
#include "clients/web/http/response.h"

struct MHD_Connection;

enum {
    REQUEST_TARGET_BYTES = 4 * 1024, /* path and query, as sent */
    REQUEST_COOKIES_BYTES = 4 * 1024, /* longer: as if there were none */
    /* A chunked body can't be refused before it ends (libmicrohttpd sends nothing in between); so
     * much is read for the visitor's sake, then the connection is closed. */
    REQUEST_DROPPED_BYTES = 256 * 1024,
};

enum request_step {
    REQUEST_HEADERS,  /* not looked at yet */
    REQUEST_BODY,     /* on its way */
    REQUEST_WORK,     /* a worker's */
    REQUEST_ANSWERED, /* exchange.response is ready */
};

struct request {
    enum request_step step;
    struct exchange exchange;
    struct response response;
    struct MHD_Connection *peer;
    struct connection *connection;
    char *target;        /* path and query as sent, then decoded; NULL: too long */
    char *cookies;
    char *form;          /* EXCHANGE_FORM_BYTES + 1, or NULL: no body yet */
    size_t form_size;
    size_t dropped_size; /* behind it */
    bool has_body;
    bool whole;          /* keeps the connection: nothing about its framing is in doubt */
    struct address address; /* the visitor's: his proxy's word or the connection's */
    struct request *next;   /* in a queue */
};

/* One begins: `target` is the rest of its first line. NULL: no memory. */
struct request *request_new(struct MHD_Connection *peer, struct connection *connection,
                            const char *target);
void request_free(struct request *request);

/* Reads the headers and says in exchange.refusal what is wrong. */
void request_read_headers(struct request *request, const char *method, const char *version,
                          bool behind_proxy);
/* Is it answered before its body is read, and the connection then closed? */
bool request_ends_early(const struct request *request);
/* Takes a part of the body. false: no memory, or far too much of it: close. */
bool request_take(struct request *request, const char *bytes, size_t size);
/* The body is complete: splits the form. */
void request_read_form(struct request *request);

#endif
