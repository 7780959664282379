#include "clients/web/http/live.h"

#include <assert.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/web/http/clock.h"

struct lives {
    struct connections *connections;
    unsigned max, taken_ms;
    pthread_mutex_t lock; /* of what follows; nothing but a stream's lock is taken under it */
    pthread_cond_t ended;
    bool stopping;
    unsigned count;
    struct live *first;
};

struct live {
    struct lives *lives;
    struct MHD_Connection *peer;
    struct connection *connection;
    live_run *run;
    void *context;
    void (*release)(void *context);
    struct live *next, *previous; /* of lives */
    pthread_mutex_t lock;         /* of what follows */
    pthread_cond_t moved;
    unsigned holders;   /* the thread, the response */
    char *event;        /* what is to be sent next; NULL: nothing */
    size_t size, sent;
    bool begun;         /* the response's headers are out */
    bool parked;        /* the connection is suspended: only we can wake it */
    bool gone;          /* the response is no more, nor is the connection ours */
    bool over;          /* no more events: the visitor doesn't take them, or the server stops */
    bool finished;      /* the thread is done: what is to be sent is the last */
};

struct lives *lives_new(struct connections *connections, unsigned max, unsigned taken_ms)
{
    struct lives *lives = calloc(1, sizeof(*lives));
    if (lives != NULL) {
        lives->connections = connections;
        lives->max = max;
        lives->taken_ms = taken_ms;
        pthread_mutex_init(&lives->lock, NULL);
        pthread_cond_init(&lives->ended, NULL);
    }
    return lives;
}

void lives_stop(struct lives *lives)
{
    pthread_mutex_lock(&lives->lock);
    lives->stopping = true;
    for (struct live *live = lives->first; live != NULL; live = live->next) {
        pthread_mutex_lock(&live->lock);
        live->over = true;
        pthread_cond_broadcast(&live->moved);
        pthread_mutex_unlock(&live->lock);
    }
    pthread_mutex_unlock(&lives->lock);
}

void lives_free(struct lives *lives)
{
    if (lives == NULL) {
        return;
    }
    lives_stop(lives);
    pthread_mutex_lock(&lives->lock);
    while (lives->count > 0) {
        pthread_cond_wait(&lives->ended, &lives->lock);
    }
    pthread_mutex_unlock(&lives->lock);
    pthread_cond_destroy(&lives->ended);
    pthread_mutex_destroy(&lives->lock);
    free(lives);
}

/* Called with the lock, which it gives up. */
static void drop_holder(struct live *live)
{
    assert(live->holders > 0);
    bool last = --live->holders == 0;
    pthread_mutex_unlock(&live->lock);
    if (last) {
        pthread_cond_destroy(&live->moved);
        pthread_mutex_destroy(&live->lock);
        free(live->event);
        free(live);
    }
}

/* With the lock held. */
static void wake_connection(struct live *live)
{
    if (live->parked) {
        assert(!live->gone);
        live->parked = false;
        MHD_resume_connection(live->peer);
    }
}

/* ---- libmicrohttpd's thread ---- */

static ssize_t read_event(void *context, uint64_t position, char *buffer, size_t size)
{
    (void)position;
    struct live *live = context;
    ssize_t result = 0;
    pthread_mutex_lock(&live->lock);
    if (!live->begun) {
        /* From here on it is the maker who looks whether the visitor takes what we send. */
        live->begun = true;
        if (!live->finished) {
            connection_enter(live->lives->connections, live->connection, CONNECTION_SENDING,
                             clock_ms(), 0);
        }
    }
    if (live->event != NULL) {
        size_t part = live->size - live->sent < size ? live->size - live->sent : size;
        memcpy(buffer, live->event + live->sent, part);
        live->sent += part;
        result = (ssize_t)part;
        if (live->sent == live->size) {
            free(live->event);
            live->event = NULL;
            pthread_cond_broadcast(&live->moved);
        }
    } else if (live->finished) {
        result = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        live->parked = true;
        MHD_suspend_connection(live->peer);
    }
    pthread_mutex_unlock(&live->lock);
    return result;
}

static void lose_response(void *context)
{
    struct live *live = context;
    pthread_mutex_lock(&live->lock);
    assert(!live->parked);
    live->gone = true;
    pthread_cond_broadcast(&live->moved);
    drop_holder(live);
}

/* ---- the maker's thread ---- */

