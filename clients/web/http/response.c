#include "clients/web/http/response.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/web/http/gzip.h"
#include "clients/web/http/live.h"
#include "clients/web/http/urlencoded.h"

/* The same header from before, which is told anew; there may be several cookies. */
static struct response_header *told_before(struct response *response, const char *name)
{
    for (unsigned i = 0; i < response->header_count; i++) {
        const char *told = response->headers[i].name;
        if (told != NULL && strcasecmp(told, name) == 0 && strcasecmp(name, "Set-Cookie") != 0) {
            return &response->headers[i];
        }
    }
    return NULL;
}

void exchange_header(struct exchange *exchange, const char *name, const char *value)
{
    struct response *response = exchange->response;
    assert(name[0] != '\0' && urlencoded_plain(name, strlen(name)));
    assert(urlencoded_plain(value, strlen(value)));
    struct response_header *header = told_before(response, name);
    if (header == NULL) {
        assert(response->header_count < EXCHANGE_HEADERS_MAX);
        header = &response->headers[response->header_count++];
        header->name = strdup(name);
    } else {
        free(header->value);
    }
    header->value = strdup(value);
}

/* The handler's one answer; NULL: there was no memory for it. */
static void send_one(struct exchange *exchange, unsigned status, struct MHD_Response *ready)
{
    struct response *response = exchange->response;
    assert(!response->sent && status >= 200 && status <= 599);
    response->sent = true;
    response->status = status;
    response->ready = ready;
}

/* The server's own headers are beside the count of the handler's. */
static void add_header(struct response *response, const char *name, const char *value)
{
    if (response->ready == NULL) {
        return;
    }
    if (name == NULL || value == NULL
        || MHD_add_response_header(response->ready, name, value) != MHD_YES) {
        /* Without it the answer may be a wrong one: none, then. */
        MHD_destroy_response(response->ready);
        response->ready = NULL;
    }
}

static void describe(struct exchange *exchange, const char *media_type, bool varies, bool gzipped)
{
    add_header(exchange->response, "Content-Type", media_type);
    if (varies) {
        add_header(exchange->response, "Vary", "Accept-Encoding");
    }
    if (gzipped) {
        add_header(exchange->response, "Content-Encoding", "gzip");
    }
}

void exchange_send(struct exchange *exchange, unsigned status, const char *media_type, char *body,
                   size_t size)
{
    bool varies = gzip_is_text(media_type) && size > RESPONSE_GZIP_BYTES;
    bool gzipped = false;
    if (varies && exchange->response->takes_gzip) {
        size_t compressed_size;
        char *compressed = gzip_compress(body, size, RESPONSE_GZIP_LEVEL, &compressed_size);
        if (compressed != NULL) {
            free(body);
            body = compressed;
            size = compressed_size;
            gzipped = true;
        }
    }
    struct MHD_Response *ready = MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE);
    if (ready == NULL) {
        free(body);
    }
    send_one(exchange, status, ready);
    describe(exchange, media_type, varies, gzipped);
}

void exchange_send_static(struct exchange *exchange, unsigned status, const char *media_type,
                          const char *body, size_t size, const char *gzipped, size_t gzipped_size)
{
    bool smaller = gzipped != NULL && exchange->response->takes_gzip;
    /* libmicrohttpd never writes to what is persistent. */
    void *bytes = (void *)(uintptr_t)(smaller ? gzipped : body);
    send_one(exchange, status,
             MHD_create_response_from_buffer(smaller ? gzipped_size : size, bytes,
                                             MHD_RESPMEM_PERSISTENT));
    describe(exchange, media_type, gzipped != NULL, smaller);
}

void exchange_send_file(struct exchange *exchange, unsigned status, const char *media_type,
                        int descriptor)
{
    struct stat file;
    struct MHD_Response *ready = NULL;
    if (fstat(descriptor, &file) == 0 && file.st_size >= 0) {
        ready = MHD_create_response_from_fd64((uint64_t)file.st_size, descriptor);
    }
    if (ready == NULL) {
        close(descriptor);
    }
    exchange->response->is_file = true;
    send_one(exchange, status, ready);
    describe(exchange, media_type, false, false);
}

void exchange_send_empty(struct exchange *exchange, unsigned status)
{
    static char nothing[1];
    send_one(exchange, status,
             MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT));
}

/* A path of ours: browsers take "//host" and "/\host" for somebody else's, and drop tabs and line
 * ends before they look. */
static bool is_own_path(const char *path)
{
    return path[0] == '/' && path[1] != '/' && path[1] != '\\'
           && urlencoded_plain(path, strlen(path)) && strchr(path, ' ') == NULL;
}

void exchange_redirect(struct exchange *exchange, const char *path)
{
    static const char hex[] = "0123456789ABCDEF";
    char location[3 * EXCHANGE_PATH_BYTES + 1];
    size_t size = 0;
    if (!is_own_path(path) || strlen(path) > EXCHANGE_PATH_BYTES) {
        path = "/";
    }
    for (; *path != '\0'; path++) {
        unsigned char byte = (unsigned char)*path;
        if (byte < 0x80) {
            location[size++] = (char)byte;
        } else {
            location[size++] = '%';
            location[size++] = hex[byte >> 4];
            location[size++] = hex[byte & 15];
        }
    }
    location[size] = '\0';
    exchange_send_empty(exchange, 303);
    add_header(exchange->response, "Location", location);
}

bool exchange_send_live(struct exchange *exchange, live_run *run, void *context,
                        void (*release)(void *context))
{
    struct response *response = exchange->response;
    struct MHD_Response *ready = live_open(response->lives, response->peer, response->connection,
                                           run, context, release);
    if (ready == NULL) {
        return false;
    }
    send_one(exchange, 200, ready);
    add_header(response, "Content-Type", "text/event-stream; charset=utf-8");
    add_header(response, "Cache-Control", "no-store");
    /* nginx would gather the events otherwise. */
    add_header(response, "X-Accel-Buffering", "no");
    return true;
}

void response_finish(struct exchange *exchange)
{
    struct response *response = exchange->response;
    assert(response->sent);
    for (unsigned i = 0; i < response->header_count; i++) {
        add_header(response, response->headers[i].name, response->headers[i].value);
    }
    if (exchange->retry_after_seconds > 0) {
        char seconds[16];
        snprintf(seconds, sizeof(seconds), "%u", exchange->retry_after_seconds);
        add_header(response, "Retry-After", seconds);
    }
    if (exchange->refusal == REFUSED_METHOD) {
        add_header(response, "Allow", "GET, HEAD, POST");
    }
}

void response_clear(struct response *response)
{
    if (response->ready != NULL) {
        MHD_destroy_response(response->ready);
        response->ready = NULL;
    }
    for (unsigned i = 0; i < response->header_count; i++) {
        free(response->headers[i].name);
        free(response->headers[i].value);
    }
    response->header_count = 0;
}
