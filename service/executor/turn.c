#include "service/executor/turn.h"

#include <assert.h>
#include <stdlib.h>

#include "service/executor/executor_inner.h"
#include "service/limits.h"

void turn_add(struct turn *turn, struct work *work, size_t rows, bool expired)
{
    assert(turn->entry_count < BATCH_COMMAND_MAX);
    assert(rows >= 1 && rows <= work->row_count - work->row_next);
    turn->entries[turn->entry_count++] = (struct turn_entry){
        .work = work,
        .row_limit = work->row_next + rows,
        .row_end = work->row_next,
        .reply_before = work->reply,
        .merchant_before = work->call.merchant,
        .state = expired ? TURN_EXPIRED : TURN_WAITS,
    };
    turn->command_count += rows;
    if (expired) work->outcome = OUTCOME_DEADLINE_PASSED;
}

/* What an earlier run said is forgotten; what it allocated stays in the arena, which is bounded. */
static void reset(struct turn_entry *entry)
{
    struct command_call *call = &entry->work->call;
    entry->work->outcome = OUTCOME_OK;
    entry->work->reply = entry->reply_before;
    entry->row_end = entry->work->row_next;
    call->merchant = entry->merchant_before;
    call->refusal = (struct refusal){0};
    call->room = NULL;
    call->room_bytes = 0;
    call->told = OUTCOME_OK;
    call->notice.filled = false;
}

/* Turns batch and call to the work's merchant and looks at its token again. */
static enum outcome turn_to(struct batch *batch, struct work *work, uint32_t merchant)
{
    enum store_result result = batch_command_begin(batch, merchant);
    assert(result != STORE_ABSENT);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_INTERNAL);
    work->call.now_ms = batch_recorded_at(batch);
    return command_reauthenticate(&batch->reader, &work->call);
}

/* *half becomes true when it has put something and yet wants to be run again. */
static enum outcome run_row(struct batch *batch, struct work *work, size_t row, bool *half)
{
    size_t put_count = batch_put_count(batch);
    work->call.row = row;
    const struct command *command = work->command;
    enum outcome outcome = work->lane == LANE_RESERVE
                               ? command->reserve(batch, &work->call, &work->reply)
                               : command_run_write(batch, command, &work->call, &work->reply);
    assert(outcome < OUTCOME_COUNT);
    /* Nothing is put before the LINE and nothing refused after it: there is no undo. AGAIN may come
     * later, from a command that goes on to do others' work (a purchase posts the refunds that
     * waited for it): it is no refusal, and what was put is dropped with the whole run. */
    bool put = batch_put_count(batch) != put_count;
    assert(outcome == OUTCOME_OK || outcome == OUTCOME_AGAIN || !put);
    if (outcome == OUTCOME_AGAIN && put) *half = true;
    return outcome;
}

/* Runs the entry's rows. With `collect`, rows behind one that answered AGAIN run too, to say what
 * they want; the whole run is then dropped. False: no room for its first one. */
static bool run_entry(struct batch *batch, struct turn_entry *entry, bool collect, bool *half)
{
    struct work *work = entry->work;
    uint32_t merchant = work->lane == LANE_RESERVE ? 0 : work->call.merchant;
    reset(entry);
    if (!batch_has_room(batch, merchant)) return false;
    entry->state = TURN_RAN;
    work->outcome = turn_to(batch, work, merchant);
    if (work->outcome != OUTCOME_OK) return true;

    bool again = false;
    for (size_t row = work->row_next; row < entry->row_limit; row++) {
        if (row > work->row_next && !batch_has_room(batch, merchant)) break;
        enum outcome outcome = run_row(batch, work, row, half);
        if (outcome == OUTCOME_AGAIN) {
            again = true;
            if (collect) continue;
            break;
        }
        work->outcome = outcome;
        if (outcome != OUTCOME_OK) break;
        entry->row_end = row + 1;
    }
    if (again) work->outcome = OUTCOME_AGAIN;
    return true;
}

/* Runs the entries behind ran_count once, in order, until one finds no room. True: something has to
 * be fetched; *ret_half: and a command that put something is among those that want it. */
static bool run_entries(struct turn *turn, bool collect, bool *ret_half)
{
    bool again = false;
    *ret_half = false;
    for (size_t i = turn->ran_count; i < turn->entry_count; i++) {
        struct turn_entry *entry = &turn->entries[i];
        if (entry->state == TURN_EXPIRED) continue;
        if (!turn->full) turn->full = !run_entry(turn->batch, entry, collect, ret_half);
        if (turn->full) {
            reset(entry);
            entry->state = TURN_WAITS;
        } else if (entry->work->outcome == OUTCOME_AGAIN) {
            again = true;
        }
        assert(!turn->full || i > 0); /* an empty batch has room for any command */
    }
    turn->ran_count = turn->entry_count;
    return again;
}