static void *make(void *context)
{
    struct live *live = context;
    struct lives *lives = live->lives;
    live->run(live, live->context);
    if (live->release != NULL) {
        live->release(live->context);
    }
    pthread_mutex_lock(&lives->lock);
    if (live->previous != NULL) {
        live->previous->next = live->next;
    } else {
        lives->first = live->next;
    }
    if (live->next != NULL) {
        live->next->previous = live->previous;
    }
    pthread_mutex_lock(&live->lock);
    live->finished = true;
    if (!live->gone) {
        uint64_t now_ms = clock_ms();
        connection_enter(lives->connections, live->connection, CONNECTION_SENDING, now_ms,
                         now_ms + lives->taken_ms);
        wake_connection(live);
    }
    drop_holder(live);
    lives->count--;
    pthread_cond_broadcast(&lives->ended);
    pthread_mutex_unlock(&lives->lock);
    return NULL;
}

static bool start(struct live *live)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, LIVE_STACK_BYTES);
    bool started = pthread_create(&thread, &attributes, make, live) == 0;
    pthread_attr_destroy(&attributes);
    return started;
}

static struct live *live_new(struct lives *lives)
{
    struct live *live = calloc(1, sizeof(*live));
    if (live != NULL) {
        pthread_condattr_t monotonic;
        pthread_condattr_init(&monotonic);
        pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
        pthread_cond_init(&live->moved, &monotonic);
        pthread_condattr_destroy(&monotonic);
        pthread_mutex_init(&live->lock, NULL);
        live->lives = lives;
    }
    return live;
}

/* Takes a place and starts the thread; the thread waits for lives->lock before it ends. */
static bool enter(struct lives *lives, struct live *live)
{
    pthread_mutex_lock(&lives->lock);
    bool entered = !lives->stopping && lives->count < lives->max && start(live);
    if (entered) {
        lives->count++;
        live->next = lives->first;
        if (live->next != NULL) {
            live->next->previous = live;
        }
        lives->first = live;
    }
    pthread_mutex_unlock(&lives->lock);
    return entered;
}

struct MHD_Response *live_open(struct lives *lives, struct MHD_Connection *peer,
                               struct connection *connection, live_run *run, void *context,
                               void (*release)(void *context))
{
    enum { BLOCK_BYTES = 4096 };
    struct live *live = live_new(lives);
    if (live == NULL) {
        return NULL;
    }
    live->peer = peer;
    live->connection = connection;
    live->run = run;
    live->context = context;
    live->release = release;
    live->holders = 2;
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_event, live, lose_response);
    if (response != NULL && enter(lives, live)) {
        return response;
    }
    live->holders = response != NULL ? 2 : 1;
    if (response != NULL) {
        MHD_destroy_response(response);
    }
    pthread_mutex_lock(&live->lock);
    drop_holder(live);
    return NULL;
}

/* Hands over one event (malloc). */
static bool send_event(struct live *live, char *event, size_t size)
{
    uint64_t until_ms = clock_ms() + live->lives->taken_ms;
    struct timespec until = {
        .tv_sec = (time_t)(until_ms / 1000), .tv_nsec = (long)(until_ms % 1000) * 1000000,
    };
    pthread_mutex_lock(&live->lock);
    bool late = false;
    while (live->event != NULL && !live->gone && !live->over && !late) {
        late = pthread_cond_timedwait(&live->moved, &live->lock, &until) != 0;
    }
    if (late && live->event != NULL && !live->gone) {
        live->over = true;
        connection_cut(live->lives->connections, live->connection);
    }
    if (!live->over && !live->gone
        && connection_hung_up(live->lives->connections, live->connection)) {
        live->over = true;
    }
    bool sent = !live->over && !live->gone && event != NULL;
    if (sent) {
        live->event = event;
        live->size = size;
        live->sent = 0;
        wake_connection(live);
    }
    pthread_mutex_unlock(&live->lock);
    if (!sent) {
        free(event);
    }
    return sent;
}

bool live_send(struct live *live, const char *id, const char *event, const char *data)
{
    assert(strpbrk(data, "\r\n") == NULL);
    char *text = NULL;
    int size = asprintf(&text, "%s%s%s%s%s%sdata: %s\n\n",
                        id != NULL ? "id: " : "", id != NULL ? id : "", id != NULL ? "\n" : "",
                        event != NULL ? "event: " : "", event != NULL ? event : "",
                        event != NULL ? "\n" : "", data);
    return size > 0 && send_event(live, text, (size_t)size);
}

bool live_over(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    bool over = live->over || live->gone;
    if (!over && connection_hung_up(live->lives->connections, live->connection)) {
        live->over = over = true;
    }
    pthread_mutex_unlock(&live->lock);
    return over;
}
