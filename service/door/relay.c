/* The relaying thread.
 *
 * Descriptors are watched edge by edge: after an event a connection is gone on with until neither
 * way moves, or until its share is used up; then it waits in a list for its next turn. Events carry
 * the slot's generation, so that those of a connection that has gone are known. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "service/door/grudges.h"
#include "service/door/relay_inner.h"
#include "service/limits.h"

enum {
    EVENTS = 64,
    SHARE_CHUNKS = 4,         /* each way, before others have their turn */
    TICK_MS = 200,
    FLUSH_MS = 1000,          /* at the end, for what the adopter has left */
    PAIR_BYTES = 64 * 1024,   /* what the kernel keeps for either end */
};
#define WAKE UINT64_MAX

struct relays {
    struct door_options options;
    struct relay_counts *counts;
    int epoll, wake;
    pthread_t thread;
    pthread_mutex_t lock;     /* the next six */
    pthread_cond_t told;      /* door_closed */
    struct relay *slots;      /* LIMIT_TLS_CONNECTIONS */
    struct relay *free;
    struct relay *incoming;   /* just accepted */
    bool closing, door_closed, stopping;
    uint64_t stop_ms;
    /* The thread's own, as all slots that are neither free nor incoming. */
    struct relay *first, **last; /* to be gone on with */
    uint64_t ticked_ms;
    struct grudges grudges;
    uint8_t scratch[RELAY_CHUNK_BYTES];
};

static uint64_t event_of(const struct relay *relay)
{
    return (uint64_t)relay->generation << 32 | relay->index;
}

