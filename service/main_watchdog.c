#include "service/main_watchdog.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "service/limits.h"
#include "service/ops/log.h"
#include "service/ops/systemd.h"
#include "service/ops/watchdog.h"

struct main_watchdog {
    struct watchdog *watchdog;
    struct door *door;
    struct rpc *rpc;
    unsigned period_ms;
    uint64_t refused;  /* by the door, up to the last round */
    unsigned bad_rounds;
};

static uint64_t refused_by(struct door *door)
{
    struct door_stats stats;
    door_stats(door, &stats);
    return stats.refused_full + stats.refused_address;
}

static void adopt(void *context, int fd)
{
    const struct rpc_peer self = {.forwards = true};
    rpc_adopt(context, fd, &self);
}

/* Asks the pollers past the door. */
static bool answers_inside(const struct main_watchdog *watchdog, char ret_why[WATCHDOG_WHY_BYTES])
{
    for (int i = 0; i < LIMIT_POLLERS; i++)
        if (!watchdog_ask(adopt, watchdog->rpc, watchdog->period_ms, ret_why))
            return false;
    return true;
}

/* A door that is full hangs up on the watchdog too. When those behind it answer, it lives, and a
 * restart would only cut off who is inside; when they hang, it is full because they do. */
static void told(void *context, const char *why)
{
    struct main_watchdog *watchdog = context;
    uint64_t refused = refused_by(watchdog->door);
    bool full = refused != watchdog->refused;
    char inside[WATCHDOG_WHY_BYTES];
    watchdog->refused = refused;
    if (why != NULL && full) {
        why = inside;
        if (answers_inside(watchdog, inside))
            why = NULL;
    }
    /* Health says so too, but only while it has room: calls that wait for the writer fill the pool,
     * and a full one passes for life. */
    if (rpc_writer_hangs(watchdog->rpc))
        why = "no write is done";
    if (why == NULL) {
        watchdog->bad_rounds = 0;
        systemd_notify("WATCHDOG=1");
        return;
    }
    char quoted[LOG_VALUE_BYTES];
    log_event("warn", "watchdog: no good answer", "round=%u of=%d cause=%s",
              ++watchdog->bad_rounds, LIMIT_WATCHDOG_ROUNDS, log_quote(why, quoted));
    if (watchdog->bad_rounds < LIMIT_WATCHDOG_ROUNDS)
        return;
    log_event("error", "watchdog: ending a process that does not serve", "code=%d",
              EXIT_WATCHDOG);
    _exit(EXIT_WATCHDOG);
}

/* Where to call what is listened on: "any" addresses by loopback. */
static void target_of(const struct address *address, struct watchdog_target *ret)
{
    struct watchdog_target target = {.is_tls = address->is_tls};
    const char *scheme = address->is_tls ? "https" : "http";
    char host[INET6_ADDRSTRLEN];
    if (address->socket.ss_family == AF_UNIX) {
        const struct sockaddr_un *name = (const struct sockaddr_un *)&address->socket;
        snprintf(target.path, sizeof target.path, "%s", name->sun_path);
        snprintf(target.url, sizeof target.url, "%s://localhost", scheme);
    } else if (address->socket.ss_family == AF_INET) {
        struct sockaddr_in four = *(const struct sockaddr_in *)&address->socket;
        if (four.sin_addr.s_addr == htonl(INADDR_ANY))
            four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        inet_ntop(AF_INET, &four.sin_addr, host, sizeof host);
        snprintf(target.url, sizeof target.url, "%s://%s:%u", scheme, host,
                 ntohs(four.sin_port));
    } else {
        struct sockaddr_in6 six = *(const struct sockaddr_in6 *)&address->socket;
        if (IN6_IS_ADDR_UNSPECIFIED(&six.sin6_addr))
            six.sin6_addr = in6addr_loopback;
        inet_ntop(AF_INET6, &six.sin6_addr, host, sizeof host);
        snprintf(target.url, sizeof target.url, "%s://[%s]:%u", scheme, host,
                 ntohs(six.sin6_port));
    }
    *ret = target;
}

/* As long as the watchdog may go without a good answer and still let the process live: bad rounds,
 * each a check that times out and a rest, and then one whose every check nearly does. */
static uint64_t patience_ms(const struct watchdog_options *watching)
{
    unsigned checks = 2 * LIMIT_WATCHDOG_ROUNDS + 1 + LIMIT_POLLERS; /* those inside */
    for (unsigned i = 0; i < watching->target_count; i++)
        checks += watching->targets[i].times;
    return (uint64_t)watching->period_ms * checks;
}

struct main_watchdog *main_watchdog_start(struct door *door, struct rpc *rpc,
                                          const struct options *options)
{
    if (options->watchdog_ms == 0) {
        systemd_notify_patience(0);
        return NULL;
    }
    struct main_watchdog *watchdog = calloc(1, sizeof *watchdog);
    if (watchdog == NULL)
        abort(); /* start-up */
    struct address addresses[WATCHDOG_TARGETS_MAX];
    struct watchdog_options watching = {.period_ms = (unsigned)options->watchdog_ms,
                                        .told = told, .context = watchdog};
    watching.target_count = door_addresses(door, addresses, WATCHDOG_TARGETS_MAX);
    for (unsigned i = 0; i < watching.target_count; i++) {
        target_of(&addresses[i], &watching.targets[i]);
        /* Connections go round the pollers: so many find one that hangs. */
        watching.targets[i].times = i == 0 ? LIMIT_POLLERS : 1;
    }
    systemd_notify_patience(patience_ms(&watching));
    watchdog->door = door;
    watchdog->rpc = rpc;
    watchdog->period_ms = watching.period_ms;
    watchdog->refused = refused_by(door);
    watchdog->watchdog = watchdog_start(&watching);
    return watchdog;
}

void main_watchdog_stop(struct main_watchdog *watchdog)
{
    if (watchdog == NULL)
        return;
    watchdog_stop(watchdog->watchdog);
    free(watchdog);
}
