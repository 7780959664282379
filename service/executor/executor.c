#include "service/executor/executor.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>

#include "service/executor/executor_inner.h"
#include "service/limits.h"

/* Signals are main's: the executor's threads take none. */
static pthread_t start_thread(const char *name, void *(*thread_main)(void *), void *argument)
{
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) abort();
    if (pthread_create(&thread, NULL, thread_main, argument) != 0) abort();
    pthread_setname_np(thread, name);
    if (pthread_sigmask(SIG_SETMASK, &before, NULL) != 0) abort();
    return thread;
}

struct executor *executor_start(const struct executor_options *options)
{
    assert(options->store != NULL && options->fault != NULL);
    assert(options->clock.now_ms != NULL && options->clock.monotonic_ms != NULL);
    struct executor *executor = calloc(1, sizeof(*executor));
    if (executor == NULL) abort();
    executor->options = *options;
    queue_init(&executor->writes, LIMIT_QUEUE);
    queue_init(&executor->long_jobs, LIMIT_LONG_JOBS);
    replies_init(&executor->replies);
    committer_init(&executor->committer);
    for (size_t i = 0; i < 2; i++) executor->turns[i].batch = batch_new(options->store);
    executor->turn = &executor->turns[0];
    executor->replies_thread = start_thread("replies", replies_main, &executor->replies);
    executor->committer_thread = start_thread("committer", committer_main, executor);
    executor->writer_thread = start_thread("writer", writer_main, executor);
    executor->long_thread = start_thread("long jobs", long_jobs_main, executor);
    return executor;
}

void executor_stop(struct executor *executor)
{
    queue_stop(&executor->writes);
    queue_stop(&executor->long_jobs);
    pthread_join(executor->writer_thread, NULL);
    committer_stop(&executor->committer); /* nothing more is handed over, to this and to replies */
    pthread_join(executor->committer_thread, NULL);
    replies_stop(&executor->replies);
    pthread_join(executor->replies_thread, NULL);
    pthread_join(executor->long_thread, NULL);
    queue_clean_up(&executor->writes);
    queue_clean_up(&executor->long_jobs);
    replies_clean_up(&executor->replies);
    committer_clean_up(&executor->committer);
    for (size_t i = 0; i < 2; i++) batch_destroy(executor->turns[i].batch);
    free(executor);
}

static enum lane first_lane(const struct command *command)
{
    if (command->reserve != NULL) return LANE_RESERVE;
    return command->row_count != NULL ? LANE_SLOW : LANE_FAST;
}

enum outcome executor_submit(struct executor *executor, struct work *work)
{
    const struct command *command = work->command;
    bool noted = command_is_noted(command, &work->call);
    assert(work->done != NULL);
    assert((command->write != NULL) != (command->stream != NULL) || noted);
    assert((command->read != NULL) == (work->reply != NULL) || !noted);
    enum outcome outcome = executor_find_merchant(executor, command, &work->call);
    if (outcome != OUTCOME_OK) return outcome;

    work->outcome = OUTCOME_OK;
    if (command->read == NULL) work->reply = NULL;
    work->begun = false;
    work->call.sends = executor->options.notify != NULL;
    work->row_next = 0;
    size_t row_count = command->row_count != NULL ? command->row_count(work->call.request) : 0;
    work->row_count = row_count > 0 ? row_count : 1; /* a command refuses an empty list itself */
    if (command->stream != NULL) {
        assert(work->emit != NULL);
        work->lane = LANE_FAST;
        if (noted) return queue_push(&executor->writes, work); /* then it is queued as below */
        return queue_push(&executor->long_jobs, work);
    }
    work->lane = (uint8_t)first_lane(command);
    return queue_push(&executor->writes, work);
}

uint64_t executor_commit_mark(const struct executor *executor, uint32_t merchant)
{
    return executor->commit_marks[merchant % COMMIT_MARKS];
}
