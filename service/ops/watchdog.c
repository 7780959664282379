#include "service/ops/watchdog.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

enum { ANSWER_BYTES = 64 };

/* An empty HealthCheckRequest, framed by gRPC: not compressed, no bytes. The answer is a frame
 * of the message {status: SERVING}. */
static const uint8_t REQUEST[5] = {0}, SERVING[7] = {0, 0, 0, 0, 2, 0x08, 1};

struct watchdog {
    struct watchdog_options options;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
};

struct answer {
    uint8_t bytes[ANSWER_BYTES];
    size_t size;
    bool busy; /* it has no room for the call, and says so: who can say that lives */
};

/* Headers and trailers; RESOURCE_EXHAUSTED is what a server full of calls answers. */
static size_t take_header(char *line, size_t size, size_t count, void *context)
{
    static const char BUSY[] = "grpc-status: 8\r\n";
    struct answer *answer = context;
    if (size * count == sizeof BUSY - 1 && memcmp(line, BUSY, sizeof BUSY - 1) == 0)
        answer->busy = true;
    return size * count;
}

static size_t take(char *data, size_t size, size_t count, void *context)
{
    struct answer *answer = context;
    size_t bytes = size * count;
    if (bytes > ANSWER_BYTES - answer->size)
        return 0;
    memcpy(answer->bytes + answer->size, data, bytes);
    answer->size += bytes;
    return bytes;
}

/* A server that wants a certificate breaks off with an alert: whoever does that lives. */
static bool is_alert(CURLcode code)
{
    return code == CURLE_SSL_CONNECT_ERROR || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR
           || code == CURLE_HTTP2;
}

static void prepare(CURL *curl, const struct watchdog_target *target, unsigned timeout_ms,
                    struct curl_slist *headers, struct answer *answer)
{
    char url[WATCHDOG_PLACE_BYTES + 32];
    snprintf(url, sizeof url, "%s/grpc.health.v1.Health/Check", target->url);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    if (target->path[0] != '\0')
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, target->path);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)(target->is_tls
                     ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE));
    /* It asks itself, on this machine: whose name the certificate has says nothing here. */
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)REQUEST);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)sizeof REQUEST);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
}

/* A way in past the door: a socket of the kernel's own naming, which only this process gets by. */
struct inside {
    void (*adopt)(void *context, int fd);
    void *context;
    int listening;
};

/* Curl has connected and asks nothing yet. libcurl 7.88 can't be given a connection that is one
 * already: it forgets that it was told so, and connects. */
static int let_in(void *context, char *peer, char *local, int peer_port, int local_port)
{
    const struct inside *inside = context;
    int fd;
    (void)peer, (void)local, (void)peer_port, (void)local_port;
    while ((fd = accept4(inside->listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct ucred who = {.pid = 0};
        socklen_t size = sizeof who;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && who.pid == getpid()) {
            inside->adopt(inside->context, fd);
            return CURL_PREREQFUNC_OK;
        }
        close(fd);
    }
    return CURL_PREREQFUNC_ABORT;
}

/* One call over a connection of its own, or by `inside` unless that is NULL. False: ret_why says
 * what came instead. */
static bool check(const struct watchdog_target *target, unsigned timeout_ms, struct inside *inside,
                  char ret_why[WATCHDOG_WHY_BYTES])
{
    struct answer answer = {.size = 0};
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "content-type: application/grpc");
    headers = curl_slist_append(headers, "te: trailers");
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (curl != NULL && headers != NULL) {
        prepare(curl, target, timeout_ms, headers, &answer);
        if (inside != NULL) {
            curl_easy_setopt(curl, CURLOPT_ABSTRACT_UNIX_SOCKET, target->path);
            curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, let_in);
            curl_easy_setopt(curl, CURLOPT_PREREQDATA, inside);
        }
        code = curl_easy_perform(curl);
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (target->is_tls && is_alert(code))
        return true;
    bool serving = answer.size == sizeof SERVING
                   && memcmp(answer.bytes, SERVING, sizeof SERVING) == 0;
    bool good = code == CURLE_OK && (serving || answer.busy);
    if (!good)
        snprintf(ret_why, WATCHDOG_WHY_BYTES, "%.80s: %.60s", target->path[0] != '\0'
                 ? target->path : target->url,
                 code != CURLE_OK ? curl_easy_strerror(code) : "not serving");
    return good;
}

