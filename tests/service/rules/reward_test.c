/* What an event earns whom: rules, facts and awards as rows one can read aloud. */
#include "service/rules/reward.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define GUIDE(number_) {PARTY_GUIDE, number_}
#define MEMBER(number_) {PARTY_MEMBER, number_}
#define RATE(bp) .formula = FORMULA_RATE, .rate_bp = (bp), .rounding = ROUNDING_FLOOR
#define FIXED(amount_) .formula = FORMULA_FIXED, .fixed_amount = (amount_)
#define BUYS(minor) .event = EVENT_PURCHASE, .base_minor = (minor), .buyer = 5
#define REGISTERS .event = EVENT_REGISTRATION, .buyer = 5

enum { NO_AWARD = -1 };

struct row {
    const char *says;
    struct rule rule;
    struct reward_facts facts;
    int64_t amount; /* NO_AWARD: the rule does not match */
    struct party party;
    enum award_reason reason;
};

#define PAYS(trigger_, whom, ...)                                                               \
    {.trigger = TRIGGER_##trigger_, .beneficiary = BENEFICIARY_##whom, .unit = UNIT_CASH,       \
     .window_from = DATE_ALWAYS, .window_to = DATE_NEVER, __VA_ARGS__}
#define ACTIVE_REFERRER .referrer = GUIDE(7), .referrer_active = true
#define ACTIVE_SERVING .serving_guide = 7, .serving_active = true

