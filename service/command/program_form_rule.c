/* One rule of a program: who it is, what it looks at, whom it pays what. */
#include <string.h>

#include "service/command/program_form.h"
#include "service/limits.h"

static void form_choices(struct program_form *form, const Beckon__V1__Rule *message,
                         struct rule *rule)
{
    rule->trigger = (enum rule_trigger)program_choice(
        form, "trigger", (int)message->trigger, TRIGGER_REGISTRATION, TRIGGER_PERIOD_CLOSE,
        "REGISTRATION, PURCHASE, REPURCHASE, PERIOD_CLOSE");
    rule->beneficiary = (enum rule_beneficiary)program_choice(
        form, "beneficiary", (int)message->beneficiary, BENEFICIARY_BUYER,
        BENEFICIARY_SELLING_GUIDE, "BUYER, REFERRER, SERVING_GUIDE, SELLING_GUIDE");
    rule->reward = (enum rule_reward)program_choice(form, "reward", (int)message->reward, 0,
                                                    REWARD_GIFT, "AMOUNT, COUPON, GIFT");
    rule->rounding = (enum rounding)program_choice(form, "rounding", (int)message->rounding, 0,
                                                   ROUNDING_HALF_UP, "FLOOR, HALF_UP");
    if (rule->rounding == 0) rule->rounding = ROUNDING_FLOOR;
    rule->referrer = (enum referrer_condition)program_choice(
        form, "referrer", (int)message->referrer, 0, REFERRER_NONE, "ANY, MEMBER, GUIDE, NONE");
    rule->code = (enum code_condition)program_choice(form, "code", (int)message->code, 0,
                                                     CODE_INHERITED, "ANY, OWN, INHERITED");
}

/* Whom a rule of this trigger may pay. */
static void check_beneficiary(struct program_form *form, const struct rule *rule)
{
    if (rule->trigger == TRIGGER_PERIOD_CLOSE && rule->beneficiary != BENEFICIARY_SERVING_GUIDE)
        program_refuse(form, OUTCOME_PROGRAM_INVALID, "beneficiary",
                       "SERVING_GUIDE with PERIOD_CLOSE: the guide himself");
    if (rule->beneficiary == BENEFICIARY_SELLING_GUIDE && rule->trigger == TRIGGER_REGISTRATION)
        program_refuse(form, OUTCOME_PROGRAM_INVALID, "beneficiary",
                       "SELLING_GUIDE only with PURCHASE, REPURCHASE");
    if (rule->beneficiary != BENEFICIARY_REFERRER) return;
    /* Members are rewarded for completed purchases, never for recruiting; guides may be paid per
     * head as wages (anti-pyramid law). */
    if (rule->trigger == TRIGGER_REGISTRATION && rule->referrer != REFERRER_GUIDE)
        program_refuse(form, OUTCOME_PROGRAM_INVALID, "referrer", "GUIDE with REGISTRATION");
    if (rule->referrer == REFERRER_NONE)
        program_refuse(form, OUTCOME_PROGRAM_INVALID, "referrer",
                       "ANY, MEMBER, GUIDE with REFERRER");
}

/* A coupon or gift: a name, and nothing that belongs to amounts. */
static void form_benefit(struct program_form *form, const Beckon__V1__Rule *message,
                         struct rule *rule)
{
    const char *with = "only with REGISTRATION and BUYER";