static bool watch(struct relays *relays, const struct relay *relay, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.u64 = event_of(relay)};
    return epoll_ctl(relays->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void list(struct relays *relays, struct relay *relay)
{
    if (relay->listed)
        return;
    relay->listed = true;
    relay->next = NULL;
    *relays->last = relay;
    relays->last = &relay->next;
}

/* The slot may be listed still: it is freed when its turn comes. */
static void end(struct relays *relays, struct relay *relay)
{
    relay_clear(relay);
    atomic_fetch_sub(&relays->counts->open, 1);
    if (relay->listed)
        return;
    pthread_mutex_lock(&relays->lock);
    relay->next = relays->free;
    relays->free = relay;
    pthread_mutex_unlock(&relays->lock);
}

/* The handshake is done: from here on there is somebody at the other end. */
static bool open_pipe(struct relays *relays, struct relay *relay)
{
    int pair[2], bytes = PAIR_BYTES;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
        return false; /* no descriptors: they must be somebody else's */
    for (int i = 0; i < 2; i++)
        setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    relay->pipe = pair[0];
    if (!watch(relays, relay, pair[0])) {
        close(pair[1]);
        return false;
    }
    guard_init(&relay->guard, relay_now_ms());
    relay->state = RELAY_OPEN;
    atomic_fetch_add(&relays->counts->handshakes, 1);
    relays->options.adopt(relays->options.adopt_context, pair[1], &relay->peer);
    return true;
}

static void linger(struct relay *relay)
{
    shutdown(relay->net, SHUT_WR);
    relay->state = RELAY_LINGER;
    relay->begun_ms = relay_now_ms();
}

static void cut(struct relays *relays, struct relay *relay, enum guard_cut why)
{
    if (why != GUARD_ON) {
        atomic_fetch_add(&relays->counts->cut[why], 1);
        grudges_add(&relays->grudges, relay->peer.address, relay_now_ms());
    }
    relay_farewell(relay, why);
    linger(relay);
}

/* One turn. True: there may be more to do at once. */
static bool turn(struct relays *relays, struct relay *relay)
{
    if (relay->state == RELAY_HANDSHAKE) {
        enum relay_step step = relay_shake(relay);
        if (step == RELAY_IDLE)
            return false;
        if (step == RELAY_MOVED && !open_pipe(relays, relay)) {
            end(relays, relay);
            return false;
        }
        if (step == RELAY_OVER) { /* OpenSSL has sent its alert, if there is one */
            atomic_fetch_add(&relays->counts->handshakes_failed, 1);
            linger(relay);
        }
    }
    for (int chunk = 0; chunk < SHARE_CHUNKS; chunk++) {
        enum guard_cut why = GUARD_ON;
        bool lingers = relay->state == RELAY_LINGER;
        enum relay_step step = lingers ? relay_discard(relay, relays->scratch)
                                       : relay_move(relay, relays->scratch, &why);
        if (step == RELAY_IDLE)
            return false;
        if (step == RELAY_OVER) {
            if (lingers)
                end(relays, relay);
            else
                cut(relays, relay, why);
            return !lingers;
        }
    }
    return true;
}

static void go_on(struct relays *relays, struct relay *relay)
{
    if (turn(relays, relay))
        list(relays, relay);
}

static void go_on_listed(struct relays *relays)
{
    struct relay *relay = relays->first;
    relays->first = NULL;
    relays->last = &relays->first;
    while (relay != NULL) {
        struct relay *next = relay->next;
        relay->listed = false;
        if (relay->state == RELAY_FREE) {
            pthread_mutex_lock(&relays->lock);
            relay->next = relays->free;
            relays->free = relay;
            pthread_mutex_unlock(&relays->lock);
        } else {
            go_on(relays, relay);
        }
        relay = next;
    }
}

/* What time makes of one. */
static void look(struct relays *relays, struct relay *relay, uint64_t now_ms)
{
    if (relay->state == RELAY_HANDSHAKE) {
        if (now_ms - relay->begun_ms <= LIMIT_HANDSHAKE_MS)
            return;
        atomic_fetch_add(&relays->counts->handshakes_late, 1);
        end(relays, relay);
    } else if (relay->state == RELAY_LINGER) {
        if (now_ms - relay->begun_ms > LIMIT_LINGER_MS)
            end(relays, relay);
    } else if (relay->state == RELAY_OPEN) {
        enum guard_cut why = guard_tick(&relay->guard, now_ms);
        bool stalled = relay->stuck_ms != 0 && now_ms - relay->stuck_ms > LIMIT_WRITE_STALL_MS;
        if (stalled)
            atomic_fetch_add(&relays->counts->stalled, 1);
        if (stalled || why != GUARD_ON)
            cut(relays, relay, why);
    }
}

/* Handshakes under way, of one address and of all; whoever began first gives way to a newcomer when
 * there are too many, but an address has only its share. */
static bool make_room(struct relays *relays, const struct door_peer *peer)
{
    unsigned all = 0, same = 0;
    struct relay *oldest = NULL;
    for (unsigned i = 0; i < LIMIT_TLS_CONNECTIONS; i++) {
        struct relay *relay = &relays->slots[i];
        if (relay->state != RELAY_HANDSHAKE)
            continue;
        all++;
        same += memcmp(relay->peer.address, peer->address, sizeof peer->address) == 0;
        if (oldest == NULL || relay->begun_ms < oldest->begun_ms)
            oldest = relay;
    }
    if (same >= LIMIT_HANDSHAKES_PER_ADDRESS)
        return false;
    if (all >= LIMIT_HANDSHAKES) {
        atomic_fetch_add(&relays->counts->handshakes_late, 1);
        end(relays, oldest);
    }
    return true;
}

static void take_incoming(struct relays *relays)
{
    pthread_mutex_lock(&relays->lock);
    struct relay *relay = relays->incoming;
    bool closing = relays->closing;
    relays->incoming = NULL;
    pthread_mutex_unlock(&relays->lock);
    while (relay != NULL) {
        struct relay *next = relay->next;
        bool room = !closing && !grudges_has(&relays->grudges, relay->peer.address, relay_now_ms())
                    && make_room(relays, &relay->peer);
        relay->state = RELAY_HANDSHAKE;
        relay->begun_ms = relay_now_ms();
        if (!room || !watch(relays, relay, relay->net)) {
            atomic_fetch_add(&relays->counts->handshakes_failed, 1);
            end(relays, relay);
        }
        relay = next;
    }
}

/* No handshakes any more: nobody is adopted any more. */
static void close_to_new(struct relays *relays)
{
    for (unsigned i = 0; i < LIMIT_TLS_CONNECTIONS; i++)
        if (relays->slots[i].state == RELAY_HANDSHAKE)
            end(relays, &relays->slots[i]);
    pthread_mutex_lock(&relays->lock);
    relays->door_closed = true;
    pthread_cond_broadcast(&relays->told);
    pthread_mutex_unlock(&relays->lock);
}

/* Looks at all of them now and then; true: the thread has nothing left to do. */
static bool tick(struct relays *relays)
{
    pthread_mutex_lock(&relays->lock);
    bool closing = relays->closing && !relays->door_closed, stopping = relays->stopping;
    uint64_t stop_ms = relays->stop_ms;
    pthread_mutex_unlock(&relays->lock);
    if (closing)
        close_to_new(relays);
    uint64_t now_ms = relay_now_ms();
    if (now_ms - relays->ticked_ms < TICK_MS && !stopping)
        return false;
    relays->ticked_ms = now_ms;
    unsigned left = 0;
    for (unsigned i = 0; i < LIMIT_TLS_CONNECTIONS; i++) {
        look(relays, &relays->slots[i], now_ms);
        left += relays->slots[i].state != RELAY_FREE; /* who lingers may still read its end */
    }
    return stopping && (left == 0 || now_ms > stop_ms);
}

static void *relay_loop(void *context)
{
    struct relays *relays = context;
    struct epoll_event events[EVENTS];
    do {
        int wait_ms = relays->first != NULL ? 0 : TICK_MS;
        int count = epoll_wait(relays->epoll, events, EVENTS, wait_ms);
        for (int i = 0; i < count; i++) {
            uint64_t about = events[i].data.u64;
            if (about == WAKE) {
                uint64_t times;
                ssize_t size = read(relays->wake, &times, sizeof times);
                (void)size; /* that it came is all */
                take_incoming(relays);
                continue;
            }
            struct relay *relay = &relays->slots[(uint32_t)about];
            if (relay->generation == about >> 32 && relay->state != RELAY_FREE)
                list(relays, relay);
        }
        go_on_listed(relays);
    } while (!tick(relays));
    return NULL;
}

struct relays *relays_start(const struct door_options *options, struct relay_counts *counts)
{
    struct relays *relays = calloc(1, sizeof *relays);
    if (relays == NULL)
        abort(); /* start-up */
    relays->slots = calloc(LIMIT_TLS_CONNECTIONS, sizeof *relays->slots);
    relays->options = *options;
    relays->counts = counts;
    relays->epoll = epoll_create1(EPOLL_CLOEXEC);
    relays->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    relays->last = &relays->first;
    if (relays->slots == NULL || relays->epoll < 0 || relays->wake < 0)
        abort(); /* start-up */
    for (unsigned i = LIMIT_TLS_CONNECTIONS; i-- > 0;) {
        relays->slots[i].index = i;
        relays->slots[i].next = relays->free;
        relays->free = &relays->slots[i];
    }
    pthread_mutex_init(&relays->lock, NULL);
    pthread_cond_init(&relays->told, NULL);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = WAKE};
    if (epoll_ctl(relays->epoll, EPOLL_CTL_ADD, relays->wake, &event) != 0
        || pthread_create(&relays->thread, NULL, relay_loop, relays) != 0)
        abort(); /* start-up */
    pthread_setname_np(relays->thread, "relay");
    return relays;
}