static const struct row rows[] = {
    {"the buyer's rate", PAYS(PURCHASE, BUYER, RATE(100)), {BUYS(12345)}, 123, MEMBER(5),
     AWARD_GRANTED},
    {"a fixed amount needs no base", PAYS(PURCHASE, BUYER, FIXED(3)), {BUYS(0)}, 3, MEMBER(5),
     AWARD_GRANTED},
    {"less than one unit", PAYS(PURCHASE, BUYER, RATE(100)), {BUYS(99)}, 0, MEMBER(5),
     AWARD_ROUNDED_TO_ZERO},
    {"a purchase of nothing", PAYS(PURCHASE, BUYER, RATE(100)), {BUYS(0)}, 0, MEMBER(5),
     AWARD_ROUNDED_TO_ZERO},

    /* Triggers. */
    {"a registration is no purchase", PAYS(PURCHASE, BUYER, FIXED(3)), {REGISTERS}, NO_AWARD,
     {0}, 0},
    {"a purchase is no registration", PAYS(REGISTRATION, BUYER, FIXED(3)), {BUYS(1)}, NO_AWARD,
     {0}, 0},
    {"a welcome", PAYS(REGISTRATION, BUYER, FIXED(3)), {REGISTERS}, 3, MEMBER(5), AWARD_GRANTED},
    {"not again on the first day", PAYS(REPURCHASE, BUYER, FIXED(3)),
     {BUYS(1), .days_recorded = 1}, NO_AWARD, {0}, 0},
    {"again from the second day", PAYS(REPURCHASE, BUYER, FIXED(3)),
     {BUYS(1), .days_recorded = 2}, 3, MEMBER(5), AWARD_GRANTED},
    {"and every day after", PAYS(REPURCHASE, BUYER, FIXED(3)), {BUYS(1), .days_recorded = 900},
     3, MEMBER(5), AWARD_GRANTED},
    {"a registration is never again", PAYS(REPURCHASE, BUYER, FIXED(3)),
     {REGISTERS, .days_recorded = 2}, NO_AWARD, {0}, 0},

    /* The referrer. */
    {"nobody referred her", PAYS(PURCHASE, REFERRER, FIXED(3)), {BUYS(1)}, NO_AWARD, {0}, 0},
    {"a friend", PAYS(PURCHASE, REFERRER, FIXED(3)), {BUYS(1), .referrer = MEMBER(4)}, 3,
     MEMBER(4), AWARD_GRANTED},
    {"a friend who was erased since", PAYS(PURCHASE, REFERRER, FIXED(3)),
     {BUYS(1), .referrer = MEMBER(4), .referrer_erased = true}, 0, MEMBER(4), AWARD_ERASED},
    {"a guide", PAYS(PURCHASE, REFERRER, FIXED(3)), {BUYS(1), ACTIVE_REFERRER}, 3, GUIDE(7),
     AWARD_GRANTED},
    {"a guide not employed that day", PAYS(PURCHASE, REFERRER, FIXED(3)),
     {BUYS(1), .referrer = GUIDE(7)}, 0, GUIDE(7), AWARD_GUIDE_INACTIVE},
    {"a guide who is the buyer", PAYS(PURCHASE, REFERRER, FIXED(3)),
     {BUYS(1), ACTIVE_REFERRER, .referrer_self = true}, 0, GUIDE(7), AWARD_SELF},
    {"self is said before inactive", PAYS(PURCHASE, REFERRER, FIXED(3)),
     {BUYS(1), .referrer = GUIDE(7), .referrer_self = true}, 0, GUIDE(7), AWARD_SELF},
    {"and before rounded away", PAYS(PURCHASE, REFERRER, RATE(1)),
     {BUYS(1), ACTIVE_REFERRER, .referrer_self = true}, 0, GUIDE(7), AWARD_SELF},

    /* The serving guide. */
    {"nobody serves her", PAYS(PURCHASE, SERVING_GUIDE, FIXED(3)),
     {BUYS(1), ACTIVE_REFERRER}, NO_AWARD, {0}, 0},
    {"he who serves her", PAYS(PURCHASE, SERVING_GUIDE, FIXED(3)), {BUYS(1), ACTIVE_SERVING}, 3,
     GUIDE(7), AWARD_GRANTED},
    {"not employed that day", PAYS(PURCHASE, SERVING_GUIDE, FIXED(3)),
     {BUYS(1), .serving_guide = 7}, 0, GUIDE(7), AWARD_GUIDE_INACTIVE},
    {"she serves herself", PAYS(PURCHASE, SERVING_GUIDE, FIXED(3)),
     {BUYS(1), ACTIVE_SERVING, .serving_self = true}, 0, GUIDE(7), AWARD_SELF},

    /* Kinds of referrer. */
    {"members only: a friend", PAYS(PURCHASE, BUYER, FIXED(3), .referrer = REFERRER_MEMBER),
     {BUYS(1), .referrer = MEMBER(4)}, 3, MEMBER(5), AWARD_GRANTED},
    {"members only: a guide", PAYS(PURCHASE, BUYER, FIXED(3), .referrer = REFERRER_MEMBER),
     {BUYS(1), ACTIVE_REFERRER}, NO_AWARD, {0}, 0},
    {"members only: nobody", PAYS(PURCHASE, BUYER, FIXED(3), .referrer = REFERRER_MEMBER),
     {BUYS(1)}, NO_AWARD, {0}, 0},
    {"guides only: a guide", PAYS(PURCHASE, BUYER, FIXED(3), .referrer = REFERRER_GUIDE),
     {BUYS(1), ACTIVE_REFERRER}, 3, MEMBER(5), AWARD_GRANTED},
    {"guides only: a friend", PAYS(PURCHASE, BUYER, FIXED(3), .referrer = REFERRER_GUIDE),
     {BUYS(1), .referrer = MEMBER(4)}, NO_AWARD, {0}, 0},
    {"without a referrer", PAYS(PURCHASE, BUYER, FIXED(3), .referrer = REFERRER_NONE), {BUYS(1)},
     3, MEMBER(5), AWARD_GRANTED},
    {"without a referrer, but there is one",
     PAYS(PURCHASE, BUYER, FIXED(3), .referrer = REFERRER_NONE),
     {BUYS(1), .referrer = MEMBER(4)}, NO_AWARD, {0}, 0},

    /* How the serving guide came. */
    {"by his own code", PAYS(PURCHASE, SERVING_GUIDE, FIXED(3), .code = CODE_OWN),
     {BUYS(1), ACTIVE_SERVING}, 3, GUIDE(7), AWARD_GRANTED},
    {"by his own code, but inherited", PAYS(PURCHASE, SERVING_GUIDE, FIXED(3), .code = CODE_OWN),
     {BUYS(1), ACTIVE_SERVING, .serving_inherited = true}, NO_AWARD, {0}, 0},
    {"by his own code, but there is none", PAYS(PURCHASE, BUYER, FIXED(3), .code = CODE_OWN),
     {BUYS(1)}, NO_AWARD, {0}, 0},
    {"inherited", PAYS(PURCHASE, SERVING_GUIDE, FIXED(3), .code = CODE_INHERITED),
     {BUYS(1), ACTIVE_SERVING, .serving_inherited = true}, 3, GUIDE(7), AWARD_GRANTED},
    {"inherited, but by his own code",
     PAYS(PURCHASE, SERVING_GUIDE, FIXED(3), .code = CODE_INHERITED), {BUYS(1), ACTIVE_SERVING},
     NO_AWARD, {0}, 0},
};

