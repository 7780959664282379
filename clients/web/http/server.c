/* The way of a request: libmicrohttpd's threads gather it (begin_request, answer), a worker runs
 * the handler (workers.c) while its connection is suspended, libmicrohttpd's threads send the
 * response; deadline.c watches that none of them takes too long. */
#include "clients/web/http/server.h"

#include <assert.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "clients/web/http/clock.h"
#include "clients/web/http/connection.h"
#include "clients/web/http/deadline.h"
#include "clients/web/http/linger.h"
#include "clients/web/http/listen.h"
#include "clients/web/http/live.h"
#include "clients/web/http/rate.h"
#include "clients/web/http/request.h"
#include "clients/web/http/workers.h"

enum {
    POLLERS = 2,
    CONNECTIONS_MIN = 16,
    /* The headers of a request and of its response; nginx lets through as much. */
    CONNECTION_BYTES = 32 * 1024,
    STOP_MS = 5 * 1000,
};

struct server {
    struct server_options options;
    uint16_t port;
    atomic_bool stopping;
    struct connections *connections;
    struct lingerers *linger;
    struct deadline *deadline;
    struct rate *rate;
    struct lives *lives;
    struct workers *workers;
    struct MHD_Daemon *daemon;
};

uint16_t server_port(const struct server *server)
{
    return server->port;
}

/* ---- connections ---- */

static struct connection *connection_of(struct MHD_Connection *peer)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(peer, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info->socket_context;
}

static int descriptor_of(struct MHD_Connection *peer)
{
    return MHD_get_connection_info(peer, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/* May this address connect at all? While we stop nobody may: libmicrohttpd's own way to stop
 * listening (MHD_quiesce_daemon) races with its threads and then aborts. */
static enum MHD_Result welcome(void *context, const struct sockaddr *from, socklen_t size)
{
    struct server *server = context;
    struct address address;
    (void)size;
    bool welcomed = !server->stopping && address_from_socket(from, &address)
                    && connections_welcome(server->connections, &address);
    return welcomed ? MHD_YES : MHD_NO;
}

/* The CLOSED notice comes before the socket is closed (MHD_cleanup_connections), and on the thread
 * that serves it: until then the descriptor is this connection and no other. */
static void notice_connection(void *context, struct MHD_Connection *peer, void **socket_context,
                              enum MHD_ConnectionNotificationCode what)
{
    struct server *server = context;
    int descriptor = descriptor_of(peer);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const struct sockaddr *from =
            MHD_get_connection_info(peer, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
        struct address address;
        uint64_t now_ms = clock_ms();
        struct connection *connection =
            address_from_socket(from, &address)
                ? connection_begin(server->connections, descriptor, &address, now_ms)
                : NULL;
        *socket_context = connection;
        if (connection == NULL) {
            shutdown(descriptor, SHUT_RDWR);
        } else {
            connection_enter(server->connections, connection, CONNECTION_IDLE, now_ms,
                             now_ms + server->options.request_ms);
        }
    } else if (*socket_context != NULL) {
        if (connection_end(server->connections, *socket_context)) {
            linger_add(server->linger, descriptor, clock_ms());
        }
        *socket_context = NULL;
    }
}

/* ---- requests ---- */

/* The request line has come: called with its target as it was sent. What this returns is the
 * request's context. */
static void *begin_request(void *context, const char *target, struct MHD_Connection *peer)
{
    struct server *server = context;
    struct connection *connection = connection_of(peer);
    if (connection == NULL) {
        return NULL;
    }
    uint64_t now_ms = clock_ms();
    connection_enter(server->connections, connection, CONNECTION_READING, now_ms,
                     now_ms + server->options.request_ms);
    return request_new(peer, connection, target);
}

/* libmicrohttpd decodes nothing: request.c does, and sees what it can't hold. */
static size_t leave_encoded(void *context, struct MHD_Connection *peer, char *text)
{
    (void)context;
    (void)peer;
    size_t size = 0;
    while (text[size] != '\0') {
        size++;
    }
    return size;
}

static void end_request(void *context, struct MHD_Connection *peer, void **request_context,
                        enum MHD_RequestTerminationCode why)
{
    struct server *server = context;
    struct connection *connection = connection_of(peer);
    (void)why;
    request_free(*request_context);
    *request_context = NULL;
    if (connection != NULL) {
        uint64_t now_ms = clock_ms();
        connection_enter(server->connections, connection, CONNECTION_IDLE, now_ms,
                         now_ms + server->options.idle_ms);
    }
}

static enum MHD_Result submit(struct server *server, struct request *request)
{
    request->response.lives = server->lives;
    request->response.peer = request->peer;
    request->response.connection = request->connection;
    connection_enter(server->connections, request->connection, CONNECTION_WORKING, clock_ms(), 0);
    return workers_submit(server->workers, request) ? MHD_YES : MHD_NO;
}

static void take_rate(struct server *server, struct request *request)
{
    if (request->exchange.refusal == REFUSED_NOT) {
        request->exchange.retry_after_seconds =
            rate_take(server->rate, request->address.key,
                      request->exchange.method == EXCHANGE_POST, clock_ms());
        if (request->exchange.retry_after_seconds > 0) {
            request->exchange.refusal = REFUSED_TOO_MANY;
        }
    }
}

static enum MHD_Result send_response(struct server *server, struct request *request)
{
    struct response *response = &request->response;
    if (response->ready == NULL) {
        return MHD_NO;
    }
    uint64_t now_ms = clock_ms();
    unsigned time_ms = response->is_file ? server->options.file_ms : server->options.response_ms;
    if (request_ends_early(request)) {
        connection_let_linger(server->connections, request->connection);
    }
    connection_enter(server->connections, request->connection, CONNECTION_SENDING, now_ms,
                     now_ms + time_ms);
    enum MHD_Result queued = MHD_queue_response(request->peer, response->status, response->ready);
    /* libmicrohttpd holds it now. */
    response_clear(response);
    return queued;
}

/* libmicrohttpd's access handler: once when the headers are there, for each part of the body, when
 * all is there, and again each time a worker has resumed the connection. A response queued at the
 * first of these closes the connection after it; later ones keep it. */
static enum MHD_Result answer(void *context, struct MHD_Connection *peer, const char *url,
                              const char *method, const char *version, const char *part,
                              size_t *part_size, void **request_context)
{
    struct server *server = context;
    struct request *request = *request_context;
    (void)peer;
    (void)url;
    if (request == NULL) {
        return MHD_NO;
    }
    switch (request->step) {
    case REQUEST_HEADERS:
        request_read_headers(request, method, version, server->options.behind_proxy);
        take_rate(server, request);
        request->step = REQUEST_BODY;
        return request_ends_early(request) ? submit(server, request) : MHD_YES;
    case REQUEST_BODY:
        if (*part_size > 0) {
            bool taken = request_take(request, part, *part_size);
            *part_size = 0;
            if (!taken) {
                connection_cut(server->connections, request->connection);
            }
            return taken ? MHD_YES : MHD_NO;
        }
        request_read_form(request);
        return submit(server, request);
    case REQUEST_ANSWERED:
        return send_response(server, request);
    case REQUEST_WORK:
        break;
    }
    assert(request->step != REQUEST_WORK);
    return MHD_NO;
}

/* ---- start and stop ---- */

static struct MHD_Daemon *start_daemon(struct server *server, int descriptor, unsigned max)
{
    struct MHD_OptionItem options[] = {
        { MHD_OPTION_LISTEN_SOCKET, descriptor, NULL },
        { MHD_OPTION_THREAD_POOL_SIZE, POLLERS, NULL },
        /* Each thread gets a part of it, and they don't share evenly: connection.c counts. */
        { MHD_OPTION_CONNECTION_LIMIT, (intptr_t)max * 2 * POLLERS, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, NULL },
        { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
        { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)notice_connection, server },
        { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)begin_request, server },
        { MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_encoded, server },
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)end_request, server },
        { MHD_OPTION_END, 0, NULL },
    };
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, welcome,
                            server, answer, server, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static bool start_parts(struct server *server, unsigned max)
{
    const struct server_options *options = &server->options;
    return (server->connections = connections_new(max, options->address_connections_max)) != NULL
           && (server->linger = linger_new()) != NULL
           && (server->deadline = deadline_start(server->connections, server->linger)) != NULL
           && (server->rate = rate_new(options->gets_per_minute, options->posts_per_minute)) != NULL
           && (server->lives = lives_new(server->connections, SERVER_LIVE_MAX,
                                       options->response_ms)) != NULL
           && (server->workers = workers_start(options)) != NULL;
}

