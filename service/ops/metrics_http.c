#include "service/ops/metrics_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "service/limits.h"

enum { BACKLOG = 16 };

struct metrics_http {
    struct MHD_Daemon *daemon;
    metrics_write *write;
    void *context;
};

/* ---- the address ----------------------------------------------------------------------------- */

struct place {
    union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } socket;
    socklen_t size;
};

static bool port_read(const char *text, uint16_t *ret_port)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    unsigned long port = strtoul(text, &end, 10);
    if (errno != 0 || *end != '\0' || port > UINT16_MAX)
        return false;
    *ret_port = htons((uint16_t)port);
    return true;
}

static bool place_read(const char *text, struct place *ret_place)
{
    static const char V4[] = "127.0.0.1:", V6[] = "[::1]:";
    struct place place = {.size = 0};
    if (strncmp(text, V4, sizeof V4 - 1) == 0) {
        place.socket.v4.sin_family = AF_INET;
        place.socket.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        place.size = sizeof place.socket.v4;
        if (!port_read(text + sizeof V4 - 1, &place.socket.v4.sin_port))
            return false;
    } else if (strncmp(text, V6, sizeof V6 - 1) == 0) {
        place.socket.v6.sin6_family = AF_INET6;
        place.socket.v6.sin6_addr = in6addr_loopback;
        place.size = sizeof place.socket.v6;
        if (!port_read(text + sizeof V6 - 1, &place.socket.v6.sin6_port))
            return false;
    }
    *ret_place = place;
    return place.size > 0;
}

/* A listening socket there; -1: errno says why not. */
static int listen_at(struct place *place, unsigned *ret_port)
{
    int on = 1;
    int fd = socket(place->socket.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, &place->socket.any, place->size) != 0 || listen(fd, BACKLOG) != 0
        || getsockname(fd, &place->socket.any, &place->size) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    *ret_port = ntohs(place->socket.any.sa_family == AF_INET ? place->socket.v4.sin_port
                                                             : place->socket.v6.sin6_port);
    return fd;
}

/* ---- answers --------------------------------------------------------------------------------- */

/* Takes over `text`, which free() frees. */
static enum MHD_Result respond(struct MHD_Connection *connection, unsigned status,
                               const char *type, char *text, size_t size)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(text);
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    enum MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status,
                              const char *sentence)
{
    char *text = strdup(sentence);
    return text != NULL ? respond(connection, status, "text/plain; charset=utf-8", text,
                                  strlen(text))
                        : MHD_NO;
}

/* A page of a stranger that calls this machine by his own name (DNS rebinding) reads nothing. */
static bool is_named_locally(struct MHD_Connection *connection)
{
    static const char *const NAMES[] = {"127.0.0.1", "localhost", "[::1]"};
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                   MHD_HTTP_HEADER_HOST);
    if (host == NULL)
        return true; /* HTTP/1.0: no browser */
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        size_t size = strlen(NAMES[i]);
        if (strncasecmp(host, NAMES[i], size) == 0 && (host[size] == '\0' || host[size] == ':'))
            return true;
    }
    return false;
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    static int seen;
    struct metrics_http *http = context;
    (void)version, (void)upload;
    if (*request == NULL) { /* the headers; the answer leaves when the body, if any, has come */
        *request = &seen;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    if (!is_named_locally(connection))
        return refuse(connection, MHD_HTTP_MISDIRECTED_REQUEST,
                      "Ask for localhost: metrics are for this machine alone.\n");
    if (strcmp(path, "/metrics") != 0)
        return refuse(connection, MHD_HTTP_NOT_FOUND, "Only /metrics is here.\n");
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET.\n");
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return MHD_NO;
    http->write(http->context, out);
    if (fclose(out) != 0) {
        free(text);
        return MHD_NO;
    }
    return respond(connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text,
                   size);
}

/* libmicrohttpd's complaints are about its clients; the log is ours. */
static void stay_silent(void *context, const char *format, va_list arguments)
{
    (void)context, (void)format, (void)arguments;
}

/* ---- its life -------------------------------------------------------------------------------- */

static struct MHD_Daemon *start(struct metrics_http *http, int fd)
{
    sigset_t all, before; /* signals are main's: the thread inherits the mask */
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        abort();
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG, 0, NULL, NULL, answer, http,
        MHD_OPTION_EXTERNAL_LOGGER, stay_silent, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIMIT_METRICS_CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)LIMIT_METRICS_SILENCE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)LIMIT_METRICS_CONNECTION_BYTES,
        MHD_OPTION_END);
    if (pthread_sigmask(SIG_SETMASK, &before, NULL) != 0)
        abort();
    return daemon;
}

struct metrics_http *metrics_http_start(const char *address, metrics_write *write, void *context,
                                        unsigned *ret_port,
                                        char ret_message[METRICS_MESSAGE_BYTES])
{
    struct place place;
    unsigned port;
    if (!place_read(address, &place)) {
        snprintf(ret_message, METRICS_MESSAGE_BYTES, "\"%.80s\" is not 127.0.0.1:PORT or "
                 "[::1]:PORT: metrics are for this machine alone", address);
        return NULL;
    }
    int fd = listen_at(&place, &port);
    if (fd < 0) {
        snprintf(ret_message, METRICS_MESSAGE_BYTES, "%.80s: %s", address, strerror(errno));
        return NULL;
    }
    struct metrics_http *http = calloc(1, sizeof *http);
    if (http == NULL)
        abort(); /* start-up */
    http->write = write;
    http->context = context;
    http->daemon = start(http, fd);
    if (http->daemon == NULL) {
        snprintf(ret_message, METRICS_MESSAGE_BYTES, "%.80s: the HTTP server does not start",
                 address);
        close(fd);
        free(http);
        return NULL;
    }
    *ret_port = port;
    return http;
}

void metrics_http_stop(struct metrics_http *http)
{
    MHD_stop_daemon(http->daemon); /* closes the socket */
    free(http);
}
