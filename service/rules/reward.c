#include "service/rules/reward.h"

#include <assert.h>

static_assert((int)RULES_MAX <= (int)AWARDS_MAX, "every rule may award once");

int64_t reward_rate(int64_t base_minor, int32_t rate_bp, enum rounding rounding)
{
    assert(base_minor >= 0 && rate_bp >= 0);
    __int128 product = (__int128)base_minor * rate_bp;
    if (rounding == ROUNDING_HALF_UP) product += 5000;
    __int128 amount = product / 10000;
    assert(amount <= INT64_MAX);
    return (int64_t)amount;
}

static bool trigger_fires(const struct rule *rule, const struct reward_facts *facts)
{
    switch (rule->trigger) {
    case TRIGGER_REGISTRATION: return facts->event == EVENT_REGISTRATION;
    case TRIGGER_PURCHASE: return facts->event == EVENT_PURCHASE;
    case TRIGGER_REPURCHASE: return facts->event == EVENT_PURCHASE && facts->days_recorded >= 2;
    case TRIGGER_PERIOD_CLOSE: return false; /* computed on its own */
    }
    return false;
}

static bool conditions_hold(const struct rule *rule, const struct reward_facts *facts)
{
    switch (rule->referrer) {
    case REFERRER_ANY: break;
    case REFERRER_MEMBER: if (facts->referrer.kind != PARTY_MEMBER) return false; break;
    case REFERRER_GUIDE: if (facts->referrer.kind != PARTY_GUIDE) return false; break;
    case REFERRER_NONE: if (facts->referrer.kind != PARTY_NONE) return false; break;
    }
    switch (rule->code) {
    case CODE_ANY: break;
    case CODE_OWN: if (facts->serving_guide == 0 || facts->serving_inherited) return false; break;
    case CODE_INHERITED: if (!facts->serving_inherited) return false; break;
    }
    return true;
}

/* Whom the rule pays, PARTY_NONE when there is nobody; *ret_reason says why he gets nothing. */
static struct party beneficiary_of(const struct rule *rule, const struct reward_facts *facts,
                                   enum award_reason *ret_reason)
{
    *ret_reason = AWARD_GRANTED;
    switch (rule->beneficiary) {
    case BENEFICIARY_BUYER:
        return (struct party){PARTY_MEMBER, facts->buyer};
    case BENEFICIARY_REFERRER:
        if (facts->referrer.kind == PARTY_GUIDE) {
            if (facts->referrer_self) *ret_reason = AWARD_SELF;
            else if (!facts->referrer_active) *ret_reason = AWARD_GUIDE_INACTIVE;
        }
        return facts->referrer;
    case BENEFICIARY_SERVING_GUIDE:
        if (facts->serving_guide == 0) return (struct party){0};
        if (facts->serving_self) *ret_reason = AWARD_SELF;
        else if (!facts->serving_active) *ret_reason = AWARD_GUIDE_INACTIVE;
        return (struct party){PARTY_GUIDE, facts->serving_guide};
    case BENEFICIARY_SELLING_GUIDE:
        break;
    }
    return (struct party){0};
}

static int64_t formula_amount(const struct rule *rule, int64_t base_minor)
{
    if (rule->formula == FORMULA_FIXED) return rule->fixed_amount;
    return reward_rate(base_minor, rule->rate_bp, rule->rounding);
}

size_t reward_awards(const struct program *program, const struct reward_facts *facts,
                     struct award ret_awards[AWARDS_MAX])
{
    size_t count = 0;

    assert(facts->base_minor >= 0);
    assert(program->rule_count <= RULES_MAX);
    for (uint16_t i = 0; i < program->rule_count; i++) {
        const struct rule *rule = &program->rules[i];
        enum award_reason reason;

        if (!trigger_fires(rule, facts) || !conditions_hold(rule, facts)) continue;
        struct party party = beneficiary_of(rule, facts, &reason);
        if (party.kind == PARTY_NONE) continue;

        int64_t amount = reason == AWARD_GRANTED ? formula_amount(rule, facts->base_minor) : 0;
        if (amount == 0 && reason == AWARD_GRANTED) reason = AWARD_ROUNDED_TO_ZERO;
        ret_awards[count++] = (struct award){
            .rule = i, .party = party, .unit = rule->unit, .reason = reason,
            .base_minor = facts->base_minor, .full_amount = amount, .amount = amount,
            .multiplier_bp = MULTIPLIER_ONE, .share_bp = SHARE_WHOLE, .bracket = BRACKET_NONE,
        };
    }
    return count;
}