static struct server_options with_times(const struct server_options *given)
{
    struct server_options options = *given;
    options.request_ms = given->request_ms > 0 ? given->request_ms : SERVER_REQUEST_MS;
    options.response_ms = given->response_ms > 0 ? given->response_ms : SERVER_RESPONSE_MS;
    options.file_ms = given->file_ms > 0 ? given->file_ms : SERVER_FILE_MS;
    options.idle_ms = given->idle_ms > 0      ? given->idle_ms
                      : given->behind_proxy ? SERVER_PROXY_IDLE_MS
                                            : SERVER_IDLE_MS;
    return options;
}

struct server *server_start(const struct server_options *options, char *error, size_t size)
{
    uint16_t port = 0;
    int descriptor = listen_open(options->listen, error, size, &port);
    if (descriptor < 0) {
        return NULL;
    }
    unsigned max = listen_raise_descriptors(
        options->connections_max > 0 ? options->connections_max : SERVER_CONNECTIONS_MAX);
    struct server *server = calloc(1, sizeof(*server));
    bool started = false;
    if (max < CONNECTIONS_MIN) {
        snprintf(error, size, "Too few files may be open at once (ulimit -n).");
    } else if (server != NULL) {
        snprintf(error, size, "No memory, or no threads.");
        server->options = with_times(options);
        server->port = port;
        /* Signals are for the threads of the caller. */
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        if (start_parts(server, max)) {
            server->daemon = start_daemon(server, descriptor, max);
            descriptor = -1; /* libmicrohttpd closes it, even when it fails */
            started = server->daemon != NULL;
        }
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (!started) {
        if (descriptor >= 0) {
            close(descriptor);
        }
        server_stop(server);
        return NULL;
    }
    error[0] = '\0';
    return server;
}

/* Until the responses are out, or STOP_MS. */
static void wait_for_responses(struct server *server)
{
    const struct timespec step = { .tv_nsec = 10 * 1000 * 1000 };
    uint64_t until_ms = clock_ms() + STOP_MS;
    while (connections_busy(server->connections) > 0 && clock_ms() < until_ms) {
        nanosleep(&step, NULL);
    }
}

void server_stop(struct server *server)
{
    if (server == NULL) {
        return;
    }
    server->stopping = true;
    /* Nothing may be suspended when libmicrohttpd stops: workers and streams end first. */
    if (server->lives != NULL) {
        lives_stop(server->lives);
    }
    if (server->workers != NULL) {
        workers_stop(server->workers);
    }
    lives_free(server->lives);
    if (server->daemon != NULL) {
        wait_for_responses(server);
        MHD_stop_daemon(server->daemon);
    }
    workers_free(server->workers);
    rate_free(server->rate);
    deadline_stop(server->deadline);
    linger_free(server->linger);
    connections_free(server->connections);
    free(server);
}
