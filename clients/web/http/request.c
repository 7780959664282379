#include "clients/web/http/request.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clients/web/http/headers.h"
#include "clients/web/http/urlencoded.h"

struct request *request_new(struct MHD_Connection *peer, struct connection *connection,
                            const char *target)
{
    struct request *request = calloc(1, sizeof(*request));
    if (request == NULL) {
        return NULL;
    }
    request->peer = peer;
    request->connection = connection;
    request->whole = true;
    request->exchange.response = &request->response;
    if (strlen(target) < REQUEST_TARGET_BYTES) {
        request->target = strdup(target);
        if (request->target == NULL) {
            free(request);
            return NULL;
        }
    }
    return request;
}

void request_free(struct request *request)
{
    if (request != NULL) {
        response_clear(&request->response);
        free(request->target);
        free(request->cookies);
        free(request->form);
        free(request);
    }
}

/* The first thing that is wrong counts. */
static void refuse(struct request *request, enum exchange_refusal refusal)
{
    if (request->exchange.refusal == REFUSED_NOT) {
        request->exchange.refusal = refusal;
    }
}

/* Nobody can say where this request ends: nothing that follows it is read. */
static void refuse_framing(struct request *request)
{
    refuse(request, REFUSED_MALFORMED);
    request->whole = false;
}

/* Has it no empty, "." or ".." segment? */
static bool is_straight(const char *path)
{
    if (path[0] != '/') {
        return false;
    }
    if (path[1] == '\0') {
        return true;
    }
    for (const char *segment = path; *segment == '/';) {
        segment++;
        size_t size = strcspn(segment, "/");
        if (size == 0 || (size <= 2 && strncmp(segment, "..", size) == 0)) {
            return false;
        }
        segment += size;
    }
    return true;
}

static void read_target(struct request *request)
{
    struct exchange *exchange = &request->exchange;
    exchange->path = "/";
    if (request->target == NULL) {
        refuse(request, REFUSED_TOO_LONG);
        return;
    }
    char *path = request->target;
    size_t path_size = strcspn(path, "?");
    char *query = path[path_size] == '?' ? path + path_size + 1 : path + path_size;
    size_t query_size = strlen(query);
    path[path_size] = '\0';
    if (!urlencoded_fields(query, query_size, URLENCODED_QUERY, &exchange->query)
        || !urlencoded_path(path, path_size)) {
        refuse(request, REFUSED_MALFORMED);
        return;
    }
    path_size = strlen(path);
    if (path_size > 1 && path[path_size - 1] == '/' && path[path_size - 2] != '/') {
        path[path_size - 1] = '\0';
    }
    if (!is_straight(path)) {
        refuse(request, REFUSED_MALFORMED);
    } else if (path_size > EXCHANGE_PATH_BYTES) {
        refuse(request, REFUSED_TOO_LONG);
    } else {
        exchange->path = path;
    }
}

/* A host and perhaps a port; what else browsers send there is somebody's trick. */
static bool is_host(const char *host)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._:[]";
    size_t size = strlen(host);
    return size > 0 && size <= 255 && strspn(host, allowed) == size;
}

/* What is no cookie is passed over: somebody else of the domain may have set it, and the visitor
 * can't help it. */
static void read_cookies(struct request *request)
{
    request->cookies = headers_cookies(request->peer, REQUEST_COOKIES_BYTES);
    struct fields *cookies = &request->exchange.cookies;
    char *next = request->cookies;
    while (next != NULL && cookies->count < EXCHANGE_FIELDS_MAX) {
        char *pair = strsep(&next, ";");
        pair += strspn(pair, " \t");
        size_t size = strlen(pair);
        while (size > 0 && (pair[size - 1] == ' ' || pair[size - 1] == '\t')) {
            pair[--size] = '\0';
        }
        char *equals = strchr(pair, '=');
        if (equals != NULL && equals > pair && urlencoded_plain(pair, size)) {
            *equals = '\0';
            cookies->list[cookies->count++] = (struct field){ pair, equals + 1 };
        }
    }
}

/* Who it is. A proxy is believed about its visitors only when we were told of it and it speaks from
 * this machine; one nobody told us of still keeps its visitors from being taken for neighbours. */