bool watchdog_ask(void (*adopt)(void *context, int fd), void *context, unsigned timeout_ms,
                  char ret_why[WATCHDOG_WHY_BYTES])
{
    struct watchdog_target target = {.url = "http://localhost"};
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    socklen_t size = sizeof name;
    struct inside inside = {adopt, context,
                            socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    bool good = false;
    snprintf(ret_why, WATCHDOG_WHY_BYTES, "no socket to ask by");
    if (inside.listening < 0)
        return false;
    /* Bound to no name, it gets one of five digits in the abstract namespace (unix(7)). */
    if (bind(inside.listening, (const struct sockaddr *)&name, sizeof name.sun_family) == 0
        && listen(inside.listening, 1) == 0
        && getsockname(inside.listening, (struct sockaddr *)&name, &size) == 0) {
        memcpy(target.path, name.sun_path + 1, size - offsetof(struct sockaddr_un, sun_path) - 1);
        good = check(&target, timeout_ms, &inside, ret_why);
    }
    close(inside.listening);
    return good;
}

static bool is_stopping(struct watchdog *watchdog)
{
    pthread_mutex_lock(&watchdog->lock);
    bool stopping = watchdog->stopping;
    pthread_mutex_unlock(&watchdog->lock);
    return stopping;
}

static void round_of_all(struct watchdog *watchdog)
{
    const struct watchdog_options *options = &watchdog->options;
    char why[WATCHDOG_WHY_BYTES];
    bool good = true;
    for (unsigned i = 0; i < options->target_count && good; i++)
        for (unsigned time = 0; time < options->targets[i].times && good; time++) {
            if (is_stopping(watchdog))
                return;
            good = check(&options->targets[i], options->period_ms, NULL, why);
        }
    if (!is_stopping(watchdog)) /* who stops is not to be blamed for it */
        options->told(options->context, good ? NULL : why);
}

static void rest(struct watchdog *watchdog)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    uint64_t ns = (uint64_t)until.tv_nsec + watchdog->options.period_ms % 1000 * UINT64_C(1000000);
    until.tv_sec += (time_t)(watchdog->options.period_ms / 1000 + ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    pthread_mutex_lock(&watchdog->lock);
    while (!watchdog->stopping
           && pthread_cond_timedwait(&watchdog->changed, &watchdog->lock, &until) != ETIMEDOUT)
        ;
    pthread_mutex_unlock(&watchdog->lock);
}

static void *watch(void *context)
{
    struct watchdog *watchdog = context;
    while (!is_stopping(watchdog)) {
        round_of_all(watchdog);
        rest(watchdog);
    }
    return NULL;
}

struct watchdog *watchdog_start(const struct watchdog_options *options)
{
    struct watchdog *watchdog = calloc(1, sizeof *watchdog);
    pthread_condattr_t monotonic;
    if (watchdog == NULL)
        abort(); /* start-up */
    watchdog->options = *options;
    pthread_mutex_init(&watchdog->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&watchdog->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&watchdog->thread, NULL, watch, watchdog) != 0)
        abort(); /* start-up */
    pthread_setname_np(watchdog->thread, "watchdog");
    return watchdog;
}

void watchdog_stop(struct watchdog *watchdog)
{
    pthread_mutex_lock(&watchdog->lock);
    watchdog->stopping = true;
    pthread_cond_signal(&watchdog->changed);
    pthread_mutex_unlock(&watchdog->lock);
    pthread_join(watchdog->thread, NULL);
    pthread_cond_destroy(&watchdog->changed);
    pthread_mutex_destroy(&watchdog->lock);
    free(watchdog);
}
