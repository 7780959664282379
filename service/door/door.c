/* The accept loop, and what it accepts from. */
#include "service/door/door.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "service/door/places.h"
#include "service/door/inherit.h"
#include "service/door/relay.h"
#include "service/limits.h"

enum {
    SOCKETS_MAX = 8,
    PAUSE_MS = 50,
    TELL_MS = 1000,          /* refusals are told so often: whoever knocks fills no disk */
    TLS_DESCRIPTORS = 3,     /* the peer's, and both ends of the pair */
    UNACKNOWLEDGED_MS = 60000,
};

struct listening {
    char path[sizeof((struct sockaddr_un *)0)->sun_path]; /* to unlink, or "" */
    bool is_tls;
};

struct door {
    struct door_options options;
    struct pollfd sockets[SOCKETS_MAX + 1]; /* [0] wakes the thread to end it */
    struct listening listening[SOCKETS_MAX + 1];
    unsigned socket_count;
    int spare_fd;
    pthread_t thread;
    bool running;
    struct places places;
    struct relays *relays;                  /* NULL: nobody comes by TLS */
    struct relay_counts relay_counts;
    pthread_mutex_t tls_lock;               /* the next two */
    SSL_CTX *tls;                           /* NULL: no certificate */
    int certificate_days;
    atomic_uint_fast64_t accepted, refused_full, refused_address, refused_descriptors;
    uint64_t told_ms;                       /* the accepting thread's */
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
    struct rlimit limit = {.rlim_cur = LIMIT_DESCRIPTORS};
    getrlimit(RLIMIT_NOFILE, &limit);
    door->options = *options;
    door->spare_fd = spare_open();
    door->sockets[0] = (struct pollfd){.fd = eventfd(0, EFD_CLOEXEC), .events = POLLIN};
    if (door->spare_fd < 0 || door->sockets[0].fd < 0)
        abort(); /* start-up */
    door->socket_count = 1;
    door->certificate_days = INT32_MAX;
    places_init(&door->places, limit.rlim_cur < LIMIT_DESCRIPTORS ? (unsigned)limit.rlim_cur
                                                                : LIMIT_DESCRIPTORS);
    pthread_mutex_init(&door->tls_lock, NULL);
    return door;
}

bool door_certify(struct door *door, const struct tls_files *files,
                  char ret_message[DOOR_MESSAGE_BYTES])
{
    static_assert((int)DOOR_MESSAGE_BYTES == (int)TLS_MESSAGE_BYTES, "one buffer");
    int days;
    SSL_CTX *tls = tls_open(files, &days, ret_message);
    if (tls == NULL)
        return false;
    pthread_mutex_lock(&door->tls_lock);
    SSL_CTX *before = door->tls;
    door->tls = tls;
    door->certificate_days = days;
    pthread_mutex_unlock(&door->tls_lock);
    SSL_CTX_free(before);
    return true;
}

static bool may_listen(const struct door *door, const char *text, bool is_tls,
                       char ret_message[DOOR_MESSAGE_BYTES])
{
    if (door->socket_count > SOCKETS_MAX)
        snprintf(ret_message, DOOR_MESSAGE_BYTES, "at most %d addresses", SOCKETS_MAX);
    else if (is_tls && door->tls == NULL)
        snprintf(ret_message, DOOR_MESSAGE_BYTES,
                 "%.80s can be reached from elsewhere and needs TLS: set tls-certificate and "
                 "tls-key, or listen on loopback and put a proxy in front", text);
    else
        return true;
    return false;
}