/* Nothing of this batch happened: every work that ran is told so. */
static void answer_all(struct turn *turn, enum outcome outcome)
{
    for (size_t i = 0; i < turn->entry_count; i++) {
        struct turn_entry *entry = &turn->entries[i];
        if (entry->state != TURN_RAN) continue;
        reset(entry);
        entry->work->outcome = outcome;
    }
}

/* Works that still want something fetched after the last run: they may come again. */
static void give_up_again(struct turn *turn)
{
    for (size_t i = 0; i < turn->entry_count; i++) {
        struct work *work = turn->entries[i].work;
        if (work->outcome == OUTCOME_AGAIN) work->outcome = OUTCOME_BUSY;
    }
}

void turn_fault(struct executor *executor, const char *sentence)
{
    executor->options.fault(executor->options.fault_context, sentence);
    abort(); /* it must not return: nothing may be done on top of an unknown commit */
}

static void begin(struct executor *executor, struct turn *turn, const struct turn *under)
{
    uint64_t now_ms = executor->options.clock.now_ms(executor->options.clock.context);
    enum store_result result = under != NULL
                                   ? batch_begin_over(turn->batch, under->batch, now_ms)
                                   : batch_begin(turn->batch, now_ms);
    if (result != STORE_OK) turn_fault(executor, "The store gives the writer no snapshot.");
    turn->ran_count = 0;
    turn->open = true;
    turn->full = false;
}

void turn_run(struct executor *executor, struct turn *turn, const struct turn *under)
{
    bool half;
    if (!turn->open) begin(executor, turn, under);
    while (run_entries(turn, turn->run_count + 1 < LIMIT_BATCH_RUNS, &half)) {
        if (++turn->run_count >= LIMIT_BATCH_RUNS) {
            give_up_again(turn);
            turn->full = true;
            turn->given_up = half;
            return;
        }
        if (batch_refetch(turn->batch) != STORE_OK)
            turn_fault(executor, "The store can't fetch what the writer needs.");
        turn->ran_count = 0;
        turn->full = false;
    }
}

bool turn_close(struct turn *turn)
{
    turn->writes = batch_put_count(turn->batch) > 0;
    if (!turn->given_up) return batch_close(turn->batch);
    batch_abandon(turn->batch);
    return false;
}

void turn_commit(struct executor *executor, struct turn *turn)
{
    uint64_t began_us = executor_clock_us(&executor->options.clock);
    turn->result = turn->given_up ? STORE_CONFLICT : batch_commit(turn->batch);
    turn->took_us = executor_clock_us(&executor->options.clock) - began_us;
    turn->open = false;
}

void turn_undo(struct turn *turn)
{
    if (turn->open) batch_abandon(turn->batch);
    turn->open = turn->full = turn->given_up = false;
    turn->ran_count = 0;
    for (size_t i = 0; i < turn->entry_count; i++) {
        struct turn_entry *entry = &turn->entries[i];
        if (entry->state != TURN_RAN) continue;
        reset(entry);
        entry->state = TURN_WAITS;
    }
}

void turn_empty(struct turn *turn)
{
    assert(!turn->open);
    turn->entry_count = turn->command_count = turn->ran_count = 0;
    turn->run_count = 0;
    turn->full = turn->given_up = false;
}

/* Tells followers whose records may have changed. After the commit, before its replies: who has one
 * and asks the mark finds it moved. */
static void move_commit_marks(struct executor *executor, const struct turn *turn)
{
    uint64_t merchants = 0;
    for (size_t i = 0; i < turn->entry_count; i++) {
        const struct turn_entry *entry = &turn->entries[i];
        if (entry->state == TURN_RAN)
            merchants |= UINT64_C(1) << entry->work->call.merchant % COMMIT_MARKS;
    }
    for (size_t i = 0; i < COMMIT_MARKS; i++) {
        if (merchants >> i & 1) executor->commit_marks[i]++;
    }
}

void turn_settle(struct executor *executor, struct turn *turn)
{
    while (turn->result == STORE_CONFLICT && !turn->given_up &&
           ++turn->run_count < LIMIT_BATCH_RUNS) {
        turn_undo(turn);
        turn_run(executor, turn, NULL);
        (void)turn_close(turn);
        turn_commit(executor, turn);
    }
    switch (turn->result) {
    case STORE_OK:
        if (turn->writes) {
            count_commit(executor, turn->took_us);
            move_commit_marks(executor, turn);
        }
        break;
    case STORE_CONFLICT: answer_all(turn, OUTCOME_BUSY); break;
    case STORE_FULL: answer_all(turn, OUTCOME_STORE_FULL); break;
    case STORE_FENCED:
        turn_fault(executor, "Another process has taken over this store: it is fenced.");
        break;
    case STORE_ABSENT:
    case STORE_NEED:
    case STORE_DAMAGED:
    case STORE_FAULT:
        turn_fault(executor, "A commit failed and its fate is unknown.");
        break;
    }
}
