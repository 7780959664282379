#include "clients/web/http/linger.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clients/web/http/clock.h"

struct lingering {
    int descriptor;
    uint64_t until_ms;  /* at the latest */
    uint64_t silent_ms; /* last byte */
    size_t size;        /* dropped so far */
};

struct lingerers {
    pthread_mutex_t lock; /* of what follows */
    unsigned count;
    struct lingering list[LINGER_MAX];
    int wake; /* an eventfd */
};

struct lingerers *linger_new(void)
{
    struct lingerers *linger = calloc(1, sizeof(*linger));
    if (linger == NULL) {
        return NULL;
    }
    linger->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (linger->wake < 0) {
        free(linger);
        return NULL;
    }
    pthread_mutex_init(&linger->lock, NULL);
    return linger;
}

void linger_free(struct lingerers *linger)
{
    if (linger == NULL) {
        return;
    }
    for (unsigned i = 0; i < linger->count; i++) {
        close(linger->list[i].descriptor);
    }
    close(linger->wake);
    pthread_mutex_destroy(&linger->lock);
    free(linger);
}

void linger_wake(struct lingerers *linger)
{
    uint64_t one = 1;
    ssize_t written = write(linger->wake, &one, sizeof(one));
    (void)written; /* it fails only when it is awake already */
}

void linger_add(struct lingerers *linger, int descriptor, uint64_t now_ms)
{
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
        return;
    }
    bool taken = false;
    pthread_mutex_lock(&linger->lock);
    if (linger->count < LINGER_MAX) {
        linger->list[linger->count++] = (struct lingering){
            .descriptor = copy, .until_ms = now_ms + LINGER_MS, .silent_ms = now_ms,
        };
        taken = true;
    }
    pthread_mutex_unlock(&linger->lock);
    if (taken) {
        linger_wake(linger);
    } else {
        close(copy);
    }
}

/* Drops what has come; has the visitor gone on sending? */
static bool drop(struct lingering *one, uint64_t now_ms)
{
    char dropped[16 * 1024];
    /* So much at a time; then it is the next one's turn. */
    for (unsigned i = 0; i < 64 && one->size < LINGER_BYTES; i++) {
        ssize_t size = recv(one->descriptor, dropped, sizeof(dropped), MSG_DONTWAIT);
        if (size > 0) {
            one->silent_ms = now_ms;
            one->size += (size_t)size;
        } else {
            bool waits = size < 0 && (errno == EAGAIN || errno == EINTR);
            return waits && now_ms - one->silent_ms < LINGER_SILENCE_MS;
        }
    }
    return one->size < LINGER_BYTES;
}

static void drop_all(struct lingerers *linger, uint64_t now_ms)
{
    pthread_mutex_lock(&linger->lock);
    for (unsigned i = 0; i < linger->count;) {
        if (drop(&linger->list[i], now_ms) && now_ms < linger->list[i].until_ms) {
            i++;
        } else {
            close(linger->list[i].descriptor);
            linger->list[i] = linger->list[--linger->count];
        }
    }
    pthread_mutex_unlock(&linger->lock);
}

void linger_wait(struct lingerers *linger, int wait_ms)
{
    struct pollfd polled[LINGER_MAX + 1] = { { .fd = linger->wake, .events = POLLIN } };
    pthread_mutex_lock(&linger->lock);
    unsigned count = linger->count;
    for (unsigned i = 0; i < count; i++) {
        polled[i + 1] = (struct pollfd){ .fd = linger->list[i].descriptor, .events = POLLIN };
    }
    pthread_mutex_unlock(&linger->lock);
    if (poll(polled, count + 1, wait_ms) > 0 && polled[0].revents != 0) {
        uint64_t counted;
        ssize_t size = read(linger->wake, &counted, sizeof(counted));
        (void)size;
    }
    drop_all(linger, clock_ms());
}
