/* One step of a close.
 *
 * Happy path: the close, or its beginning (version, rule, date) -> the next guide -> some of his
 * members -> with the last: employment, award, caps, his account -> LINE -> credit, result, close.
 * A step that ends within a guide's members puts the close alone. */
#include "service/command/period_close.h"

#include <assert.h>
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/caps.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/lots.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/rules/lifetime.h"
#include "service/rules/period_bonus.h"
#include "store/accounts.h"
#include "store/programs.h"

struct stepping {
    struct merchant merchant;
    business_date today;
    struct period_work work;
    struct period_close close;
    struct period_figures figures;

    /* with a guide's last members */
    bool guide_done;
    struct account account;
    struct period_result result;
    struct credit credit;
    size_t lot;
    struct ledger ledger;
    bool rule_credit_date_moves;
    struct holder holder;
};

/* ---- which close ----------------------------------------------------------------------------- */

static bool find_rule(const struct program *program, const struct period_name *name,
                      uint16_t *ret_rule)
{
    for (uint16_t i = 0; i < program->rule_count; i++) {
        const struct rule *rule = &program->rules[i];
        if (rule->trigger != TRIGGER_PERIOD_CLOSE || rule->period != name->kind ||
            strcmp(rule->id, name->rule_id) != 0)
            continue;
        *ret_rule = i;
        return true;
    }
    return false;
}

/* Nobody began yet: the version of the period's last business date decides. */
static enum outcome begin(struct batch *batch, struct command_call *call, bool early,
                          struct stepping *stepping)
{
    struct period_close *close = &stepping->close;
    struct period_work *work = &stepping->work;

    enum store_result found =
        programs_in_force_cached(batch, work->period.end - 1, &work->program);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_STORE_DAMAGED);
    if (found == STORE_ABSENT || !find_rule(work->program, &close->name, &work->rule))
        return form_refuse(call, OUTCOME_PERIOD_RULE_UNKNOWN, "rule_id", NULL);
    close->program_version = work->program->version;
    close->rule = work->rule;
    close->refunds_before = work->period.end + work->program->rules[work->rule].wait_days;
    close->begun_at = call->now_ms;
    business_date from = early ? work->period.end : close->refunds_before;
    if (stepping->today >= from) return OUTCOME_OK;
    return form_refuse(call, OUTCOME_PERIOD_NOT_OVER, "period", reply_date(call, from));
}

static enum outcome load_close(struct batch *batch, struct command_call *call,
                               const struct period_name *name, bool early,
                               struct stepping *stepping)
{
    struct period_work *work = &stepping->work;

    enum outcome outcome = object_merchant(&batch->reader, &stepping->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    stepping->today = business_date_at(&stepping->merchant, call->now_ms);
    work->period = period_of(name->kind, name->start);
    enum store_result found = period_closes_get(&batch->reader, name, &stepping->close);
    if (found == STORE_ABSENT) {
        stepping->close = (struct period_close){.name = *name};
        outcome = begin(batch, call, early, stepping);
    } else if (found == STORE_OK) {
        work->rule = stepping->close.rule;
        found = programs_get_cached(batch, stepping->close.program_version, &work->program);
        if (found == STORE_OK && work->rule >= work->program->rule_count) found = STORE_DAMAGED;
    }
    if (found != STORE_ABSENT) outcome = command_outcome(found, OUTCOME_STORE_DAMAGED);
    work->refunds_before = stepping->close.refunds_before;
    return outcome;
}

/* ---- a guide --------------------------------------------------------------------------------- */

static enum outcome cut_by_caps(struct reader *reader, const struct stepping *stepping,
                                struct award *award)
{
    const struct period_work *work = &stepping->work;
    business_date last_day = work->period.end - 1;
    struct cap_uses uses;

    cap_uses_of(work->program, 0, last_day, award, 1, &uses);
    enum outcome outcome = caps_load(reader, &uses);
    if (outcome == OUTCOME_OK) cap_cut(work->program, 0, last_day, &uses, award, 1);
    return outcome;
}

/* The credit, and his account with it: everything that posting reads is read here. */
static enum outcome make_credit(struct batch *batch, struct stepping *stepping,
                                const struct award *award)
{
    const struct rule *rule = &stepping->work.program->rules[stepping->work.rule];
    business_date last_day = stepping->work.period.end - 1, latest;
    struct lifetime lifetime = lifetime_of(rule, last_day);
    struct occasion occasion = {.date = last_day, .event = {.kind = EVENT_PERIOD_CLOSE}};

    stepping->credit = (struct credit){
        .unit = award->unit, .posted = award->amount, .remaining = award->amount,
        .state = rule->hold_days > 0 ? CREDIT_PENDING : CREDIT_AVAILABLE,
        .program_version = stepping->work.program->version, .rule = stepping->work.rule,
        .business_date = last_day, .matures_on = lifetime.matures_on,
        .expires_on = lifetime.expires_on, .shop = stepping->result.shop,
        .pay_entity = stepping->result.pay_entity,
    };
    enum store_result found = rule_credit_date_get(&batch->reader, &latest);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_STORE_DAMAGED);
    stepping->rule_credit_date_moves = found == STORE_ABSENT || last_day > latest;
    enum outcome outcome =
        command_outcome(ledger_open(batch, &stepping->ledger), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_open(&batch->reader, award->party, &stepping->account, stepping->today,
                          &stepping->holder);
    if (outcome != OUTCOME_OK) return outcome;
    stepping->lot = lot_accrue(&stepping->holder.lots, &stepping->credit, &occasion);
    return holder_ready(batch, &stepping->holder);
}

static enum outcome decide(struct batch *batch, struct stepping *stepping)
{
    struct period_result *result = &stepping->result;
    struct period_close *close = &stepping->close;
    bool employed, entitled;

