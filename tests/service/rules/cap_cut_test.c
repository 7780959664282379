/* Caps: what is left of awards, and what is counted where. */
#include "service/rules/cap_cut.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { DATE = 20779, REFEREE = 5 };
#define TO_GUIDE(rule_, number_, amount_)                                                       \
    {.rule = (rule_), .party = {PARTY_GUIDE, number_}, .amount = (amount_),                     \
     .full_amount = (amount_)}

static const struct program program = {
    .version = 1, .rule_count = 4,
    .rules = {
        {.id = "free"},
        {.id = "referee", .cap_per_referee = 100},
        {.id = "all", .cap_per_referee = 100, .cap_per_beneficiary = 60,
         .cap_period = PERIOD_MONTH, .budget = 1000},
        {.id = "budget", .budget = 50},
    },
};

static void awards_without_caps_ask_for_no_counter(void **state)
{
    (void)state;
    struct award awards[] = {TO_GUIDE(0, 7, 10), TO_GUIDE(1, 7, 0)};
    struct cap_uses uses;

    cap_uses_of(&program, REFEREE, DATE, awards, 2, &uses);
    assert_int_equal(uses.count, 0);
    cap_cut(&program, REFEREE, DATE, &uses, awards, 2);
    assert_int_equal(awards[0].amount, 10);
}

static void counters_are_named_once_each(void **state)
{
    (void)state;
    struct award awards[] = {TO_GUIDE(2, 7, 10), TO_GUIDE(2, 8, 10), TO_GUIDE(2, 7, 1)};
    struct cap_uses uses;

    cap_uses_of(&program, REFEREE, DATE, awards, 3, &uses);
    assert_int_equal(uses.count, 4); /* referee, two beneficiaries, budget */
    assert_int_equal(uses.list[0].counter.cap, CAP_REFEREE);
    assert_int_equal(uses.list[0].counter.party.kind, PARTY_MEMBER);
    assert_int_equal(uses.list[0].counter.party.number, REFEREE);
    assert_int_equal(uses.list[0].counter.start, DATE_ALWAYS);
    assert_int_equal(uses.list[1].counter.cap, CAP_BENEFICIARY);
    assert_int_equal(uses.list[1].counter.party.number, 7);
    assert_int_equal(uses.list[1].counter.period, PERIOD_MONTH);
    assert_int_equal(uses.list[1].counter.start, DATE - 21);
    assert_int_equal(uses.list[2].counter.cap, CAP_BUDGET);
    assert_int_equal(uses.list[2].counter.party.kind, PARTY_NONE);
    assert_int_equal(uses.list[3].counter.party.number, 8);
}

/* What the three counters of "all" held, one award, what becomes of it. */
static void each_cap_cuts_to_what_it_leaves(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        int64_t referee, beneficiary, budget, asked, given;
        enum award_cap cap;
    } rows[] = {
        {"room everywhere", 0, 0, 0, 60, 60, CAP_NONE},
        {"exactly the last", 90, 50, 990, 10, 10, CAP_NONE},
        {"a part by referee", 95, 0, 0, 10, 5, CAP_REFEREE},
        {"a part by beneficiary", 0, 58, 0, 10, 2, CAP_BENEFICIARY},
        {"a part by budget", 0, 0, 997, 10, 3, CAP_BUDGET},
        {"the last that cut is named", 95, 58, 999, 10, 1, CAP_BUDGET},
        {"but only if it cut", 98, 55, 992, 10, 2, CAP_REFEREE},
        {"nothing left", 100, 0, 0, 10, 0, CAP_REFEREE},
        {"a cap lowered by a later version", 150, 0, 0, 10, 0, CAP_REFEREE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct award award = TO_GUIDE(2, 7, rows[i].asked);
        struct cap_uses uses;
        cap_uses_of(&program, REFEREE, DATE, &award, 1, &uses);
        assert_int_equal(uses.count, 3);
        uses.list[0].taken = rows[i].referee;
        uses.list[1].taken = rows[i].beneficiary;
        uses.list[2].taken = rows[i].budget;
        cap_cut(&program, REFEREE, DATE, &uses, &award, 1);
        if (award.amount != rows[i].given || award.cap != rows[i].cap)
            fail_msg("%s: %" PRId64 ", cap %d", rows[i].says, award.amount, (int)award.cap);
        assert_int_equal(award.reason,
                         rows[i].cap == CAP_NONE ? AWARD_GRANTED : AWARD_CAPPED);
        assert_int_equal(award.full_amount, rows[i].asked);
        assert_int_equal(uses.list[0].taken, rows[i].referee + rows[i].given);
        assert_int_equal(uses.list[2].taken, rows[i].budget + rows[i].given);
    }
}

static void later_shares_see_what_earlier_ones_took(void **state)
{
    (void)state;
    struct award awards[] = {TO_GUIDE(3, 7, 30), TO_GUIDE(3, 8, 30), TO_GUIDE(3, 9, 30)};
    struct cap_uses uses;

    cap_uses_of(&program, REFEREE, DATE, awards, 3, &uses);
    assert_int_equal(uses.count, 1);
    cap_cut(&program, REFEREE, DATE, &uses, awards, 3);
    assert_int_equal(awards[0].amount, 30);
    assert_int_equal(awards[1].amount, 20);
    assert_int_equal(awards[1].reason, AWARD_CAPPED);
    assert_int_equal(awards[2].amount, 0);
    assert_int_equal(awards[2].cap, CAP_BUDGET);
    assert_int_equal(uses.list[0].taken, 50);
}

static void an_event_of_nobodys_has_no_referee(void **state)
{
    (void)state;
    struct award award = TO_GUIDE(2, 7, 10);
    struct cap_uses uses;

    cap_uses_of(&program, 0, DATE, &award, 1, &uses);
    assert_int_equal(uses.count, 2);
    assert_int_equal(uses.list[0].counter.cap, CAP_BENEFICIARY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(awards_without_caps_ask_for_no_counter),
        cmocka_unit_test(counters_are_named_once_each),
        cmocka_unit_test(each_cap_cuts_to_what_it_leaves),
        cmocka_unit_test(later_shares_see_what_earlier_ones_took),
        cmocka_unit_test(an_event_of_nobodys_has_no_referee),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
