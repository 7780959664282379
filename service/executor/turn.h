/* turn: one batch of the writer, from the works it took to the commit.
 *
 * Happy path: begin -> every work's rows, one after another -> commit.
 * A command answers AGAIN (the engine has to fetch): the others still run, so that all keys wanted
 * are fetched in one round trip, then all of them run again. CONFLICT: a new snapshot, all of them
 * run again. No room: that work and those behind it wait for the next turn. FULL: nothing happened.
 * FENCED, FAULT: options.fault.
 *
 * Nothing that a run answered is final before the commit: each run starts from reply_before, and
 * work->row_next is moved on by whoever ends the turn (writer.c). */
#ifndef BECKON_SERVICE_EXECUTOR_TURN_H
#define BECKON_SERVICE_EXECUTOR_TURN_H

#include <stdbool.h>
#include <stddef.h>

#include "service/executor/executor.h"
#include "store/batch.h"

enum turn_state {
    TURN_RAN,     /* outcome and reply are those of the committed run */
    TURN_EXPIRED, /* its deadline had passed when it was taken: never runs */
    TURN_WAITS,   /* the batch had no room for it */
};

/* One work in a batch. */
struct turn_entry {
    struct work *work;
    size_t row_limit; /* rows [work->row_next, row_limit) may run in this batch */
    size_t row_end;   /* rows before it ran and are OK */
    ProtobufCMessage *reply_before; /* each run starts from these two */
    uint32_t merchant_before;
    enum turn_state state;
};

struct turn {
    struct turn_entry entries[BATCH_COMMAND_MAX];
    size_t entry_count;
    size_t command_count; /* rows granted */
};

/* Adds a work that may run up to `rows` rows. */
void turn_add(struct turn *turn, struct work *work, size_t rows, bool expired);

/* Runs and commits the turn's works. Afterwards each entry is settled: its state, row_end, and its
 * work's outcome and reply. With reply_before_commit `early` is called before the commit. */
void turn_run(struct executor *executor, void (*early)(struct executor *executor));
/* Nothing may be done on top of a commit whose fate is unknown: options.fault, and no return. */
_Noreturn void turn_fault(struct executor *executor, const char *sentence);

#endif
