/* What happens to a run's lines one after another: credits are freed again, or settled, and what
 * the marks say of them is written down. */
#include <assert.h>
#include <string.h>

#include "service/command/event.h"
#include "service/command/payee_copy.h"
#include "service/command/settlement_run.h"
#include "service/command/settlement_work.h"
#include "service/command/settling.h"
#include "store/closed_through.h"
#include "store/merchants.h"
#include "store/settlement_lines.h"

/* The first line behind `after`. */
static enum outcome next_line(struct settlement_working *working, const struct line_name *after,
                              bool *ret_found, struct settlement_line *ret_line)
{
    size_t count;
    enum outcome outcome = command_outcome(
        settlement_lines_list(&working->batch->reader, working->run.number, after, ret_line, 1,
                              &count),
        OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) *ret_found = count == 1;
    return outcome;
}

/* ---- release, sweep: by payee ---------------------------------------------------------------- */

enum outcome settlement_release_step(struct settlement_working *working)
{
    struct settlement_run *run = &working->run;
    struct line_name after = {run->payee, UINT32_MAX};
    struct settlement_line line;
    bool found, more;

    enum outcome outcome = next_line(working, &after, &found, &line);
    if (outcome != OUTCOME_OK) return outcome;
    if (!found) {
        settlement_run_order(run, run->state == RUN_CANCELLED ? RUN_WORK_NONE : RUN_WORK_DISPUTES);
        settlements_put(working->batch, run);
        return OUTCOME_OK;
    }
    outcome = settling_release(working->batch, line.payee, run->number, working->today, &more);
    if (outcome != OUTCOME_OK || more) return outcome;
    run->payee = line.payee;
    settlements_put(working->batch, run);
    return OUTCOME_OK;
}

enum outcome settlement_sweep_step(struct settlement_working *working)
{
    struct settlement_run *run = &working->run;
    struct line_name after = {run->payee, UINT32_MAX};
    struct settlement_line line;
    bool found, more;

    enum outcome outcome = next_line(working, &after, &found, &line);
    if (outcome != OUTCOME_OK) return outcome;
    if (!found) {
        settlement_run_order(run, RUN_WORK_NONE);
        settlements_put(working->batch, run);
        return OUTCOME_OK;
    }
    working->record_count += line.credit_count;
    outcome = settling_sweep(working->batch, line.payee, &more);
    if (outcome != OUTCOME_OK || more) return outcome;
    run->payee = line.payee;
    settlements_put(working->batch, run);
    return OUTCOME_OK;
}

/* ---- close: by line -------------------------------------------------------------------------- */

/* Up to where the periods of all pay entities are closed once this one's are up to `end`. */
static enum outcome all_closed_through(struct settlement_working *working, business_date *ret)
{
    struct reader *reader = &working->batch->reader;
    struct numbers numbers;
    business_date least = working->run.end, date;
    bool need = false;

    enum outcome outcome = command_outcome(numbers_get(reader, &numbers), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    for (uint32_t entity = 1; entity <= numbers.pay_entity; entity++) {
        if (entity == working->run.pay_entity) continue;
        enum store_result result = closed_through_get(reader, entity, &date);
        if (result == STORE_NEED) need = true; /* goes on: all are fetched together */
        else if (result == STORE_ABSENT) least = DATE_ALWAYS;
        else if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
        else if (date < least) least = date;
    }
    *ret = least;
    return need ? OUTCOME_AGAIN : OUTCOME_OK;
}

/* Behind the last line: the periods are closed, and the run is. */
static enum outcome finish(struct settlement_working *working)
{
    struct settlement_run *run = &working->run;
    struct fence *fence = batch_fence(working->batch);
    bool periods = run->type == RUN_YEAR_END || run->type == RUN_PERIOD;
    business_date through = run->end, known = DATE_ALWAYS;

    if (periods && run->pay_entity != 0) {
        enum outcome outcome = all_closed_through(working, &through);
        if (outcome != OUTCOME_OK) return outcome;
        enum store_result result =
            closed_through_get(&working->batch->reader, run->pay_entity, &known);
        if (result != STORE_OK && result != STORE_ABSENT)
            return command_outcome(result, OUTCOME_STORE_DAMAGED);
    }

    /* From here on nothing is refused. */
    if (periods && run->pay_entity != 0 && run->end > known)
        closed_through_put(working->batch, run->pay_entity, run->end);
    if (periods && through > working->merchant.closed_before) {
        working->merchant.closed_before = through;
        merchants_put(working->batch, &working->merchant);
    }
    run->state = RUN_CLOSED;
    run->entry = fence->entry;
    memcpy(run->head, fence->head, HASH_BYTES);
    if (run->paid_count == run->totals.line_count) {
        run->state = RUN_PAID;
        run->paid_at = working->call->now_ms;
    }
    settlement_run_order(run, RUN_WORK_SWEEP);
    settlements_put(working->batch, run);
    event_tell_run(working->batch, TOLD_SETTLEMENT_CLOSED, run->number);
    return OUTCOME_OK;
}

enum outcome settlement_close_step(struct settlement_working *working)
{
    struct settlement_run *run = &working->run;
    struct line_name after = {run->payee, run->payee_entity};
    struct settlement_payee_copy copy;
    struct settlement_line line;
    bool found, more;

    assert(run->state == RUN_CLOSING);
    enum outcome outcome = next_line(working, &after, &found, &line);
    if (outcome != OUTCOME_OK) return outcome;
    if (!found) return finish(working);
    bool guide = line.payee.kind == PARTY_GUIDE;
    if (guide) outcome = payee_copy_make(working->batch, working->call, run, &line, &copy);
    if (outcome == OUTCOME_OK)
        outcome = settling_close(working->batch, &line, run->end, &more);
    if (outcome != OUTCOME_OK || more) return outcome;
    if (guide) settlement_payee_put(working->batch, &line, &copy);
    if (line.net_minor == 0) {
        line.payment = PAYMENT_PAID; /* nobody waits for it */
        line.payment_at = working->call->now_ms;
        line.payment_by = run->closed_by;
        settlement_lines_put(working->batch, &line);
        run->paid_count++;
    }
    run->payee = line.payee;
    run->payee_entity = line.pay_entity;
    settlements_put(working->batch, run);
    return OUTCOME_OK;
}
