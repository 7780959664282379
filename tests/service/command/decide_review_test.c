/* What looks like fraud goes through, what others earn by it is held, and a person decides. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define REGISTER(number, rest) "phone=1370000" number " consent_policy_version=v1 " rest
#define CASH_OF(account, told) ANSWERS("admin", get_balance, "account=" account, told)
#define AVAILABLE "account_balances.balances[1].available="
#define HELD "account_balances.balances[1].held="
#define NONE_HELD "!account_balances.balances[1].held"

/* Guides get 3.00 a head and 0.5 % of what is bought, the referrer 2 %, the buyer points. */
#define PROGRAM(id, from, settings)                                                              \
    ANSWERS("admin", publish_program,                                                            \
            "request_id=" id " program.from_date=" from " program.inherit_serving_guide=true "   \
            settings                                                                             \
            " program.rules[0].rule_id=head program.rules[0].trigger=REGISTRATION "              \
            "program.rules[0].beneficiary=SERVING_GUIDE program.rules[0].unit=CASH "             \
            "program.rules[0].fixed_amount=300 "                                                 \
            "program.rules[1].rule_id=buyer program.rules[1].trigger=PURCHASE "                  \
            "program.rules[1].beneficiary=BUYER program.rules[1].unit=POINTS "                   \
            "program.rules[1].rate_bp=100 "                                                      \
            "program.rules[2].rule_id=friend program.rules[2].trigger=PURCHASE "                 \
            "program.rules[2].beneficiary=REFERRER program.rules[2].unit=CASH "                  \
            "program.rules[2].rate_bp=200 "                                                      \
            "program.rules[3].rule_id=serving program.rules[3].trigger=PURCHASE "                \
            "program.rules[3].beneficiary=SERVING_GUIDE program.rules[3].unit=CASH "             \
            "program.rules[3].rate_bp=50", "program.version=2")

#define RATE_OF_TWO "program.fraud.registrations_per_ten_minutes=2"

static void registrations_in_a_row_are_held_from_the_limit_on(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02", RATE_OF_TWO),
        ANSWERS("pos:1", register_member, REGISTER("0001", "code=$g1"), "scan_result=BOUND"),
        ANSWERS("pos:1", register_member, REGISTER("0002", "code=$g1"), "scan_result=BOUND"),
        ANSWERS("admin", list_reviews, "", "reviews#=0"),
        /* The third looks like the others to whoever registers her. */
        ANSWERS("admin", register_member, REGISTER("0003", "code=$g1"),
                "scan_result=BOUND member_number=5 credits#=1 credits[0].amount=300 "
                "credits[0].reason=GRANTED credits[0].balance_after=900 "
                "credits[0].credit_number=3"),
        CASH_OF("guide:1", AVAILABLE "900 " HELD "300"),
        ANSWERS("auditor", get_review, "review_number=1",
                "review.state=OPEN review.member_number=5 review.guide_number=1 "
                "review.business_date=2026-03-02 review.recorded_at=2026-03-02T10:00:00 "
                "!review.shop_id !review.receipt_number !review.decided_at review.evidence#=1 "
                "review.evidence[0].signal=REGISTRATION_RATE review.evidence[0].limit=2 "
                "review.evidence[0].observed=3 review.evidence[0].window=10 "
                "review.evidence[0].text_en=3_registrations_for_this_guide_within_10_minutes;_"
                "at_most_2_are_usual. "
                "review.evidence[0].text_zh=该导购在_10_分钟内有_3_次登记，通常最多_2_次。 "
                "review.credits#=1 review.credits[0].credit_number=3 "
                "review.credits[0].beneficiary=guide:1 review.credits[0].unit=CASH "
                "review.credits[0].amount=300"),
        ANSWERS("admin", list_entries, "account=guide:1",
                "entries#=4 entries[0].kind=HOLD entries[0].amount=300 entries[0].credit_number=3 "
                "entries[0].balance_after=900 entries[1].kind=ACCRUE"),
        /* Another guide's are his own; ten minutes later the window has moved on. */
        ANSWERS("pos:1", register_member, REGISTER("0004", "code=$g2"), "scan_result=BOUND"),
        AT("2026-03-02T10:09:59"),
        ANSWERS("pos:1", register_member, REGISTER("0005", "code=$g1"), "scan_result=BOUND"),
        AT("2026-03-02T10:10"),
        ANSWERS("pos:1", register_member, REGISTER("0006", "code=$g1"), "scan_result=BOUND"),
        ANSWERS("admin", list_reviews, "state=OPEN",
                "reviews#=2 reviews[1].member_number=7 reviews[1].evidence[0].observed=4"),
        CASH_OF("guide:1", AVAILABLE "1500 " HELD "600"),
        CASH_OF("guide:2", AVAILABLE "300 " NONE_HELD),
    };
    PLAY_ON(STAGE, steps);
}

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

