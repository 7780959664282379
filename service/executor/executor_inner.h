/* What the executor's files share. */
#ifndef BECKON_SERVICE_EXECUTOR_EXECUTOR_INNER_H
#define BECKON_SERVICE_EXECUTOR_EXECUTOR_INNER_H

#include <pthread.h>
#include <stdatomic.h>

#include "service/executor/committer.h"
#include "service/executor/executor.h"
#include "service/executor/queue.h"
#include "service/executor/replies.h"
#include "service/executor/turn.h"
#include "store/batch.h"

enum { COMMIT_MARKS = 64 }; /* bits of a word: merchants share them, which only wakes for nothing */

struct executor {
    struct executor_options options;
    struct queue writes, long_jobs;
    struct replies replies;
    struct committer committer;
    pthread_t writer_thread, committer_thread, replies_thread, long_thread;

    /* the writer's thread only */
    struct work_list lanes[LANE_COUNT]; /* taken from `writes`, not begun */
    struct turn turns[2], *turn;        /* `turn`: the one that is being gathered */
    struct turn *flight;                /* the other, while the committer has it; else NULL */

    _Atomic uint64_t commits, commands, refusals, batch_command_max; /* the writer counts */
    _Atomic uint64_t batch_sizes[EXECUTOR_SIZE_BUCKETS + 1];         /* as these */
    _Atomic uint64_t commit_times[EXECUTOR_TIME_BUCKETS + 1], commit_us;
    _Atomic uint64_t commit_marks[COMMIT_MARKS]; /* by merchant; moved on by the writer */
    _Atomic uint64_t turns_begun, turns_ended;   /* the writer counts */
};

/* The threads' main functions; the argument is the executor. */
void *writer_main(void *executor);
void *long_jobs_main(void *executor);

/* counters.c: what the writer counts. */
void count_batch(struct executor *executor, size_t command_count);
void count_commit(struct executor *executor, uint64_t took_us);
void count_turn_begun(struct executor *executor); /* before its works no longer wait */
void count_turn_ended(struct executor *executor); /* its works are answered, or wait again */

/* Finds and sets call->merchant; in a snapshot of its own where the command needs to look. */
enum outcome executor_find_merchant(struct executor *executor, const struct command *command,
                                    struct command_call *call) OUTCOME_CHECKED;

#endif
