/* The accept loop. It keeps a spare descriptor, and counts connections, in total and per address.
 *
 * Whoever adopted an accepted socket closes it when he likes. Whether it still is open is told by
 * the descriptor's inode, which no other socket has: looked at only when a cap seems reached. */
#include "service/door/door.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "service/limits.h"

enum { SOCKETS_MAX = 8, PAUSE_MS = 50 };

struct connection {
    int fd;
    dev_t device;
    ino_t inode;
    uint8_t address[16]; /* IPv6 form; all zero: unix */
};

struct door {
    struct door_options options;
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

struct door *door_open(const struct door_options *options)
{
    assert(options->adopt != NULL && options->log != NULL);
    struct door *door = calloc(1, sizeof *door);
    if (door == NULL)
        abort(); /* start-up */
    door->options = *options;
    door->spare_fd = spare_open();
    door->sockets[0] = (struct pollfd){.fd = eventfd(0, EFD_CLOEXEC), .events = POLLIN};
    if (door->spare_fd < 0 || door->sockets[0].fd < 0)
        abort(); /* start-up */
    door->socket_count = 1;
    pthread_mutex_init(&door->lock, NULL);
    return door;
}

bool door_listen(struct door *door, const char *text, unsigned *ret_port,
                 char ret_message[DOOR_MESSAGE_BYTES])
{
    struct address address = {0};
    if (!address_read(text, &address, ret_message))
        return false;
    if (door->socket_count > SOCKETS_MAX) {
        snprintf(ret_message, DOOR_MESSAGE_BYTES, "at most %d addresses", SOCKETS_MAX);
        return false;
    }
    int fd = socket_listen(&address);
    if (fd < 0) {
        snprintf(ret_message, DOOR_MESSAGE_BYTES, "cannot listen on %.107s: %s%s", text,
                 strerror(errno),
                 errno == EADDRINUSE ? "; another process has it: stop that, or choose another "
                                       "with --listen" : "");
        return false;
    }
    if (address.socket.ss_family == AF_UNIX)
        snprintf(door->paths[door->socket_count], sizeof door->paths[0], "%s",
                 ((struct sockaddr_un *)&address.socket)->sun_path);
    door->sockets[door->socket_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
    *ret_port = socket_port(fd);
    return true;
}

/* Forgets the connections that gRPC has closed. Under the lock. */
static void sweep(struct door *door)
{
    for (unsigned i = 0; i < door->connection_count;) {
        const struct connection *connection = &door->connections[i];
        struct stat status;
        if (fstat(connection->fd, &status) == 0 && status.st_ino == connection->inode
            && status.st_dev == connection->device)
            i++;
        else
            door->connections[i] = door->connections[--door->connection_count];
    }
}

static bool is_full(const struct door *door, const uint8_t address[16])
{
    unsigned same = 0;
    for (unsigned i = 0; i < door->connection_count; i++)
        same += memcmp(door->connections[i].address, address, 16) == 0;
    return door->connection_count == LIMIT_CONNECTIONS || same >= LIMIT_CONNECTIONS_PER_ADDRESS;
}

/* Counts a new connection; false: too many, from there or in all. */
static bool count_in(struct door *door, int fd, const uint8_t address[16])
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    pthread_mutex_lock(&door->lock);
    if (is_full(door, address))
        sweep(door);
    bool room = !is_full(door, address);
    if (room) {
        struct connection *connection = &door->connections[door->connection_count++];
        *connection = (struct connection){
            .fd = fd, .device = status.st_dev, .inode = status.st_ino};
        memcpy(connection->address, address, 16);
    }
    pthread_mutex_unlock(&door->lock);
    return room;
}

/* No descriptors: gives up the spare to take the caller off the backlog and hang up on it, so that
 * it learns at once; then rests a moment, since others keep theirs. */
static void shed(struct door *door, int socket)
{
    close(door->spare_fd);
    int fd = accept4(socket, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    door->spare_fd = spare_open();
    door->options.log(door->options.log_context, "warn", "out of file descriptors",
                      "connection=refused");
    struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    nanosleep(&pause, NULL);
}

static void accept_one(struct door *door, int socket)
{
    struct sockaddr_storage name = {0};
    socklen_t size = sizeof name;
    int fd = accept4(socket, (struct sockaddr *)&name, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            shed(door, socket);
        return; /* others: the caller has gone again */
    }
    struct door_peer peer = {.is_local = true};
    socket_peer(&name, peer.address);
    int on = 1;
    if (name.ss_family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!count_in(door, fd, peer.address)) {
        close(fd);
        return;
    }
    door->options.adopt(door->options.adopt_context, fd, &peer);
}

static void *accept_loop(void *context)
{
    struct door *door = context;
    for (;;) {
        int ready = poll(door->sockets, door->socket_count, -1);
        if (ready < 0)
            continue; /* EINTR */
        if (door->sockets[0].revents != 0)
            return NULL;
        for (unsigned i = 1; i < door->socket_count; i++)
            if (door->sockets[i].revents != 0)
                accept_one(door, door->sockets[i].fd);
    }
}

void door_start(struct door *door)
{
    assert(!door->running);
    if (pthread_create(&door->thread, NULL, accept_loop, door) != 0)
        abort(); /* start-up: no thread */
    door->running = true;
}

void door_stop(struct door *door)
{
    if (door->running) {
        uint64_t one = 1;
        ssize_t written = write(door->sockets[0].fd, &one, sizeof one);
        assert(written == sizeof one);
        (void)written;
        pthread_join(door->thread, NULL);
        door->running = false;
    }
    for (unsigned i = 1; i < door->socket_count; i++) {
        close(door->sockets[i].fd);
        if (door->paths[i][0] != '\0')
            unlink(door->paths[i]);
    }
    door->socket_count = 1;
}

void door_close(struct door *door)
{
    assert(!door->running && door->socket_count == 1);
    close(door->sockets[0].fd);
    close(door->spare_fd);
    pthread_mutex_destroy(&door->lock);
    free(door);
}

unsigned door_connection_count(struct door *door)
{
    pthread_mutex_lock(&door->lock);
    sweep(door);
    unsigned count = door->connection_count;
    pthread_mutex_unlock(&door->lock);
    return count;
}