static void wake(struct relays *relays)
{
    uint64_t one = 1;
    ssize_t written = write(relays->wake, &one, sizeof one);
    assert(written == sizeof one);
    (void)written;
}

bool relays_add(struct relays *relays, int fd, const struct door_peer *peer, SSL_CTX *tls)
{
    SSL *ssl = SSL_new(tls);
    if (ssl == NULL || SSL_set_fd(ssl, fd) != 1) {
        SSL_free(ssl);
        return false;
    }
    SSL_set_accept_state(ssl);
    pthread_mutex_lock(&relays->lock);
    struct relay *relay = relays->closing ? NULL : relays->free;
    if (relay != NULL) {
        assert(relay->state == RELAY_FREE && relay->up.bytes == NULL && relay->down.bytes == NULL);
        relays->free = relay->next;
        uint32_t index = relay->index, generation = relay->generation;
        *relay = (struct relay){.index = index, .generation = generation, .net = fd, .pipe = -1,
                                .ssl = ssl, .peer = *peer, .next = relays->incoming};
        relays->incoming = relay;
        atomic_fetch_add(&relays->counts->open, 1);
    }
    pthread_mutex_unlock(&relays->lock);
    if (relay == NULL)
        SSL_free(ssl);
    else
        wake(relays);
    return relay != NULL;
}

void relays_close_door(struct relays *relays)
{
    pthread_mutex_lock(&relays->lock);
    relays->closing = true;
    wake(relays);
    while (!relays->door_closed)
        pthread_cond_wait(&relays->told, &relays->lock);
    pthread_mutex_unlock(&relays->lock);
}

void relays_stop(struct relays *relays)
{
    pthread_mutex_lock(&relays->lock);
    assert(relays->door_closed);
    relays->stopping = true;
    relays->stop_ms = relay_now_ms() + FLUSH_MS;
    pthread_mutex_unlock(&relays->lock);
    wake(relays);
    pthread_join(relays->thread, NULL);
    for (unsigned i = 0; i < LIMIT_TLS_CONNECTIONS; i++)
        if (relays->slots[i].state != RELAY_FREE)
            relay_clear(&relays->slots[i]);
    close(relays->epoll);
    close(relays->wake);
    pthread_cond_destroy(&relays->told);
    pthread_mutex_destroy(&relays->lock);
    free(relays->slots);
    free(relays);
}
