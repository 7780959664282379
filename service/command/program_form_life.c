/* The caps of a rule, the life of its credits, and what a PERIOD_CLOSE rule measures. */
#include "service/command/program_form.h"
#include "service/limits.h"

enum { EXPIRY_MONTHS_MAX = 120, WAIT_DAYS_MAX = 366, WAIT_DAYS_DEFAULT = 30, N_MAX = 1000000 };

static void form_caps(struct program_form *form, const Beckon__V1__Rule *message,
                      struct rule *rule)
{
    rule->cap_per_referee = program_number(form, "cap_per_referee", message->cap_per_referee, 0,
                                           LIMIT_AMOUNT_MINOR);
    program_only(form, rule, "cap_per_referee", rule->cap_per_referee != 0, WITH_EVENTS);
    rule->cap_per_beneficiary = program_number(
        form, "cap_per_beneficiary", message->cap_per_beneficiary, 0, LIMIT_AMOUNT_MINOR);
    int period = (int)message->cap_period;
    bool allowed = rule->cap_per_beneficiary == 0
                       ? period == PERIOD_NONE
                       : period == PERIOD_DAY || period == PERIOD_MONTH || period == PERIOD_YEAR;
    if (allowed)
        rule->cap_period = (enum period_kind)period;
    else
        program_refuse(form, OUTCOME_PROGRAM_INVALID, "cap_period",
                       rule->cap_per_beneficiary == 0 ? "only with cap_per_beneficiary"
                                                      : "DAY, MONTH, YEAR");
    rule->budget = program_number(form, "budget", message->budget, 0, LIMIT_AMOUNT_MINOR);
}

static void form_expiry(struct program_form *form, const Beckon__V1__Rule *message,
                        struct rule *rule)
{
    rule->hold_days =
        (uint16_t)program_number(form, "hold_days", message->hold_days, 0, HOLD_DAYS_MAX);
    rule->expiry = (enum rule_expiry)program_choice(
        form, "expiry", (int)message->expiry, 0, EXPIRY_END_OF_NEXT_YEAR,
        "NEVER, DAYS, MONTHS, END_OF_YEAR, END_OF_NEXT_YEAR");
    int64_t most = rule->expiry == EXPIRY_DAYS     ? HOLD_DAYS_MAX
                   : rule->expiry == EXPIRY_MONTHS ? EXPIRY_MONTHS_MAX : 0;
    rule->expiry_count = (uint16_t)program_number(form, "expiry_count", message->expiry_count,
                                                  most > 0 ? 1 : 0, most);
    rule->return_policy = (enum return_policy)program_choice(
        form, "return_policy", (int)message->return_policy, 0, RETURN_ONLY_PENDING,
        "CARRY_FORWARD, UNLIMITED, WITHIN_BALANCE, ONLY_PENDING");
    /* Refunds reach what purchases earned. */
    program_only(form, rule, "return_policy", rule->return_policy != 0, WITH_PURCHASES);
}

static void form_period_close(struct program_form *form, const Beckon__V1__Rule *message,
                              struct rule *rule)
{
    rule->kpi = (enum rule_kpi)program_choice(
        form, "kpi", (int)message->kpi, KPI_REPURCHASE_RATE, KPI_ACTIVATED_MEMBERS,
        "REPURCHASE_RATE, NEW_MEMBERS, ACTIVATED_MEMBERS");
    rule->period = (enum period_kind)program_choice(form, "period", (int)message->period,
                                                    PERIOD_MONTH, PERIOD_YEAR,
                                                    "MONTH, QUARTER, YEAR");
    rule->wait_days =
        (uint16_t)program_number(form, "wait_days", message->wait_days, 0, WAIT_DAYS_MAX);
    if (message->wait_case == BECKON__V1__RULE__WAIT__NOT_SET)
        rule->wait_days = WAIT_DAYS_DEFAULT;
    rule->minimum_n = (uint32_t)program_number(form, "minimum_n", message->minimum_n,
                                               rule->formula == FORMULA_FIXED ? 1 : 0, N_MAX);
    rule->leavers = message->include_leavers;
    if (rule->bracket_mode == BRACKETS_MARGINAL)
        program_refuse(form, OUTCOME_PROGRAM_INVALID, "bracket_mode", "WHOLE with PERIOD_CLOSE");
}

void program_form_life(struct program_form *form, const Beckon__V1__Rule *message,
                       struct rule *rule)
{
    const struct { const char *field; bool given; } parts[] = {
        {"kpi", message->kpi != 0},
        {"period", message->period != 0},
        {"wait_days", message->wait_case != BECKON__V1__RULE__WAIT__NOT_SET},
        {"minimum_n", message->minimum_n != 0},
        {"include_leavers", message->include_leavers},
    };

    form_caps(form, message, rule);
    form_expiry(form, message, rule);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        program_only(form, rule, parts[i].field, parts[i].given, WITH_PERIOD_CLOSE);
    if (rule->trigger == TRIGGER_PERIOD_CLOSE) form_period_close(form, message, rule);
}
