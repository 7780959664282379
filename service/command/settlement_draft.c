/* Drafts and freezes: a payee at a time becomes lines, and with a freeze each line has its mark.
 *
 * Happy path: clear what an earlier draft left -> the next payee -> what is due on his account, in
 * steps of their own -> what he has, by pay entity -> lines -> LINE -> lines, marks, the run. */
#include <assert.h>
#include <string.h>

#include "service/command/due.h"
#include "service/command/objects.h"
#include "service/command/settlement_run.h"
#include "service/command/settlement_work.h"
#include "service/command/settling.h"
#include "service/postings/settle.h"
#include "store/accounts.h"
#include "store/held.h"
#include "store/settlement_lines.h"

enum { CLEAR_PER_STEP = 256, HELD_MAX = 64 };

struct drafting {
    struct settling settling;
    bool employed;              /* on the run's last date */
    struct employment employments[EMPLOYMENTS_MAX];
    size_t employment_count;

    size_t line_count;
    size_t taking[SETTLEMENT_ENTITIES_MAX]; /* which one each line is of */
    struct settlement_line lines[SETTLEMENT_ENTITIES_MAX];
    struct line_place places[SETTLEMENT_ENTITIES_MAX];
    struct run_totals totals;
    uint8_t hash[HASH_BYTES];

    /* held credits that nobody has listed yet: a version before the list held them */
    size_t held_count;
    struct held held[HELD_MAX];
};

/* ---- before the first payee ------------------------------------------------------------------ */

/* Takes away a portion of the lines an earlier draft left. *ret_cleared: nothing was there. */
static enum outcome clear(struct settlement_working *working, bool *ret_cleared)
{
    struct settlement_line lines[CLEAR_PER_STEP];
    struct line_place places[CLEAR_PER_STEP];
    struct line_name first = {{PARTY_NONE, 0}, 0};
    struct batch *batch = working->batch;
    uint32_t run = working->run.number;
    size_t line_count, place_count;

    enum store_result result = settlement_lines_list(&batch->reader, run, &first, lines,
                                                     CLEAR_PER_STEP, &line_count);
    if (result == STORE_OK)
        result = settlement_order_list(&batch->reader, run, NULL, places, CLEAR_PER_STEP,
                                       &place_count);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
    *ret_cleared = line_count == 0 && place_count == 0;

    /* From here on nothing is refused. */
    for (size_t i = 0; i < line_count; i++) {
        struct line_name name = {lines[i].payee, lines[i].pay_entity};
        settlement_lines_delete(batch, run, &name);
    }
    for (size_t i = 0; i < place_count; i++) settlement_order_delete(batch, run, &places[i]);
    return OUTCOME_OK;
}

/* ---- a payee's lines ------------------------------------------------------------------------- */

static enum outcome load_guide(struct settlement_working *working, struct drafting *drafting)
{
    struct reader *reader = &working->batch->reader;
    struct guide_on_date on;
    uint32_t number = drafting->settling.payee.number;

