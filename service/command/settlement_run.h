/* Settlement runs in commands: found, held against what a step needs, moved on.
 *
 * A step of a person changes the run's record alone and orders work; settlement_work.h does it,
 * payee by payee. */
#ifndef BECKON_SERVICE_COMMAND_SETTLEMENT_RUN_H
#define BECKON_SERVICE_COMMAND_SETTLEMENT_RUN_H

#include <stdbool.h>

#include "service/command/command.h"
#include "store/period_closes.h"
#include "store/settlements.h"

/* The run a request names as run_number. FIELD_REQUIRED, SETTLEMENT_UNKNOWN. */
enum outcome settlement_run_load(struct reader *reader, struct command_call *call, uint32_t number,
                                 struct settlement_run *ret) OUTCOME_CHECKED;

/* Is the service at work for it, so that nobody else may change it? */
bool settlement_run_working(const struct settlement_run *run);
/* SETTLEMENT_WORKING, or SETTLEMENT_STATE unless it stands in one of `states` (bits 1 << state). */
enum outcome settlement_run_expect(struct command_call *call, const struct settlement_run *run,
                                   unsigned states) OUTCOME_CHECKED;
/* Holds the hash of a request (64 hexadecimal digits) against the run's. FIELD_REQUIRED,
 * VALUE_INVALID, SETTLEMENT_CHANGED. */
enum outcome settlement_run_hash_is(struct command_call *call, const struct settlement_run *run,
                                    const char *hash) OUTCOME_CHECKED;
/* Has it frozen credits, or is about to? */
bool settlement_run_holds(const struct settlement_run *run);

/* Orders work from its beginning. */
void settlement_run_order(struct settlement_run *run, enum run_work work);
/* Back to DRAFT: frees what is frozen, then makes the next draft. Asserts REVIEW or APPROVED. */
void settlement_run_reject(struct settlement_run *run, const char *reason);

/* Do they settle credits of the same employer? */
bool settlement_runs_overlap(const struct settlement_run *a, const struct settlement_run *b);

/* Where a guide's line stands in the export, by what he is called now. */
struct line_place;
enum outcome settlement_place(struct reader *reader, uint32_t guide, uint32_t pay_entity,
                              struct line_place *ret) OUTCOME_CHECKED;

/* ---- periods whose bonuses the run needs ----------------------------------------------------- */

/* Looks for a bonus of a period within a YEAR_END or PERIOD run that nobody has computed, among
 * periods that begin at or after *from, in at most `month_count` months (0: in all); *from moves
 * behind the months looked at. *ret_found: there is one, then *ret_name names it. */
enum outcome settlement_periods_next(struct reader *reader, const struct settlement_run *run,
                                     unsigned month_count, business_date *from, bool *ret_found,
                                     struct period_name *ret_name) OUTCOME_CHECKED;

/* ---- what stands in the way of a close ------------------------------------------------------- */

enum { SETTLEMENT_HELD_TOLD_MAX = 100, SETTLEMENT_BLOCKERS_MAX = SETTLEMENT_HELD_TOLD_MAX + 64 };
struct settlement_blocker {
    enum outcome outcome;     /* a close would be refused with */
    uint32_t run;             /* EARLIER_OPEN */
    struct party party;       /* HELD_UNDECIDED, with `credit` */
    uint64_t credit;
    struct period_name period; /* PERIODS_DUE */
    uint32_t count;           /* DISPUTES_OPEN */
};
/* All of them, in the order of the outcomes; held credits up to SETTLEMENT_HELD_TOLD_MAX. */
struct settlement_blockers {
    size_t count;
    struct settlement_blocker list[SETTLEMENT_BLOCKERS_MAX];
};
enum outcome settlement_blockers_find(struct reader *reader, const struct settlement_run *run,
                                      struct settlement_blockers *ret) OUTCOME_CHECKED;

/* What exactly, language-neutral, for {allowed} of the outcome's sentence: "3", "guide:7 12", "back
 * 2026-03"; cut at size. */
void settlement_blocker_words(const struct settlement_blocker *blocker, char *ret, size_t size);

#endif
