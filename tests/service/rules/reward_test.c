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
     __VA_ARGS__}
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
        size_t count = reward_awards(&program, &row->facts, awards);
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

    program.rules[3].unit = UNIT_POINTS;
    assert_int_equal(reward_awards(&program, &facts, awards), 3);
    assert_int_equal(awards[0].rule, 0);
    assert_int_equal(awards[0].amount, 5);
    assert_int_equal(awards[1].rule, 2);
    assert_int_equal(awards[1].amount, 10);
    assert_int_equal(awards[2].rule, 3);
    assert_int_equal(awards[2].amount, 2);
    assert_int_equal(awards[2].unit, UNIT_POINTS);
}

static void a_rate_is_rounded_once_as_the_rule_says(void **state)
{
    (void)state;
    static const struct { int64_t base; int32_t bp; int64_t floor, half_up; } products[] = {
        {0, 100, 0, 0},
        {1, 0, 0, 0},
        {49, 100, 0, 0},             /* 0.49 */
        {50, 100, 0, 1},             /* 0.50 */
        {99, 100, 0, 1},             /* 0.99 */
        {100, 100, 1, 1},            /* 1.00 */
        {149, 100, 1, 1},            /* 1.49 */
        {150, 100, 1, 2},            /* 1.50 */
        {4999, 1, 0, 0},             /* 0.4999 */
        {5000, 1, 0, 1},             /* 0.5000 */
        {9999, 1, 0, 1},             /* 0.9999 */
        {10000, 1, 1, 1},
        {3, 3333, 0, 1},             /* 0.9999 */
        {7, 100000, 70, 70},         /* 1,000 % */
        /* Products beyond 64 bits. */
        {INT64_C(1000000000000), 100000, INT64_C(10000000000000), INT64_C(10000000000000)},
        {INT64_C(922337203685477580), 100000, INT64_C(9223372036854775800),
         INT64_C(9223372036854775800)},
        {INT64_MAX, 10000, INT64_MAX, INT64_MAX},
        {INT64_MAX, 9999, INT64_C(9222449699651090329), INT64_C(9222449699651090329)},
        {INT64_MAX, 1, INT64_C(922337203685477), INT64_C(922337203685478)},
    };
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++) {
        assert_int_equal(reward_rate(products[i].base, products[i].bp, ROUNDING_FLOOR),
                         products[i].floor);
        assert_int_equal(reward_rate(products[i].base, products[i].bp, ROUNDING_HALF_UP),
                         products[i].half_up);
    }
}

/* The other reasons wait for caps, holds and minimums: nothing here can say them. */
static void every_reason_of_today_has_a_row(void **state)
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
        cmocka_unit_test(a_rate_is_rounded_once_as_the_rule_says),
        cmocka_unit_test(every_reason_of_today_has_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