/* 09:00 to 21:00 in Shanghai is 01:00 to 13:00 UTC. */
#define OPEN_BY_DAY "program.fraud.open_from_minutes=540 program.fraud.open_until_minutes=1260"

static void registrations_while_the_shop_is_closed_are_held(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02", OPEN_BY_DAY),
        AT("2026-03-02T12:59:59"),
        ANSWERS("pos:1", register_member, REGISTER("0001", "code=$g1"), NULL),
        AT("2026-03-02T13:13"),
        ANSWERS("pos:1", register_member, REGISTER("0002", "code=$g1"), NULL),
        /* By a friend's code, at home, at night: nobody wonders. */
        ANSWERS("stranger", register_member, REGISTER("0003", "code=$m1"), NULL),
        /* Nobody else earns: there is nothing to hold. */
        ANSWERS("pos:1", register_member, REGISTER("0004", ""), NULL),
        ANSWERS("admin", list_reviews, "",
                "reviews#=1 reviews[0].member_number=4 reviews[0].evidence[0].observed=1273 "
                "reviews[0].evidence[0].text_en=Registered_at_21:13_local_time;_the_shop_is_open_"
                "from_09:00_to_21:00."),
        CASH_OF("guide:1", AVAILABLE "900 " HELD "300"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_spike_before_the_month_ends_is_held(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02",
                "program.fraud.spike_days=2 program.fraud.spike_factor=3 "
                "program.fraud.spike_minimum=2"),
        AT("2026-03-29T10:00"),
        ANSWERS("pos:1", register_member, REGISTER("0001", "code=$g2"), NULL),
        ANSWERS("pos:1", register_member, REGISTER("0002", "code=$g2"), NULL),
        AT("2026-03-30T10:00"),
        ANSWERS("pos:1", register_member, REGISTER("0003", "code=$g2"), NULL),
        ANSWERS("admin", list_reviews, "", "reviews#=0"),
        ANSWERS("pos:1", register_member, REGISTER("0004", "code=$g2"), NULL),
        ANSWERS("admin", list_reviews, "",
                "reviews#=1 reviews[0].evidence[0].signal=MONTH_END_SPIKE "
                "!reviews[0].evidence[0].limit reviews[0].evidence[0].observed=2 "
                "reviews[0].evidence[0].window=29"),
        AT("2026-04-01T10:00"),
        ANSWERS("pos:1", register_member, REGISTER("0005", "code=$g2"), NULL),
        ANSWERS("pos:1", register_member, REGISTER("0006", "code=$g2"), NULL),
        ANSWERS("admin", list_reviews, "", "reviews#=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_guide_who_is_the_customer_makes_others_wait(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02", ""),
        /* Guide 1 names his own code, and member 2 as recommender, whom guide 1 serves. */
        ANSWERS("admin", create_code, "request_id=m2 code.owner=member:2", NULL,
                .save = "m2=code.code"),
        ANSWERS("pos:1", register_member,
                "phone=13900000001 consent_policy_version=v1 code=$g1 recommender=$m2",
                "scan_result=SELF_REFERRAL member_number=3"),
        /* He serves himself: that earns nothing; nobody else earns by a registration. */
        ANSWERS("admin", list_reviews, "", "reviews#=0"),
        ANSWERS("pos:1", record_purchase,
                "receipt_number=A1 member_number=3 amount_minor=10000",
                "purchase.credits#=1 purchase.credits[0].amount=100"),
        ANSWERS("admin", get_purchase, "shop_id=S1 receipt_number=A1",
                "purchase.credits#=3 purchase.credits[1].amount=200 "
                "purchase.credits[1].beneficiary=member:2 purchase.credits[1].reason=GRANTED "
                "purchase.credits[2].reason=SELF"),
        ANSWERS("admin", get_review, "review_number=1",
                "review.shop_id=S1 review.receipt_number=A1 review.member_number=3 "
                "review.evidence#=1 review.evidence[0].signal=OWN_PURCHASE "
                "review.evidence[0].observed=1 review.credits#=1 "
                "review.credits[0].beneficiary=member:2"),
        CASH_OF("member:2", AVAILABLE "200 " HELD "200"),
        /* The buyer's own are never held. */
        ANSWERS("member:3", get_balance, "",
                "account_balances.balances[0].available=100 "
                "!account_balances.balances[0].held"),
        ANSWERS_AGAIN("token:$admin", decide_review,
                      "review_number=1 decision=RELEASE reason='really recommended him'",
                      "review.state=RELEASED review.shop_id=S1"),
        CASH_OF("member:2", AVAILABLE "200 " NONE_HELD),
    };
    PLAY_ON(STAGE, steps);
}

