/* What the service does for a settlement run behind the calls of people: one step at a time, each a
 * command of its own whose place is in the run's record, so that a crash loses nothing. */
#ifndef BECKON_SERVICE_COMMAND_SETTLEMENT_WORK_H
#define BECKON_SERVICE_COMMAND_SETTLEMENT_WORK_H

#include "service/command/command.h"
#include "store/settlement.h"

/* Rows of one tick at most; and how many records they should look at together, so that tills wait
 * a few milliseconds only: whoever asks for rows counts. */
enum { TICK_SETTLEMENTS_MAX = 64, TICK_SETTLEMENTS_RECORDS = 4096 };

struct settlement_step {
    bool more;            /* the run has work left */
    uint32_t record_count; /* looked at */
};

/* Takes one step of the run's work; nothing when it has none. Reserves no reply: the caller has.
 * OUTCOME_BUSY: it must wait for another run's work. */
enum outcome settlement_work_step(struct batch *batch, struct command_call *call, uint32_t run,
                                  struct settlement_step *ret) OUTCOME_CHECKED;

/* ---- shared by settlement_*.c ---------------------------------------------------------------- */

/* A step under way. The record is put by whoever passes the LINE. */
struct settlement_working {
    struct batch *batch;
    struct command_call *call;
    struct merchant merchant;
    business_date today;
    struct settlement_run run;
    uint32_t record_count;
};
/* DRAFT and FREEZE: clears what an earlier draft left, then computes one payee's lines. */
enum outcome settlement_draft_step(struct settlement_working *working) OUTCOME_CHECKED;
/* The next payee after run.payee whose lines are to be computed; *ret_found false: there is none,
 * or (*ret_more) none among those looked at, up to which *ret_payee says. */
enum outcome settlement_next_payee(struct settlement_working *working, struct party *ret_payee,
                                   bool *ret_found, bool *ret_more) OUTCOME_CHECKED;
/* RELEASE and SWEEP: one payee who has a line. */
enum outcome settlement_release_step(struct settlement_working *working) OUTCOME_CHECKED;
enum outcome settlement_sweep_step(struct settlement_working *working) OUTCOME_CHECKED;
/* CLOSE: one line; behind the last, the run is closed. */
enum outcome settlement_close_step(struct settlement_working *working) OUTCOME_CHECKED;

#endif
