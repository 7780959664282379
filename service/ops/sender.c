#include "service/ops/sender.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "service/limits.h"
#include "service/ops/log.h"
#include "service/ops/sender_inner.h"

enum {
    ATTEMPTS_MAX = 3,
    GOODBYE_MS = 2000,      /* for what is queued when the service stops */
    ANSWERED_MS = 30,       /* the caller has his answer by then: it takes no longer for those who
                               get a message */
    WAITED_MS_MAX = 120000, /* a message older than that is no help any more */
};
static const unsigned REST_MS[ATTEMPTS_MAX] = {0, 300, 1000}; /* before each attempt */

struct queued {
    struct notice notice;
    uint64_t at_ms;        /* wall clock, for the message */
    uint64_t monotonic_ms; /* when it was queued */
};

struct sender {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct queued queue[LIMIT_SENDER_QUEUE]; /* a ring, under the lock, as the next */
    size_t first, count;
    uint64_t dropped;
    bool stopping;
    _Atomic uint64_t end_ms; /* monotonic; 0: not stopping */
    _Atomic uint64_t sent, failed, given_up; /* for operators; the thread and `notify` count */

    /* the thread's */
    int file;                /* -1: none */
    struct sender_hook *hook;/* NULL: none */
    uint64_t started_ms, sent_count;
};

static uint64_t clock_ms(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- the queue ------------------------------------------------------------------------------- */

void sender_notify(void *context, const struct notice *notice)
{
    struct sender *sender = context;
    pthread_mutex_lock(&sender->lock);
    if (sender->count == LIMIT_SENDER_QUEUE || sender->stopping) {
        sender->dropped++;
        sender->given_up++;
    } else {
        size_t place = (sender->first + sender->count++) % LIMIT_SENDER_QUEUE;
        sender->queue[place] = (struct queued){*notice, clock_ms(CLOCK_REALTIME),
                                               clock_ms(CLOCK_MONOTONIC)};
        pthread_cond_signal(&sender->changed);
    }
    pthread_mutex_unlock(&sender->lock);
}

/* The next one; false: the sender stops and none is left. *ret_dropped: since the last. */
static bool take(struct sender *sender, struct queued *ret, uint64_t *ret_dropped)
{
    pthread_mutex_lock(&sender->lock);
    while (sender->count == 0 && !sender->stopping)
        pthread_cond_wait(&sender->changed, &sender->lock);
    bool taken = sender->count > 0;
    if (taken) {
        *ret = sender->queue[sender->first];
        explicit_bzero(&sender->queue[sender->first], sizeof sender->queue[0]);
        sender->first = (sender->first + 1) % LIMIT_SENDER_QUEUE;
        sender->count--;
    }
    *ret_dropped = sender->dropped;
    sender->dropped = 0;
    pthread_mutex_unlock(&sender->lock);
    return taken;
}

/* ---- the sinks ------------------------------------------------------------------------------- */

static bool write_line(const struct sender *sender, char *json, size_t size)
{
    json[size] = '\n';
    bool written = write(sender->file, json, size + 1) == (ssize_t)size + 1;
    if (!written)
        log_event("error", "a message was not written to the file of --sms-file", "errno=%d",
                  errno);
    json[size] = '\0';
    return written;
}

static bool too_late(void *context)
{
    const struct sender *sender = context;
    uint64_t end_ms = atomic_load(&sender->end_ms);
    return end_ms != 0 && clock_ms(CLOCK_MONOTONIC) >= end_ms;
}

/* Waits before another attempt; false: the sender stops meanwhile. */
static bool rest(struct sender *sender, unsigned ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    int waited = 0;
    pthread_mutex_lock(&sender->lock);
    while (!sender->stopping && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&sender->changed, &sender->lock, &until);
    bool goes_on = !sender->stopping;
    pthread_mutex_unlock(&sender->lock);
    return goes_on;
}

static bool post(struct sender *sender, const char *json, size_t size)
{
    char id[48];
    snprintf(id, sizeof id, "%" PRIu64 "-%" PRIu64, sender->started_ms, ++sender->sent_count);
    enum sender_hook_answer answer = HOOK_FAILED;
    long status = 0;
    for (unsigned attempt = 0; attempt < ATTEMPTS_MAX && answer == HOOK_FAILED; attempt++) {
        if (attempt > 0 && !rest(sender, REST_MS[attempt]))
            break;
        answer = sender_hook_post(sender->hook, json, size, id, too_late, sender, &status);
    }
    if (answer != HOOK_TAKEN)
        log_event("warn", "the hook of --sms-hook took no message", "status=%ld", status);
    return answer == HOOK_TAKEN;
}

static void *sender_main(void *context)
{
    struct sender *sender = context;
    struct queued queued;
    char json[SENDER_JSON_BYTES + 1];
    uint64_t dropped;
    while (take(sender, &queued, &dropped)) {
        (void)rest(sender, ANSWERED_MS); /* false: it stops, and sends what is left at once */
        bool old = clock_ms(CLOCK_MONOTONIC) - queued.monotonic_ms > WAITED_MS_MAX;
        if (old || too_late(sender)) {
            dropped++;
            sender->given_up++;
        }
        if (dropped > 0)
            log_event("warn", "messages were dropped: the sender is too slow",
                      "count=%" PRIu64, dropped);
        if (old || too_late(sender) || queued.notice.to[0] == '\0')
            continue;
        size_t size = sender_json(&queued.notice, queued.at_ms, json);
        bool taken = size > 0;
        if (size > 0 && sender->file >= 0)
            taken = write_line(sender, json, size);
        if (size > 0 && sender->hook != NULL)
            taken = post(sender, json, size) && taken;
        *(taken ? &sender->sent : &sender->failed) += 1;
        explicit_bzero(json, sizeof json);
        explicit_bzero(&queued, sizeof queued);
    }
    return NULL;
}

/* ---- its life -------------------------------------------------------------------------------- */

static bool open_file(const char *path, int *ret_file, char ret_message[SENDER_MESSAGE_BYTES])
{
    *ret_file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*ret_file >= 0 && fchmod(*ret_file, 0600) == 0)
        return true;
    snprintf(ret_message, SENDER_MESSAGE_BYTES,
             "\"%.80s\": --sms-file must be a file that the service may make and write", path);
    if (*ret_file >= 0)
        close(*ret_file);
    *ret_file = -1;
    return false;
}

