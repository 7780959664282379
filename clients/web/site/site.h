/* The pages by address: who may see which, and what is the same for all of them.
 *
 * A request passes here in this order: what the server refused -> the route -> is this place good
 * enough for it -> who is it -> is the form her own -> the page's handler. */
#ifndef BECKON_CLIENTS_WEB_SITE_SITE_H
#define BECKON_CLIENTS_WEB_SITE_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clients/channel/channel.h"
#include "clients/web/http/exchange.h"

struct visit;
struct templates;

/* For whom a page is. All but ANYONE and MEMBER answer on this machine or over TLS only. */
enum audience {
    AUDIENCE_ANYONE,
    AUDIENCE_MEMBER,
    AUDIENCE_SIGN_IN,  /* anyone, but staff pages' place: one-time links */
    AUDIENCE_GUIDE,
    AUDIENCE_DESK,     /* shop manager, payroll, auditor, admin; the service says what each may */
};

struct route {
    enum exchange_method method;
    const char *path;            /* "/R/:x": ":x" stands for one segment,
                                    to be found in visit->rest */
    enum audience audience;
    void (*handle)(struct visit *visit);
    bool kept;                   /* browsers may keep it: nobody's own, and named by its content */
};

/* The pages of one audience, each in a folder of its own; ends with a row without path. */
extern const struct route CUSTOMER_ROUTES[];
extern const struct route GUIDE_ROUTES[];
extern const struct route DESK_ROUTES[];
extern const struct route COMMON_ROUTES[];

enum { SITE_KEY_BYTES = 32 };

/* What all requests share; read-only once the server runs. */
struct site {
    const struct templates *templates;
    uint8_t key[SITE_KEY_BYTES];  /* of CSRF tokens */
    uint32_t merchant_number;     /* whose pages these are */
    const char *link_base;        /* "HTTP://192.168.1.5:7780": what QR codes say; NULL: HTTPS and
                                     the merchant's own host */
    bool lan;                     /* a trial: registration and card for the network, unencrypted */
    const char *host;             /* the only name answered to, besides this machine's; NULL: any */
    const char *address;          /* beckond's */
    struct channel_tls tls;       /* with what it is called */
    char style_hash[64];          /* of the style sheet, for the security policy */
};

/* The server's hooks: context is the struct site. */
void *site_worker_begin(void *context);
void site_worker_end(void *worker);
void site_handle(void *worker, struct exchange *exchange);

/* Is there a page at this address for this method? */
bool site_serves(const char *path, enum exchange_method method);

#endif
