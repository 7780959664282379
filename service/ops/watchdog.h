/* Calls grpc.health.v1.Health/Check over the sockets that clients use, again and again, and says
 * how it went: a process that no longer accepts, or whose pollers hang, is worth nothing, and only
 * from outside can that be seen. One that is full of calls and says so is spared: it would only
 * be full again.
 *
 * A thread of its own; `told` is called there. Nothing else of the process is touched. */
#ifndef BECKON_SERVICE_OPS_WATCHDOG_H
#define BECKON_SERVICE_OPS_WATCHDOG_H

#include <stdbool.h>

enum { WATCHDOG_TARGETS_MAX = 16, WATCHDOG_PLACE_BYTES = 128, WATCHDOG_WHY_BYTES = 160 };

struct watchdog_target {
    char url[WATCHDOG_PLACE_BYTES];  /* "http://127.0.0.1:7717", "https://..." */
    char path[WATCHDOG_PLACE_BYTES]; /* of a unix socket; else empty */
    bool is_tls;                     /* a certificate may be asked for, which the watchdog has not:
                                        a TLS alert is life enough */
    unsigned times;                  /* connections per round: one for each poller behind it */
};

struct watchdog_options {
    unsigned period_ms;              /* from round to round; an answer may take as long */
    struct watchdog_target targets[WATCHDOG_TARGETS_MAX];
    unsigned target_count;
    /* After each round; `why` is NULL when every answer was good. */
    void (*told)(void *context, const char *why);
    void *context;
};

struct watchdog;

/* The same question by none of the sockets that clients use: `adopt` gets a plaintext connection to
 * serve, which is its own then. Any thread. False: ret_why says what came instead. */
bool watchdog_ask(void (*adopt)(void *context, int fd), void *context, unsigned timeout_ms,
                  char ret_why[WATCHDOG_WHY_BYTES]);

/* Start-up only: aborts when it can't. */
struct watchdog *watchdog_start(const struct watchdog_options *options);
/* Waits for a round under way (one check at most), joins, frees. */
void watchdog_stop(struct watchdog *watchdog);

#endif