static void destroy(struct sender *sender)
{
    if (sender->file >= 0)
        close(sender->file);
    if (sender->hook != NULL)
        sender_hook_destroy(sender->hook);
    pthread_mutex_destroy(&sender->lock);
    pthread_cond_destroy(&sender->changed);
    free(sender);
}

static void start_thread(struct sender *sender)
{
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0 ||
        pthread_create(&sender->thread, NULL, sender_main, sender) != 0 ||
        pthread_sigmask(SIG_SETMASK, &before, NULL) != 0)
        abort();
}

struct sender *sender_start(const struct sender_options *options,
                            char ret_message[SENDER_MESSAGE_BYTES])
{
    struct sender *sender = calloc(1, sizeof *sender);
    if (sender == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&sender->lock, NULL);
    pthread_cond_init(&sender->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sender->started_ms = clock_ms(CLOCK_REALTIME);
    sender->file = -1;
    bool good = options->file == NULL || open_file(options->file, &sender->file, ret_message);
    if (good && options->hook != NULL) {
        sender->hook = sender_hook_new(options->hook, options->hook_secret_file, ret_message);
        good = sender->hook != NULL;
    }
    if (!good) {
        destroy(sender);
        return NULL;
    }
    start_thread(sender);
    return sender;
}

void sender_stats(struct sender *sender, struct sender_stats *ret_stats)
{
    *ret_stats = (struct sender_stats){
        .sent = sender->sent, .failed = sender->failed, .dropped = sender->given_up};
    pthread_mutex_lock(&sender->lock);
    ret_stats->waiting = (unsigned)sender->count;
    pthread_mutex_unlock(&sender->lock);
}

void sender_stop(struct sender *sender)
{
    atomic_store(&sender->end_ms, clock_ms(CLOCK_MONOTONIC) + GOODBYE_MS);
    pthread_mutex_lock(&sender->lock);
    sender->stopping = true;
    pthread_cond_signal(&sender->changed);
    pthread_mutex_unlock(&sender->lock);
    pthread_join(sender->thread, NULL);
    destroy(sender);
}
