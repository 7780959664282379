/* committer: a thread that commits a closed turn while the writer runs the next one over it.
 *
 * One turn at a time. Whoever gave it calls committer_ended until that is true; between the two the
 * turn is the thread's. */
#ifndef BECKON_SERVICE_EXECUTOR_COMMITTER_H
#define BECKON_SERVICE_EXECUTOR_COMMITTER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct executor;
struct turn;

struct committer {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct turn *given; /* under lock, as `stopping`: NULL when it is committed */
    bool stopping;
    atomic_bool runs;   /* there is a given one */
};

/* Start-up only: aborts when it can't. */
void committer_init(struct committer *committer);
void committer_clean_up(struct committer *committer);

/* The writer's: the turn, which was closed, is committed by the thread, which then nudges the queue
 * of writes. */
void committer_give(struct committer *committer, struct turn *turn);
/* Is nothing given, or what was given committed? */
bool committer_ended(const struct committer *committer);
/* Returns when it is. */
void committer_wait(struct committer *committer);
/* The thread's main function; the argument is the executor. Ends after committer_stop. */
void *committer_main(void *executor);
void committer_stop(struct committer *committer);

#endif
