/* What a code promises: rules and what is known before a registration, as rows. */
#include "service/rules/welcome.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TODAY 20514 /* 2026-03-02, a Monday */
#define FIXED(amount_) .formula = FORMULA_FIXED, .fixed_amount = (amount_)
#define RATE(bp) .formula = FORMULA_RATE, .rate_bp = (bp), .rounding = ROUNDING_FLOOR
#define RULE_FROM(from_, to_, trigger_, ...)                                                    \
    {.trigger = TRIGGER_##trigger_, .beneficiary = BENEFICIARY_BUYER, .unit = UNIT_POINTS,      \
     .window_from = (from_), .window_to = (to_), __VA_ARGS__}
#define RULE(trigger_, ...) RULE_FROM(DATE_ALWAYS, DATE_NEVER, trigger_, __VA_ARGS__)
#define NO_CODE .event = EVENT_REGISTRATION, .date = TODAY, .registered_on = TODAY, .buyer = 9
#define BY_FRIEND NO_CODE, .referrer = {PARTY_MEMBER, 4}
#define BY_GUIDE NO_CODE, .referrer = {PARTY_GUIDE, 7}, .referrer_active = true,                \
    .serving_guide = 7, .serving_active = true

enum told { NOT_TOLD, TOLD, CONDITIONAL };

struct row {
    const char *says;
    struct rule rule;
    struct reward_facts facts;
    bool asks;
    enum told told;
    int64_t amount;
};

static const struct row rows[] = {
    {"a fixed welcome", RULE(REGISTRATION, FIXED(50)), {BY_FRIEND}, false, TOLD, 50},
    {"a gift by name", RULE(REGISTRATION, .reward = REWARD_GIFT), {BY_FRIEND}, false, TOLD, 0},
    {"a rate of nothing", RULE(REGISTRATION, RATE(100)), {BY_FRIEND}, false, NOT_TOLD, 0},
    {"nothing is below any minimum", RULE(REGISTRATION, FIXED(50), .minimum_minor = 1),
     {BY_FRIEND}, false, NOT_TOLD, 0},
    {"the campaign is over", RULE_FROM(DATE_ALWAYS, TODAY, REGISTRATION, FIXED(50)), {BY_FRIEND},
     false, NOT_TOLD, 0},
    {"it has not begun", RULE_FROM(TODAY + 1, DATE_NEVER, REGISTRATION, FIXED(50)), {BY_FRIEND},
     false, NOT_TOLD, 0},
    {"its last day", RULE_FROM(TODAY, TODAY + 1, REGISTRATION, FIXED(50)), {BY_FRIEND}, false, TOLD,
     50},
    {"another weekday", RULE(REGISTRATION, FIXED(50), .weekdays = 1 << 1), {BY_FRIEND}, false,
     NOT_TOLD, 0},
    {"no shop is named by a page", RULE(REGISTRATION, FIXED(50), .shops = {0, 1}), {BY_FRIEND},
     false, NOT_TOLD, 0},
    {"a higher tier", RULE(REGISTRATION, FIXED(50), .tiers = 1 << 1), {BY_FRIEND}, false, NOT_TOLD,
     0},

    /* Who recommends her. */
    {"friends of members, by one", RULE(REGISTRATION, FIXED(50), .referrer = REFERRER_MEMBER),
     {BY_FRIEND}, false, TOLD, 50},
    {"friends of members, by a guide", RULE(REGISTRATION, FIXED(50), .referrer = REFERRER_MEMBER),
     {BY_GUIDE}, false, NOT_TOLD, 0},
    {"friends of members, yet unknown", RULE(REGISTRATION, FIXED(50), .referrer = REFERRER_MEMBER),
     {NO_CODE}, true, CONDITIONAL, 50},
    {"nobody's friends, yet unknown", RULE(REGISTRATION, FIXED(50), .referrer = REFERRER_NONE),
     {NO_CODE}, true, CONDITIONAL, 50},
    {"a guide's own code", RULE(REGISTRATION, FIXED(50), .code = CODE_OWN), {BY_GUIDE}, false,
     TOLD, 50},
    {"a guide inherited, by his own code", RULE(REGISTRATION, FIXED(50), .code = CODE_INHERITED),
     {BY_GUIDE}, false, NOT_TOLD, 0},

    /* What is asked of her. */
    {"a birthday", RULE(REGISTRATION, FIXED(50), .birthday = BIRTHDAY_MONTH), {BY_FRIEND}, false,
     CONDITIONAL, 50},
    {"an age", RULE(REGISTRATION, FIXED(50), .age_from = 18), {BY_FRIEND}, false, CONDITIONAL, 50},
    {"an age below", RULE(REGISTRATION, FIXED(50), .age_to = 18), {BY_FRIEND}, false, CONDITIONAL,
     50},
    {"a gender", RULE(REGISTRATION, FIXED(50), .gender = "f"), {BY_FRIEND}, false, CONDITIONAL,
     50},
    {"an attribute", RULE(REGISTRATION, .reward = REWARD_COUPON, .attribute = "city"),
     {BY_FRIEND}, false, CONDITIONAL, 0},

    /* Purchases. */
    {"every purchase", RULE(PURCHASE, RATE(100)), {BY_FRIEND}, false, TOLD, 0},
    {"coming again", RULE(REPURCHASE, FIXED(5)), {BY_FRIEND}, false, TOLD, 0},
    {"purchases of a campaign that is over", RULE_FROM(DATE_ALWAYS, TODAY, PURCHASE, RATE(100)),
     {BY_FRIEND}, false, NOT_TOLD, 0},
    {"the first purchase", RULE(PURCHASE, FIXED(5), .first_purchase = true), {BY_FRIEND}, false,
     CONDITIONAL, 0},
    {"soon", RULE(PURCHASE, FIXED(5), .within_days = 7), {BY_FRIEND}, false, CONDITIONAL, 0},
    {"on Sundays", RULE(PURCHASE, FIXED(5), .weekdays = 1 << 6), {BY_FRIEND}, false, CONDITIONAL,
     0},
    {"at some shops", RULE(PURCHASE, FIXED(5), .shops = {0, 1}), {BY_FRIEND}, false, CONDITIONAL,
     0},
    {"of some kinds", RULE(PURCHASE, RATE(100), .categories = {0, 1}), {BY_FRIEND}, false,
     CONDITIONAL, 0},
    {"large ones", RULE(PURCHASE, FIXED(5), .minimum_minor = 1), {BY_FRIEND}, false, CONDITIONAL,
     0},
    {"of a higher tier", RULE(PURCHASE, FIXED(5), .tiers = 1 << 1), {BY_FRIEND}, false,
     CONDITIONAL, 0},
    {"of hers and a higher tier", RULE(PURCHASE, FIXED(5), .tiers = 3), {BY_FRIEND}, false, TOLD,
     0},
    {"on her birthday", RULE(PURCHASE, FIXED(5), .birthday = BIRTHDAY_DAY), {BY_FRIEND}, false,
     CONDITIONAL, 0},
    {"of a guide's members, by a friend", RULE(PURCHASE, FIXED(5), .referrer = REFERRER_GUIDE),
     {BY_FRIEND}, false, NOT_TOLD, 0},
    {"of a guide's members, yet unknown", RULE(PURCHASE, FIXED(5), .referrer = REFERRER_GUIDE),
     {NO_CODE}, true, CONDITIONAL, 0},
    {"a year's end", RULE(PERIOD_CLOSE, FIXED(5)), {BY_FRIEND}, false, NOT_TOLD, 0},
};

