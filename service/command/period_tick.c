/* The ticker's turn: which close is due, and one step of it.
 *
 * A stored date says up to where everything that was due is closed; so a tick on a day that was
 * looked at costs one read. Periods that ended before the merchant was made are left to people. */
#include <assert.h>
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/objects.h"
#include "service/command/period_close.h"
#include "store/programs.h"

enum { WAIT_DAYS_MAX = 366, DAYS_PER_TURN = 366 };

struct looking {
    struct batch *batch;
    business_date from, until; /* dates on which a close became due: (from, until] */
    bool need;
    bool found;
    struct period_name name;   /* the first of them that is not computed */
    business_date due_on;
};

/* A rule of the period's version that became due in the days looked at and is not computed. */
static enum store_result look_at_rule(struct looking *looking, const struct period *period,
                                      const struct rule *rule)
{
    business_date due_on = period->end + rule->wait_days;
    struct period_close close;
    struct period_name name = {.kind = period->kind, .start = period->start};

    if (rule->trigger != TRIGGER_PERIOD_CLOSE || rule->period != period->kind ||
        due_on <= looking->from || due_on > looking->until ||
        (looking->found && due_on >= looking->due_on))
        return STORE_OK;
    memcpy(name.rule_id, rule->id, sizeof name.rule_id);
    enum store_result result = period_closes_get(&looking->batch->reader, &name, &close);
    if (result == STORE_OK && close.computed_at != 0) return STORE_OK;
    if (result != STORE_OK && result != STORE_ABSENT) return result;
    looking->found = true;
    looking->name = name;
    looking->due_on = due_on;
    return STORE_OK;
}

static enum store_result look_at_period(struct looking *looking, const struct period *period)
{
    const struct program *program;

    enum store_result result =
        programs_in_force_cached(looking->batch, period->end - 1, &program);
    if (result != STORE_OK) return result == STORE_ABSENT ? STORE_OK : result;
    for (size_t i = 0; i < program->rule_count && result == STORE_OK; i++)
        result = look_at_rule(looking, period, &program->rules[i]);
    return result;
}

/* All periods that can have become due in these days; what is missing is asked for together. */
static enum outcome look(struct looking *looking, business_date ended_after)
{
    static const enum period_kind kinds[] = {PERIOD_MONTH, PERIOD_QUARTER, PERIOD_YEAR};
    business_date first = looking->from - WAIT_DAYS_MAX;

    if (first < ended_after) first = ended_after;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct period period = period_of(kinds[i], first);
        for (; period.end <= looking->until; period = period_of(kinds[i], period.end)) {
            if (period.end <= ended_after) continue;
            enum store_result result = look_at_period(looking, &period);
            if (result == STORE_NEED) looking->need = true;
            else if (result != STORE_OK) return command_outcome(result, OUTCOME_STORE_DAMAGED);
        }
    }
    return looking->need ? OUTCOME_AGAIN : OUTCOME_OK;
}

enum outcome period_tick(struct batch *batch, struct command_call *call, bool *ret_more)
{
    struct looking looking = {.batch = batch};
    struct merchant merchant;
    struct period_close close;

    enum outcome outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    business_date today = business_date_at(&merchant, call->now_ms);
    business_date made_on = business_date_at(&merchant, merchant.created_at);
    enum store_result known = period_checked_get(&batch->reader, &looking.from);
    if (known == STORE_ABSENT) looking.from = made_on;
    else if (known != STORE_OK) return command_outcome(known, OUTCOME_STORE_DAMAGED);
    *ret_more = false;
    if (looking.from >= today) {
        if (known == STORE_ABSENT) period_checked_put(batch, looking.from);
        return OUTCOME_OK;
    }
    looking.until = today - looking.from > DAYS_PER_TURN ? looking.from + DAYS_PER_TURN : today;
    outcome = look(&looking, made_on);
    if (outcome != OUTCOME_OK) return outcome;
    if (!looking.found) {
        *ret_more = looking.until < today;
        period_checked_put(batch, looking.until);
        return OUTCOME_OK;
    }
    outcome = period_close_step(batch, call, &looking.name, false, &close);
    *ret_more = outcome == OUTCOME_OK;
    return outcome;
}