    enum outcome outcome = command_outcome(
        employments_list(reader, number, drafting->employments, &drafting->employment_count),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_guide_on(reader, number, &drafting->settling.account,
                              working->run.end - 1, &on);
    if (outcome == OUTCOME_OK) drafting->employed = on.employed;
    return outcome;
}

/* His last shop of that employer before the run's end; 0: he had none. */
static uint32_t last_shop(const struct drafting *drafting, uint32_t pay_entity, business_date end)
{
    uint32_t shop = 0;
    for (size_t i = 0; i < drafting->employment_count; i++) {
        const struct employment *employment = &drafting->employments[i];
        if (employment->pay_entity == pay_entity && employment->from < end)
            shop = employment->shop;
    }
    return shop;
}

static void copy_taking(const struct settling_taking *taking, struct settlement_line *line)
{
    line->pay_entity = taking->pay_entity;
    line->credit_count = taking->credit_count;
    line->reversal_count = taking->reversal_count;
    line->adjustment_count = taking->adjustment_count;
    line->pending_count = taking->pending_count;
    line->held_count = taking->held_count;
    line->origin_count = taking->origin_count;
    memcpy(line->origin_quarters, taking->origin_quarters, sizeof line->origin_quarters);
    memcpy(line->statement_hash, taking->credits_hash, HASH_BYTES);
}

/* The sum of one pay entity; no line when nothing is in any column. */
static enum outcome add_line(struct settlement_working *working, struct drafting *drafting,
                             size_t index)
{
    const struct settling_taking *taking = &drafting->settling.taking[index];
    const struct settlement_run *run = &working->run;
    struct settlement_line *line = &drafting->lines[drafting->line_count];
    struct party payee = drafting->settling.payee;
    struct settle_sums sums = {.carry_minor = taking->carry_minor};
    struct settle_terms terms = {.rate_points = run->rate_points, .rate_minor = run->rate_minor};

    bool leaver = run->type == RUN_LEAVER || (payee.kind == PARTY_GUIDE && !drafting->employed);
    terms.minimum_payout_minor = leaver ? 0 : run->minimum_payout_minor;
    memcpy(sums.free, taking->free, sizeof sums.free);
    memcpy(sums.clawed, taking->clawed, sizeof sums.clawed);
    memcpy(sums.debt, taking->debt, sizeof sums.debt);
    memcpy(sums.debt_settled, taking->debt_settled, sizeof sums.debt_settled);
    *line = (struct settlement_line){.run = run->number, .draft = run->draft, .payee = payee,
                                     .entry = drafting->settling.entry};
    copy_taking(taking, line);
    if (!settle_line(&sums, &terms, line)) return OUTCOME_STORE_DAMAGED;
    if (settle_empty(line)) return OUTCOME_OK;
    if (payee.kind == PARTY_GUIDE) {
        line->shop = last_shop(drafting, line->pay_entity, run->end);
        enum outcome outcome =
            settlement_place(&working->batch->reader, payee.number, line->pay_entity,
                             &drafting->places[drafting->line_count]);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (!settle_add(&drafting->totals, line)) return OUTCOME_STORE_DAMAGED;
    statement_hash_end(line->statement_hash, line);
    run_hash_add(drafting->hash, line->statement_hash);
    drafting->taking[drafting->line_count++] = index;
    return OUTCOME_OK;
}

static enum outcome compute(struct settlement_working *working, struct drafting *drafting)
{
    enum outcome outcome = OUTCOME_OK;

    drafting->line_count = 0;
    drafting->totals = working->run.totals;
    memcpy(drafting->hash, working->run.hash, HASH_BYTES);
    if (drafting->settling.payee.kind == PARTY_GUIDE && drafting->settling.count > 0)
        outcome = load_guide(working, drafting);
    for (size_t i = 0; i < drafting->settling.count && outcome == OUTCOME_OK; i++) {
        working->record_count += drafting->settling.taking[i].credit_count;
        outcome = add_line(working, drafting, i);
    }
    return outcome;
}

/* A portion of the payee's held credits that are not listed; most have none. */
static enum outcome load_unlisted(struct settlement_working *working, struct drafting *drafting)
{
    struct reader *reader = &working->batch->reader;
    const struct settling *settling = &drafting->settling;
    struct credit credits[HELD_MAX];
    uint32_t held_count = 0;
    size_t count = 0;

    drafting->held_count = 0;
    for (size_t i = 0; i < settling->count; i++) held_count += settling->taking[i].held_count;
    if (held_count == 0) return OUTCOME_OK;
    enum outcome outcome = command_outcome(
        credits_list(reader, settling->payee, FILED_HELD, 0, credits, HELD_MAX, &count),
        OUTCOME_STORE_DAMAGED);
    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
        struct held held = {credits[i].business_date, settling->payee, credits[i].number};
        if (credits[i].filed_on != FILED_HELD) break;
        enum store_result result = held_has(reader, &held);
        if (result == STORE_ABSENT) drafting->held[drafting->held_count++] = held;
        else outcome = command_outcome(result, OUTCOME_STORE_DAMAGED);
    }
    return outcome;
}

static void put_lines(struct settlement_working *working, struct drafting *drafting)
{
    struct settlement_run *run = &working->run;
    bool freeze = run->work == RUN_WORK_FREEZE;

    for (size_t i = 0; i < drafting->line_count; i++) {
        const struct settlement_line *line = &drafting->lines[i];
        settlement_lines_put(working->batch, line);
        if (line->payee.kind == PARTY_GUIDE)
            settlement_order_put(working->batch, run->number, &drafting->places[i]);
        if (freeze)
            settling_mark(&drafting->settling, drafting->taking[i], run->number, run->end);
    }
    if (freeze && drafting->line_count > 0)
        settling_put(working->batch, &drafting->settling, run->number);
    run->totals = drafting->totals;
    memcpy(run->hash, drafting->hash, HASH_BYTES);
}

static enum outcome draft_payee(struct settlement_working *working, struct party payee)
{
    const struct settlement_run *run = &working->run;
    struct settling_scope scope = {.start = run->start, .end = run->end,
                                   .pay_entity = run->pay_entity, .run = run->number,
                                   .today = working->today,
                                   .entry = batch_fence(working->batch)->entry};
    struct drafting drafting;
    bool more;

    enum outcome outcome =
        settling_load(&working->batch->reader, payee, &scope, &drafting.settling);
    /* What is due comes first, in steps of its own: the payee's turn comes again. */
    if (outcome == OUTCOME_BUSY) return due_account(working->batch, payee, working->today, &more);
    if (outcome == OUTCOME_OK) outcome = compute(working, &drafting);
    if (outcome == OUTCOME_OK) outcome = load_unlisted(working, &drafting);
    if (outcome == OUTCOME_OK && run->work == RUN_WORK_FREEZE && drafting.line_count > 0)
        outcome = settling_may_mark(&drafting.settling, run->number);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    put_lines(working, &drafting);
    for (size_t i = 0; i < drafting.held_count; i++)
        held_put(working->batch, &drafting.held[i]);
    working->run.payee = payee;
    settlements_put(working->batch, &working->run);
    return OUTCOME_OK;
}

enum outcome settlement_draft_step(struct settlement_working *working)
{
    struct settlement_run *run = &working->run;
    struct party payee;
    bool cleared = true, found, more;

    assert(run->work == RUN_WORK_DRAFT || run->work == RUN_WORK_FREEZE);
    if (run->payee.kind == PARTY_NONE) {
        enum outcome outcome = clear(working, &cleared);
        if (outcome != OUTCOME_OK || !cleared) return outcome;
        run->totals = (struct run_totals){0};
        memset(run->hash, 0, sizeof run->hash);
    }
    enum outcome outcome = settlement_next_payee(working, &payee, &found, &more);
    if (outcome != OUTCOME_OK) return outcome;
    if (found) return draft_payee(working, payee);
    if (more) {
        run->payee = payee;
    } else {
        bool freeze = run->work == RUN_WORK_FREEZE;
        settlement_run_order(run, RUN_WORK_NONE);
        if (freeze) {
            run->state = RUN_REVIEW;
            run->entry = batch_fence(working->batch)->entry;
        }
    }
    settlements_put(working->batch, run);
    return OUTCOME_OK;
}
