/* A person decides what a fraud signal held: once, with a reason. */
#include "tests/service/command/review_plays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_review_is_released_or_voided_once_with_a_reason(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02", "program.fraud.registrations_per_ten_minutes=1"),
        ANSWERS("pos:1", register_member, REGISTER("0001", "code=$g1"), NULL),
        ANSWERS("pos:1", register_member, REGISTER("0002", "code=$g1"), NULL),
        ANSWERS("pos:1", register_member, REGISTER("0003", "code=$g1"), NULL),
        CASH_OF("guide:1", AVAILABLE "900 " HELD "600"),
        AT("2026-03-05T09:00"),
        REFUSES("token:$admin", decide_review, "review_number=1 reason=because",
                OUTCOME_VALUE_INVALID, "decision"),
        REFUSES("token:$admin", decide_review, "review_number=1 decision=7 reason=because",
                OUTCOME_VALUE_INVALID, "decision"),
        REFUSES("token:$admin", decide_review, "review_number=1 decision=VOID",
                OUTCOME_FIELD_REQUIRED, "reason"),
        REFUSES("token:$admin", decide_review, "review_number=9 decision=VOID reason=because",
                OUTCOME_REVIEW_UNKNOWN, "review_number"),
        REFUSES("token:$admin", decide_review, "review_number=0 decision=VOID reason=because",
                OUTCOME_REVIEW_UNKNOWN, "review_number"),
        ANSWERS_AGAIN("token:$admin", decide_review,
                      "review_number=1 decision=RELEASE reason='a wedding party'",
                      "review.state=RELEASED review.reason=a_wedding_party "
                      "review.decided_by_token=1 review.decided_at=2026-03-05T09:00:00 "
                      "review.credits[0].amount=300"),
        CASH_OF("guide:1", AVAILABLE "900 " HELD "300"),
        ANSWERS_AGAIN("token:$admin", decide_review,
                      "review_number=2 decision=VOID reason='one hand on all forms'",
                      "review.state=VOIDED"),
        CASH_OF("guide:1", AVAILABLE "600 " NONE_HELD),
        ANSWERS("admin", list_entries, "account=guide:1",
                "entries[0].kind=REVERSE entries[0].amount=300 entries[0].from=OWNER "
                "entries[0].to=EXPENSE entries[0].business_date=2026-03-05 "
                "entries[0].balance_after=600 entries[1].kind=RELEASE"),
        REFUSES("token:$admin", decide_review,
                "review_number=2 decision=RELEASE reason='one hand on all forms'",
                OUTCOME_REVIEW_DECIDED, "review_number"),
        REFUSES("token:$admin", decide_review, "review_number=2 decision=VOID reason='another'",
                OUTCOME_REVIEW_DECIDED, "review_number"),
        ANSWERS("admin", list_reviews, "state=OPEN", "reviews#=0"),
        ANSWERS("admin", list_reviews, "state=VOIDED", "reviews#=1 reviews[0].review_number=2"),
        ANSWERS("admin", list_reviews, "state=RELEASED page_size=1",
                "reviews#=1 reviews[0].review_number=1", .save = "p=next_page_token"),
        ANSWERS("admin", list_reviews, "state=RELEASED page_size=1 page_token=$p",
                "reviews#=0", .save = "q=next_page_token"),
        ANSWERS("admin", list_reviews, "state=RELEASED page_size=1 page_token=$q",
                "!next_page_token"),
        REFUSES("admin", list_reviews, "page_token=$p", OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("admin", list_reviews, "state=4", OUTCOME_VALUE_INVALID, "state"),
        REFUSES("admin", get_review, "review_number=3", OUTCOME_REVIEW_UNKNOWN, "review_number"),
        /* She stays a member, bound to him, whatever became of his reward. */
        ANSWERS("admin", get_member, "member_number=5",
                "member.scan_result=BOUND member.serving_guide=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void time_stands_still_for_what_is_held(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02", RATE_OF_ONE " program.rules[0].hold_days=7"),
        ANSWERS("pos:1", register_member, REGISTER("0001", "code=$g1"), NULL),
        ANSWERS("pos:1", register_member, REGISTER("0002", "code=$g1"), NULL),
        ANSWERS("pos:1", register_member, REGISTER("0003", "code=$g1"), NULL),
        CASH_OF("guide:1", PENDING "900 " NOTHING_AVAILABLE NONE_HELD),
        AT("2026-03-12T10:00"),
        CASH_OF("guide:1", PENDING "600 " AVAILABLE "300 " NONE_HELD),
        /* What was due while it was held happens with the release, on its own date. */
        RELEASES("1"),
        CASH_OF("guide:1", PENDING "300 " AVAILABLE "600 " NONE_HELD),
        ANSWERS("admin", list_entries, "account=guide:1",
                "entries#=8 entries[0].kind=MATURE entries[0].business_date=2026-03-09 "
                "entries[0].balance_after=600 entries[1].kind=RELEASE "
                "entries[1].business_date=2026-03-12 entries[2].kind=MATURE"),
        VOIDS("2"),
        CASH_OF("guide:1", "!account_balances.balances[1].pending " AVAILABLE "600"),
        ANSWERS("admin", list_entries, "account=guide:1",
                "entries[0].kind=VOID entries[0].from=LIABILITY entries[0].to=EXPENSE "
                "entries[0].business_date=2026-03-12"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_expired_while_it_was_held_is_gone_when_released(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02",
                RATE_OF_ONE " program.rules[0].expiry=DAYS program.rules[0].expiry_count=5"),
        ANSWERS("pos:1", register_member, REGISTER("0001", "code=$g1"), NULL),
        ANSWERS("pos:1", register_member, REGISTER("0002", "code=$g1"), NULL),
        AT("2026-03-20T10:00"),
        CASH_OF("guide:1", AVAILABLE "300 " HELD "300"),
        RELEASES("1"),
        CASH_OF("guide:1", NOTHING_AVAILABLE NONE_HELD),
        ANSWERS("admin", list_entries, "account=guide:1",
                "entries[0].kind=EXPIRE entries[0].business_date=2026-03-07"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_is_voided_makes_room_in_caps_and_budgets(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02",
                RATE_OF_ONE " program.rules[0].budget=900 "
                "program.rules[0].cap_per_beneficiary=700 program.rules[0].cap_period=MONTH"),
        ANSWERS("admin", register_member, REGISTER("0001", "code=$g1"), "credits[0].amount=300"),
        ANSWERS("admin", register_member, REGISTER("0002", "code=$g1"), "credits[0].amount=300"),
        /* Held ones take room: 1.00 is left of his month. */
        ANSWERS("admin", register_member, REGISTER("0003", "code=$g1"),
                "credits[0].amount=100 credits[0].reason=CAPPED"),
        ANSWERS("admin", register_member, REGISTER("0004", "code=$g2"), "credits[0].amount=200"),
        VOIDS("1"),
        AT("2026-03-02T11:00"),
        ANSWERS("admin", register_member, REGISTER("0005", "code=$g1"), "credits[0].amount=300"),
        ANSWERS("admin", register_member, REGISTER("0006", "code=$g2"),
                "!credits[0].amount credits[0].reason=CAPPED"),
        /* The cut one is held too; released it keeps its room. */
        RELEASES("2"),
        CASH_OF("guide:1", AVAILABLE "700 " NONE_HELD),
    };
    PLAY_ON(STAGE, steps);
}

static void a_review_whose_credits_were_all_given_back_is_decided_all_the_same(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02", ""),
        ANSWERS("admin", create_code, "request_id=m2 code.owner=member:2", NULL,
                .save = "m2=code.code"),
        ANSWERS("pos:1", register_member,
                "phone=13900000001 consent_policy_version=v1 recommender=$m2", "member_number=3"),
        ANSWERS("pos:1", record_purchase,
                "receipt_number=A1 member_number=3 amount_minor=10000", NULL),
        CASH_OF("member:2", AVAILABLE "200 " HELD "200"),
        GIVES_BACK("A1", "10000"),
        CASH_OF("member:2", NOTHING_AVAILABLE NONE_HELD),
        RELEASES("1"),
        CASH_OF("member:2", NOTHING_AVAILABLE NONE_HELD),
        ANSWERS("admin", list_reviews, "state=OPEN", "reviews#=0"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_refund_that_came_first_takes_from_what_is_held(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02", ""),
        ANSWERS("pos:1", register_member,
                "phone=13900000001 consent_policy_version=v1 recommender=13800000002",
                "member_number=3"),
        ANSWERS("pos:1", record_refund,
                "refund_number=F1 receipt_number=A1 amount_minor=2500", "refund.state=PARKED"),
        ANSWERS_AGAIN("pos:1", record_purchase,
                      "receipt_number=A1 member_number=3 amount_minor=10000",
                      "purchase.credits[0].amount=100"),
        CASH_OF("member:2", AVAILABLE "150 " HELD "150"),
        ANSWERS("admin", get_review, "review_number=1", "review.credits[0].amount=200"),
        RELEASES("1"),
        CASH_OF("member:2", AVAILABLE "150 " NONE_HELD),
    };
    PLAY_ON(STAGE, steps);
}

static void what_a_review_holds_is_released_by_deciding_it(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02", RATE_OF_ONE),
        ANSWERS("pos:1", register_member, REGISTER("0001", "code=$g1"), NULL),
        ANSWERS("pos:1", register_member, REGISTER("0002", "code=$g1"), NULL),
        ANSWERS("auditor", get_credit, "credit_number=2", "credit.held=1 credit.review_number=1"),
        ANSWERS("guide:1", get_credit, "credit_number=2", "credit.held=1 !credit.review_number"),
        ANSWERS("admin", explain_credit, "credit_number=2", "held=1 review_number=1"),
        ANSWERS("guide:1", explain_credit, "credit_number=2", "held=1 !review_number"),
        REFUSES("token:$admin", release_credit, "credit_number=2 reason=fine request_id=r1",
                OUTCOME_CREDIT_IN_REVIEW, "credit_number"),
        REFUSES("token:$admin", hold_credit, "credit_number=2 reason=doubt request_id=h1",
                OUTCOME_CREDIT_IS_HELD, "credit_number"),
        RELEASES("1"),
        /* Afterwards it is a credit like any other. */
        ANSWERS_AGAIN("token:$admin", hold_credit,
                      "credit_number=2 reason=doubt request_id=h2", NULL),
        CASH_OF("guide:1", AVAILABLE "600 " HELD "300"),
        ANSWERS_AGAIN("token:$admin", release_credit,
                      "credit_number=2 reason=fine request_id=r2", NULL),
        CASH_OF("guide:1", AVAILABLE "600 " NONE_HELD),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_review_is_released_or_voided_once_with_a_reason),
        cmocka_unit_test(time_stands_still_for_what_is_held),
        cmocka_unit_test(what_expired_while_it_was_held_is_gone_when_released),
        cmocka_unit_test(what_is_voided_makes_room_in_caps_and_budgets),
        cmocka_unit_test(a_review_whose_credits_were_all_given_back_is_decided_all_the_same),
        cmocka_unit_test(a_refund_that_came_first_takes_from_what_is_held),
        cmocka_unit_test(what_a_review_holds_is_released_by_deciding_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
