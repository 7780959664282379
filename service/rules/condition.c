#include "service/rules/condition.h"

#include <assert.h>
#include <string.h>

#include "store/date.h"

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

static bool has_beneficiary(const struct rule *rule, const struct reward_facts *facts)
{
    switch (rule->beneficiary) {
    case BENEFICIARY_BUYER: return true;
    case BENEFICIARY_REFERRER: return facts->referrer.kind != PARTY_NONE;
    case BENEFICIARY_SERVING_GUIDE: return facts->serving_guide != 0;
    case BENEFICIARY_SELLING_GUIDE: return facts->seller_count > 0;
    }
    return false;
}

static bool shop_named(const struct program *program, struct pool_part shops, uint32_t shop)
{
    if (shops.count == 0) return true;
    assert(shops.start + shops.count <= PROGRAM_SHOPS_MAX);
    for (size_t i = 0; i < shops.count; i++)
        if (program->shops[shops.start + i] == shop) return true;
    return false;
}

static bool referrer_is(enum referrer_condition condition, struct party referrer)
{
    switch (condition) {
    case REFERRER_ANY: return true;
    case REFERRER_MEMBER: return referrer.kind == PARTY_MEMBER;
    case REFERRER_GUIDE: return referrer.kind == PARTY_GUIDE;
    case REFERRER_NONE: return referrer.kind == PARTY_NONE;
    }
    return false;
}

static bool code_is(enum code_condition condition, const struct reward_facts *facts)
{
    switch (condition) {
    case CODE_ANY: return true;
    case CODE_OWN: return facts->serving_guide != 0 && !facts->serving_inherited;
    case CODE_INHERITED: return facts->serving_inherited;
    }
    return false;
}

static bool line_in(const struct program *program, struct pool_part categories,
                    const struct purchase_line *line)
{
    assert(categories.start + categories.count <= PROGRAM_CATEGORIES_MAX);
    for (size_t i = 0; i < categories.count; i++)
        if (memcmp(program->categories[categories.start + i], line->category,
                   LINE_TEXT_BYTES_MAX) == 0)
            return true;
    return false;
}

static bool category_bought(const struct program *program, const struct rule *rule,
                            const struct reward_facts *facts)
{
    if (rule->categories.count == 0) return true;
    for (size_t i = 0; i < facts->line_count; i++)
        if (line_in(program, rule->categories, &facts->lines[i])) return true;
    return false;
}

static enum rule_verdict person_verdict(const struct rule *rule, const struct reward_facts *facts)
{
    static const struct person unknown = {.gender = ""};
    const struct person *person = facts->person != NULL ? facts->person : &unknown;

    if (!person_has_birthday(person, rule->birthday, facts->date)) return VERDICT_BIRTHDAY;
    if (!person_age_within(person, rule->age_from, rule->age_to, facts->date)) return VERDICT_AGE;
    if (rule->gender[0] != '\0' && strcmp(rule->gender, person->gender) != 0)
        return VERDICT_GENDER;
    if (rule->attribute[0] != '\0' &&
        !person_has_attribute(person, rule->attribute, rule->attribute_value))
        return VERDICT_ATTRIBUTE;
    return VERDICT_MATCHED;
}

enum rule_verdict condition_verdict(const struct program *program, const struct rule *rule,
                                    const struct reward_facts *facts)
{
    if (!trigger_fires(rule, facts)) return VERDICT_TRIGGER;
    if (!has_beneficiary(rule, facts)) return VERDICT_NO_BENEFICIARY;
    if (facts->date < rule->window_from || facts->date >= rule->window_to) return VERDICT_WINDOW;
    if (!shop_named(program, rule->shops, facts->shop)) return VERDICT_SHOP;
    if (!referrer_is(rule->referrer, facts->referrer)) return VERDICT_REFERRER;
    if (!code_is(rule->code, facts)) return VERDICT_CODE;
    assert(facts->tier < PROGRAM_TIERS_MAX);
    if (rule->tiers != 0 && (rule->tiers >> facts->tier & 1) == 0) return VERDICT_TIER;
    if (rule->first_purchase && !facts->first_purchase) return VERDICT_FIRST_PURCHASE;
    if (rule->within_days > 0 && facts->date > facts->registered_on + rule->within_days)
        return VERDICT_WITHIN_DAYS;
    if (rule->weekdays != 0 && (rule->weekdays >> date_weekday(facts->date) & 1) == 0)
        return VERDICT_WEEKDAY;
    enum rule_verdict verdict = person_verdict(rule, facts);
    if (verdict != VERDICT_MATCHED) return verdict;
    return category_bought(program, rule, facts) ? VERDICT_MATCHED : VERDICT_CATEGORY;
}

bool condition_needs_person(const struct program *program, const struct reward_facts *facts)
{
    assert(facts->person == NULL);
    for (size_t i = 0; i < program->rule_count; i++) {
        enum rule_verdict verdict = condition_verdict(program, &program->rules[i], facts);
        if (verdict >= VERDICT_BIRTHDAY && verdict <= VERDICT_ATTRIBUTE) return true;
    }
    return false;
}

int64_t condition_base(const struct program *program, const struct rule *rule,
                       const struct reward_facts *facts)
{
    int64_t base = 0;

    if (rule->categories.count == 0) return facts->base_minor;
    for (size_t i = 0; i < facts->line_count; i++)
        if (line_in(program, rule->categories, &facts->lines[i]))
            base += facts->lines[i].base_minor;
    assert(base >= 0 && base <= facts->base_minor);
    return base;
}
