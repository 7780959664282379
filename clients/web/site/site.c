/* One request's way: what the server refused -> the host -> the route -> the place -> the form ->
 * the session -> the page. */
#include "clients/web/site/site.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/web/site/visit.h"

enum { CALL_DEADLINE_MS = 4000, CALL_RETRY_MS = 1000, POLICY_BYTES = 512 };

/* What a server's worker has of its own. */
struct worker {
    const struct site *site;
    struct channel *channel;
};

static const struct route *const ROUTE_TABLES[] = {
    CUSTOMER_ROUTES, GUIDE_ROUTES, DESK_ROUTES, COMMON_ROUTES,
};

/* ---- routes ---------------------------------------------------------------------------------- */

/* Does `path` fit `pattern`, whose ":x" stands for one segment (*ret_rest)? The rest of a path is
 * compared without case at "/R/", as QR codes are written in capitals. */
static bool path_fits(const char *pattern, const char *path, const char **ret_rest,
                      size_t *ret_size)
{
    const char *hole = strstr(pattern, ":x");
    if (!hole)
        return strcmp(pattern, path) == 0;
    size_t before = (size_t)(hole - pattern);
    bool capitals = strcmp(pattern, "/R/:x") == 0;
    if ((capitals ? strncasecmp(pattern, path, before) : strncmp(pattern, path, before)) != 0)
        return false;
    const char *begin = path + before;
    size_t size = strcspn(begin, "/");
    if (size == 0 || strcmp(begin + size, hole + 2) != 0)
        return false;
    *ret_rest = begin;
    *ret_size = size;
    return true;
}

/* The route of an address and method, and what stands in its hole; NULL: none. */
static const struct route *find_route(const char *path, enum exchange_method method,
                                      char ret_rest[EXCHANGE_PATH_BYTES])
{
    for (size_t t = 0; t < G_N_ELEMENTS(ROUTE_TABLES); t++) {
        for (const struct route *route = ROUTE_TABLES[t]; route->path; route++) {
            const char *rest = "";
            size_t size = 0;
            if (route->method == method && path_fits(route->path, path, &rest, &size)) {
                snprintf(ret_rest, EXCHANGE_PATH_BYTES, "%.*s", (int)size, rest);
                return route;
            }
        }
    }
    return NULL;
}

bool site_serves(const char *path, enum exchange_method method)
{
    char rest[EXCHANGE_PATH_BYTES];
    return find_route(path, method, rest) != NULL;
}

/* ---- what every response says ---------------------------------------------------------------- */

static void security_headers(struct exchange *exchange, const struct site *site)
{
    char policy[POLICY_BYTES];
    int size = snprintf(policy, sizeof policy,
                        "default-src 'none'; style-src 'sha256-%s'; script-src 'self'; "
                        "img-src 'self' data:; connect-src 'self'; form-action 'self'; "
                        "base-uri 'none'; frame-ancestors 'none'", site->style_hash);
    assert(size > 0 && size < POLICY_BYTES);
    exchange_header(exchange, "Content-Security-Policy", policy);
    exchange_header(exchange, "X-Content-Type-Options", "nosniff");
    exchange_header(exchange, "X-Frame-Options", "DENY");
    exchange_header(exchange, "Referrer-Policy", "no-referrer");
    exchange_header(exchange, "Cross-Origin-Opener-Policy", "same-origin");
    exchange_header(exchange, "Cross-Origin-Resource-Policy", "same-origin");
    exchange_header(exchange, "Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    if (exchange->secure)
        exchange_header(exchange, "Strict-Transport-Security", "max-age=31536000");
}

/* ---- gates ----------------------------------------------------------------------------------- */

static const struct refused {
    unsigned status;
    const char *key;
} REFUSED[] = {
    [REFUSED_MALFORMED] = {400, "malformed"}, [REFUSED_METHOD] = {405, "method"},
    [REFUSED_TOO_LONG] = {414, "long"}, [REFUSED_TOO_LARGE] = {413, "large"},
    [REFUSED_FORM_TYPE] = {415, "form_type"}, [REFUSED_TOO_MANY] = {429, "slow"},
    [REFUSED_BUSY] = {503, "busy"},
};

/* "localhost:7780", "127.0.0.1", "[::1]:80". */
static bool host_is_near(const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        size_t size = strlen(names[i]);
        if (g_ascii_strncasecmp(host, names[i], size) == 0 &&
            (host[size] == '\0' || host[size] == ':'))
            return true;
    }
    return false;
}

/* Is it an address, perhaps with a port, and no name? "cafe.de" is made of hexadecimal digits too,
 * and its name server may say any address. */
