/* One rule as a message. */
#include <assert.h>
#include <string.h>

#include "service/command/program_message.h"
#include "service/command/reply.h"

/* The API's numbers and the store's are the same. */
#define SAME(store, api) static_assert((int)(store) == (int)BECKON__V1__##api, "same numbers")
SAME(TRIGGER_REGISTRATION, TRIGGER__TRIGGER_REGISTRATION);
SAME(TRIGGER_PERIOD_CLOSE, TRIGGER__TRIGGER_PERIOD_CLOSE);
SAME(BENEFICIARY_BUYER, BENEFICIARY__BENEFICIARY_BUYER);
SAME(BENEFICIARY_SELLING_GUIDE, BENEFICIARY__BENEFICIARY_SELLING_GUIDE);
SAME(REWARD_COUPON, REWARD__REWARD_COUPON);
SAME(REWARD_GIFT, REWARD__REWARD_GIFT);
SAME(ROUNDING_FLOOR, ROUNDING__ROUNDING_FLOOR);
SAME(ROUNDING_HALF_UP, ROUNDING__ROUNDING_HALF_UP);
SAME(BRACKETS_MARGINAL, BRACKET_MODE__BRACKET_MODE_MARGINAL);
SAME(REFERRER_NONE, REFERRER_CONDITION__REFERRER_CONDITION_NONE);
SAME(CODE_INHERITED, CODE_CONDITION__CODE_CONDITION_INHERITED);
SAME(BIRTHDAY_MONTH, BIRTHDAY_CONDITION__BIRTHDAY_CONDITION_MONTH);
SAME(PERIOD_DAY, PERIOD__PERIOD_DAY);
SAME(PERIOD_YEAR, PERIOD__PERIOD_YEAR);
SAME(KPI_REPURCHASE_RATE, KPI__KPI_REPURCHASE_RATE);
SAME(KPI_ACTIVATED_MEMBERS, KPI__KPI_ACTIVATED_MEMBERS);
SAME(EXPIRY_END_OF_NEXT_YEAR, EXPIRY__EXPIRY_END_OF_NEXT_YEAR);
SAME(RETURN_CARRY_FORWARD, RETURN_POLICY__RETURN_POLICY_CARRY_FORWARD);
SAME(RETURN_ONLY_PENDING, RETURN_POLICY__RETURN_POLICY_ONLY_PENDING);

enum { WEEKDAYS = 7 };

static bool texts_set(struct command_call *call, const struct rule *rule, Beckon__V1__Rule *ret)
{
    return program_message_text(call, rule->id, &ret->rule_id) &&
           program_message_text(call, rule->title_zh, &ret->title_zh) &&
           program_message_text(call, rule->title_en, &ret->title_en) &&
           program_message_text(call, rule->benefit_zh, &ret->benefit_zh) &&
           program_message_text(call, rule->benefit_en, &ret->benefit_en) &&
           program_message_text(call, rule->gender, &ret->gender) &&
           program_message_text(call, rule->attribute, &ret->attribute) &&
           program_message_text(call, rule->attribute_value, &ret->attribute_value);
}

static bool brackets_set(struct command_call *call, const struct program *program,
                         const struct rule *rule, Beckon__V1__Rule *ret)
{
    if (rule->brackets.count == 0) return true;
    ret->brackets = reply_alloc(call, rule->brackets.count * sizeof *ret->brackets);
    if (ret->brackets == NULL) return false;
    for (size_t i = 0; i < rule->brackets.count; i++) {
        const struct bracket *bracket = &program->brackets[rule->brackets.start + i];
        Beckon__V1__Bracket *message = reply_message(call, &beckon__v1__bracket__descriptor);
        if (message == NULL) return false;
        message->from = bracket->from;
        message->to = bracket->to == INT64_MAX ? 0 : bracket->to;
        if (bracket->fixed_amount != 0) {
            message->formula_case = BECKON__V1__BRACKET__FORMULA_FIXED_AMOUNT;
            message->fixed_amount = bracket->fixed_amount;
        } else if (bracket->rate_bp != 0) {
            message->formula_case = BECKON__V1__BRACKET__FORMULA_RATE_BP;
            message->rate_bp = bracket->rate_bp;
        }
        ret->brackets[i] = message;
    }
    ret->n_brackets = rule->brackets.count;
    return true;
}

static bool formula_set(struct command_call *call, const struct program *program,
                        const struct rule *rule, Beckon__V1__Rule *ret)
{
    switch (rule->formula) {
    case FORMULA_NONE:
        return true;
    case FORMULA_FIXED:
        ret->formula_case = BECKON__V1__RULE__FORMULA_FIXED_AMOUNT;
        ret->fixed_amount = rule->fixed_amount;
        return true;
    case FORMULA_RATE:
        ret->formula_case = BECKON__V1__RULE__FORMULA_RATE_BP;
        ret->rate_bp = rule->rate_bp;
        return true;
    case FORMULA_BRACKETS:
        ret->bracket_mode = (Beckon__V1__BracketMode)rule->bracket_mode;
        return brackets_set(call, program, rule, ret);
    }
    return false;
}

static bool shops_set(struct command_call *call, const struct rule *rule, const char **shop_ids,
                      Beckon__V1__Rule *ret)
{
    if (rule->shops.count == 0) return true;
    ret->shop_ids = reply_alloc(call, rule->shops.count * sizeof *ret->shop_ids);
    if (ret->shop_ids == NULL) return false;
    memcpy(ret->shop_ids, shop_ids + rule->shops.start,
           rule->shops.count * sizeof *ret->shop_ids);
    ret->n_shop_ids = rule->shops.count;
    return true;
}