static void every_row_is_awarded_as_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct program program = {.version = 1, .rule_count = 1, .rules = {row->rule}};
        struct award awards[AWARDS_MAX];
        struct verdicts verdicts;
        size_t count = reward_awards(&program, &row->facts, awards, &verdicts);
        assert_int_equal(verdicts.count, 1);
        assert_int_equal(verdicts.of_rule[0] == VERDICT_MATCHED, row->amount != NO_AWARD);
        if (count != (row->amount == NO_AWARD ? 0u : 1u))
            fail_msg("%s: %zu awards", row->says, count);
        if (count == 0) continue;
        if (awards[0].amount != row->amount || awards[0].reason != row->reason ||
            awards[0].party.kind != row->party.kind ||
            awards[0].party.number != row->party.number)
            fail_msg("%s: %" PRId64 " to %d:%u, reason %d", row->says, awards[0].amount,
                     (int)awards[0].party.kind, awards[0].party.number, (int)awards[0].reason);
        assert_int_equal(awards[0].base_minor, row->facts.base_minor);
        assert_int_equal(awards[0].unit, UNIT_CASH);
        assert_int_equal(awards[0].credit, 0);
    }
}

static void every_matching_rule_pays_in_the_programs_order(void **state)
{
    (void)state;
    struct program program = {
        .version = 1, .rule_count = 4,
        .rules = {PAYS(PURCHASE, SERVING_GUIDE, RATE(50)), PAYS(REGISTRATION, BUYER, FIXED(1)),
                  PAYS(PURCHASE, BUYER, RATE(100)), PAYS(PURCHASE, BUYER, FIXED(2))},
    };
    struct reward_facts facts = {BUYS(1000), ACTIVE_SERVING};
    struct award awards[AWARDS_MAX];
    struct verdicts verdicts;

    program.rules[3].unit = UNIT_POINTS;
    assert_int_equal(reward_awards(&program, &facts, awards, &verdicts), 3);
    assert_int_equal(awards[0].rule, 0);
    assert_int_equal(awards[0].amount, 5);
    assert_int_equal(awards[1].rule, 2);
    assert_int_equal(awards[1].amount, 10);
    assert_int_equal(awards[2].rule, 3);
    assert_int_equal(awards[2].amount, 2);
    assert_int_equal(awards[2].unit, UNIT_POINTS);
    assert_int_equal(verdicts.count, 4);
    assert_int_equal(verdicts.of_rule[0], VERDICT_MATCHED);
    assert_int_equal(verdicts.of_rule[1], VERDICT_TRIGGER);
}

/* ---- minimum, multiplier, sellers ------------------------------------------------------------ */

static struct award only_award(const struct rule *rule, const struct reward_facts *facts)
{
    struct program program = {
        .version = 1, .rule_count = 1, .rules = {*rule}, .tier_count = 2,
        .tiers = {{.multiplier_bp = 10000}, {.multiplier_bp = 15000}},
    };
    struct award awards[AWARDS_MAX];
    struct verdicts verdicts;

    assert_int_equal(reward_awards(&program, facts, awards, &verdicts), 1);
    return awards[0];
}

static void a_purchase_below_the_minimum_gives_an_award_of_nothing(void **state)
{
    (void)state;
    struct rule rule = PAYS(PURCHASE, BUYER, RATE(100), .minimum_minor = 50000);
    struct reward_facts facts = {BUYS(40000), .amount_minor = 49999};

    struct award award = only_award(&rule, &facts);
    assert_int_equal(award.reason, AWARD_BELOW_MINIMUM);
    assert_int_equal(award.amount, 0);
    assert_int_equal(award.full_amount, 0);
    facts.amount_minor = 50000; /* the purchase is measured, not its base */
    award = only_award(&rule, &facts);
    assert_int_equal(award.reason, AWARD_GRANTED);
    assert_int_equal(award.amount, 400);
}

static void the_tiers_multiplier_counts_where_the_rule_takes_it(void **state)
{
    (void)state;
    struct rule rate = PAYS(PURCHASE, BUYER, RATE(100), .tier_multiplier = true);
    struct rule fixed = PAYS(PURCHASE, BUYER, FIXED(3), .rounding = ROUNDING_FLOOR,
                             .tier_multiplier = true);
    struct rule plain = PAYS(PURCHASE, BUYER, RATE(100));
    struct reward_facts facts = {BUYS(1550), .tier = 1};

    struct award award = only_award(&rate, &facts);
    assert_int_equal(award.amount, 23); /* 15.50 x 1.5 = 23.25, not 15 x 1.5 */
    assert_int_equal(award.multiplier_bp, 15000);
    assert_int_equal(only_award(&fixed, &facts).amount, 4); /* 4.5 */
    fixed.rounding = ROUNDING_HALF_UP;
    assert_int_equal(only_award(&fixed, &facts).amount, 5);
    award = only_award(&plain, &facts);
    assert_int_equal(award.amount, 15);
    assert_int_equal(award.multiplier_bp, MULTIPLIER_ONE);
    facts.tier = 7; /* of an older version with more tiers: the highest there is */
    assert_int_equal(only_award(&rate, &facts).amount, 23);
}

