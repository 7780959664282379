/* What looks like fraud goes through, and what others earn by it is held. */
#include "tests/service/command/review_plays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

static void who_keeps_giving_back_earns_others_nothing_at_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("p2", "2026-03-02",
                "program.fraud.refund_cycles=2 program.fraud.refund_cycle_days=30"),
        BUYS("A1"),
        GIVES_BACK("A1", "10000"),
        BUYS("A2"),
        GIVES_BACK("A2", "9999"),
        AT("2026-03-20T10:00"),
        BUYS("A3"),
        ANSWERS("admin", list_reviews, "", "reviews#=0"),
        /* The rest of A2 is her second full refund; both lie within thirty days. */
        ANSWERS("pos:1", record_refund,
                "refund_number=F4 receipt_number=A2 amount_minor=1", NULL),
        CASH_OF("member:1", AVAILABLE "200 " NONE_HELD),
        CASH_OF("guide:1", AVAILABLE "50 " NONE_HELD),
        BUYS("A4"),
        ANSWERS("admin", get_review, "review_number=1",
                "review.receipt_number=A4 review.member_number=2 review.evidence#=1 "
                "review.evidence[0].signal=REFUND_CYCLE review.evidence[0].limit=2 "
                "review.evidence[0].observed=2 review.evidence[0].window=30 "
                "review.credits#=2 review.credits[0].beneficiary=member:1 "
                "review.credits[1].beneficiary=guide:1"),
        CASH_OF("member:1", AVAILABLE "400 " HELD "200"),
        CASH_OF("guide:1", AVAILABLE "100 " HELD "50"),
        /* Hers are hers. */
        ANSWERS("member:2", get_balance, "",
                "account_balances.balances[0].available=200 "
                "!account_balances.balances[0].held"),
        /* The first falls out of the thirty days. */
        AT("2026-04-01T10:00"),
        BUYS("A5"),
        ANSWERS("admin", list_reviews, "", "reviews#=1"),
        /* Being held protects from no refund; what is left is decided. */
        GIVES_BACK("A4", "5000"),
        CASH_OF("member:1", AVAILABLE "500 " HELD "100"),
        VOIDS("1"),
        CASH_OF("member:1", AVAILABLE "400 " NONE_HELD),
        CASH_OF("guide:1", AVAILABLE "100 " NONE_HELD),
        /* What the decision took is not asked for again. */
        ANSWERS("pos:1", record_refund,
                "refund_number=F5 receipt_number=A4 amount_minor=5000", NULL),
        CASH_OF("member:1", AVAILABLE "400 " NONE_HELD),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registrations_in_a_row_are_held_from_the_limit_on),
        cmocka_unit_test(registrations_while_the_shop_is_closed_are_held),
        cmocka_unit_test(a_spike_before_the_month_ends_is_held),
        cmocka_unit_test(a_guide_who_is_the_customer_makes_others_wait),
        cmocka_unit_test(a_till_sells_to_the_guide_himself_and_his_colleague_waits),
        cmocka_unit_test(own_code_with_another_recommender_holds_what_he_earns),
        cmocka_unit_test(who_keeps_giving_back_earns_others_nothing_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
