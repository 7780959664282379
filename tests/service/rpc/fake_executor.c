#include "fake_executor.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "service/limits.h"
#include "service/rpc/method_table.h"

struct lane {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct work *first, **last;
    unsigned count, count_max;
    bool stopping;
    atomic_uint_fast64_t put, done;
};

struct executor {
    struct executor_clock clock;
    struct lane writes, streams;
    atomic_uint_fast64_t write_count;
};

static uint64_t clock_ms(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
static uint64_t now_ms(void *context)
{
    (void)context;
    return clock_ms(CLOCK_REALTIME);
}
static uint64_t monotonic_ms(void *context)
{
    (void)context;
    return clock_ms(CLOCK_MONOTONIC);
}
const struct executor_clock FAKE_CLOCK = {.now_ms = now_ms, .monotonic_ms = monotonic_ms};

static void run(struct work *work)
{
    work->reply = NULL;
    if (work->deadline_ms != 0 && monotonic_ms(NULL) > work->deadline_ms)
        work->outcome = OUTCOME_DEADLINE_PASSED;
    else if (work->command->stream != NULL)
        work->outcome = work->command->stream(NULL, &work->call, work->emit, work->context);
    else
        work->outcome = work->command->write(NULL, &work->call, &work->reply);
    work->done(work);
}

static void *lane_run(void *context)
{
    struct lane *lane = context;
    pthread_mutex_lock(&lane->lock);
    for (;;) {
        while (lane->first == NULL && !lane->stopping)
            pthread_cond_wait(&lane->changed, &lane->lock);
        struct work *work = lane->first;
        if (work == NULL)
            break;
        lane->first = work->next;
        if (lane->first == NULL)
            lane->last = &lane->first;
        lane->count--;
        pthread_mutex_unlock(&lane->lock);
        run(work);
        atomic_fetch_add(&lane->done, 1);
        pthread_mutex_lock(&lane->lock);
    }
    pthread_mutex_unlock(&lane->lock);
    return NULL;
}

static void lane_start(struct lane *lane, unsigned count_max)
{
    pthread_mutex_init(&lane->lock, NULL);
    pthread_cond_init(&lane->changed, NULL);
    lane->last = &lane->first;
    lane->count_max = count_max;
    if (pthread_create(&lane->thread, NULL, lane_run, lane) != 0)
        abort();
}

static void lane_stop(struct lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    lane->stopping = true;
    pthread_cond_signal(&lane->changed);
    pthread_mutex_unlock(&lane->lock);
    pthread_join(lane->thread, NULL);
    pthread_mutex_destroy(&lane->lock);
    pthread_cond_destroy(&lane->changed);
}

static enum outcome lane_put(struct lane *lane, struct work *work)
{
    enum outcome outcome = OUTCOME_OK;
    pthread_mutex_lock(&lane->lock);
    if (lane->stopping) {
        outcome = OUTCOME_SHUTTING_DOWN;
    } else if (lane->count == lane->count_max) {
        outcome = OUTCOME_BUSY;
    } else {
        work->next = NULL;
        *lane->last = work;
        lane->last = &work->next;
        lane->count++;
        atomic_fetch_add(&lane->put, 1);
        pthread_cond_signal(&lane->changed);
    }
    pthread_mutex_unlock(&lane->lock);
    return outcome;
}

struct executor *executor_start(const struct executor_options *options)
{
    struct executor *executor = calloc(1, sizeof *executor);
    if (executor == NULL)
        abort();
    executor->clock = options->clock;
    lane_start(&executor->writes, LIMIT_QUEUE);
    lane_start(&executor->streams, LIMIT_LONG_JOBS);
    return executor;
}

void executor_stop(struct executor *executor)
{
    lane_stop(&executor->writes);
    lane_stop(&executor->streams);
    free(executor);
}

enum outcome executor_read(struct executor *executor, const struct command *command,
                           struct command_call *call, ProtobufCMessage **ret_reply)
{
    call->now_ms = executor->clock.now_ms(executor->clock.context);
    return command->read(NULL, call, ret_reply);
}

enum outcome executor_follow(struct executor *executor, const struct command *command,
                             struct command_call *call, struct command_place *place,
                             bool heartbeat, ProtobufCMessage **ret_reply)
{
    call->now_ms = executor->clock.now_ms(executor->clock.context);
    call->merchant = call->principal.merchant;
    return command->follow(NULL, call, place, heartbeat, ret_reply);
}

/* Moved on with each write that is queued: perhaps too early, but the follower looks again. */
void executor_pace(const struct executor *executor, struct executor_pace *ret)
{
    uint64_t done = atomic_load(&executor->writes.done);
    *ret = (struct executor_pace){
        .turns = done, .has_work = done != atomic_load(&executor->writes.put)};
}

uint64_t executor_commit_mark(const struct executor *executor, uint32_t merchant)
{
    (void)merchant;
    return atomic_load(&executor->write_count);
}

enum outcome executor_authenticate(struct executor *executor, struct bytes token_text,
                                   struct principal *ret_principal)
{
    (void)executor;
    for (int role = ROLE_MEMBER; role < ROLE_COUNT; role++)
        if (token_text.size == strlen(METHOD_ROLE_NAMES[role])
            && memcmp(token_text.data, METHOD_ROLE_NAMES[role], token_text.size) == 0) {
            *ret_principal = (struct principal){.role = (enum role)role, .merchant = 1};
            return OUTCOME_OK;
        }
    return OUTCOME_TOKEN_INVALID;
}

enum outcome executor_submit(struct executor *executor, struct work *work)
{
    atomic_fetch_add(&executor->write_count, work->command->write != NULL);
    return lane_put(work->command->stream != NULL ? &executor->streams : &executor->writes, work);
}
