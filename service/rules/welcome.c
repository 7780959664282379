#include "service/rules/welcome.h"

#include <assert.h>

#include "service/rules/formula.h"

/* Takes out of a rule what it asks of a person nobody knows yet; true: it asked for something. */
static bool forget_person(struct rule *rule)
{
    bool asked = rule->birthday != BIRTHDAY_ANY || rule->age_from > 0 || rule->age_to > 0 ||
                 rule->gender[0] != '\0' || rule->attribute[0] != '\0';

    rule->birthday = BIRTHDAY_ANY;
    rule->age_from = rule->age_to = 0;
    rule->gender[0] = rule->attribute[0] = '\0';
    return asked;
}

/* The same with who recommends her and brings her guide, where she may yet name somebody. */
static bool forget_referrer(struct rule *rule)
{
    bool asked = rule->referrer != REFERRER_ANY || rule->code != CODE_ANY;

    rule->referrer = REFERRER_ANY;
    rule->code = CODE_ANY;
    return asked;
}

/* And with what only a purchase shows. */
static bool forget_purchase(struct rule *rule)
{
    bool beginners = rule->tiers == 0 || (rule->tiers & 1) != 0;
    bool asked = !beginners || rule->shops.count > 0 || rule->categories.count > 0 ||
                 rule->weekdays != 0 || rule->minimum_minor > 0 || rule->first_purchase ||
                 rule->within_days > 0;

    rule->shops.count = rule->categories.count = 0;
    rule->tiers = rule->weekdays = 0;
    rule->first_purchase = false;
    rule->within_days = 0;
    return asked;
}

/* The amount of a registration, before caps; it has no base, and an amount of nothing is below any
 * minimum. */
static int64_t registration_amount(const struct program *program, const struct rule *rule,
                                   const struct reward_facts *facts)
{
    int32_t multiplier_bp = MULTIPLIER_ONE;
    uint8_t bracket;

    assert(facts->tier == 0); /* who registers stands in the first */
    if (rule->minimum_minor > 0) return 0;
    if (rule->tier_multiplier && program->tier_count > 0)
        multiplier_bp = program->tiers[0].multiplier_bp;
    return formula_amount(program, rule, 0, multiplier_bp, &bracket);
}

static bool registration_gives(const struct program *program, uint16_t index,
                               const struct reward_facts *facts, bool asks_referrer,
                               struct welcome *ret)
{
    struct rule rule = program->rules[index];
    bool conditional = forget_person(&rule);

    if (asks_referrer) conditional |= forget_referrer(&rule);
    if (condition_verdict(program, &rule, facts) != VERDICT_MATCHED) return false;
    struct award award = {.rule = index, .unit = rule.unit, .party = {PARTY_MEMBER, facts->buyer},
                          .multiplier_bp = MULTIPLIER_ONE, .share_bp = SHARE_WHOLE,
                          .bracket = BRACKET_NONE};
    if (rule.reward == REWARD_AMOUNT) {
        award.amount = award.full_amount = registration_amount(program, &rule, facts);
        if (award.amount == 0) return false;
    }
    *ret = (struct welcome){.rule = index, .conditional = conditional, .award = award};
    return true;
}

/* Purchases from today on, the second day's included. */
static bool purchases_earn(const struct program *program, uint16_t index,
                           const struct reward_facts *registration, bool asks_referrer,
                           struct welcome *ret)
{
    struct rule rule = program->rules[index];
    struct reward_facts facts = *registration;
    bool conditional = forget_person(&rule);

    conditional |= forget_purchase(&rule);
    if (asks_referrer) conditional |= forget_referrer(&rule);
    facts.event = EVENT_PURCHASE;
    facts.days_recorded = 2;
    if (condition_verdict(program, &rule, &facts) != VERDICT_MATCHED) return false;
    *ret = (struct welcome){.rule = index, .conditional = conditional,
                            .award = {.rule = index, .unit = rule.unit}};
    return true;
}

size_t welcome_rules(const struct program *program, const struct reward_facts *facts,
                     bool asks_referrer, struct welcome ret[RULES_MAX])
{
    size_t count = 0, purchases = 0;

    assert(facts->event == EVENT_REGISTRATION && facts->person == NULL);
    assert(program->rule_count <= RULES_MAX);
    for (uint16_t i = 0; i < program->rule_count; i++) {
        const struct rule *rule = &program->rules[i];
        if (rule->beneficiary == BENEFICIARY_BUYER && rule->trigger == TRIGGER_REGISTRATION)
            count += registration_gives(program, i, facts, asks_referrer, &ret[count]);
    }
    for (uint16_t i = 0; i < program->rule_count && purchases < WELCOME_PURCHASES_MAX; i++) {
        const struct rule *rule = &program->rules[i];
        bool earns = rule->trigger == TRIGGER_PURCHASE || rule->trigger == TRIGGER_REPURCHASE;
        if (rule->beneficiary == BENEFICIARY_BUYER && earns &&
            purchases_earn(program, i, facts, asks_referrer, &ret[count])) {
            purchases++;
            count++;
        }
    }
    return count;
}
