/* The executor: one bounded queue and one writer for writes, snapshots for reads, one thread for
 * long work.
 *
 * Pollers submit writes; the writer takes what waits, runs each command against one batch, has it
 * committed once and only then calls each work's `done`. While the disk works, the next batch runs
 * over the one that is being committed (writer.c).
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
    uint64_t (*monotonic_us)(void *context); /* for durations; NULL: monotonic_ms serves */
};

static inline uint64_t executor_clock_us(const struct executor_clock *clock)
{
    return clock->monotonic_us != NULL ? clock->monotonic_us(clock->context)
                                       : clock->monotonic_ms(clock->context) * 1000;
}

struct executor_options {
    struct store *store;
    struct executor_clock clock;
    /* A fault that leaves a commit's fate unknown: log, exit. Called on the writer's thread, once;
     * must not return. */
    void (*fault)(void *context, const char *sentence);
    void *fault_context;
    /* Takes a copy of a notice once the commit of its command is on disk; on the writer's thread,
     * so it must not wait. NULL: none can be sent (command_call.sends). */
    void (*notify)(void *context, const struct notice *notice);
    void *notify_context;
    /* Lets reads look at the process (command_call.look). NULL: there is nothing to be seen. */
    process_look *look;
    void *look_context;
    /* Only to show that the durability test notices; never set by main for anything else. */
    bool reply_before_commit;
};

/* One call's work. Owned by the caller until submitted, by the executor until `done`. */
struct work {
    const struct command *command;
    struct command_call call;
    uint64_t deadline_ms;               /* monotonic; 0: none. Checked when first taken */
    /* Called exactly once: writes after the commit, on the writer's or the replies' thread; streams
     * on the long thread at their end. */
    void (*done)(struct work *work);
    command_emit *emit;                 /* streams */
    void *context;                      /* the caller's */

    enum outcome outcome;               /* results, valid in `done` */
    ProtobufCMessage *reply;            /* in the call's arena */

    struct work *next;                  /* the executor's own, set by executor_submit */
    size_t row_next, row_count;         /* rows committed, of how many; one where there are none */
    uint8_t lane;
    bool begun;                         /* something of it is committed: no deadline any more */
};

struct executor;

/* Starts the writer, the replies and the long thread. Start-up only: exits when it can't. */
struct executor *executor_start(const struct executor_options *options);
/* Refuses new work, finishes what is queued, joins the threads, frees. */
void executor_stop(struct executor *executor);

/* Opens a snapshot on the calling thread, finds the merchant, runs the read, closes it. */
enum outcome executor_read(struct executor *executor, const struct command *command,
                           struct command_call *call,
                           ProtobufCMessage **ret_reply) OUTCOME_CHECKED;
/* One look of a stream that follows something: as executor_read, and the caller's token is looked
 * at first (OUTCOME_TOKEN_INVALID once it is revoked). OUTCOME_OK with *ret_reply NULL: nothing
 * newer. `place` moves on with OUTCOME_OK only. */
enum outcome executor_follow(struct executor *executor, const struct command *command,
                             struct command_call *call, struct command_place *place,
                             bool heartbeat, ProtobufCMessage **ret_reply) OUTCOME_CHECKED;
/* A number that grows with each commit for the merchant, and now and then with another's: as long
 * as it stays, snapshots opened after it was read show the merchant's records as they were. Any
 * thread, without a lock. Counted since the start of the executor. */
uint64_t executor_commit_mark(const struct executor *executor, uint32_t merchant);

/* Who bears this token; a read of its own. */
enum outcome executor_authenticate(struct executor *executor, struct bytes token_text,
                                   struct principal *ret_principal) OUTCOME_CHECKED;
/* Finds the merchant and queues a write, a stream, or the note of a read that was answered
 * (command_is_noted; work->reply is the answer and leaves with it), from any thread: OUTCOME_OK
 * (then `done` will be called, perhaps before this returns, and `work` is the executor's),
 * OUTCOME_BUSY, OUTCOME_SHUTTING_DOWN, or what finding the merchant answered.
 *
 * A write then ends with what its command answered in the batch that was committed, or with
 * OUTCOME_DEADLINE_PASSED, OUTCOME_STORE_FULL (nothing of it happened; of a rows command, nothing
 * more) or OUTCOME_BUSY (the batch met too many conflicts; as before). */
enum outcome executor_submit(struct executor *executor, struct work *work) OUTCOME_CHECKED;

enum { EXECUTOR_SIZE_BUCKETS = 10, EXECUTOR_TIME_BUCKETS = 12, EXECUTOR_LANE_COUNT = 3 };
extern const uint32_t EXECUTOR_SIZE_BOUNDS[EXECUTOR_SIZE_BUCKETS];
extern const uint32_t EXECUTOR_TIME_BOUNDS_US[EXECUTOR_TIME_BUCKETS];
extern const char *const EXECUTOR_LANES[EXECUTOR_LANE_COUNT];

/* Counters for operators and benchmarks; read without a lock, each exact. */
struct executor_counters {
    uint64_t commits;           /* batches that wrote something */
    uint64_t commands;          /* commands and rows run in batches that ended */
    uint64_t refusals;          /* works that ended with another outcome than OK */
    uint64_t queue_depth_max;   /* writes waiting at once */
    uint64_t batch_command_max; /* commands and rows in one batch */
    /* Batches that ended, each in the first bucket whose bound its commands do not exceed. */
    uint64_t batch_sizes[EXECUTOR_SIZE_BUCKETS + 1];
    /* Commits of batches that wrote something, by the time they took, and its sum. */
    uint64_t commit_times[EXECUTOR_TIME_BUCKETS + 1];
    uint64_t commit_us;
    /* Now: writes that wait, by lane (EXECUTOR_LANES), and long work that waits or runs. */
    uint64_t waiting[EXECUTOR_LANE_COUNT];
    uint64_t long_jobs;
};
void executor_counters(const struct executor *executor, struct executor_counters *ret);

/* How the writer gets on. Who sees it with work and the same count again and again for seconds
 * knows that it hangs: in a command, on the disk, or for its answers. Any thread, no lock. */
struct executor_pace {
    uint64_t turns;  /* ended */
    bool has_work;   /* works wait or are in a turn */
};
void executor_pace(const struct executor *executor, struct executor_pace *ret);

#endif
