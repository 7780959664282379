/* The executor: one bounded queue and one writer for writes, snapshots for reads, one thread for
 * long work.
 *
 * Pollers submit writes; the writer takes what waits, runs each command against one batch, commits
 * once and only then calls each work's `done`. While the disk works, the next batch gathers.
 * Two lanes: tills and people first; rows commands get at most a share when others wait. */
#ifndef BECKON_SERVICE_EXECUTOR_EXECUTOR_H
#define BECKON_SERVICE_EXECUTOR_EXECUTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/command/command.h"

/* Time comes in through here: main gives the real clock, tests a replayed one. */
struct executor_clock {
    uint64_t (*now_ms)(void *context);       /* Unix milliseconds */
    uint64_t (*monotonic_ms)(void *context); /* for deadlines */
    void *context;
};

struct executor_options {
    struct store *store;
    struct executor_clock clock;
    /* A fault that leaves a commit's fate unknown: log, exit. Called on the writer's thread, once;
     * must not return. */
    void (*fault)(void *context, const char *sentence);
    void *fault_context;
    bool reply_before_commit; /* only to show that the durability test notices; never set by main */
};

/* One call's work. Owned by the caller until submitted, by the executor until `done`. */
struct work {
    const struct command *command;
    struct command_call call;
    uint64_t deadline_ms;               /* monotonic; 0: none. Checked when the writer takes it */
    /* Called exactly once: writes on the writer's thread after the commit, streams on the long
     * thread at their end. */
    void (*done)(struct work *work);
    command_emit *emit;                 /* streams */
    void *context;                      /* the caller's */

    enum outcome outcome;               /* results, valid in `done` */
    ProtobufCMessage *reply;            /* in the call's arena */

    struct work *next;                  /* the executor's own */
    size_t row_next, row_count;
    uint8_t phase;
};

struct executor;

/* Starts the writer and the long thread. Start-up only: exits when it can't. */
struct executor *executor_start(const struct executor_options *options);
/* Refuses new work, finishes what is queued, joins the threads, frees. */
void executor_stop(struct executor *executor);

/* Opens a snapshot on the calling thread, finds the merchant, runs the read, closes it. */
enum outcome executor_read(struct executor *executor, const struct command *command,
                           struct command_call *call,
                           ProtobufCMessage **ret_reply) OUTCOME_CHECKED;
/* Who bears this token; a read of its own. */
enum outcome executor_authenticate(struct executor *executor, struct bytes token_text,
                                   struct principal *ret_principal) OUTCOME_CHECKED;
/* Queues a write or a stream: OUTCOME_OK (then `done` will be called), OUTCOME_BUSY,
 * OUTCOME_SHUTTING_DOWN, or what finding the merchant answered. */
enum outcome executor_submit(struct executor *executor, struct work *work) OUTCOME_CHECKED;

/* Counters for operators and benchmarks; read without a lock, each exact. */
struct executor_counters {
    uint64_t commits, commands, refusals, queue_depth_max, batch_command_max;
};
void executor_counters(const struct executor *executor, struct executor_counters *ret);

#endif
