/* One step of a run's work.
 *
 * Happy path: PERIODS -> DRAFT -> (submitted) FREEZE -> (approved, closed) CLOSE -> SWEEP. A
 * rejected run goes RELEASE -> DISPUTES -> DRAFT, a cancelled one RELEASE. */
#include "service/command/settlement_work.h"

#include <assert.h>
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/correcting.h"
#include "service/command/objects.h"
#include "service/command/period_close.h"
#include "service/command/settlement_run.h"

/* Months looked at in one step: a year, each with its programs' rules. */
enum { MONTHS_PER_STEP = 12 };

static enum outcome periods_step(struct settlement_working *working)
{
    struct settlement_run *run = &working->run;
    struct period_name name;
    struct period_close close;
    bool found;

    enum outcome outcome = settlement_periods_next(&working->batch->reader, run, MONTHS_PER_STEP,
                                                   &run->period, &found, &name);
    if (outcome != OUTCOME_OK) return outcome;
    if (found) return period_close_step(working->batch, working->call, &name, true, &close);
    if (run->period >= run->end) settlement_run_order(run, RUN_WORK_DRAFT);
    settlements_put(working->batch, run);
    return OUTCOME_OK;
}

/* What was granted to payees is posted before the draft that shall take it. */
static enum outcome disputes_step(struct settlement_working *working)
{
    bool more;

    enum outcome outcome = correcting_step(working->batch, working->call, &working->run, &more);
    if (outcome != OUTCOME_OK || more) return outcome;
    settlement_run_order(&working->run, RUN_WORK_DRAFT);
    settlements_put(working->batch, &working->run);
    return OUTCOME_OK;
}

static enum outcome take_step(struct settlement_working *working)
{
    switch (working->run.work) {
    case RUN_WORK_PERIODS: return periods_step(working);
    case RUN_WORK_DRAFT:
    case RUN_WORK_FREEZE: return settlement_draft_step(working);
    case RUN_WORK_RELEASE: return settlement_release_step(working);
    case RUN_WORK_CLOSE: return settlement_close_step(working);
    case RUN_WORK_SWEEP: return settlement_sweep_step(working);
    case RUN_WORK_DISPUTES: return disputes_step(working);
    case RUN_WORK_NONE: break;
    }
    return OUTCOME_OK;
}

enum outcome settlement_work_step(struct batch *batch, struct command_call *call, uint32_t run,
                                  struct settlement_step *ret)
{
    struct settlement_working working = {.batch = batch, .call = call};

    enum outcome outcome = object_merchant(&batch->reader, &working.merchant);
    if (outcome != OUTCOME_OK) return outcome;
    working.today = business_date_at(&working.merchant, call->now_ms);
    outcome = command_outcome(settlements_get(&batch->reader, run, &working.run),
                              OUTCOME_SETTLEMENT_UNKNOWN);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = take_step(&working);
    if (outcome != OUTCOME_OK) return outcome;
    *ret = (struct settlement_step){.more = working.run.work != RUN_WORK_NONE,
                                    .record_count = working.record_count};
    return OUTCOME_OK;
}
