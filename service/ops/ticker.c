#include "service/ops/ticker.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct ticker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stopped;
    bool stopping;
    unsigned period_ms;
    void (*run)(void *context);
    void *context;
};

static void add_ms(struct timespec *time, unsigned ms)
{
    time->tv_sec += ms / 1000;
    time->tv_nsec += (long)(ms % 1000) * 1000000;
    if (time->tv_nsec >= 1000000000) {
        time->tv_sec++;
        time->tv_nsec -= 1000000000;
    }
}

static void *ticker_loop(void *context)
{
    struct ticker *ticker = context;
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    pthread_mutex_lock(&ticker->lock);
    while (!ticker->stopping) {
        add_ms(&next, ticker->period_ms);
        int waited = 0;
        while (!ticker->stopping && waited != ETIMEDOUT)
            waited = pthread_cond_timedwait(&ticker->stopped, &ticker->lock, &next);
        if (ticker->stopping)
            break;
        pthread_mutex_unlock(&ticker->lock);
        ticker->run(ticker->context);
        pthread_mutex_lock(&ticker->lock);
    }
    pthread_mutex_unlock(&ticker->lock);
    return NULL;
}

struct ticker *ticker_start(unsigned period_ms, void (*run)(void *context), void *context)
{
    struct ticker *ticker = calloc(1, sizeof *ticker);
    if (ticker == NULL)
        abort();
    ticker->period_ms = period_ms;
    ticker->run = run;
    ticker->context = context;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&ticker->lock, NULL);
    pthread_cond_init(&ticker->stopped, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&ticker->thread, NULL, ticker_loop, ticker) != 0)
        abort();
    return ticker;
}

void ticker_stop(struct ticker *ticker)
{
    pthread_mutex_lock(&ticker->lock);
    ticker->stopping = true;
    pthread_cond_signal(&ticker->stopped);
    pthread_mutex_unlock(&ticker->lock);
    pthread_join(ticker->thread, NULL);
    pthread_mutex_destroy(&ticker->lock);
    pthread_cond_destroy(&ticker->stopped);
    free(ticker);
}