static void a_code_promises_what_it_can_keep(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct program program = {.rule_count = 1, .rules = {row->rule}, .shop_count = 1,
                                  .shops = {3}, .category_count = 1};
        struct welcome told[RULES_MAX];

        size_t count = welcome_rules(&program, &row->facts, row->asks, told);
        if (count != (row->told != NOT_TOLD)) fail_msg("%s: %zu told", row->says, count);
        if (count == 0) continue;
        if (told[0].conditional != (row->told == CONDITIONAL))
            fail_msg("%s: conditional %d", row->says, told[0].conditional);
        if (told[0].award.amount != row->amount)
            fail_msg("%s: %" PRId64, row->says, told[0].award.amount);
    }
}

static void what_others_get_is_not_told(void **state)
{
    (void)state;
    static const struct reward_facts facts = {BY_GUIDE};
    struct program program = {.rule_count = 3, .rules = {
        RULE(REGISTRATION, FIXED(5)), RULE(REGISTRATION, FIXED(5)), RULE(PURCHASE, RATE(5)),
    }};
    struct welcome told[RULES_MAX];

    program.rules[0].beneficiary = BENEFICIARY_REFERRER;
    program.rules[1].beneficiary = BENEFICIARY_SERVING_GUIDE;
    program.rules[2].beneficiary = BENEFICIARY_SELLING_GUIDE;
    assert_int_equal(welcome_rules(&program, &facts, false, told), 0);
}

static void registrations_come_first_and_purchases_are_few(void **state)
{
    (void)state;
    static const struct reward_facts facts = {BY_GUIDE};
    struct program program = {.rule_count = 9};
    struct welcome told[RULES_MAX];

    for (size_t i = 0; i < 8; i++) program.rules[i] = (struct rule)RULE(PURCHASE, RATE(5));
    program.rules[8] = (struct rule)RULE(REGISTRATION, FIXED(5), .tier_multiplier = true);
    program.tier_count = 1;
    program.tiers[0].multiplier_bp = 2 * MULTIPLIER_ONE;
    assert_int_equal(welcome_rules(&program, &facts, false, told), 1 + WELCOME_PURCHASES_MAX);
    assert_int_equal(told[0].rule, 8);
    assert_int_equal(told[0].award.amount, 10);
    assert_int_equal(told[0].award.party.number, 9);
    for (size_t i = 1; i <= WELCOME_PURCHASES_MAX; i++) assert_int_equal(told[i].rule, i - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_promises_what_it_can_keep),
        cmocka_unit_test(what_others_get_is_not_told),
        cmocka_unit_test(registrations_come_first_and_purchases_are_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
