#include "service/executor/committer.h"

#include <assert.h>
#include <stdlib.h>

#include "service/executor/executor_inner.h"

void committer_init(struct committer *committer)
{
    *committer = (struct committer){0};
    if (pthread_mutex_init(&committer->lock, NULL) != 0) abort();
    if (pthread_cond_init(&committer->changed, NULL) != 0) abort();
}

void committer_clean_up(struct committer *committer)
{
    assert(committer->given == NULL);
    pthread_cond_destroy(&committer->changed);
    pthread_mutex_destroy(&committer->lock);
}

void committer_give(struct committer *committer, struct turn *turn)
{
    pthread_mutex_lock(&committer->lock);
    assert(committer->given == NULL);
    committer->given = turn;
    atomic_store(&committer->runs, true);
    pthread_cond_broadcast(&committer->changed);
    pthread_mutex_unlock(&committer->lock);
}

bool committer_ended(const struct committer *committer)
{
    return !atomic_load(&committer->runs);
}

void committer_wait(struct committer *committer)
{
    pthread_mutex_lock(&committer->lock);
    while (committer->given != NULL) pthread_cond_wait(&committer->changed, &committer->lock);
    pthread_mutex_unlock(&committer->lock);
}

void *committer_main(void *argument)
{
    struct executor *executor = argument;
    struct committer *committer = &executor->committer;
    pthread_mutex_lock(&committer->lock);
    for (;;) {
        while (!committer->stopping && committer->given == NULL)
            pthread_cond_wait(&committer->changed, &committer->lock);
        if (committer->given == NULL) break;
        pthread_mutex_unlock(&committer->lock);
        turn_commit(executor, committer->given);
        pthread_mutex_lock(&committer->lock);
        committer->given = NULL;
        atomic_store(&committer->runs, false);
        pthread_cond_broadcast(&committer->changed);
        queue_nudge(&executor->writes);
    }
    pthread_mutex_unlock(&committer->lock);
    return NULL;
}

void committer_stop(struct committer *committer)
{
    pthread_mutex_lock(&committer->lock);
    committer->stopping = true;
    pthread_cond_broadcast(&committer->changed);
    pthread_mutex_unlock(&committer->lock);
}
