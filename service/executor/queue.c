#include "service/executor/queue.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

void work_list_push_back(struct work_list *list, struct work *work)
{
    work->next = NULL;
    if (list->tail != NULL) list->tail->next = work;
    else list->head = work;
    list->tail = work;
    list->count++;
}

void work_list_push_front(struct work_list *list, struct work *work)
{
    work->next = list->head;
    list->head = work;
    if (list->tail == NULL) list->tail = work;
    list->count++;
}

struct work *work_list_pop(struct work_list *list)
{
    struct work *work = list->head;
    if (work == NULL) return NULL;
    list->head = work->next;
    if (list->head == NULL) list->tail = NULL;
    work->next = NULL;
    list->count--;
    return work;
}

void work_list_append(struct work_list *to, struct work_list *from)
{
    if (from->head == NULL) return;
    if (to->tail != NULL) to->tail->next = from->head;
    else to->head = from->head;
    to->tail = from->tail;
    to->count += from->count;
    *from = (struct work_list){0};
}

void queue_init(struct queue *queue, size_t waiting_max)
{
    *queue = (struct queue){.waiting_max = waiting_max};
    if (pthread_mutex_init(&queue->lock, NULL) != 0) abort();
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) abort();
    if (pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) != 0) abort();
    if (pthread_cond_init(&queue->arrived, &attributes) != 0) abort();
    pthread_condattr_destroy(&attributes);
}

void queue_clean_up(struct queue *queue)
{
    assert(queue->waiting == 0);
    pthread_cond_destroy(&queue->arrived);
    pthread_mutex_destroy(&queue->lock);
}

enum outcome queue_push(struct queue *queue, struct work *work)
{
    assert(work->lane < LANE_COUNT);
    enum outcome outcome = OUTCOME_OK;
    pthread_mutex_lock(&queue->lock);
    if (queue->stopping) {
        outcome = OUTCOME_SHUTTING_DOWN;
    } else if (queue->waiting >= queue->waiting_max) {
        outcome = OUTCOME_BUSY;
    } else {
        size_t waiting = ++queue->waiting;
        if (waiting > queue->depth_max) queue->depth_max = waiting;
        queue->lane_waiting[work->lane]++;
        work_list_push_back(&queue->lanes[work->lane], work);
        pthread_cond_signal(&queue->arrived);
    }
    pthread_mutex_unlock(&queue->lock);
    return outcome;
}

void queue_stop(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->stopping = true;
    pthread_cond_broadcast(&queue->arrived);
    pthread_mutex_unlock(&queue->lock);
}

static bool nothing_arrived(const struct queue *queue)
{
    for (size_t lane = 0; lane < LANE_COUNT; lane++) {
        if (queue->lanes[lane].head != NULL) return false;
    }
    return true;
}

bool queue_take(struct queue *queue, struct work_list lists[LANE_COUNT], bool wait)
{
    pthread_mutex_lock(&queue->lock);
    while (wait && !queue->stopping && !queue->nudged && nothing_arrived(queue)) {
        pthread_cond_wait(&queue->arrived, &queue->lock);
    }
    queue->nudged = false;
    bool ended = queue->stopping && nothing_arrived(queue);
    for (size_t lane = 0; lane < LANE_COUNT; lane++) {
        work_list_append(&lists[lane], &queue->lanes[lane]);
    }
    pthread_mutex_unlock(&queue->lock);
    return !ended;
}

void queue_nudge(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->nudged = true;
    pthread_cond_signal(&queue->arrived);
    pthread_mutex_unlock(&queue->lock);
}

bool queue_rests(struct queue *queue, unsigned wait_ms)
{
    enum { MS_PER_S = 1000, NS_PER_MS = 1000000, NS_PER_S = 1000000000 };
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / MS_PER_S;
    until.tv_nsec += (long)(wait_ms % MS_PER_S) * NS_PER_MS;
    if (until.tv_nsec >= NS_PER_S) {
        until.tv_nsec -= NS_PER_S;
        until.tv_sec++;
    }
    int code = 0;
    pthread_mutex_lock(&queue->lock);
    while (code != ETIMEDOUT && !queue->stopping && nothing_arrived(queue)) {
        code = pthread_cond_timedwait(&queue->arrived, &queue->lock, &until);
    }
    bool rests = !queue->stopping && nothing_arrived(queue);
    pthread_mutex_unlock(&queue->lock);
    return rests;
}

void queue_began(struct queue *queue, size_t count)
{
    assert(queue->waiting >= count);
    queue->waiting -= count;
}

void queue_put_back(struct queue *queue, size_t count)
{
    queue->waiting += count; /* may go above the maximum: these had their place before */
}
