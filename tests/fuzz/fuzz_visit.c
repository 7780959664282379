/* A browser's request to beckon-web, from its first line to the visit: headers as libmicrohttpd
 * hands them over, address, cookies, session, form. The input is a byte of circumstances, then
 * "METHOD TARGET VERSION", header lines, an empty line, the body.
 *
 * Whatever is sent, what handlers see is plain text within its bounds; a cookie is a visit or a
 * session; no form passes for the visitor's own without her token; no redirect leaves the site. */
#include <arpa/inet.h>
#include <string.h>

#include <curl/curl.h>
#include <microhttpd.h>
#include <sodium.h>

#include "clients/web/http/request.h"
#include "clients/web/http/urlencoded.h"
#include "clients/web/site/csrf.h"
#include "clients/web/site/visit.h"
#include "store/bytes.h"
#include "tests/fuzz/fuzz.h"

enum { BEHIND_PROXY = 1, LOOPBACK = 2, SIGNS_IN = 4, HEADERS_MAX = 24, BODY_PIECE = 97 };

static const struct site SITE = {.key = {1, 2, 3}, .merchant_number = 1};

/* ---- libmicrohttpd, as far as requests ask it ------------------------------------------------ */

struct header {
    char *name, *value;
    size_t name_size, value_size;
};
static struct header headers[HEADERS_MAX];
static size_t header_count;

int MHD_get_connection_values_n(struct MHD_Connection *connection, enum MHD_ValueKind kind,
                                MHD_KeyValueIteratorN iterator, void *context)
{
    (void)connection;
    FUZZ_HOLDS(kind == MHD_HEADER_KIND);
    for (size_t i = 0; i < header_count; i++)
        if (iterator(context, kind, headers[i].name, headers[i].name_size, headers[i].value,
                     headers[i].value_size) != MHD_YES)
            return (int)i;
    return (int)header_count;
}

