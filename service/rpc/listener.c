/* Our own accept loop. gRPC's listener dies for good once file descriptors run out; this one keeps
 * a spare descriptor, and counts connections, in total and per address.
 *
 * gRPC owns an accepted socket and closes it when it likes. Whether it still is open is told by the
 * descriptor's inode, which no other socket has: looked at only when a cap seems reached. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <grpc/grpc_posix.h>
#include <grpc/grpc_security.h>

#include "service/limits.h"
#include "service/rpc/address.h"
#include "service/rpc/call.h"

enum { SOCKETS_MAX = 8, BACKLOG = 512, PAUSE_MS = 50 };

struct connection {
    int fd;
    dev_t device;
    ino_t inode;
    uint8_t address[16]; /* IPv6 form; all zero: unix */
};

struct listener {
    struct rpc *rpc;
    grpc_server_credentials *credentials;
    struct pollfd sockets[SOCKETS_MAX + 1]; /* [0] wakes the thread to end it */
    char paths[SOCKETS_MAX + 1][sizeof((struct sockaddr_un *)0)->sun_path]; /* to unlink, or "" */
    unsigned socket_count;
    int spare_fd;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /* connections, for those who count */
    struct connection connections[LIMIT_CONNECTIONS];
    unsigned connection_count;
};

static int spare_open(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static struct listener *listener_new(struct rpc *rpc)
{
    struct listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL)
        abort(); /* start-up */
    listener->rpc = rpc;
    listener->credentials = grpc_insecure_server_credentials_create();
    listener->spare_fd = spare_open();
    listener->sockets[0] = (struct pollfd){.fd = eventfd(0, EFD_CLOEXEC), .events = POLLIN};
    if (listener->spare_fd < 0 || listener->sockets[0].fd < 0)
        abort(); /* start-up */
    listener->socket_count = 1;
    pthread_mutex_init(&listener->lock, NULL);
    return listener;
}

/* A socket file left behind by a process that is gone may go; a living one's may not. */
static bool unix_path_free(const struct address *address)
{
    const struct sockaddr_un *name = (const struct sockaddr_un *)&address->socket;
    struct stat status;
    if (lstat(name->sun_path, &status) != 0)
        return errno == ENOENT;
    if (!S_ISSOCK(status.st_mode)) {
        errno = EEXIST;
        return false;
    }
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return false;
    bool alive = connect(probe, (const struct sockaddr *)name, sizeof *name) == 0
                 || errno != ECONNREFUSED;
    close(probe);
    if (alive) {
        errno = EADDRINUSE;
        return false;
    }
    return unlink(name->sun_path) == 0;
}

static int bind_socket(const struct address *address)
{
    int family = address->socket.ss_family;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int on = 1;
    /* REUSEADDR restarts at once after kill -9; never REUSEPORT, with which two would share. */
    bool ok = family == AF_UNIX
              || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
    if (ok && family == AF_INET6)
        ok = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0;
    mode_t mask = umask(0177); /* start-up: no other thread makes files */
    ok = ok && bind(fd, (const struct sockaddr *)&address->socket, address->size) == 0;
    int error = errno;
    umask(mask);
    errno = error;
    if (ok && listen(fd, BACKLOG) == 0)
        return fd;
    error = errno;
    close(fd);
    errno = error;
    return -1;
}

static unsigned bound_port(int fd)
{
    struct sockaddr_storage bound = {0};
    socklen_t size = sizeof bound;
    if (getsockname(fd, (struct sockaddr *)&bound, &size) != 0)
        return 0;
    if (bound.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&bound)->sin_port);
    return bound.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&bound)->sin6_port) : 0;
}