static bool categories_set(struct command_call *call, const struct program *program,
                           const struct rule *rule, Beckon__V1__Rule *ret)
{
    if (rule->categories.count == 0) return true;
    ret->categories = reply_alloc(call, rule->categories.count * sizeof *ret->categories);
    if (ret->categories == NULL) return false;
    for (size_t i = 0; i < rule->categories.count; i++) {
        const char *text = program->categories[rule->categories.start + i];
        ret->categories[i] = reply_text_of(call, text, strnlen(text, LINE_TEXT_BYTES_MAX));
        if (ret->categories[i] == NULL) return false;
    }
    ret->n_categories = rule->categories.count;
    return true;
}

static bool tiers_set(struct command_call *call, const struct program *program,
                      const struct rule *rule, Beckon__V1__Rule *ret)
{
    if (rule->tiers == 0) return true;
    ret->tier_ids = reply_alloc(call, program->tier_count * sizeof *ret->tier_ids);
    if (ret->tier_ids == NULL) return false;
    for (size_t i = 0; i < program->tier_count; i++) {
        if ((rule->tiers & 1u << i) == 0) continue;
        ret->tier_ids[ret->n_tier_ids] = reply_text(call, program->tiers[i].id);
        if (ret->tier_ids[ret->n_tier_ids++] == NULL) return false;
    }
    return true;
}

static bool weekdays_set(struct command_call *call, const struct rule *rule,
                         Beckon__V1__Rule *ret)
{
    if (rule->weekdays == 0) return true;
    ret->weekdays = reply_alloc(call, WEEKDAYS * sizeof *ret->weekdays);
    if (ret->weekdays == NULL) return false;
    for (int day = 0; day < WEEKDAYS; day++)
        if ((rule->weekdays & 1u << day) != 0)
            ret->weekdays[ret->n_weekdays++] = (Beckon__V1__Weekday)(day + 1);
    return true;
}

static bool window_set(struct command_call *call, const struct rule *rule, Beckon__V1__Rule *ret)
{
    if (rule->window_from != DATE_ALWAYS) {
        ret->window_from_date = reply_date(call, rule->window_from);
        if (ret->window_from_date == NULL) return false;
    }
    if (rule->window_to != DATE_NEVER) {
        ret->window_until_date = reply_date(call, rule->window_to);
        if (ret->window_until_date == NULL) return false;
    }
    return true;
}

static void numbers_set(const struct rule *rule, Beckon__V1__Rule *ret)
{
    ret->trigger = (Beckon__V1__Trigger)rule->trigger;
    ret->beneficiary = (Beckon__V1__Beneficiary)rule->beneficiary;
    ret->reward = (Beckon__V1__Reward)rule->reward;
    ret->benefit_valid_days = rule->benefit_valid_days;
    /* A benefit has neither. */
    if (rule->reward == REWARD_AMOUNT) {
        ret->unit = reply_unit(rule->unit);
        ret->rounding = (Beckon__V1__Rounding)rule->rounding;
    }
    ret->referrer = (Beckon__V1__ReferrerCondition)rule->referrer;
    ret->code = (Beckon__V1__CodeCondition)rule->code;
    ret->tier_multiplier = rule->tier_multiplier;
    ret->minimum_minor = rule->minimum_minor;
    ret->first_purchase = rule->first_purchase;
    ret->within_days = rule->within_days;
    ret->birthday = (Beckon__V1__BirthdayCondition)rule->birthday;
    ret->age_from = rule->age_from;
    ret->age_until = rule->age_to;
    ret->cap_per_referee = rule->cap_per_referee;
    ret->cap_per_beneficiary = rule->cap_per_beneficiary;
    ret->cap_period = (Beckon__V1__Period)rule->cap_period;
    ret->budget = rule->budget;
    ret->hold_days = rule->hold_days;
    ret->expiry = (Beckon__V1__Expiry)rule->expiry;
    ret->expiry_count = rule->expiry_count;
    ret->return_policy = (Beckon__V1__ReturnPolicy)rule->return_policy;
    ret->kpi = (Beckon__V1__Kpi)rule->kpi;
    ret->period = (Beckon__V1__Period)rule->period;
    if (rule->trigger == TRIGGER_PERIOD_CLOSE) {
        ret->wait_case = BECKON__V1__RULE__WAIT_WAIT_DAYS;
        ret->wait_days = rule->wait_days;
    }
    ret->minimum_n = rule->minimum_n;
    ret->include_leavers = rule->leavers;
}

Beckon__V1__Rule *program_message_rule(struct command_call *call, const struct program *program,
                                       const struct rule *rule, const char **shop_ids)
{
    Beckon__V1__Rule *message = reply_message(call, &beckon__v1__rule__descriptor);
    if (message == NULL) return NULL;
    numbers_set(rule, message);
    return texts_set(call, rule, message) && formula_set(call, program, rule, message) &&
           shops_set(call, rule, shop_ids, message) &&
           categories_set(call, program, rule, message) &&
           tiers_set(call, program, rule, message) && weekdays_set(call, rule, message) &&
           window_set(call, rule, message) ? message : NULL;
}
