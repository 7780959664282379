/* A visitor's request on its way through the pages: who she is, in which language, what the
 * service answered, what the page shows.
 *
 * Cookies: __Host-beckon holds a visit ("v." and random, until somebody signs in) or a session
 * ("s." and the session's secret). Over plain HTTP from elsewhere (a trial with --lan) it is named
 * beckon_trial_insecure. __Host-beckon-lang remembers the language. The process keeps nothing of
 * them.
 *
 * Forms carry a CSRF token: a keyed hash of the cookie's value under the site's key, masked anew in
 * each page (a compressed page tells nothing of it). One thread; dies with the exchange. */
#ifndef BECKON_CLIENTS_WEB_SITE_VISIT_H
#define BECKON_CLIENTS_WEB_SITE_VISIT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

#include "clients/channel/channel.h"
#include "clients/web/http/exchange.h"
#include "clients/web/page/template.h"
#include "clients/web/site/site.h"

struct visit {
    struct exchange *exchange;
    const struct site *site;
    struct channel *channel;     /* speaks for this visitor */
    enum language language;
    char *cookie;                /* the cookie's value; never empty once the visit has begun */
    bool cookie_new;             /* to be set with the response */
    bool language_new;           /* she asked for it: to be remembered, likewise */
    bool signed_in;              /* the cookie holds a session; the service may still refuse it */
    struct session *session;     /* what the service says of it, after visit_session; else NULL */
    const struct route *route;   /* which page; NULL: none has this address */
    char rest[EXCHANGE_PATH_BYTES]; /* what stands for the route's ":x", "" without */
    struct channel_error error;  /* of the last ask that failed */
    json_t *view;                /* what templates are filled from */
    GPtrArray *replies;          /* messages to be freed at the end */
    GTimeZone *zone;             /* the merchant's, once the session is known */
    char currency[4];
};

/* Who is signed in, as GetSession says. */
struct session {
    const char *role;            /* "member", "guide", "shop_manager", "payroll", ... */
    uint32_t number;             /* member or guide; 0 for the others */
    uint32_t merchant_number;
};

void visit_begin(struct visit *visit, struct exchange *exchange, const struct site *site,
                 struct channel *channel);
void visit_end(struct visit *visit);

/* Calls from here on are made as who is signed in (as they are to begin with), or as a stranger. */
void visit_speak_as(struct visit *visit, bool herself);

/* ---- asking the service ---- */

/* Calls a method as the visitor: e.g. ask(visit, &beckon__v1__member_service__descriptor,
 * "GetMember", &request.base). The reply lives as long as the visit. NULL: refused or failed, and
 * visit->error says how. */
void *ask(struct visit *visit, const ProtobufCServiceDescriptor *service, const char *method,
          const ProtobufCMessage *request);
/* The same, and the reply stands in the view under `name`. */
void *ask_into(struct visit *visit, const char *name, const ProtobufCServiceDescriptor *service,
               const char *method, const ProtobufCMessage *request);

/* ---- what the page shows ---- */

/* Puts a value into the view; `value` is taken over. */
void view_set(struct visit *visit, const char *name, json_t *value);
void view_text(struct visit *visit, const char *name, const char *text);
void view_integer(struct visit *visit, const char *name, int64_t value);

/* A wrong entry of a form: its sentence is shown beside the field ("" for the whole form), the
 * fields keep what was typed. `key` names a text. */
void view_wrong(struct visit *visit, const char *field, const char *key);
/* The same from the service's refusal in visit->error. */
void view_refused(struct visit *visit);
bool view_is_wrong(const struct visit *visit);

/* Renders template `name` with everything around it and sends it. Once. */
void visit_show(struct visit *visit, unsigned status, const char *name);
/* A page that says what happened and what to do: the texts "KEY.title" and "KEY.what" (and, where
 * there is one, a link: view "next" and "next_text"). */
void visit_tell(struct visit *visit, unsigned status, const char *key);
/* What the last ask failed with, as a page: gone or busy service (which tries again by itself),
 * ended session (to the sign-in), not hers or not there, else the service's own sentence. */
void visit_failed(struct visit *visit);
/* 303 to an address of our own. */
void visit_go(struct visit *visit, const char *path);

/* ---- forms and sessions ---- */

/* What was typed into a field; "" when nothing. */
const char *visit_field(const struct visit *visit, const char *name);
/* Is the form's CSRF token this visitor's, and did it come from a page of ours? */
bool visit_form_is_own(const struct visit *visit);
/* Loads visit->session from the service; false: nobody is signed in (any more), or the service
 * failed: visit->error. */
bool visit_session(struct visit *visit);
/* From this response on the visitor is signed in by this session secret; expires_seconds from now.
 * NULL: signed out, with a fresh visit. */
void visit_sign(struct visit *visit, const char *secret, int64_t expires_seconds);

/* A further cookie of ours: __Host-beckon-KIND. Age 0 ends it, -1: with the browser. The value has
 * letters, digits, '-' and '_' only. */
void visit_cookie_set(struct visit *visit, const char *kind, const char *value,
                      int64_t age_seconds);
/* Its value, "" without: from outside, to be distrusted. */
const char *visit_cookie(const struct visit *visit, const char *kind);
/* Sets the cookies of a new visit and of a language asked for with this response; visit_show and
 * visit_go do it. */
void visit_keep_cookie(struct visit *visit);

/* The inner half of `next` parameters: is this an address within the site? */
bool visit_path_is_own(const char *path);

#endif