static void read_visitor(struct request *request, const struct headers *headers,
                         bool behind_proxy)
{
    struct exchange *exchange = &request->exchange;
    const struct address *connected = &request->connection->address;
    request->address = *connected;
    if (behind_proxy && connected->loopback) {
        if (headers->forwarded_for[0] != '\0'
            && !headers_visitor(headers, &request->address)) {
            refuse(request, REFUSED_MALFORMED);
        }
        const char *proto = strrchr(headers->forwarded_proto, ',');
        proto = proto == NULL ? headers->forwarded_proto : proto + 1;
        exchange->secure = strcasecmp(proto + strspn(proto, " \t"), "https") == 0;
    }
    /* Behind a proxy that forgets to say for whom it speaks, everybody would be near. */
    exchange->near = connected->loopback && !headers->forwarded && !behind_proxy;
    exchange->address = request->address.text;
}

/* A form's media type, whatever its parameters. */
static bool is_form_type(const char *type)
{
    static const char form[] = "application/x-www-form-urlencoded";
    size_t size = strcspn(type, "; \t");
    return size == sizeof(form) - 1 && strncasecmp(type, form, size) == 0;
}

/* Is a body on its way, and may it be? */
static void read_framing(struct request *request, const struct headers *headers,
                         const char *version)
{
    bool chunked = headers->transfer_encoding[0] != '\0';
    const char *length = headers->content_length;
    if (chunked && (length[0] != '\0' || strcasecmp(headers->transfer_encoding, "chunked") != 0
                    || strcmp(version, "HTTP/1.0") == 0)) {
        refuse_framing(request);
    }
    /* libmicrohttpd has refused lengths that are no numbers; what isn't just digits or is long
     * enough to overflow is refused again. */
    size_t digits = strspn(length, "0123456789");
    if (length[digits] != '\0' || digits > 18) {
        refuse_framing(request);
    }
    unsigned long long body_size = digits > 0 && digits <= 18 ? strtoull(length, NULL, 10) : 0;
    request->has_body = chunked || body_size > 0;
    if (!request->has_body) {
        return;
    }
    if (request->exchange.method != EXCHANGE_POST) {
        refuse_framing(request);
    } else if (!is_form_type(headers->content_type)) {
        refuse(request, REFUSED_FORM_TYPE);
    } else if (body_size > EXCHANGE_FORM_BYTES) {
        refuse(request, REFUSED_TOO_LARGE);
    }
}

void request_read_headers(struct request *request, const char *method, const char *version,
                          bool behind_proxy)
{
    struct exchange *exchange = &request->exchange;
    struct headers headers;
    headers_read(request->peer, &headers);
    bool post = strcmp(method, "POST") == 0;
    exchange->method = post ? EXCHANGE_POST : EXCHANGE_GET;
    if (headers.malformed) {
        refuse_framing(request);
    }
    exchange->host = headers.host;
    if (!is_host(headers.host)) {
        exchange->host = "";
        refuse(request, REFUSED_MALFORMED);
    }
    if (!post && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        refuse(request, REFUSED_METHOD);
    }
    exchange->origin = headers.origin;
    exchange->fetch_site = headers.fetch_site;
    exchange->accept_language = headers.accept_language;
    exchange->none_match = headers.none_match;
    exchange->last_event_id = headers.last_event_id;
    read_target(request);
    read_cookies(request);
    read_visitor(request, &headers, behind_proxy);
    read_framing(request, &headers, version);
    request->response.takes_gzip = headers_take_gzip(&headers);
}

bool request_ends_early(const struct request *request)
{
    bool refused = request->exchange.refusal != REFUSED_NOT;
    return !request->whole || (refused && request->has_body);
}

bool request_take(struct request *request, const char *bytes, size_t size)
{
    if (request->form == NULL) {
        request->form = malloc(EXCHANGE_FORM_BYTES + 1);
        if (request->form == NULL) {
            return false;
        }
    }
    size_t room = EXCHANGE_FORM_BYTES - request->form_size;
    size_t taken = size < room ? size : room;
    memcpy(request->form + request->form_size, bytes, taken);
    request->form_size += taken;
    request->dropped_size += size - taken;
    return request->dropped_size <= REQUEST_DROPPED_BYTES;
}

void request_read_form(struct request *request)
{
    if (request->dropped_size > 0) {
        refuse(request, REFUSED_TOO_LARGE);
    } else if (request->form != NULL
               && !urlencoded_fields(request->form, request->form_size, URLENCODED_FORM,
                                     &request->exchange.form)) {
        refuse(request, REFUSED_MALFORMED);
    }
}