bool listener_open(struct rpc *rpc, const char *text, unsigned *ret_port,
                   char ret_message[RPC_MESSAGE_BYTES])
{
    static_assert((int)ADDRESS_MESSAGE_BYTES == (int)RPC_MESSAGE_BYTES, "one buffer");
    if (rpc->listener == NULL)
        rpc->listener = listener_new(rpc);
    struct listener *listener = rpc->listener;
    struct address address = {0};
    if (!address_read(text, &address, ret_message))
        return false;
    if (listener->socket_count > SOCKETS_MAX) {
        snprintf(ret_message, RPC_MESSAGE_BYTES, "at most %d addresses", SOCKETS_MAX);
        return false;
    }
    bool is_unix = address.socket.ss_family == AF_UNIX;
    int fd = !is_unix || unix_path_free(&address) ? bind_socket(&address) : -1;
    if (fd < 0) {
        snprintf(ret_message, RPC_MESSAGE_BYTES, "cannot listen on %.107s: %s%s", text,
                 strerror(errno),
                 errno == EADDRINUSE ? "; another process has it: stop that, or choose another "
                                       "with --listen" : "");
        return false;
    }
    if (is_unix)
        snprintf(listener->paths[listener->socket_count], sizeof listener->paths[0], "%s",
                 ((struct sockaddr_un *)&address.socket)->sun_path);
    listener->sockets[listener->socket_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
    *ret_port = bound_port(fd);
    return true;
}

/* Forgets the connections that gRPC has closed. Under the lock. */
static void sweep(struct listener *listener)
{
    for (unsigned i = 0; i < listener->connection_count;) {
        const struct connection *connection = &listener->connections[i];
        struct stat status;
        if (fstat(connection->fd, &status) == 0 && status.st_ino == connection->inode
            && status.st_dev == connection->device)
            i++;
        else
            listener->connections[i] = listener->connections[--listener->connection_count];
    }
}

static bool is_full(const struct listener *listener, const uint8_t address[16])
{
    unsigned same = 0;
    for (unsigned i = 0; i < listener->connection_count; i++)
        same += memcmp(listener->connections[i].address, address, 16) == 0;
    return listener->connection_count == LIMIT_CONNECTIONS || same >= LIMIT_CONNECTIONS_PER_ADDRESS;
}

/* Counts a new connection; false: too many, from there or in all. */
static bool count_in(struct listener *listener, int fd, const uint8_t address[16])
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    pthread_mutex_lock(&listener->lock);
    if (is_full(listener, address))
        sweep(listener);
    bool room = !is_full(listener, address);
    if (room) {
        struct connection *connection = &listener->connections[listener->connection_count++];
        *connection = (struct connection){
            .fd = fd, .device = status.st_dev, .inode = status.st_ino};
        memcpy(connection->address, address, 16);
    }
    pthread_mutex_unlock(&listener->lock);
    return room;
}

static void address_key(const struct sockaddr_storage *peer, uint8_t ret_key[16])
{
    memset(ret_key, 0, 16);
    if (peer->ss_family == AF_INET) {
        ret_key[10] = ret_key[11] = 0xFF;
        memcpy(ret_key + 12, &((const struct sockaddr_in *)peer)->sin_addr, 4);
    } else if (peer->ss_family == AF_INET6) {
        memcpy(ret_key, &((const struct sockaddr_in6 *)peer)->sin6_addr, 16);
    }
}

/* No descriptors: gives up the spare to take the caller off the backlog and hang up on it, so that
 * it learns at once; then rests a moment, since others keep theirs. */
static void shed(struct listener *listener, int socket)
{
    close(listener->spare_fd);
    int fd = accept4(socket, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    listener->spare_fd = spare_open();
    listener->rpc->options.log(listener->rpc->options.log_context, "warn",
                               "out of file descriptors", "connection=refused");
    struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    nanosleep(&pause, NULL);
}

static void accept_one(struct listener *listener, int socket)
{
    struct sockaddr_storage peer = {0};
    socklen_t size = sizeof peer;
    int fd = accept4(socket, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            shed(listener, socket);
        return; /* others: the caller has gone again */
    }
    uint8_t key[16];
    address_key(&peer, key);
    int on = 1;
    if (peer.ss_family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!count_in(listener, fd, key)) {
        close(fd);
        return;
    }
    grpc_server_add_channel_from_fd(listener->rpc->server, fd, listener->credentials);
}

static void *accept_loop(void *context)
{
    struct listener *listener = context;
    for (;;) {
        int ready = poll(listener->sockets, listener->socket_count, -1);
        if (ready < 0)
            continue; /* EINTR */
        if (listener->sockets[0].revents != 0)
            return NULL;
        for (unsigned i = 1; i < listener->socket_count; i++)
            if (listener->sockets[i].revents != 0)
                accept_one(listener, listener->sockets[i].fd);
    }
}

bool listener_start(struct rpc *rpc)
{
    struct listener *listener = rpc->listener;
    assert(listener != NULL && !listener->running);
    listener->running = pthread_create(&listener->thread, NULL, accept_loop, listener) == 0;
    return listener->running;
}

void listener_stop(struct rpc *rpc)
{
    struct listener *listener = rpc->listener;
    if (listener == NULL)
        return;
    if (listener->running) {
        uint64_t one = 1;
        ssize_t written = write(listener->sockets[0].fd, &one, sizeof one);
        assert(written == sizeof one);
        (void)written;
        pthread_join(listener->thread, NULL);
    }
    for (unsigned i = 0; i < listener->socket_count; i++) {
        close(listener->sockets[i].fd);
        if (listener->paths[i][0] != '\0')
            unlink(listener->paths[i]);
    }
    close(listener->spare_fd);
    grpc_server_credentials_release(listener->credentials);
    pthread_mutex_destroy(&listener->lock);
    free(listener);
    rpc->listener = NULL;
}

unsigned listener_connection_count(struct rpc *rpc)
{
    struct listener *listener = rpc->listener;
    if (listener == NULL)
        return 0;
    pthread_mutex_lock(&listener->lock);
    sweep(listener);
    unsigned count = listener->connection_count;
    pthread_mutex_unlock(&listener->lock);
    return count;
}