    if (rule->trigger != TRIGGER_REGISTRATION || rule->beneficiary != BENEFICIARY_BUYER)
        program_refuse(form, OUTCOME_PROGRAM_INVALID, "reward", with);
    program_text(form, "benefit_zh", message->benefit_zh, 0, BENEFIT_NAME_BYTES_MAX,
                 rule->benefit_zh);
    program_text(form, "benefit_en", message->benefit_en, message->benefit_zh[0] == '\0' ? 1 : 0,
                 BENEFIT_NAME_BYTES_MAX, rule->benefit_en);
    rule->benefit_valid_days = (uint16_t)program_number(
        form, "benefit_valid_days", message->benefit_valid_days, 0, HOLD_DAYS_MAX);
    const struct { const char *field; bool given; } amounts[] = {
        {"unit", message->unit != 0},
        {"fixed_amount", message->formula_case == BECKON__V1__RULE__FORMULA_FIXED_AMOUNT},
        {"rate_bp", message->formula_case == BECKON__V1__RULE__FORMULA_RATE_BP},
        {"brackets", message->n_brackets > 0},
        {"rounding", message->rounding != 0},
        {"cap_per_referee", message->cap_per_referee != 0},
        {"cap_per_beneficiary", message->cap_per_beneficiary != 0},
        {"budget", message->budget != 0},
        {"hold_days", message->hold_days != 0},
        {"expiry", message->expiry != 0},
    };
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++)
        if (amounts[i].given)
            program_refuse(form, OUTCOME_PROGRAM_INVALID, amounts[i].field,
                           "only with reward AMOUNT");
    rule->formula = FORMULA_NONE;
}

static void form_formula(struct program_form *form, const Beckon__V1__Rule *message,
                         struct rule *rule)
{
    bool fixed = message->formula_case == BECKON__V1__RULE__FORMULA_FIXED_AMOUNT;
    bool rate = message->formula_case == BECKON__V1__RULE__FORMULA_RATE_BP;

    if (message->n_brackets > 0) {
        if (fixed || rate)
            program_refuse(form, OUTCOME_PROGRAM_INVALID, "brackets",
                           "one of fixed_amount, rate_bp, brackets");
        program_form_brackets(form, message, rule);
    } else if (fixed) {
        rule->formula = FORMULA_FIXED;
        rule->fixed_amount =
            program_number(form, "fixed_amount", message->fixed_amount, 1, LIMIT_FIXED_AMOUNT);
    } else if (rate) {
        rule->formula = FORMULA_RATE;
        rule->rate_bp = (int32_t)program_number(form, "rate_bp", message->rate_bp, 1,
                                                LIMIT_RATE_BP);
        program_only(form, rule, "rate_bp", true, WITH_PURCHASES);
    } else {
        program_refuse(form, OUTCOME_PROGRAM_INVALID, "formula",
                       "fixed_amount, rate_bp, brackets");
    }
}

static void form_amount(struct program_form *form, const Beckon__V1__Rule *message,
                        struct rule *rule)
{
    program_choice(form, "unit", (int)message->unit, 1, 2, "POINTS, CASH");
    rule->unit = message->unit == BECKON__V1__UNIT__UNIT_CASH ? UNIT_CASH : UNIT_POINTS;
    if (message->benefit_zh[0] != '\0' || message->benefit_en[0] != '\0' ||
        message->benefit_valid_days != 0)
        program_refuse(form, OUTCOME_PROGRAM_INVALID, "reward", "COUPON, GIFT with a benefit");
    form_formula(form, message, rule);
    rule->bracket_mode = (enum bracket_mode)program_choice(
        form, "bracket_mode", (int)message->bracket_mode, 0,
        rule->formula == FORMULA_BRACKETS ? BRACKETS_MARGINAL : BRACKETS_WHOLE,
        rule->formula == FORMULA_BRACKETS ? "WHOLE, MARGINAL" : "only with brackets");
}

void program_form_rule(struct program_form *form, const Beckon__V1__Rule *message,
                       struct rule *rule)
{
    program_id(form, "rule_id", message->rule_id, rule->id);
    program_text(form, "title_zh", message->title_zh, 0, RULE_TITLE_BYTES_MAX, rule->title_zh);
    program_text(form, "title_en", message->title_en, 0, RULE_TITLE_BYTES_MAX, rule->title_en);
    form_choices(form, message, rule);
    check_beneficiary(form, rule);
    if (rule->reward == REWARD_AMOUNT) form_amount(form, message, rule);
    else form_benefit(form, message, rule);
    rule->tier_multiplier = message->tier_multiplier;
    program_only(form, rule, "tier_multiplier", rule->tier_multiplier, WITH_PURCHASES);
    if (rule->tier_multiplier && form->program->tier_count == 0)
        program_refuse(form, OUTCOME_PROGRAM_INVALID, "tier_multiplier", "only with tiers");
    program_form_conditions(form, message, rule);
    program_form_life(form, message, rule);
}