static bool host_is_address(const char *host)
{
    size_t size = host[0] == '[' ? strcspn(host, "]") : strcspn(host, ":");
    const char *end = host + size;
    if (host[0] == '[') {
        if (*end != ']')
            return false;
        host++;
        size--;
        end++;
    }
    g_autofree char *address = g_strndup(host, size);
    return g_hostname_is_ip_address(address) && (*end == '\0' || *end == ':');
}

/* A page of another name that points here is not ours: it could borrow a visitor's browser. In a
 * trial the name is an address of this machine, which nobody else's name server gives. */
static bool host_is_ours(const struct site *site, const char *host)
{
    if (host_is_near(host))
        return true;
    if (site->lan)
        return host_is_address(host);
    size_t size = site->host ? strlen(site->host) : 0;
    return size > 0 && g_ascii_strncasecmp(host, site->host, size) == 0 &&
           (host[size] == '\0' || host[size] == ':');
}

/* Registration and a member's card are for anywhere; everything else for this machine and TLS. */
static bool place_is_good(const struct visit *visit)
{
    const struct exchange *exchange = visit->exchange;
    if (exchange->secure || exchange->near)
        return true;
    return visit->site->lan && (visit->route->audience == AUDIENCE_ANYONE ||
                                visit->route->audience == AUDIENCE_MEMBER);
}

static bool role_fits(enum audience audience, const char *role)
{
    switch (audience) {
    case AUDIENCE_ANYONE:
    case AUDIENCE_SIGN_IN: return true;
    case AUDIENCE_MEMBER: return strcmp(role, "member") == 0;
    case AUDIENCE_GUIDE: return strcmp(role, "guide") == 0;
    case AUDIENCE_DESK:
        return strcmp(role, "shop_manager") == 0 || strcmp(role, "payroll") == 0 ||
               strcmp(role, "auditor") == 0 || strcmp(role, "admin") == 0;
    }
    return false;
}

/* Is the right person there? Else she is told where to sign in. */
static bool let_in(struct visit *visit)
{
    enum audience audience = visit->route->audience;
    if (audience == AUDIENCE_ANYONE || audience == AUDIENCE_SIGN_IN)
        return true;
    if (!visit->signed_in) {
        if (audience == AUDIENCE_MEMBER) {
            visit_go(visit, "/card");
            return false;
        }
        visit_tell(visit, 401, "sign_in");
        return false;
    }
    if (!visit_session(visit)) {
        visit_failed(visit);
        return false;
    }
    if (!role_fits(audience, visit->session->role)) {
        visit_tell(visit, 403, "other_role");
        return false;
    }
    return true;
}

/* ---- the way --------------------------------------------------------------------------------- */

static void handle(struct visit *visit)
{
    struct exchange *exchange = visit->exchange;

    security_headers(exchange, visit->site);
    visit->route = find_route(exchange->path, exchange->method, visit->rest);
    exchange_header(exchange, "Cache-Control", "no-store");
    if (exchange->refusal != REFUSED_NOT) {
        const struct refused *refused = &REFUSED[exchange->refusal];
        visit_tell(visit, refused->status, refused->key);
    } else if (!host_is_ours(visit->site, exchange->host)) {
        visit_tell(visit, 421, "host");
    } else if (!visit->route) {
        bool other = site_serves(exchange->path, exchange->method == EXCHANGE_GET ? EXCHANGE_POST
                                                                                 : EXCHANGE_GET);
        visit_tell(visit, other ? 405 : 404, other ? "method" : "nothing");
    } else if (!place_is_good(visit)) {
        visit_tell(visit, 403, "place");
    } else if (exchange->method == EXCHANGE_POST && !visit_form_is_own(visit)) {
        if (site_serves(exchange->path, EXCHANGE_GET)) /* some addresses take forms alone */
            view_text(visit, "next", exchange->path);
        visit_tell(visit, 403, "form");
    } else if (let_in(visit)) {
        /* Only the file may be kept: a refusal at its address would stay there for a year. */
        if (visit->route->kept)
            exchange_header(exchange, "Cache-Control", "public, max-age=31536000, immutable");
        visit->route->handle(visit);
    }
}

void *site_worker_begin(void *context)
{
    const struct site *site = context;
    struct worker *worker = g_new0(struct worker, 1);
    struct channel_options options = {.address = site->address, .tls = site->tls,
                                      .deadline_ms = CALL_DEADLINE_MS, .retry_ms = CALL_RETRY_MS};
    struct channel_error error;
    worker->site = site;
    worker->channel = channel_open(&options, &error);
    assert(worker->channel); /* main has tried the address */
    return worker;
}

void site_worker_end(void *pointer)
{
    struct worker *worker = pointer;
    channel_close(worker->channel);
    g_free(worker);
}

void site_handle(void *pointer, struct exchange *exchange)
{
    struct worker *worker = pointer;
    struct visit visit;
    visit_begin(&visit, exchange, worker->site, worker->channel);
    handle(&visit);
    visit_end(&visit);
}