static void sellers_share_by_largest_remainder(void **state)
{
    (void)state;
    struct program program = {
        .version = 1, .rule_count = 1,
        .rules = {PAYS(PURCHASE, SELLING_GUIDE, RATE(100))},
    };
    struct reward_facts facts = {
        BUYS(1000), .seller_count = 4,
        .sellers = {{.guide = 11, .share_bp = 3333, .active = true},
                    {.guide = 12, .share_bp = 3333, .active = true, .self = true},
                    {.guide = 13, .share_bp = 3333},
                    {.guide = 14, .share_bp = 1, .active = true}},
    };
    struct award awards[AWARDS_MAX];
    struct verdicts verdicts;

    assert_int_equal(reward_awards(&program, &facts, awards, &verdicts), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(awards[i].party.kind, PARTY_GUIDE);
        assert_int_equal(awards[i].party.number, 11 + i);
        assert_int_equal(awards[i].full_amount, 10);
        assert_int_equal(awards[i].share_bp, facts.sellers[i].share_bp);
    }
    assert_int_equal(awards[0].amount, 4); /* of 3.333 each, one is left: the earlier's */
    assert_int_equal(awards[1].reason, AWARD_SELF);
    assert_int_equal(awards[1].amount, 0); /* and nobody else gets her share */
    assert_int_equal(awards[2].reason, AWARD_GUIDE_INACTIVE);
    assert_int_equal(awards[3].reason, AWARD_ROUNDED_TO_ZERO);
}

static void tier_points_are_counted_before_multiplier_and_minimum(void **state)
{
    (void)state;
    struct program program = {
        .version = 1, .rule_count = 5, .tier_count = 2,
        .tiers = {{.multiplier_bp = 10000}, {.multiplier_bp = 30000}},
        .rules = {PAYS(PURCHASE, BUYER, RATE(100), .tier_multiplier = true),
                  PAYS(PURCHASE, BUYER, FIXED(7)), /* cash */
                  PAYS(REPURCHASE, BUYER, FIXED(5)),
                  PAYS(PURCHASE, REFERRER, FIXED(9)),
                  PAYS(PURCHASE, BUYER, FIXED(11), .minimum_minor = 5000)},
    };
    struct reward_facts facts = {BUYS(1000), .amount_minor = 1000, .tier = 1, .days_recorded = 2,
                                 .referrer = MEMBER(4)};
    struct award awards[AWARDS_MAX];
    struct verdicts verdicts;

    for (size_t i = 0; i < 5; i++)
        if (i != 1) program.rules[i].unit = UNIT_POINTS;
    size_t count = reward_awards(&program, &facts, awards, &verdicts);
    assert_int_equal(count, 5);
    assert_int_equal(awards[0].amount, 30);
    assert_int_equal(reward_tier_points(&program, awards, count), 10);
    awards[0].amount = 3;
    awards[0].reason = AWARD_CAPPED;
    assert_int_equal(reward_tier_points(&program, awards, count), 10);
}

static void a_benefit_makes_no_award(void **state)
{
    (void)state;
    struct program program = {
        .version = 1, .rule_count = 1,
        .rules = {PAYS(REGISTRATION, BUYER, .reward = REWARD_COUPON)},
    };
    struct reward_facts facts = {REGISTERS};
    struct award awards[AWARDS_MAX];
    struct verdicts verdicts;

    assert_int_equal(reward_awards(&program, &facts, awards, &verdicts), 0);
    assert_int_equal(verdicts.of_rule[0], VERDICT_MATCHED);
}

/* HELD is a person's or a signal's, CAPPED is cap_cut's. */
static void every_reason_of_the_rules_has_a_row(void **state)
{
    (void)state;
    for (int reason = AWARD_GRANTED; reason <= AWARD_GUIDE_INACTIVE; reason++) {
        size_t count = 0;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            count += rows[i].amount != NO_AWARD && (int)rows[i].reason == reason;
        assert_true(count > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_awarded_as_it_says),
        cmocka_unit_test(every_matching_rule_pays_in_the_programs_order),
        cmocka_unit_test(a_purchase_below_the_minimum_gives_an_award_of_nothing),
        cmocka_unit_test(the_tiers_multiplier_counts_where_the_rule_takes_it),
        cmocka_unit_test(sellers_share_by_largest_remainder),
        cmocka_unit_test(tier_points_are_counted_before_multiplier_and_minimum),
        cmocka_unit_test(a_benefit_makes_no_award),
        cmocka_unit_test(every_reason_of_the_rules_has_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
