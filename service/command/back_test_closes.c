#include "service/command/back_test_closes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "service/command/back_test_snapshot.h"
#include "service/command/business_time.h"
#include "service/command/period_close.h"
#include "service/rules/period_bonus.h"
#include "store/accounts.h"
#include "store/date.h"
#include "store/merchants.h"
#include "store/period_closes.h"

enum {
    RESULTS_PORTION = 64,
    GUIDES_PORTION = 8, /* with PERIOD_MEMBERS_PER_STEP members each at most */
};

/* A cursor over recorded results, then over the draft's rules, periods, guides and members. */
struct closing {
    struct replay *replay;
    business_date today;
    bool more;

    bool listed;         /* `close` was read; its guides up to `guide` are done */
    bool any;            /* a close was read before */
    struct period_close close;
    struct period_result results[RESULTS_PORTION];

    bool in_period;      /* `work` stands in a period that is over */
    struct period_work work;
    uint32_t guide_last; /* the highest number given out */
    uint32_t guide, member;
    struct period_figures figures;
};

static enum outcome add(struct closing *closing, const struct replay_program *program,
                        business_date last_day, bool draft, const struct award *award)
{
    struct back_test_row row = {
        .rule = program->rules[award->rule], .unit = award->unit, .kind = award->party.kind,
        .month = date_month_start(last_day),
    };

    assert(last_day >= closing->replay->from && last_day < closing->replay->to);
    assert(award->party.kind == PARTY_GUIDE);
    if (award->amount == 0 ||
        back_test_totals_add(&closing->replay->totals, &row, draft, award->amount, 0))
        return OUTCOME_OK;
    return OUTCOME_BACK_TEST_TOO_LARGE;
}

/* ---- what was given -------------------------------------------------------------------------- */

static enum outcome next_close(struct reader *reader, struct closing *closing)
{
    struct period_close close;
    size_t count;

    enum outcome outcome = command_outcome(
        period_closes_list(reader, closing->any ? &closing->close.name : NULL, &close, 1, &count),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    closing->more = count > 0;
    if (count == 0) return OUTCOME_OK;
    closing->close = close;
    closing->listed = closing->any = true;
    closing->guide = 0;
    return OUTCOME_OK;
}

/* What is dated before the draft's first date has taken its part of caps and budgets. */
static enum outcome take_result(struct closing *closing, const struct replay_program *program,
                                business_date last_day, const struct period_result *result)
{
    struct replay *replay = closing->replay;
    struct award award = {
        .rule = closing->close.rule, .party = {PARTY_GUIDE, result->guide},
        .unit = program->program.rules[closing->close.rule].unit, .amount = result->amount,
    };

    if (result->amount == 0 || last_day >= replay->to) return OUTCOME_OK;
    if (last_day < replay->from)
        return replay_count(replay, program, &award, 0, last_day, award.amount);
    return add(closing, program, last_day, false, &award);
}

/* Everything is read before the first result is taken. */
static enum outcome take_recorded(struct reader *reader, void *context)
{
    struct closing *closing = context;
    struct replay_program *program;
    size_t count;
    enum outcome outcome = OUTCOME_OK;

    if (!closing->listed) outcome = next_close(reader, closing);
    if (outcome != OUTCOME_OK || !closing->more) return outcome;
    const struct period_close *close = &closing->close;
    outcome = replay_version(reader, closing->replay, close->program_version, &program);
    if (outcome != OUTCOME_OK) return outcome;
    if (close->rule >= program->program.rule_count) return OUTCOME_STORE_DAMAGED;
    outcome = command_outcome(period_results_list(reader, &close->name, closing->guide,
                                                  closing->results, RESULTS_PORTION, &count),
                              OUTCOME_STORE_DAMAGED);
    business_date last_day = period_of(close->name.kind, close->name.start).end - 1;
    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++)
        outcome = take_result(closing, program, last_day, &closing->results[i]);
    if (outcome != OUTCOME_OK) return outcome;
    if (count > 0) closing->guide = closing->results[count - 1].guide;
    closing->listed = count == RESULTS_PORTION;
    return OUTCOME_OK;
}

/* ---- what the draft would have given --------------------------------------------------------- */

/* Is the period over for this rule? One that was closed early is. */
static enum outcome over(struct reader *reader, const struct closing *closing, bool *ret)
{
    const struct rule *rule = &closing->work.program->rules[closing->work.rule];
    struct period_name name = {.kind = rule->period, .start = closing->work.period.start};
    struct period_close close;

    *ret = closing->work.refunds_before <= closing->today;
    if (*ret) return OUTCOME_OK;
    memcpy(name.rule_id, rule->id, sizeof name.rule_id);
    enum store_result found = period_closes_get(reader, &name, &close);
    *ret = found == STORE_OK;
    return found == STORE_ABSENT ? OUTCOME_OK : command_outcome(found, OUTCOME_STORE_DAMAGED);
}

/* Stands on the period that contains the date, where it has ended and counts; else on the next
 * rule's first one. */
