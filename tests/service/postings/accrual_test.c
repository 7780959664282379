/* Awards as ledger movements. */
#include "service/postings/accrual.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct program program = {
    .version = 3, .rule_count = 6,
    .rules = {[5] = {.hold_days = 7, .expiry = EXPIRY_DAYS, .expiry_count = 30}},
};
static const struct accrual_facts facts = {
    .event = {.kind = EVENT_PURCHASE, .member = 5, .receipt = {.shop = 1, .size = 2, .text = "A1"}},
    .business_date = 20000, .program = &program,
};

static void each_award_above_zero_is_one_balanced_entry_and_one_credit(void **state)
{
    (void)state;
    static const struct award awards[] = {
        {.rule = 0, .party = {PARTY_MEMBER, 5}, .unit = UNIT_POINTS, .amount = 10},
        {.rule = 1, .party = {PARTY_GUIDE, 7}, .unit = UNIT_CASH, .reason = AWARD_SELF},
        {.rule = 4, .party = {PARTY_GUIDE, 8}, .unit = UNIT_CASH, .amount = 3},
    };
    struct posting postings[AWARDS_MAX];

    assert_int_equal(accrual_postings(awards, 3, &facts, postings), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct award *award = &awards[postings[i].award];
        const struct entry *entry = &postings[i].entry;
        const struct credit *credit = &postings[i].credit;
        assert_int_equal(postings[i].award, i == 0 ? 0 : 2);
        assert_int_equal(entry->kind, ENTRY_ACCRUE);
        assert_int_equal(entry->from, SIDE_EXPENSE);
        assert_int_equal(entry->to, SIDE_OWNER);
        assert_int_equal(entry->amount, award->amount);
        assert_int_equal(entry->unit, award->unit);
        assert_int_equal(entry->rule, award->rule);
        assert_int_equal(entry->program_version, 3);
        assert_int_equal(entry->business_date, 20000);
        assert_int_equal(entry->party.number, award->party.number);
        assert_int_equal(entry->event.member, 5);
        assert_memory_equal(entry->event.receipt.text, "A1", 2);
        assert_int_equal(credit->state, CREDIT_AVAILABLE);
        assert_int_equal(credit->posted, award->amount);
        assert_int_equal(credit->posted, credit->remaining + credit->redeemed + credit->expired +
                                             credit->settled + credit->voided + credit->reversed);
        assert_int_equal(credit->matures_on, 20000);
        assert_int_equal(credit->expires_on, DATE_NEVER);
        assert_int_equal(credit->rule, award->rule);
        assert_int_equal(credit->unit, award->unit);
    }
}

static void what_a_rule_holds_is_owed_and_pending_until_it_matures(void **state)
{
    (void)state;
    static const struct award award = {.rule = 5, .party = {PARTY_GUIDE, 8}, .amount = 3};
    struct posting posting;

    assert_int_equal(accrual_postings(&award, 1, &facts, &posting), 1);
    assert_int_equal(posting.entry.from, SIDE_EXPENSE);
    assert_int_equal(posting.entry.to, SIDE_LIABILITY);
    assert_int_equal(posting.credit.state, CREDIT_PENDING);
    assert_int_equal(posting.credit.remaining, 3);
    assert_int_equal(posting.credit.matures_on, 20007);
    assert_int_equal(posting.credit.expires_on, 20037);
    assert_int_equal(posting.credit.referee, 5);
}

static void nothing_awarded_posts_nothing(void **state)
{
    (void)state;
    struct award awards[AWARDS_MAX] = {{0}};
    struct posting postings[AWARDS_MAX];

    assert_int_equal(accrual_postings(NULL, 0, &facts, postings), 0);
    assert_int_equal(accrual_postings(awards, AWARDS_MAX, &facts, postings), 0);
    for (size_t i = 0; i < AWARDS_MAX; i++) awards[i] = (struct award){.amount = INT64_MAX};
    assert_int_equal(accrual_postings(awards, AWARDS_MAX, &facts, postings), AWARDS_MAX);
    assert_int_equal(postings[AWARDS_MAX - 1].credit.remaining, INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_award_above_zero_is_one_balanced_entry_and_one_credit),
        cmocka_unit_test(what_a_rule_holds_is_owed_and_pending_until_it_matures),
        cmocka_unit_test(nothing_awarded_posts_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
