/* A rule's brackets: [from, to) from 0 to open, ascending, without gaps. */
#include <inttypes.h>
#include <stdio.h>

#include "service/command/program_form.h"
#include "service/limits.h"

enum { KPI_RATE_WHOLE_BP = 10000, BRACKET_FIELD_BYTES = 48 };

static void bracket_bounds(struct program_form *form, const Beckon__V1__Bracket *message,
                           const struct rule *rule, size_t index, bool last,
                           struct bracket *bracket)
{
    char from[BRACKET_FIELD_BYTES], to[BRACKET_FIELD_BYTES];
    int64_t begin = index == 0 ? 0 : bracket[-1].to;

    snprintf(from, sizeof from, "brackets[%zu].from", index);
    snprintf(to, sizeof to, "brackets[%zu].to", index);
    if (message->from != begin)
        program_invalid(form, from, "%" PRId64 ": %s", begin,
                        index == 0 ? "the first begins there"
                                   : "where the bracket before ends, no gap, no overlap");
    if (rule->kpi == KPI_REPURCHASE_RATE)
        program_number(form, from, message->from, 0, KPI_RATE_WHOLE_BP);
    bracket->from = begin;
    if (!last) {
        bracket->to = program_number(form, to, message->to, begin + 1, LIMIT_AMOUNT_MINOR);
        return;
    }
    if (message->to != 0)
        program_refuse(form, OUTCOME_PROGRAM_INVALID, to, "0: the last bracket is open");
    bracket->to = INT64_MAX;
}

static void bracket_formula(struct program_form *form, const Beckon__V1__Bracket *message,
                            const struct rule *rule, size_t index, struct bracket *bracket)
{
    char field[BRACKET_FIELD_BYTES];

    switch (message->formula_case) {
    case BECKON__V1__BRACKET__FORMULA_FIXED_AMOUNT:
        snprintf(field, sizeof field, "brackets[%zu].fixed_amount", index);
        bracket->fixed_amount =
            program_number(form, field, message->fixed_amount, 1, LIMIT_FIXED_AMOUNT);
        if (rule->bracket_mode == BRACKETS_MARGINAL)
            program_refuse(form, OUTCOME_PROGRAM_INVALID, field, "rate_bp with MARGINAL");
        break;
    case BECKON__V1__BRACKET__FORMULA_RATE_BP:
        snprintf(field, sizeof field, "brackets[%zu].rate_bp", index);
        bracket->rate_bp =
            (int32_t)program_number(form, field, message->rate_bp, 1, LIMIT_RATE_BP);
        program_only(form, rule, field, true, WITH_PURCHASES);
        break;
    default:
        break;
    }
}

void program_form_brackets(struct program_form *form, const Beckon__V1__Rule *message,
                           struct rule *rule)
{
    struct program *program = form->program;
    bool gives = false;

    program_only(form, rule, "brackets", true, WITH_PURCHASES | WITH_PERIOD_CLOSE);
    if (message->n_brackets > (size_t)(PROGRAM_BRACKETS_MAX - program->bracket_count)) {
        program_invalid(form, "brackets", "%d of all rules", (int)PROGRAM_BRACKETS_MAX);
        return;
    }
    if (message->n_brackets > RULE_BRACKETS_MAX) {
        program_invalid(form, "brackets", "%d of one rule", (int)RULE_BRACKETS_MAX);
        return;
    }
    rule->formula = FORMULA_BRACKETS;
    rule->bracket_mode = message->bracket_mode == BECKON__V1__BRACKET_MODE__BRACKET_MODE_MARGINAL
                             ? BRACKETS_MARGINAL : BRACKETS_WHOLE;
    rule->kpi = message->kpi == BECKON__V1__KPI__KPI_REPURCHASE_RATE ? KPI_REPURCHASE_RATE
                                                                     : KPI_NONE;
    rule->brackets = (struct pool_part){program->bracket_count, (uint16_t)message->n_brackets};
    for (size_t i = 0; i < message->n_brackets && form->outcome == OUTCOME_OK; i++) {
        struct bracket *bracket = &program->brackets[program->bracket_count];

        bracket_bounds(form, message->brackets[i], rule, i, i + 1 == message->n_brackets, bracket);
        bracket_formula(form, message->brackets[i], rule, i, bracket);
        gives = gives || bracket->fixed_amount != 0 || bracket->rate_bp != 0;
        program->bracket_count++;
    }
    if (!gives)
        program_refuse(form, OUTCOME_PROGRAM_INVALID, "brackets",
                       "at least one gives fixed_amount or rate_bp");
}