static void stand(struct closing *closing, business_date date)
{
    const struct replay *replay = closing->replay;
    struct period_work *work = &closing->work;

    for (; work->rule < work->program->rule_count; work->rule++, date = replay->from) {
        const struct rule *rule = &work->program->rules[work->rule];
        if (rule->trigger != TRIGGER_PERIOD_CLOSE) continue;
        work->period = period_of(rule->period, date);
        if (work->period.end - 1 >= replay->to || work->period.end > closing->today) continue;
        work->refunds_before = work->period.end + rule->wait_days;
        closing->guide = closing->member = 0;
        closing->figures = (struct period_figures){0};
        return;
    }
    closing->more = false;
}

/* His award, cut to what the draft's counters leave. */
static enum outcome decide(struct reader *reader, struct closing *closing,
                           const struct period_figures *figures)
{
    struct replay *replay = closing->replay;
    const struct period_work *work = &closing->work;
    business_date last_day = work->period.end - 1;
    struct earning earning = {
        .event = {.kind = EVENT_PERIOD_CLOSE}, .business_date = last_day,
    };
    struct period_result result = {.guide = work->guide};
    struct account account;
    bool employed, entitled;

    enum outcome outcome = command_outcome(
        accounts_get(reader, (struct party){PARTY_GUIDE, work->guide}, &account),
        OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK)
        outcome = period_employment(reader, work, &account, &result, &employed, &entitled);
    if (outcome != OUTCOME_OK) return outcome;
    struct award award =
        period_award(work->program, work->rule, work->guide, entitled, figures);
    outcome = replay_cut(replay, replay->draft, &earning, &award, 1);
    return outcome == OUTCOME_OK ? add(closing, replay->draft, last_day, true, &award) : outcome;
}

/* Some of a guide's members, and with the last of them his award; what AGAIN interrupts has changed
 * nothing. */
static enum outcome close_guide(struct reader *reader, struct closing *closing)
{
    struct period_figures figures = closing->figures;
    uint32_t member = closing->member;
    bool more;

    closing->work.guide = closing->guide + 1;
    enum outcome outcome =
        period_count_members(reader, &closing->work, &member, &figures, &more);
    if (outcome == OUTCOME_OK && !more) outcome = decide(reader, closing, &figures);
    if (outcome != OUTCOME_OK) return outcome;
    closing->member = more ? member : 0;
    closing->figures = more ? figures : (struct period_figures){0};
    if (!more) closing->guide++;
    return OUTCOME_OK;
}

static enum outcome close_portion(struct reader *reader, void *context)
{
    struct closing *closing = context;
    enum outcome outcome = OUTCOME_OK;

    if (!closing->in_period) {
        outcome = over(reader, closing, &closing->in_period);
        if (outcome != OUTCOME_OK) {
            closing->in_period = false;
            return outcome;
        }
    }
    for (size_t i = 0; closing->in_period && i < GUIDES_PORTION; i++) {
        closing->in_period = closing->guide < closing->guide_last;
        if (closing->in_period) outcome = close_guide(reader, closing);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (!closing->in_period) stand(closing, closing->work.period.end);
    return OUTCOME_OK;
}

static enum outcome count_guides(struct reader *reader, void *context)
{
    struct closing *closing = context;
    struct numbers numbers;

    enum outcome outcome = command_outcome(numbers_get(reader, &numbers), OUTCOME_INTERNAL);
    if (outcome == OUTCOME_OK) closing->guide_last = numbers.guide;
    return outcome;
}

/* ---- the way --------------------------------------------------------------------------------- */

static enum outcome run(struct store *store, struct closing *closing, back_test_work *work,
                        bool (*alive)(void *context), void *context, bool *ret_gone)
{
    enum outcome outcome = OUTCOME_OK;

    while (outcome == OUTCOME_OK && closing->more && !*ret_gone) {
        outcome = back_test_snapshot(store, closing->replay->call->merchant, work, closing);
        *ret_gone = !alive(context);
    }
    return outcome;
}

enum outcome replay_closes(struct store *store, struct replay *replay,
                           bool (*alive)(void *context), void *context, bool *ret_gone)
{
    struct closing *closing = calloc(1, sizeof *closing);

    *ret_gone = false;
    if (closing == NULL) return OUTCOME_BUSY;
    closing->replay = replay;
    closing->today = business_date_at(&replay->merchant, replay->call->now_ms);
    closing->work.program = &replay->draft->program;
    closing->more = true;
    enum outcome outcome = run(store, closing, take_recorded, alive, context, ret_gone);
    if (outcome == OUTCOME_OK && !*ret_gone) {
        outcome =
            back_test_snapshot(store, replay->call->merchant, count_guides, closing);
        closing->more = true;
        stand(closing, replay->from);
    }
    if (outcome == OUTCOME_OK && !*ret_gone)
        outcome = run(store, closing, close_portion, alive, context, ret_gone);
    free(closing);
    return outcome;
}