    *result = (struct period_result){.guide = stepping->work.guide};
    enum outcome outcome = command_outcome(
        accounts_get(&batch->reader, (struct party){PARTY_GUIDE, result->guide},
                     &stepping->account),
        OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK)
        outcome = period_employment(&batch->reader, &stepping->work, &stepping->account, result,
                                    &employed, &entitled);
    if (outcome != OUTCOME_OK) return outcome;
    struct award award = period_award(stepping->work.program, stepping->work.rule, result->guide,
                                      entitled, &stepping->figures);
    outcome = cut_by_caps(&batch->reader, stepping, &award);
    if (outcome == OUTCOME_OK && award.amount > 0) outcome = make_credit(batch, stepping, &award);
    if (outcome != OUTCOME_OK) return outcome;

    result->numerator = stepping->figures.numerator;
    result->denominator = stepping->figures.denominator;
    result->value = award.base_minor;
    result->bracket = award.bracket;
    result->reason = award.reason;
    result->cap = award.cap;
    result->full_amount = award.full_amount;
    result->amount = award.amount;
    close->guide = result->guide;
    close->member = close->numerator = close->denominator = 0;
    /* Who neither worked then nor has anything to count needs no result. */
    if (!employed && result->denominator == 0) {
        result->guide = 0;
        return OUTCOME_OK;
    }
    close->guide_count++;
    if (award.amount > 0) close->credit_count++;
    if (__builtin_add_overflow(close->amount, award.amount, &close->amount))
        return OUTCOME_STORE_DAMAGED;
    return OUTCOME_OK;
}

/* ---- the step -------------------------------------------------------------------------------- */

static enum outcome prepare(struct batch *batch, struct command_call *call,
                            struct stepping *stepping)
{
    struct period_close *close = &stepping->close;
    struct numbers numbers;
    bool more;

    enum outcome outcome =
        command_outcome(numbers_get(&batch->reader, &numbers), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    stepping->guide_done = false;
    stepping->result.guide = 0;
    if (close->guide >= numbers.guide) {
        close->computed_at = call->now_ms;
        return OUTCOME_OK;
    }
    stepping->work.guide = close->guide + 1;
    stepping->figures = (struct period_figures){close->numerator, close->denominator};
    outcome = period_count_members(&batch->reader, &stepping->work, &close->member,
                                   &stepping->figures, &more);
    if (outcome != OUTCOME_OK) return outcome;
    close->numerator = stepping->figures.numerator;
    close->denominator = stepping->figures.denominator;
    if (more) return OUTCOME_OK;
    stepping->guide_done = true;
    return decide(batch, stepping);
}

/* After the LINE. */
static void put(struct batch *batch, struct stepping *stepping)
{
    struct period_result *result = &stepping->result;
    const struct rule *rule = &stepping->work.program->rules[stepping->work.rule];

    if (result->guide != 0 && result->amount > 0) {
        assert(stepping->guide_done);
        holder_post(batch, &stepping->ledger, &stepping->holder);
        ledger_close(batch, &stepping->ledger);
        stepping->credit.number = stepping->holder.lots.lot[stepping->lot].credit.number;
        result->credit = stepping->credit.number;
        caps_take(batch, rule, stepping->holder.party, &stepping->credit);
        if (stepping->rule_credit_date_moves)
            rule_credit_date_put(batch, stepping->credit.business_date);
    }
    if (result->guide != 0) period_results_put(batch, &stepping->close.name, result);
    period_closes_put(batch, &stepping->close);
    if (stepping->close.computed_at != 0) event_tell_period(batch, &stepping->close);
}

enum outcome period_close_step(struct batch *batch, struct command_call *call,
                               const struct period_name *name, bool early,
                               struct period_close *ret_close)
{
    struct stepping stepping;

    enum outcome outcome = load_close(batch, call, name, early, &stepping);
    if (outcome != OUTCOME_OK) return outcome;
    if (stepping.close.computed_at == 0) {
        outcome = prepare(batch, call, &stepping);
        if (outcome != OUTCOME_OK) return outcome;
        /* From here on this step must succeed. */
        put(batch, &stepping);
    }
    *ret_close = stepping.close;
    return OUTCOME_OK;
}