static void listen_on(struct door *door, int fd, bool is_tls)
{
    door->listening[door->socket_count].is_tls = is_tls;
    door->sockets[door->socket_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
    if (is_tls && door->relays == NULL)
        door->relays = relays_start(&door->options, &door->relay_counts);
}

/* Everything systemd listens on for us. */
static bool take_inherited(struct door *door, const char *text, bool is_tls, unsigned *ret_port,
                           char ret_message[DOOR_MESSAGE_BYTES])
{
    int first;
    unsigned count = inherit_count(&first);
    if (count == 0) {
        snprintf(ret_message, DOOR_MESSAGE_BYTES, "%s: systemd has handed over no sockets "
                 "(LISTEN_FDS): start it by its socket unit, or name an address", text);
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        struct address address;
        int fd = first + (int)i;
        if (!socket_address(fd, &address)
            || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
            snprintf(ret_message, DOOR_MESSAGE_BYTES, "%s: descriptor %d is no stream socket that "
                     "listens", text, fd);
            return false;
        }
        bool tls = is_tls || !address_is_local(&address);
        if (!may_listen(door, text, tls, ret_message))
            return false;
        listen_on(door, fd, tls);
        if (i == 0)
            *ret_port = socket_port(fd);
    }
    return true;
}

bool door_listen(struct door *door, const char *text, unsigned *ret_port,
                 char ret_message[DOOR_MESSAGE_BYTES])
{
    struct address address = {0};
    if (strcmp(text, "systemd") == 0 || strcmp(text, "tls:systemd") == 0)
        return take_inherited(door, text, text[0] == 't', ret_port, ret_message);
    if (!address_read(text, &address, ret_message)
        || !may_listen(door, text, address.is_tls, ret_message))
        return false;
    int fd = socket_listen(&address);
    if (fd < 0) {
        snprintf(ret_message, DOOR_MESSAGE_BYTES, "cannot listen on %.107s: %s%s", text,
                 strerror(errno),
                 errno == EADDRINUSE ? "; another process has it: stop that, or choose another "
                                       "with --listen" : "");
        return false;
    }
    if (address.socket.ss_family == AF_UNIX)
        snprintf(door->listening[door->socket_count].path, sizeof door->listening[0].path, "%s",
                 ((struct sockaddr_un *)&address.socket)->sun_path);
    listen_on(door, fd, address.is_tls);
    *ret_port = socket_port(fd);
    return true;
}

static void tell(struct door *door, const char *message, const char *details)
{
    uint64_t now_ms = relay_now_ms();
    if (door->told_ms != 0 && now_ms - door->told_ms < TELL_MS)
        return;
    door->told_ms = now_ms;
    door->options.log(door->options.log_context, "warn", message, details);
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
    atomic_fetch_add(&door->refused_descriptors, 1);
    tell(door, "out of file descriptors", "connection=refused");
    struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    nanosleep(&pause, NULL);
}

/* A newcomer has a place, or is told in the log; it stays the caller's to close. */
static bool let_in(struct door *door, int fd, const struct door_peer *peer)
{
    switch (places_enter(&door->places, fd, peer->address, peer->is_local ? 1 : TLS_DESCRIPTORS)) {
    case PLACES_ROOM: return true;
    case PLACES_FULL:
        atomic_fetch_add(&door->refused_full, 1);
        tell(door, "too many connections", "connection=refused of=all");
        return false;
    case PLACES_ADDRESS_FULL:
        atomic_fetch_add(&door->refused_address, 1);
        tell(door, "too many connections", "connection=refused of=address");
        return false;
    }
    return false;
}

/* To the relay; false: it stays the caller's. */
static bool hand_to_relay(struct door *door, int fd, const struct door_peer *peer)
{
    int on = 1, unacknowledged_ms = UNACKNOWLEDGED_MS;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof unacknowledged_ms);
    pthread_mutex_lock(&door->tls_lock);
    SSL_CTX *tls = door->tls;
    SSL_CTX_up_ref(tls);
    pthread_mutex_unlock(&door->tls_lock);
    bool taken = relays_add(door->relays, fd, peer, tls);
    SSL_CTX_free(tls);
    return taken;
}

static void accept_one(struct door *door, unsigned index)
{
    struct sockaddr_storage name = {0};
    socklen_t size = sizeof name;
    int socket = door->sockets[index].fd;
    int fd = accept4(socket, (struct sockaddr *)&name, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            shed(door, socket);
        return; /* others: the caller has gone again */
    }
    struct door_peer peer = {.is_local = !door->listening[index].is_tls};
    socket_peer(&name, peer.address);
    int on = 1;
    if (name.ss_family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    atomic_fetch_add(&door->accepted, 1);
    if (!let_in(door, fd, &peer))
        close(fd);
    else if (peer.is_local)
        door->options.adopt(door->options.adopt_context, fd, &peer);
    else if (!hand_to_relay(door, fd, &peer))
        close(fd);
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
                accept_one(door, i);
    }
}

unsigned door_addresses(const struct door *door, struct address *ret_addresses, unsigned max)
{
    unsigned count = 0;
    for (unsigned i = 1; i < door->socket_count && count < max; i++)
        if (socket_address(door->sockets[i].fd, &ret_addresses[count]))
            ret_addresses[count++].is_tls = door->listening[i].is_tls;
    return count;
}

void door_start(struct door *door)
{
    assert(!door->running);
    if (pthread_create(&door->thread, NULL, accept_loop, door) != 0)
        abort(); /* start-up: no thread */
    pthread_setname_np(door->thread, "door");
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
        if (door->listening[i].path[0] != '\0')
            unlink(door->listening[i].path);
    }
    door->socket_count = 1;
    if (door->relays != NULL)
        relays_close_door(door->relays);
}

void door_close(struct door *door)
{
    assert(!door->running && door->socket_count == 1);
    close(door->sockets[0].fd);
    close(door->spare_fd);
    if (door->relays != NULL)
        relays_stop(door->relays);
    SSL_CTX_free(door->tls);
    pthread_mutex_destroy(&door->tls_lock);
    places_destroy(&door->places);
    free(door);
}

unsigned door_connection_count(struct door *door)
{
    return places_count(&door->places);
}

void door_stats(struct door *door, struct door_stats *ret_stats)
{
    struct relay_counts *relay = &door->relay_counts;
    struct door_stats stats = {
        .accepted = door->accepted, .refused_full = door->refused_full,
        .refused_address = door->refused_address,
        .refused_descriptors = door->refused_descriptors,
        .handshakes = relay->handshakes, .handshakes_failed = relay->handshakes_failed,
        .handshakes_late = relay->handshakes_late, .stalled = relay->stalled,
        .open = places_count(&door->places), .open_tls = relay->open};
    for (int cut = 0; cut < GUARD_CUTS; cut++)
        stats.cut[cut] = relay->cut[cut];
    pthread_mutex_lock(&door->tls_lock);
    stats.certificate_days = door->certificate_days;
    pthread_mutex_unlock(&door->tls_lock);
    *ret_stats = stats;
}
