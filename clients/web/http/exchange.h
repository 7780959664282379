/* One request and its response, as a page's handler sees them: no sockets, no threads, no
 * libmicrohttpd.
 *
 * The request is complete when a handler gets it, and small (EXCHANGE_* below); every text is valid
 * UTF-8, terminated, without control characters other than newline and tab in form fields. A
 * handler calls exactly one of the exchange_send_* functions. Everything an exchange holds dies
 * with it; what handlers hand over is named at each function. One thread. */
#ifndef BECKON_CLIENTS_WEB_HTTP_EXCHANGE_H
#define BECKON_CLIENTS_WEB_HTTP_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

enum {
    EXCHANGE_PATH_BYTES = 512,       /* longer: REFUSED_TOO_LONG */
    EXCHANGE_FORM_BYTES = 8 * 1024,  /* a urlencoded body; more: REFUSED_TOO_LARGE */
    EXCHANGE_FIELDS_MAX = 64,        /* of a form, of a query, of all cookies */
    EXCHANGE_HEADERS_MAX = 16,       /* of a response */
};

enum exchange_method { EXCHANGE_GET, EXCHANGE_POST };

/* What the server found wrong before any handler's own checks; the handler is called all the same,
 * to draw the page that says so, and does nothing else. */
enum exchange_refusal {
    REFUSED_NOT,
    REFUSED_MALFORMED,    /* 400: bad encoding, not UTF-8, two values where one belongs, no Host */
    REFUSED_METHOD,       /* 405: neither GET, HEAD nor POST; arrives as GET */
    REFUSED_TOO_LONG,     /* 414 */
    REFUSED_TOO_LARGE,    /* 413: the body was not read */
    REFUSED_FORM_TYPE,    /* 415: a body that is not application/x-www-form-urlencoded */
    REFUSED_TOO_MANY,     /* 429: this visitor's address, see retry_after_seconds */
    REFUSED_BUSY,         /* 503: everybody's work waits already, or the server stops */
};

/* Names and values in the order they came. */
struct fields {
    unsigned count;
    struct field {
        const char *name, *value;
    } list[EXCHANGE_FIELDS_MAX];
};
/* The first value of that name; "" when there is none. */
const char *fields_get(const struct fields *fields, const char *name);

struct exchange {
    /* ---- the request ---- */
    enum exchange_method method;   /* HEAD arrives as GET, and its body stays unsent */
    enum exchange_refusal refusal;
    unsigned retry_after_seconds;  /* REFUSED_TOO_MANY, REFUSED_BUSY */
    const char *path;              /* decoded, begins with '/', no empty, "." or ".." segment;
                                      "/a/" comes as "/a"; refused ones as "/" */
    struct fields query, form, cookies;
    const char *host;              /* the Host header, as sent */
    const char *origin;            /* the Origin header, "" without */
    const char *fetch_site;        /* the Sec-Fetch-Site header, "" without */
    const char *accept_language;   /* the header, "" without */
    const char *none_match;        /* the If-None-Match header, "" without */
    const char *last_event_id;     /* the Last-Event-ID header of an event stream, "" without */
    const char *address;           /* the visitor's, an IP address in text: the proxy's word when
                                      one stands in front, else the connection's */
    bool secure;                   /* the visitor came over TLS (the proxy says so) */
    bool near;                     /* ... or is on this machine: the connection is loopback and no
                                      proxy speaks for somebody else (never behind_proxy: one that
                                      forgets X-Forwarded-For would make everybody near) */
    /* ---- what the pages keep here while they work on it ---- */
    void *visit;
    /* ---- the response; the server's own ---- */
    struct response *response;
};

/* Adds a header to the response, before or after its body is sent; both texts are copied, and have
 * no control characters; one of the same name, but for Set-Cookie, is told anew. At most
 * EXCHANGE_HEADERS_MAX. The server itself adds nothing but Date, Connection, Content-Length,
 * Content-Type, Content-Encoding, Vary, Location, and to refusals Retry-After and Allow; to event
 * streams Cache-Control and X-Accel-Buffering. */
void exchange_header(struct exchange *exchange, const char *name, const char *value);

/* A body in memory, made with malloc and taken over. Compressed where the visitor takes gzip, it
 * is text and worth it. */
void exchange_send(struct exchange *exchange, unsigned status, const char *media_type, char *body,
                   size_t size);
/* A body that lives as long as the process. `gzipped`: the same, compressed; NULL: none. */
void exchange_send_static(struct exchange *exchange, unsigned status, const char *media_type,
                          const char *body, size_t size, const char *gzipped, size_t gzipped_size);
/* The whole of an open file, from its start; the descriptor is taken over. */
void exchange_send_file(struct exchange *exchange, unsigned status, const char *media_type,
                        int descriptor);
/* No body: 304, 204. */
void exchange_send_empty(struct exchange *exchange, unsigned status);
/* 303 with a Location of our own: "/..." but not "//...", EXCHANGE_PATH_BYTES at most, encoded but
 * for what isn't ASCII. Any other, such as a visitor wrote, becomes "/". */
void exchange_redirect(struct exchange *exchange, const char *path);

/* ---- event streams (text/event-stream) ---- */

struct live;
/* Runs on a thread of its own with a small stack until it returns or live_send says the visitor has
 * gone; the stream then ends. The exchange is gone by then: `context` holds what it needs. It looks
 * at live_over once a second or so: server_stop waits for it. */
typedef void live_run(struct live *live, void *context);
/* Begins one. false: too many run already, nothing was sent and `context` is still the caller's.
 * `release` is called with the context when it is over. */
bool exchange_send_live(struct exchange *exchange, live_run *run, void *context,
                        void (*release)(void *context));
/* Sends one event; id and event may be NULL, none has a line end. Waits until the one before is
 * taken. At least every 20 s, so that proxies keep the connection and one that broke without a word
 * is noticed. false: the visitor has gone, or doesn't take it in time, or the server stops:
 * return. */
bool live_send(struct live *live, const char *id, const char *event, const char *data);
/* Has the visitor gone (hung up: noticed at once), or does the server stop? */
bool live_over(struct live *live);

#endif