static void own_code_with_another_recommender_holds_what_he_earns(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02", ""),
        ANSWERS("pos:1", register_member,
                "phone=13900000001 consent_policy_version=v1 code=$g1 recommender=$g2",
                "scan_result=SELF_REFERRAL member_number=3"),
        ANSWERS("admin", get_review, "review_number=1",
                "review.evidence#=1 review.evidence[0].signal=SELF_REFERRAL "
                "review.evidence[0].observed=1 review.credits[0].beneficiary=guide:2"),
        CASH_OF("guide:2", AVAILABLE "300 " HELD "300"),
    };
    PLAY_ON(STAGE, steps);
}

#define RATE_OF_ONE "program.fraud.registrations_per_ten_minutes=1"
#define PENDING "account_balances.balances[1].pending="
#define NOTHING_AVAILABLE "!account_balances.balances[1].available "
#define RELEASES(number)                                                                         \
    ANSWERS_AGAIN("token:$admin", decide_review,                                                 \
                  "review_number=" number " decision=RELEASE reason='looked into'",              \
                  "review.state=RELEASED")
#define VOIDS(number)                                                                            \
    ANSWERS_AGAIN("token:$admin", decide_review,                                                 \
                  "review_number=" number " decision=VOID reason='looked into'",                 \
                  "review.state=VOIDED")

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

static void a_till_sells_to_the_guide_himself_and_his_colleague_waits(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02",
                "program.rules[4].rule_id=sold program.rules[4].trigger=PURCHASE "
                "program.rules[4].beneficiary=SELLING_GUIDE program.rules[4].unit=CASH "
                "program.rules[4].rate_bp=100"),
        ANSWERS("pos:1", register_member, "phone=13900000001 consent_policy_version=v1",
                "member_number=3"),
        ANSWERS("admin", record_purchase,
                "shop_id=S1 receipt_number=A1 member_number=3 amount_minor=10000 "
                "sellers[0].guide_number=1 sellers[0].share_bp=4000 "
                "sellers[1].guide_number=2 sellers[1].share_bp=6000",
                "purchase.credits#=3 purchase.credits[1].reason=SELF "
                "purchase.credits[2].amount=60"),
        CASH_OF("guide:2", AVAILABLE "60 " HELD "60"),
        /* Sold by the colleague alone it is a purchase like any other. */
        ANSWERS("admin", record_purchase,
                "shop_id=S1 receipt_number=A2 member_number=3 amount_minor=10000 "
                "sellers[0].guide_number=2 sellers[0].share_bp=10000", NULL),
        CASH_OF("guide:2", AVAILABLE "160 " HELD "60"),
        VOIDS("1"),
        CASH_OF("guide:2", AVAILABLE "100 " NONE_HELD),
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
        cmocka_unit_test(registrations_in_a_row_are_held_from_the_limit_on),
        cmocka_unit_test(a_review_is_released_or_voided_once_with_a_reason),
        cmocka_unit_test(registrations_while_the_shop_is_closed_are_held),
        cmocka_unit_test(a_spike_before_the_month_ends_is_held),
        cmocka_unit_test(a_guide_who_is_the_customer_makes_others_wait),
        cmocka_unit_test(time_stands_still_for_what_is_held),
        cmocka_unit_test(what_a_review_holds_is_released_by_deciding_it),
        cmocka_unit_test(what_expired_while_it_was_held_is_gone_when_released),
        cmocka_unit_test(what_is_voided_makes_room_in_caps_and_budgets),
        cmocka_unit_test(a_till_sells_to_the_guide_himself_and_his_colleague_waits),
        cmocka_unit_test(own_code_with_another_recommender_holds_what_he_earns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
