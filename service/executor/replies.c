#include "service/executor/replies.h"

#include <assert.h>
#include <stdlib.h>

enum { ANSWERED_AT_ONCE_MAX = 8 };

void replies_init(struct replies *replies)
{
    *replies = (struct replies){0};
    if (pthread_mutex_init(&replies->lock, NULL) != 0) abort();
    if (pthread_cond_init(&replies->arrived, NULL) != 0) abort();
}

void replies_clean_up(struct replies *replies)
{
    assert(replies->waiting.head == NULL);
    pthread_cond_destroy(&replies->arrived);
    pthread_mutex_destroy(&replies->lock);
}

static void answer_all(struct work_list *works)
{
    struct work *work;
    while ((work = work_list_pop(works)) != NULL) work->done(work);
}

void replies_give(struct replies *replies, struct work_list *works)
{
    if (works->head == NULL) return;
    pthread_mutex_lock(&replies->lock);
    bool at_once = works->count <= ANSWERED_AT_ONCE_MAX && !replies->busy &&
                   replies->waiting.head == NULL;
    if (!at_once) {
        work_list_append(&replies->waiting, works);
        pthread_cond_signal(&replies->arrived);
    }
    pthread_mutex_unlock(&replies->lock);
    if (at_once) answer_all(works);
}

void *replies_main(void *argument)
{
    struct replies *replies = argument;
    struct work_list taken = {0};
    pthread_mutex_lock(&replies->lock);
    for (;;) {
        while (!replies->stopping && replies->waiting.head == NULL) {
            pthread_cond_wait(&replies->arrived, &replies->lock);
        }
        if (replies->waiting.head == NULL) break;
        work_list_append(&taken, &replies->waiting);
        replies->busy = true;
        pthread_mutex_unlock(&replies->lock);
        answer_all(&taken);
        pthread_mutex_lock(&replies->lock);
        replies->busy = false;
    }
    pthread_mutex_unlock(&replies->lock);
    return NULL;
}

void replies_stop(struct replies *replies)
{
    pthread_mutex_lock(&replies->lock);
    replies->stopping = true;
    pthread_cond_signal(&replies->arrived);
    pthread_mutex_unlock(&replies->lock);
}
