#include "clients/web/http/deadline.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "clients/web/http/clock.h"

struct deadline {
    struct connections *connections;
    struct lingerers *linger;
    atomic_bool stopping;
    pthread_t thread;
};

static void *keep(void *context)
{
    struct deadline *deadline = context;
    uint64_t next_ms = 0;
    while (!deadline->stopping) {
        linger_wait(deadline->linger, DEADLINE_STEP_MS);
        /* Lingering visitors wake us as often as they like. */
        uint64_t now_ms = clock_ms();
        if (now_ms >= next_ms) {
            connections_expire(deadline->connections, now_ms);
            next_ms = now_ms + DEADLINE_STEP_MS / 2;
        }
    }
    return NULL;
}

struct deadline *deadline_start(struct connections *connections, struct lingerers *linger)
{
    struct deadline *deadline = calloc(1, sizeof(*deadline));
    if (deadline == NULL) {
        return NULL;
    }
    deadline->connections = connections;
    deadline->linger = linger;
    if (pthread_create(&deadline->thread, NULL, keep, deadline) != 0) {
        free(deadline);
        return NULL;
    }
    return deadline;
}

void deadline_stop(struct deadline *deadline)
{
    if (deadline != NULL) {
        deadline->stopping = true;
        linger_wake(deadline->linger);
        pthread_join(deadline->thread, NULL);
        free(deadline);
    }
}
