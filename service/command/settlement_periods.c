/* Which bonuses of periods a run still needs: those of rules of the version that was in force on
 * the period's last date. */
#include <assert.h>
#include <string.h>

#include "service/command/settlement_run.h"
#include "store/period.h"
#include "store/programs.h"

/* The version last looked at, decoded once. */
struct looking {
    struct reader *reader;
    const struct settlement_run *run;
    uint32_t version;
    struct program program;
};

static enum store_result load_version(struct looking *looking, business_date date)
{
    uint32_t version;
    enum store_result result = programs_in_force(looking->reader, date, &version);
    if (result != STORE_OK || version == looking->version) return result;
    result = programs_get(looking->reader, version, &looking->program);
    if (result == STORE_ABSENT) result = STORE_DAMAGED;
    if (result == STORE_OK) looking->version = version;
    return result;
}

/* The first rule of the period that nobody has computed to its end. */
static enum store_result look_at(struct looking *looking, const struct period *period,
                                 bool *ret_found, struct period_name *ret_name)
{
    enum store_result result = load_version(looking, period->end - 1);
    if (result == STORE_ABSENT) return STORE_OK; /* no program was in force */
    for (size_t i = 0; result == STORE_OK && i < looking->program.rule_count; i++) {
        const struct rule *rule = &looking->program.rules[i];
        struct period_name name = {.kind = period->kind, .start = period->start};
        struct period_close close;
        if (rule->trigger != TRIGGER_PERIOD_CLOSE || rule->period != period->kind) continue;
        memcpy(name.rule_id, rule->id, sizeof name.rule_id);
        result = period_closes_get(looking->reader, &name, &close);
        if (result == STORE_OK && close.computed_at != 0) continue;
        if (result != STORE_OK && result != STORE_ABSENT) return result;
        *ret_name = name;
        *ret_found = true;
        return STORE_OK;
    }
    return result;
}

enum outcome settlement_periods_next(struct reader *reader, const struct settlement_run *run,
                                     unsigned month_count, business_date *from, bool *ret_found,
                                     struct period_name *ret_name)
{
    static const enum period_kind kinds[] = {PERIOD_MONTH, PERIOD_QUARTER, PERIOD_YEAR};
    struct looking looking = {.reader = reader, .run = run};
    bool found = false;

    assert(*from >= run->start);
    for (unsigned looked = 0; *from < run->end; looked++) {
        struct period month = period_of(PERIOD_MONTH, *from);
        if (month_count != 0 && looked == month_count) break;
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && month.start == *from; i++) {
            struct period period = period_of(kinds[i], *from);
            if (period.start != *from || period.end > run->end) continue;
            enum outcome outcome = command_outcome(
                look_at(&looking, &period, &found, ret_name), OUTCOME_STORE_DAMAGED);
            if (outcome != OUTCOME_OK) return outcome;
            if (found) {
                *ret_found = true;
                return OUTCOME_OK;
            }
        }
        *from = month.end;
    }
    *ret_found = false;
    return OUTCOME_OK;
}
