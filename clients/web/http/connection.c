#include "clients/web/http/connection.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { BUCKETS = 4096 };
static_assert((BUCKETS & (BUCKETS - 1)) == 0, "a bucket is found by a mask");

struct connections {
    pthread_mutex_t lock;
    unsigned max, address_max;
    unsigned slot_count; /* more than max: those that were cut still wait for their end */
    unsigned live_count; /* neither free nor cut */
    unsigned char secret[crypto_shorthash_KEYBYTES];
    struct connection *buckets[BUCKETS];
    struct connection *free_list;
    struct connection slots[];
};

struct connections *connections_new(unsigned max, unsigned address_max)
{
    assert(max > 0);
    unsigned slot_count = max + max / 8 + 8;
    struct connections *connections =
        calloc(1, sizeof(*connections) + slot_count * sizeof(struct connection));
    if (connections == NULL) {
        return NULL;
    }
    connections->max = max;
    connections->address_max = address_max;
    connections->slot_count = slot_count;
    for (unsigned i = slot_count; i > 0; i--) {
        connections->slots[i - 1].next = connections->free_list;
        connections->free_list = &connections->slots[i - 1];
    }
    randombytes_buf(connections->secret, sizeof(connections->secret));
    pthread_mutex_init(&connections->lock, NULL);
    return connections;
}

void connections_free(struct connections *connections)
{
    if (connections == NULL) {
        return;
    }
    assert(connections->live_count == 0);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}

static struct connection **bucket_of(struct connections *connections,
                                     const struct address *address)
{
    uint64_t hash;
    static_assert(sizeof(hash) == crypto_shorthash_BYTES, "a 64-bit hash");
    crypto_shorthash((unsigned char *)&hash, (const unsigned char *)&address->key,
                     sizeof(address->key), connections->secret);
    return &connections->buckets[hash & (BUCKETS - 1)];
}

bool connections_welcome(struct connections *connections, const struct address *address)
{
    if (connections->address_max == 0) {
        return true;
    }
    unsigned count = 0;
    pthread_mutex_lock(&connections->lock);
    for (struct connection *other = *bucket_of(connections, address);
         other != NULL && count < connections->address_max; other = other->next) {
        count += other->address.key == address->key;
    }
    pthread_mutex_unlock(&connections->lock);
    return count < connections->address_max;
}

static void cut(struct connections *connections, struct connection *connection)
{
    assert(connection->state != CONNECTION_FREE);
    if (connection->state != CONNECTION_CUT) {
        if (connection->state == CONNECTION_SENDING) {
            /* What he doesn't take, the system would offer him for many minutes more. */
            const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
            setsockopt(connection->descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        }
        connection->state = CONNECTION_CUT;
        connection->lingers = false;
        connections->live_count--;
        shutdown(connection->descriptor, SHUT_RDWR);
    }
}

/* The one that has been idle or reading for longest; NULL: none is. */
static struct connection *laziest(struct connections *connections)
{
    struct connection *found = NULL;
    for (unsigned i = 0; i < connections->slot_count; i++) {
        struct connection *slot = &connections->slots[i];
        bool waits = slot->state == CONNECTION_IDLE || slot->state == CONNECTION_READING;
        if (waits && (found == NULL || slot->since_ms < found->since_ms)) {
            found = slot;
        }
    }
    return found;
}

struct connection *connection_begin(struct connections *connections, int descriptor,
                                    const struct address *address, uint64_t now_ms)
{
    pthread_mutex_lock(&connections->lock);
    if (connections->live_count == connections->max) {
        struct connection *lazy = laziest(connections);
        if (lazy != NULL) {
            cut(connections, lazy);
        }
    }
    struct connection *connection = connections->free_list;
    if (connections->live_count < connections->max && connection != NULL) {
        connections->free_list = connection->next;
        struct connection **bucket = bucket_of(connections, address);
        *connection = (struct connection){
            .address = *address,
            .descriptor = descriptor,
            .state = CONNECTION_IDLE,
            .since_ms = now_ms,
            .next = *bucket,
        };
        if (*bucket != NULL) {
            (*bucket)->previous = connection;
        }
        *bucket = connection;
        connections->live_count++;
    } else {
        connection = NULL;
    }
    pthread_mutex_unlock(&connections->lock);
    return connection;
}

/* What recv would say: > 0: there are bytes, 0: the visitor has closed, < 0: errno. */
static ssize_t peek(const struct connection *connection)
{
    char byte;
    return recv(connection->descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
}

bool connection_end(struct connections *connections, struct connection *connection)
{
    pthread_mutex_lock(&connections->lock);
    assert(connection->state != CONNECTION_FREE);
    if (connection->state != CONNECTION_CUT) {
        connections->live_count--;
    }
    bool unread = peek(connection) > 0;
    bool lingers = connection->state != CONNECTION_CUT && (connection->lingers || unread);
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
    if (connection->previous != NULL) {
        connection->previous->next = connection->next;
    } else {
        *bucket_of(connections, &connection->address) = connection->next;
    }
    *connection = (struct connection){ .next = connections->free_list };
    connections->free_list = connection;
    pthread_mutex_unlock(&connections->lock);
    return lingers;
}

void connection_enter(struct connections *connections, struct connection *connection,
                      enum connection_state state, uint64_t now_ms, uint64_t deadline_ms)
{
    assert(state != CONNECTION_FREE && state != CONNECTION_CUT);
    pthread_mutex_lock(&connections->lock);
    assert(connection->state != CONNECTION_FREE);
    if (connection->state != CONNECTION_CUT) {
        connection->state = state;
        connection->since_ms = now_ms;
        connection->deadline_ms = deadline_ms;
    }
    pthread_mutex_unlock(&connections->lock);
}

void connection_let_linger(struct connections *connections, struct connection *connection)
{
    pthread_mutex_lock(&connections->lock);
    connection->lingers = connection->state != CONNECTION_CUT;
    pthread_mutex_unlock(&connections->lock);
}

bool connection_hung_up(struct connections *connections, struct connection *connection)
{
    pthread_mutex_lock(&connections->lock);
    ssize_t size = peek(connection);
    bool hung_up = size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR);
    pthread_mutex_unlock(&connections->lock);
    return hung_up;
}

void connection_cut(struct connections *connections, struct connection *connection)
{
    pthread_mutex_lock(&connections->lock);
    cut(connections, connection);
    pthread_mutex_unlock(&connections->lock);
}

void connections_expire(struct connections *connections, uint64_t now_ms)
{
    pthread_mutex_lock(&connections->lock);
    for (unsigned i = 0; i < connections->slot_count; i++) {
        struct connection *slot = &connections->slots[i];
        if (slot->state != CONNECTION_FREE && slot->deadline_ms != 0
            && slot->deadline_ms <= now_ms) {
            cut(connections, slot);
        }
    }
    pthread_mutex_unlock(&connections->lock);
}

unsigned connections_busy(struct connections *connections)
{
    unsigned count = 0;
    pthread_mutex_lock(&connections->lock);
    for (unsigned i = 0; i < connections->slot_count; i++) {
        enum connection_state state = connections->slots[i].state;
        count += state == CONNECTION_READING || state == CONNECTION_WORKING
                 || state == CONNECTION_SENDING;
    }
    pthread_mutex_unlock(&connections->lock);
    return count;
}
