/* queue: the bounded door between pollers and the thread that works. Producers push one work;
 * the one consumer takes everything that waits at once, into lists of its own.
 *
 * What the consumer took but has not begun (it says so by queue_began) still counts as waiting. The
 * lock is held for some pointer moves only, never during a command or a commit. */
#ifndef BECKON_SERVICE_EXECUTOR_QUEUE_H
#define BECKON_SERVICE_EXECUTOR_QUEUE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "service/executor/executor.h"

enum lane {
    LANE_RESERVE, /* reserve phases: commits of merchant 0 alone */
    LANE_FAST,    /* tills and people */
    LANE_SLOW,    /* rows commands */
    LANE_COUNT,
};

/* Works in order, linked by work->next. Zeroed: empty. */
struct work_list {
    struct work *head, *tail;
    size_t count;
};
void work_list_push_back(struct work_list *list, struct work *work);
void work_list_push_front(struct work_list *list, struct work *work);
/* The first work, taken out; NULL when the list is empty. */
struct work *work_list_pop(struct work_list *list);
/* Moves all of `from` behind `to`. */
void work_list_append(struct work_list *to, struct work_list *from);

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct work_list lanes[LANE_COUNT];
    size_t waiting_max;
    bool stopping, nudged;
    _Atomic size_t waiting, depth_max;
    _Atomic size_t lane_waiting[LANE_COUNT]; /* for operators; the consumer counts them down */
};

/* Start-up only: aborts when it can't. */
void queue_init(struct queue *queue, size_t waiting_max);
void queue_clean_up(struct queue *queue);

/* Queues work in its lane: OUTCOME_OK, OUTCOME_BUSY when full, OUTCOME_SHUTTING_DOWN after
 * queue_stop. Any thread. */
enum outcome queue_push(struct queue *queue, struct work *work) OUTCOME_CHECKED;
/* Refuses what comes from now on and wakes the consumer. */
void queue_stop(struct queue *queue);

/* Appends everything that waits to the consumer's lists. With `wait` it blocks until there is
 * something, or it is nudged. False: stopping, and nothing came. */
bool queue_take(struct queue *queue, struct work_list lists[LANE_COUNT], bool wait);
/* Ends one wait of the consumer, the present or the next, with nothing to take. */
void queue_nudge(struct queue *queue);
/* Waits until something comes, the queue is stopped, or `wait_ms` have passed; true: they have. */
bool queue_rests(struct queue *queue, unsigned wait_ms);
/* The consumer began `count` of what it took, or put back `count` of what it began. */
void queue_began(struct queue *queue, size_t count);
void queue_put_back(struct queue *queue, size_t count);

#endif
