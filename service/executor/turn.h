/* turn: one batch of the writer, from the works it took to the commit.
 *
 * Happy path: works are added -> begin -> every work's rows, one after another -> more are added
 * and run -> commit -> settled. A turn may begin over another whose commit is under way: what that
 * one holds counts as committed, and when it fails this one runs again without it.
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
    TURN_WAITS,   /* it has not run yet, or the batch had no room for it */
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
    struct batch *batch;
    struct turn_entry entries[BATCH_COMMAND_MAX];
    size_t entry_count;
    size_t command_count; /* rows granted */
    size_t ran_count;     /* entries that were looked at since the batch was begun */
    unsigned run_count;   /* how often all of them ran again */
    bool open;            /* the batch is begun and not committed */
    bool full;            /* it has no room for more */
    bool given_up;        /* too many runs, and one is half done: nothing may be committed */
    /* Of the commit. */
    bool writes;
    enum store_result result;
    uint64_t took_us;
};

/* Adds a work that may run up to `rows` rows. */
void turn_add(struct turn *turn, struct work *work, size_t rows, bool expired);

/* Runs the entries that were added since it last did, over `under` (NULL: over what is committed),
 * which must stay the same from the first run to the commit. */
void turn_run(struct executor *executor, struct turn *turn, const struct turn *under);
/* Ends the running. True: another thread may commit it while the next turn runs over it. */
bool turn_close(struct turn *turn);
/* Commits what ran; on any thread once it is closed. */
void turn_commit(struct executor *executor, struct turn *turn);
/* What ran is void, because what it ran over didn't happen: its entries wait to be run. */
void turn_undo(struct turn *turn);
/* After the commit: a conflict is run and committed again, here and now. Then each entry is
 * settled: its state, row_end, and its work's outcome and reply. */
void turn_settle(struct executor *executor, struct turn *turn);
/* It is empty, for the next works. */
void turn_empty(struct turn *turn);
/* Nothing may be done on top of a commit whose fate is unknown: options.fault, and no return. */
_Noreturn void turn_fault(struct executor *executor, const char *sentence);

#endif
