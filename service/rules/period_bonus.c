#include "service/rules/period_bonus.h"

#include <assert.h>

#include "service/rules/formula.h"

enum { ONE_IN_BP = 10000 };

void period_count(enum rule_kpi kpi, const struct period *period,
                  const struct period_member *member, struct period_figures *figures)
{
    if (kpi == KPI_REPURCHASE_RATE) {
        if (!member->served || member->live_days == 0) return;
        figures->denominator++;
        if (member->live_days >= 2) figures->numerator++;
        return;
    }
    if (!member->own || member->registered_on < period->start ||
        member->registered_on >= period->end)
        return;
    figures->denominator++;
    bool activated = member->first_day != DATE_NEVER && member->first_day < period->end &&
                     member->first_day <= member->registered_on + KPI_ACTIVATION_DAYS;
    if (kpi == KPI_NEW_MEMBERS || activated) figures->numerator++;
}

int64_t period_value(enum rule_kpi kpi, const struct period_figures *figures)
{
    assert(figures->numerator <= figures->denominator);
    if (kpi != KPI_REPURCHASE_RATE) return figures->numerator;
    if (figures->denominator == 0) return 0;
    return (int64_t)figures->numerator * ONE_IN_BP / figures->denominator;
}

struct award period_award(const struct program *program, uint16_t rule, uint32_t guide,
                          bool entitled, const struct period_figures *figures)
{
    assert(rule < program->rule_count && guide != 0);
    const struct rule *of = &program->rules[rule];
    assert(of->trigger == TRIGGER_PERIOD_CLOSE && of->kpi != KPI_NONE);
    struct award award = {
        .rule = rule, .party = {PARTY_GUIDE, guide}, .unit = of->unit,
        .base_minor = period_value(of->kpi, figures), .multiplier_bp = MULTIPLIER_ONE,
        .share_bp = SHARE_WHOLE, .bracket = BRACKET_NONE,
    };
    uint32_t n =
        of->kpi == KPI_REPURCHASE_RATE ? figures->denominator : figures->numerator;

    if (!entitled) {
        award.reason = AWARD_GUIDE_INACTIVE;
        return award;
    }
    if (n < of->minimum_n) {
        award.reason = AWARD_BELOW_MINIMUM;
        return award;
    }
    award.full_amount =
        formula_amount(program, of, award.base_minor, MULTIPLIER_ONE, &award.bracket);
    award.amount = award.full_amount;
    award.reason = award.amount > 0 ? AWARD_GRANTED : AWARD_ROUNDED_TO_ZERO;
    assert(award.amount >= 0);
    return award;
}
