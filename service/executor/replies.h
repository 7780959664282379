/* replies: hands committed works to a thread of their own, which calls their `done`.
 *
 * Sending hundreds of replies takes as long as running their commands did; meanwhile the writer
 * runs and commits the next batch. Works are answered in the order they were handed over. */
#ifndef BECKON_SERVICE_EXECUTOR_REPLIES_H
#define BECKON_SERVICE_EXECUTOR_REPLIES_H

#include <pthread.h>
#include <stdbool.h>

#include "service/executor/queue.h"

struct replies {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct work_list waiting; /* under lock, as the rest */
    bool busy, stopping;
};

/* Start-up only: aborts when it can't. */
void replies_init(struct replies *replies);
void replies_clean_up(struct replies *replies);

/* The writer's: answers `works`, which it empties. Few works are answered at once on the calling
 * thread, since waking another takes longer; unless that would overtake others. */
void replies_give(struct replies *replies, struct work_list *works);
/* The thread's main function; the argument is the replies. Ends after replies_stop, when everything
 * handed over is answered. */
void *replies_main(void *replies);
void replies_stop(struct replies *replies);

#endif
