/* Quotes: what a purchase would earn, before it is recorded. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define QUOTE(buyer, amount, rest) \
    "purchase." buyer " purchase.amount_minor=" amount " " rest

static void a_quote_says_what_recording_then_does(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", quote, QUOTE("member_number=2", "12345", "purchase.shop_id=S1"),
                "program_version=1 business_date=2026-03-02 member_number=2 base_minor=12345 "
                "serving_guide=1 rules#=4 rules[0].rule_id=buyer rules[0].verdict=MATCHED "
                "rules[0].awards[0].amount=123 !rules[0].awards[0].credit_number "
                "rules[1].awards[0].beneficiary=member:1 rules[1].awards[0].amount=247 "
                "rules[2].awards[0].amount=61 rules[3].verdict=TRIGGER"),
        ANSWERS("admin", record_purchase,
                "receipt_number=A1 member_number=2 amount_minor=12345 shop_id=S1",
                "purchase.credits#=3 purchase.credits[0].amount=123 "
                "purchase.credits[1].amount=247 purchase.credits[2].amount=61 "
                "purchase.credits[0].credit_number=1"),
        /* On another day she comes again; a till sees its customer's part alone. */
        AT("2026-03-03T10:00"),
        ANSWERS("pos:1", quote, QUOTE("phone=13800000002", "100", ""),
                "rules#=2 rules[1].rule_id=again rules[1].awards[0].amount=5 !serving_guide"),
        ANSWERS("manager:1", quote, QUOTE("member_number=2", "100", ""),
                "rules#=4 rules[1].verdict=MATCHED rules[1].awards#=0 "
                "rules[2].awards[0].reason=ROUNDED_TO_ZERO"),
        /* Nothing was written: the next credit is the fourth. */
        ANSWERS("admin", record_purchase,
                "receipt_number=A2 member_number=2 amount_minor=100 shop_id=S1",
                "purchase.credits[0].credit_number=4 purchase.credits[3].amount=5"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_quote_may_be_asked_as_of_another_date(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", quote, QUOTE("member_number=2", "100", "purchase.shop_id=S1 "
                                      "as_of=2025-12-31"),
                "business_date=2025-12-31 !program_version rules#=0 !by_draft"),
        ANSWERS("admin", quote, QUOTE("member_number=2", "100", "purchase.shop_id=S1 "
                                      "as_of=2027-01-01"),
                "business_date=2027-01-01 program_version=1 rules#=4"),
        REFUSES("admin", quote, QUOTE("member_number=2", "100", "purchase.shop_id=S1 "
                                      "purchase.occurred_at=2026-03-01T10:00 as_of=2027-01-01"),
                OUTCOME_VALUE_INVALID, "as_of"),
        REFUSES("admin", quote, QUOTE("member_number=2", "100", "as_of=2027-02-29"),
                OUTCOME_DATE_INVALID, "as_of"),
    };
    PLAY_ON(STAGE, steps);
}

#define DRAFT(rest) \
    "draft.from_date=2026-01-01 draft.rules[0].rule_id=double " \
    "draft.rules[0].trigger=PURCHASE draft.rules[0].beneficiary=BUYER " \
    "draft.rules[0].unit=POINTS " rest

static void a_draft_is_tried_on_before_it_is_published(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", quote,
                QUOTE("member_number=2", "12345", "purchase.shop_id=S1 ")
                DRAFT("draft.rules[0].rate_bp=200"),
                "by_draft=1 !program_version rules#=1 rules[0].rule_id=double "
                "rules[0].awards[0].amount=246 rules[0].awards[0].rate_bp=200"),
        REFUSES("admin", quote,
                QUOTE("member_number=2", "12345", "purchase.shop_id=S1 ")
                DRAFT("draft.rules[0].rate_bp=10001"),
                OUTCOME_PROGRAM_INVALID, "program.rules[0].rate_bp"),
        REFUSES("manager:1", quote,
                QUOTE("member_number=2", "12345", "") DRAFT("draft.rules[0].rate_bp=200"),
                OUTCOME_ROLE_NOT_ALLOWED, "draft"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_a_cap_has_left_is_told(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", quote,
                QUOTE("member_number=2", "12345", "purchase.shop_id=S1 ")
                DRAFT("draft.rules[0].rate_bp=200 draft.rules[0].budget=100"),
                "rules[0].awards[0].amount=100 rules[0].awards[0].full_amount=246 "
                "rules[0].awards[0].cap=BUDGET rules[0].awards[0].cap_left=100"),
        ANSWERS("admin", quote,
                QUOTE("member_number=2", "5000", "purchase.shop_id=S1 ")
                DRAFT("draft.rules[0].rate_bp=200 draft.rules[0].budget=100"),
                "rules[0].awards[0].amount=100 rules[0].awards[0].cap=NONE "
                "!rules[0].awards[0].cap_left"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_quote_is_refused_as_recording_would_be(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("admin", quote, "", OUTCOME_FIELD_REQUIRED, "purchase"),
        REFUSES("pos:1", quote, QUOTE("member_number=2", "-1", ""), OUTCOME_AMOUNT_INVALID,
                "amount_minor"),
        REFUSES("pos:1", quote, QUOTE("member_number=2", "1", "purchase.shop_id=S2"),
                OUTCOME_NOT_YOURS, "shop_id"),
        REFUSES("pos:1", quote, QUOTE("member_number=99", "1", ""), OUTCOME_MEMBER_UNKNOWN,
                "member_number"),
        REFUSES("pos:1", quote, QUOTE("member_number=2", "1", "purchase.currency=USD"),
                OUTCOME_CURRENCY_MISMATCH, "currency"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quote_says_what_recording_then_does),
        cmocka_unit_test(a_quote_may_be_asked_as_of_another_date),
        cmocka_unit_test(a_draft_is_tried_on_before_it_is_published),
        cmocka_unit_test(what_a_cap_has_left_is_told),
        cmocka_unit_test(a_quote_is_refused_as_recording_would_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
