#include "clients/web/http/workers.h"

#include <assert.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>

enum { BUSY_RETRY_SECONDS = 2 };

struct queue {
    struct request *first, **last;
    unsigned count;
    pthread_cond_t filled;
};

struct workers {
    struct server_options options;
    pthread_mutex_t lock; /* of what follows */
    struct queue work, refusals;
    bool stopping;
    unsigned thread_count;
    pthread_t threads[SERVER_WORKERS_MAX + 1];
};

static void queue_init(struct queue *queue)
{
    *queue = (struct queue){ 0 };
    queue->last = &queue->first;
    pthread_cond_init(&queue->filled, NULL);
}

static void queue_push(struct queue *queue, struct request *request)
{
    request->next = NULL;
    *queue->last = request;
    queue->last = &request->next;
    queue->count++;
    pthread_cond_signal(&queue->filled);
}

static struct request *queue_pop(struct queue *queue)
{
    struct request *request = queue->first;
    if (request != NULL) {
        queue->first = request->next;
        if (queue->first == NULL) {
            queue->last = &queue->first;
        }
        queue->count--;
    }
    return request;
}

static void refuse_busy(struct request *request)
{
    request->exchange.refusal = REFUSED_BUSY;
    request->exchange.retry_after_seconds = BUSY_RETRY_SECONDS;
}

static struct request *next_request(struct workers *workers, struct queue *queue)
{
    pthread_mutex_lock(&workers->lock);
    struct request *request;
    while ((request = queue_pop(queue)) == NULL && !workers->stopping) {
        pthread_cond_wait(&queue->filled, &workers->lock);
    }
    pthread_mutex_unlock(&workers->lock);
    return request;
}

static void run(struct workers *workers, struct queue *queue)
{
    const struct server_options *options = &workers->options;
    void *worker = options->worker_begin != NULL ? options->worker_begin(options->context) : NULL;
    struct request *request;
    while ((request = next_request(workers, queue)) != NULL) {
        assert(request->step == REQUEST_WORK);
        options->handle(worker, &request->exchange);
        response_finish(&request->exchange);
        request->step = REQUEST_ANSWERED;
        MHD_resume_connection(request->peer);
    }
    if (options->worker_end != NULL) {
        options->worker_end(worker);
    }
}

static void *run_work(void *context)
{
    struct workers *workers = context;
    run(workers, &workers->work);
    return NULL;
}

static void *run_refusals(void *context)
{
    struct workers *workers = context;
    run(workers, &workers->refusals);
    return NULL;
}

struct workers *workers_start(const struct server_options *options)
{
    assert(options->worker_count >= 1 && options->worker_count <= SERVER_WORKERS_MAX);
    struct workers *workers = calloc(1, sizeof(*workers));
    if (workers == NULL) {
        return NULL;
    }
    workers->options = *options;
    pthread_mutex_init(&workers->lock, NULL);
    queue_init(&workers->work);
    queue_init(&workers->refusals);
    while (workers->thread_count <= options->worker_count) {
        pthread_t *thread = &workers->threads[workers->thread_count];
        void *(*begin)(void *) = workers->thread_count == 0 ? run_refusals : run_work;
        if (pthread_create(thread, NULL, begin, workers) != 0) {
            workers_stop(workers);
            workers_free(workers);
            return NULL;
        }
        workers->thread_count++;
    }
    return workers;
}

bool workers_submit(struct workers *workers, struct request *request)
{
    pthread_mutex_lock(&workers->lock);
    if (request->exchange.refusal == REFUSED_NOT && workers->work.count >= SERVER_WAITING_MAX) {
        refuse_busy(request);
    }
    struct queue *queue =
        request->exchange.refusal == REFUSED_NOT ? &workers->work : &workers->refusals;
    bool taken = !workers->stopping && queue->count < SERVER_WAITING_MAX;
    if (taken) {
        request->step = REQUEST_WORK;
        /* Before a worker can see it: what isn't suspended can't be resumed. */
        MHD_suspend_connection(request->peer);
        queue_push(queue, request);
    }
    pthread_mutex_unlock(&workers->lock);
    return taken;
}

void workers_stop(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    struct request *request;
    while ((request = queue_pop(&workers->work)) != NULL) {
        refuse_busy(request);
        queue_push(&workers->refusals, request);
    }
    pthread_cond_broadcast(&workers->work.filled);
    pthread_cond_broadcast(&workers->refusals.filled);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->thread_count; i++) {
        pthread_join(workers->threads[i], NULL);
    }
    workers->thread_count = 0;
}

void workers_free(struct workers *workers)
{
    if (workers != NULL) {
        assert(workers->thread_count == 0);
        pthread_cond_destroy(&workers->work.filled);
        pthread_cond_destroy(&workers->refusals.filled);
        pthread_mutex_destroy(&workers->lock);
        free(workers);
    }
}
