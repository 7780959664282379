#include "service/rules/reward.h"

#include <assert.h>

#include "service/rules/formula.h"

static_assert((int)RULES_MAX <= (int)VERDICTS_MAX, "every rule has a verdict");

/* The multiplier of a tier; 10,000 where the program has none such. */
static int32_t tier_multiplier(const struct program *program, uint8_t tier)
{
    if (program->tier_count == 0) return MULTIPLIER_ONE;
    /* A version may have fewer tiers than the one she rose by. */
    if (tier >= program->tier_count) tier = program->tier_count - 1;
    return program->tiers[tier].multiplier_bp;
}

/* Who a share is for, and why he gets nothing. */
struct share {
    struct party party;
    enum award_reason reason;
    uint16_t share_bp;
};

static struct share guides_share(uint32_t guide, uint16_t share_bp, bool self, bool active)
{
    return (struct share){
        .party = {PARTY_GUIDE, guide}, .share_bp = share_bp,
        .reason = self ? AWARD_SELF : active ? AWARD_GRANTED : AWARD_GUIDE_INACTIVE,
    };
}

/* The rule's verdict said that there is a beneficiary. */
static size_t shares_of(const struct rule *rule, const struct reward_facts *facts,
                        struct share ret_shares[SELLERS_MAX])
{
    switch (rule->beneficiary) {
    case BENEFICIARY_BUYER:
        ret_shares[0] = (struct share){{PARTY_MEMBER, facts->buyer}, AWARD_GRANTED, SHARE_WHOLE};
        return 1;
    case BENEFICIARY_REFERRER:
        ret_shares[0] = (struct share){facts->referrer,
                                       facts->referrer_erased ? AWARD_ERASED : AWARD_GRANTED,
                                       SHARE_WHOLE};
        if (facts->referrer.kind == PARTY_GUIDE)
            ret_shares[0] = guides_share(facts->referrer.number, SHARE_WHOLE,
                                         facts->referrer_self, facts->referrer_active);
        return 1;
    case BENEFICIARY_SERVING_GUIDE:
        ret_shares[0] = guides_share(facts->serving_guide, SHARE_WHOLE, facts->serving_self,
                                     facts->serving_active);
        return 1;
    case BENEFICIARY_SELLING_GUIDE:
        for (size_t i = 0; i < facts->seller_count; i++) {
            const struct seller_facts *seller = &facts->sellers[i];
            ret_shares[i] = guides_share(seller->guide, seller->share_bp, seller->self,
                                         seller->active);
        }
        return facts->seller_count;
    }
    return 0;
}

/* The awards of one rule that matched, one a share. */
static size_t rule_awards(const struct program *program, uint16_t index,
                          const struct reward_facts *facts, struct award *ret_awards)
{
    const struct rule *rule = &program->rules[index];
    struct share shares[SELLERS_MAX];
    uint16_t shares_bp[SELLERS_MAX];
    int64_t parts[SELLERS_MAX];
    size_t count = shares_of(rule, facts, shares);
    bool below = facts->amount_minor < rule->minimum_minor;
    struct award award = {
        .rule = index, .unit = rule->unit, .base_minor = condition_base(program, rule, facts),
        .multiplier_bp = rule->tier_multiplier ? tier_multiplier(program, facts->tier)
                                               : MULTIPLIER_ONE,
        .bracket = BRACKET_NONE,
    };

    assert(count >= 1 && count <= SELLERS_MAX);
    if (!below)
        award.full_amount = formula_amount(program, rule, award.base_minor, award.multiplier_bp,
                                           &award.bracket);
    for (size_t i = 0; i < count; i++) shares_bp[i] = shares[i].share_bp;
    formula_split(award.full_amount, shares_bp, count, parts);
    for (size_t i = 0; i < count; i++) {
        enum award_reason reason = shares[i].reason;
        if (reason == AWARD_GRANTED && below) reason = AWARD_BELOW_MINIMUM;
        else if (reason == AWARD_GRANTED && parts[i] == 0) reason = AWARD_ROUNDED_TO_ZERO;
        ret_awards[i] = award;
        ret_awards[i].party = shares[i].party;
        ret_awards[i].share_bp = shares[i].share_bp;
        ret_awards[i].reason = reason;
        ret_awards[i].amount = reason == AWARD_GRANTED ? parts[i] : 0;
    }
    return count;
}

size_t reward_awards(const struct program *program, const struct reward_facts *facts,
                     struct award ret_awards[AWARDS_MAX], struct verdicts *ret_verdicts)
{
    struct award awards[SELLERS_MAX];
    size_t count = 0;

    assert(facts->base_minor >= 0);
    assert(program->rule_count <= RULES_MAX && facts->seller_count <= SELLERS_MAX);
    ret_verdicts->count = (uint8_t)program->rule_count;
    for (uint16_t i = 0; i < program->rule_count; i++) {
        const struct rule *rule = &program->rules[i];
        enum rule_verdict verdict = condition_verdict(program, rule, facts);

        ret_verdicts->of_rule[i] = (uint8_t)verdict;
        if (verdict != VERDICT_MATCHED || rule->reward != REWARD_AMOUNT) continue;
        size_t added = rule_awards(program, i, facts, awards);
        assert(count + added <= AWARDS_MAX); /* the program's form saw to it */
        for (size_t j = 0; j < added; j++) ret_awards[count++] = awards[j];
    }
    return count;
}

int64_t reward_tier_points(const struct program *program, const struct award *awards,
                           size_t award_count)
{
    int64_t points = 0;

    for (size_t i = 0; i < award_count; i++) {
        const struct award *award = &awards[i];
        const struct rule *rule = &program->rules[award->rule];
        uint8_t bracket;

        if (rule->trigger != TRIGGER_PURCHASE || rule->beneficiary != BENEFICIARY_BUYER ||
            rule->unit != UNIT_POINTS || award->reason == AWARD_BELOW_MINIMUM)
            continue;
        assert(award->party.kind == PARTY_MEMBER);
        points += formula_amount(program, rule, award->base_minor, MULTIPLIER_ONE, &bracket);
    }
    assert(points >= 0);
    return points;
}