/* Terminated, and of its own: the sanitizer sees each byte beside it. */
static char *copy_of(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    FUZZ_HOLDS(copy != NULL);
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

static void add_header(struct bytes line)
{
    const char *text = (const char *)line.data, *colon = memchr(text, ':', line.size);
    if (colon == NULL || header_count == HEADERS_MAX)
        return;
    size_t name_size = (size_t)(colon - text), at = name_size + 1;
    while (at < line.size && text[at] == ' ')
        at++;
    headers[header_count++] = (struct header){
        .name = copy_of(text, name_size), .name_size = name_size,
        .value = copy_of(text + at, line.size - at), .value_size = line.size - at};
}

static void headers_clear(void)
{
    for (size_t i = 0; i < header_count; i++) {
        free(headers[i].name);
        free(headers[i].value);
    }
    header_count = 0;
}

/* ---- what comes of it ------------------------------------------------------------------------ */

static bool plain(const char *text)
{
    return urlencoded_plain(text, strlen(text));
}

static void check_fields(const struct fields *fields, bool lines)
{
    FUZZ_HOLDS(fields->count <= EXCHANGE_FIELDS_MAX);
    for (unsigned i = 0; i < fields->count; i++) {
        FUZZ_HOLDS(fields->list[i].name[0] != '\0' && plain(fields->list[i].name));
        size_t size = strlen(fields->list[i].value);
        char *value = copy_of(fields->list[i].value, size);
        for (size_t at = 0; at < size && lines; at++)
            if (value[at] == '\n' || value[at] == '\t')
                value[at] = ' ';
        FUZZ_HOLDS(plain(value));
        free(value);
    }
}

static void check_path(const char *path)
{
    size_t size = strlen(path);
    FUZZ_HOLDS(path[0] == '/' && size <= EXCHANGE_PATH_BYTES && plain(path));
    FUZZ_HOLDS(strstr(path, "//") == NULL && (size == 1 || path[size - 1] != '/'));
    for (const char *dots = path; (dots = strstr(dots, "/.")) != NULL; dots++) {
        const char *end = dots + 1 + strspn(dots + 1, ".");
        FUZZ_HOLDS(end - dots > 3 || (*end != '/' && *end != '\0'));
    }
}

static void check_exchange(const struct request *request, unsigned circumstances)
{
    const struct exchange *exchange = &request->exchange;
    const char *const texts[] = {exchange->host, exchange->origin, exchange->fetch_site,
                                 exchange->accept_language, exchange->none_match,
                                 exchange->last_event_id};
    struct address again;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        FUZZ_HOLDS(plain(texts[i]));
    FUZZ_HOLDS(exchange->host[0] != '\0' || exchange->refusal != REFUSED_NOT);
    check_path(exchange->path);
    check_fields(&exchange->query, true);
    check_fields(&exchange->cookies, false);
    check_fields(&exchange->form, true);
    FUZZ_HOLDS(address_from_text(exchange->address, strlen(exchange->address), &again));
    FUZZ_HOLDS(again.key == request->address.key);
    FUZZ_HOLDS(!exchange->near
               || (circumstances & (LOOPBACK | BEHIND_PROXY)) == LOOPBACK);
    FUZZ_HOLDS(!exchange->secure
               || (circumstances & (LOOPBACK | BEHIND_PROXY)) == (LOOPBACK | BEHIND_PROXY));
}

/* Where a browser would go from a page of ours. */
static void check_redirect(struct exchange *exchange, const char *to)
{
    exchange_redirect(exchange, to);
    const char *location = MHD_get_response_header(exchange->response->ready, "Location");
    char *host = NULL;
    CURLU *url = curl_url();
    FUZZ_HOLDS(location != NULL && location[0] == '/' && plain(location));
    FUZZ_HOLDS(curl_url_set(url, CURLUPART_URL, "https://shop.example/a/b", 0) == CURLUE_OK);
    FUZZ_HOLDS(curl_url_set(url, CURLUPART_URL, location, 0) == CURLUE_OK);
    FUZZ_HOLDS(curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK);
    FUZZ_HOLDS(strcmp(host, "shop.example") == 0);
    curl_free(host);
    curl_url_cleanup(url);
}

static void check_csrf(const struct visit *visit, unsigned changed)
{
    char text[CSRF_TEXT_BYTES];
    csrf_write(SITE.key, visit->cookie, text);
    FUZZ_HOLDS(csrf_is_for(SITE.key, visit->cookie, text));
    FUZZ_HOLDS(!csrf_is_for(SITE.key, "v.another", text));
    char *symbol = text + changed % strlen(text);
    *symbol = *symbol == 'A' ? 'B' : 'A';
    FUZZ_HOLDS(!csrf_is_for(SITE.key, visit->cookie, text));
    if (visit_form_is_own(visit)) {
        FUZZ_HOLDS(!visit->cookie_new);
        FUZZ_HOLDS(csrf_is_for(SITE.key, visit->cookie, visit_field(visit, "csrf")));
        FUZZ_HOLDS(visit->exchange->fetch_site[0] == '\0' || visit->exchange->fetch_site[0] == 'n'
                   || strcmp(visit->exchange->fetch_site, "same-origin") == 0);
    }
}

static void check_visit(struct request *request, unsigned circumstances, struct channel *channel)
{
    static const char SYMBOLS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-_";
    struct exchange *exchange = &request->exchange;
    struct visit visit;
    visit_begin(&visit, exchange, &SITE, channel);
    FUZZ_HOLDS(strlen(visit.cookie) >= 3 && visit.cookie[1] == '.');
    FUZZ_HOLDS(visit.cookie[0] == (visit.signed_in ? 's' : 'v'));
    FUZZ_HOLDS(visit.cookie[2 + strspn(visit.cookie + 2, SYMBOLS)] == '\0');
    FUZZ_HOLDS(visit.cookie_new || strcmp(visit.cookie, visit_cookie(&visit, "")) == 0);
    check_csrf(&visit, circumstances);
    if (circumstances & SIGNS_IN)
        visit_sign(&visit, "session_1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 60);
    visit_keep_cookie(&visit);
    for (unsigned i = 0; i < request->response.header_count; i++)
        FUZZ_HOLDS(plain(request->response.headers[i].value));
    const char *next = visit_field(&visit, "next");
    check_redirect(exchange, next[0] != '\0' ? next : fields_get(&exchange->query, "next"));
    visit_end(&visit);
}

/* ---- the request ----------------------------------------------------------------------------- */

/* The first line of *text, without its end; *text moves behind it. */
static struct bytes take_line(struct bytes *text)
{
    struct bytes line = *text;
    const uint8_t *end = text->size > 0 ? memchr(text->data, '\n', text->size) : NULL;
    if (end != NULL)
        line.size = (size_t)(end - text->data);
    size_t taken = line.size + (end != NULL ? 1 : 0);
    *text = (struct bytes){text->data + taken, text->size - taken};
    return line;
}

/* The next word of a line, terminated; free it. */
static char *take_word(struct bytes *line)
{
    const uint8_t *end = line->size > 0 ? memchr(line->data, ' ', line->size) : NULL;
    size_t size = end != NULL ? (size_t)(end - line->data) : line->size;
    char *word = copy_of((const char *)line->data, size);
    size_t taken = size + (end != NULL ? 1 : 0);
    *line = (struct bytes){line->data + taken, line->size - taken};
    return word;
}

static void take_body(struct request *request, struct bytes body)
{
    for (size_t at = 0; at < body.size; at += BODY_PIECE) {
        size_t piece = body.size - at < BODY_PIECE ? body.size - at : BODY_PIECE;
        FUZZ_HOLDS(request_take(request, (const char *)body.data + at, piece));
    }
    request_read_form(request);
}

static struct channel *channel_made(void)
{
    static struct channel *channel; /* it never connects: nothing is asked */
    struct channel_error error;
    if (channel == NULL)
        channel = channel_open(&(struct channel_options){.address = "127.0.0.1:9"}, &error);
    FUZZ_HOLDS(channel != NULL && sodium_init() >= 0);
    return channel;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    unsigned circumstances = data[0];
    struct bytes text = {data + 1, size - 1};
    struct bytes line = take_line(&text);
    char *method = take_word(&line), *target = take_word(&line), *version = take_word(&line);
    struct connection connection = {.descriptor = -1};
    const char *from = circumstances & LOOPBACK ? "127.0.0.1" : "203.0.113.9";
    FUZZ_HOLDS(address_from_text(from, strlen(from), &connection.address));
    while ((line = take_line(&text)).size > 0)
        add_header(line);
    struct request *request = request_new(NULL, &connection, target);
    FUZZ_HOLDS(request != NULL);
    request_read_headers(request, method, version, circumstances & BEHIND_PROXY);
    if (!request_ends_early(request) && request->has_body)
        take_body(request, text);
    check_exchange(request, circumstances);
    check_visit(request, circumstances, channel_made());
    request_free(request);
    headers_clear();
    free(method);
    free(target);
    free(version);
    return 0;
}
