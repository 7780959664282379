/* What stands in the way of a run's close, in the order of the outcomes. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "service/command/settlement_run.h"
#include "service/command/settlement_scope.h"
#include "service/rules/period_text.h"
#include "store/accounts.h"
#include "store/held.h"
#include "store/held_carried.h"

enum { RUNS_PORTION = 16, HELD_PORTION = 64 };

static bool full(const struct settlement_blockers *blockers, size_t spare)
{
    return blockers->count + spare >= SETTLEMENT_BLOCKERS_MAX;
}

static void add(struct settlement_blockers *blockers, const struct settlement_blocker *blocker)
{
    assert(blockers->count < SETTLEMENT_BLOCKERS_MAX);
    blockers->list[blockers->count++] = *blocker;
}

/* Runs made before it that may still settle, or free, what it would take. */
static enum outcome add_earlier(struct reader *reader, const struct settlement_run *run,
                                struct settlement_blockers *blockers)
{
    struct settlement_run runs[RUNS_PORTION];
    uint32_t after = 0;
    size_t count;

    do {
        enum outcome outcome = command_outcome(
            settlements_list(reader, after, runs, RUNS_PORTION, &count), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < count; i++) {
            after = runs[i].number;
            if (after >= run->number) return OUTCOME_OK;
            bool open = runs[i].state == RUN_DRAFT || runs[i].state == RUN_REVIEW ||
                        runs[i].state == RUN_APPROVED || runs[i].state == RUN_CLOSING;
            if (!open || !settlement_runs_overlap(run, &runs[i])) continue;
            if (full(blockers, SETTLEMENT_HELD_TOLD_MAX + 2)) return OUTCOME_OK;
            add(blockers, &(struct settlement_blocker){
                              .outcome = OUTCOME_SETTLEMENT_EARLIER_OPEN, .run = after});
        }
    } while (count == RUNS_PORTION);
    return OUTCOME_OK;
}

/* Would the run take the credit, were it not held? And did nobody leave it to the next run? */
static enum outcome held_blocks(struct reader *reader, const struct settlement_run *run,
                                const struct held *held, bool *ret_blocks)
{
    struct held_carried carried;
    struct credit credit;

    *ret_blocks = false;
    enum outcome outcome = command_outcome(
        credits_find(reader, held->party, held->credit, &credit), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK)
        outcome = settlement_scope_has(reader, run, held->party, &credit, ret_blocks);
    if (outcome != OUTCOME_OK || !*ret_blocks) return outcome;
    enum store_result result =
        held_carried_get(reader, run->number, held->party, held->credit, &carried);
    *ret_blocks = result == STORE_ABSENT;
    return result == STORE_ABSENT ? OUTCOME_OK : command_outcome(result, OUTCOME_STORE_DAMAGED);
}

static enum outcome add_held(struct reader *reader, const struct settlement_run *run,
                             struct settlement_blockers *blockers)
{
    struct held held[HELD_PORTION], after;
    size_t count, told = 0;
    bool first = true;

    do {
        enum outcome outcome = command_outcome(
            held_list(reader, first ? NULL : &after, run->end, held, HELD_PORTION, &count),
            OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        for (size_t i = 0; i < count; i++) {
            bool blocks = false;
            first = false;
            after = held[i];
            outcome = held_blocks(reader, run, &held[i], &blocks);
            if (outcome != OUTCOME_OK) return outcome;
            if (!blocks) continue;
            if (told++ == SETTLEMENT_HELD_TOLD_MAX) return OUTCOME_OK;
            add(blockers, &(struct settlement_blocker){
                              .outcome = OUTCOME_SETTLEMENT_HELD_UNDECIDED,
                              .party = held[i].party, .credit = held[i].credit});
        }
    } while (count == HELD_PORTION);
    return OUTCOME_OK;
}

static enum outcome add_periods(struct reader *reader, const struct settlement_run *run,
                                struct settlement_blockers *blockers)
{
    business_date from = run->start;
    struct period_name name;
    bool found;

    if (run->type != RUN_YEAR_END && run->type != RUN_PERIOD) return OUTCOME_OK;
    enum outcome outcome = settlement_periods_next(reader, run, 0, &from, &found, &name);
    if (outcome != OUTCOME_OK || !found) return outcome;
    add(blockers, &(struct settlement_blocker){.outcome = OUTCOME_SETTLEMENT_PERIODS_DUE,
                                               .period = name});
    return OUTCOME_OK;
}

enum outcome settlement_blockers_find(struct reader *reader, const struct settlement_run *run,
                                      struct settlement_blockers *ret)
{
    ret->count = 0;
    if (run->state != RUN_DRAFT && run->state != RUN_REVIEW && run->state != RUN_APPROVED)
        return OUTCOME_OK;
    if (run->dispute_open_count > 0)
        add(ret, &(struct settlement_blocker){.outcome = OUTCOME_SETTLEMENT_DISPUTES_OPEN,
                                              .count = run->dispute_open_count});
    enum outcome outcome = add_earlier(reader, run, ret);
    if (outcome == OUTCOME_OK) outcome = add_held(reader, run, ret);
    if (outcome == OUTCOME_OK) outcome = add_periods(reader, run, ret);
    return outcome;
}

void settlement_blocker_words(const struct settlement_blocker *blocker, char *ret, size_t size)
{
    char period[PERIOD_TEXT_BYTES];

    switch (blocker->outcome) {
    case OUTCOME_SETTLEMENT_EARLIER_OPEN:
        snprintf(ret, size, "%" PRIu32, blocker->run);
        break;
    case OUTCOME_SETTLEMENT_HELD_UNDECIDED:
        snprintf(ret, size, "%s:%" PRIu32 " %" PRIu64,
                 blocker->party.kind == PARTY_GUIDE ? "guide" : "member", blocker->party.number,
                 blocker->credit);
        break;
    case OUTCOME_SETTLEMENT_PERIODS_DUE:
        period_write(blocker->period.kind, blocker->period.start, period);
        snprintf(ret, size, "%s %s", blocker->period.rule_id, period);
        break;
    default: snprintf(ret, size, "%" PRIu32, blocker->count); break;
    }
}
