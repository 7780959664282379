/* Explanations of what was recorded: purchases, credits, attributions. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BUY(receipt, buyer, amount, rest) \
    "receipt_number=" receipt " " buyer " amount_minor=" amount " " rest

static void every_rule_of_a_purchase_says_what_became_of_it(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", record_purchase,
                BUY("A1", "member_number=2", "12345", "shop_id=S1 tax_minor=345"), NULL),
        ANSWERS("admin", explain_purchase, "shop_id=S1 receipt_number=A1",
                "member_number=2 program_version=1 business_date=2026-03-02 base_minor=12000 "
                "base_calculation.en=amount_123.45_CNY_-_tax_3.45_CNY_=_base_120.00_CNY "
                "purchase_days=1 serving_guide=1 rules#=4 rules[0].rule_id=buyer "
                "rules[0].verdict=MATCHED rules[0].awards#=1 rules[0].awards[0].amount=120 "
                "rules[0].awards[0].rate_bp=100 rules[0].awards[0].multiplier_bp=10000 "
                "rules[0].awards[0].full_amount=120 rules[0].awards[0].share_bp=10000 "
                "rules[0].awards[0].credit_number=1 rules[0].awards[0].matures_on=2026-03-02 "
                "!rules[0].awards[0].expires_on "
                "rules[0].awards[0].calculation.en="
                "120.00_CNY_x_1_point_per_1.00_CNY_of_the_base_=_120_points. "
                "rules[1].awards[0].beneficiary=member:1 rules[1].awards[0].amount=240 "
                "rules[1].formula.en=Gives_the_referrer_2_%_of_the_base,_rounded_half_up. "
                "rules[2].awards[0].beneficiary=guide:1 "
                "rules[3].rule_id=again rules[3].verdict=TRIGGER rules[3].awards#=0 "
                "rules[3].why.en=Does_not_apply:_it_looks_at_other_events."),
        /* A till tells its customer what she got; what others got is none of its business. */
        ANSWERS("pos:1", explain_purchase, "receipt_number=A1",
                "rules#=2 rules[0].rule_id=buyer rules[0].awards#=1 rules[1].rule_id=again "
                "!serving_guide"),
        ANSWERS("member:2", explain_purchase, "shop_id=S1 receipt_number=A1",
                "rules#=2 rules[0].awards[0].amount=120"),
        ANSWERS("manager:1", explain_purchase, "receipt_number=A1",
                "rules#=4 rules[1].awards#=0 rules[2].awards#=1"),
        REFUSES("member:1", explain_purchase, "shop_id=S1 receipt_number=A1", OUTCOME_NOT_YOURS,
                "receipt_number"),
        REFUSES("member:1", explain_purchase, "shop_id=S1 receipt_number=A9", OUTCOME_NOT_YOURS,
                "receipt_number"),
        REFUSES("member:1", explain_purchase, "shop_id=S9 receipt_number=A1", OUTCOME_NOT_YOURS,
                "shop_id"),
        REFUSES("pos:2", explain_purchase, "shop_id=S1 receipt_number=A1", OUTCOME_NOT_YOURS,
                "shop_id"),
        REFUSES("admin", explain_purchase, "shop_id=S1 receipt_number=A9",
                OUTCOME_PURCHASE_UNKNOWN, "receipt_number"),
        REFUSES("admin", explain_purchase, "shop_id=S1", OUTCOME_FIELD_REQUIRED,
                "receipt_number"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_purchase_before_any_program_has_no_rules_to_explain(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", record_purchase,
                BUY("A1", "member_number=2", "100", "shop_id=S1 occurred_at=2025-12-31T12:00"),
                "!purchase.program_version"),
        ANSWERS("admin", explain_purchase, "shop_id=S1 receipt_number=A1",
                "!program_version rules#=0 base_minor=100"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_credit_tells_its_rule_its_life_and_what_comes_next(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", record_purchase,
                BUY("A1", "member_number=2", "12345", "shop_id=S1"), NULL),
        ANSWERS("admin", record_purchase,
                BUY("A2", "member_number=2", "100", "shop_id=S1"), NULL),
        ANSWERS("admin", explain_credit, "credit_number=1",
                "credit_number=1 account=member:2 unit=POINTS posted=123 remaining=123 "
                "program_version=1 rule.rule_id=buyer rule.awards#=1 rule.awards[0].amount=123 "
                "shop_id=S1 receipt_number=A1 member_number=2 entries#=1 "
                "entries[0].kind=ACCRUE entries[0].entry_number=1 !next_page_token !refunds "
                "origin.en=123_points_for_member_2_on_2026-03-02,_for_an_own_purchase. "
                "next.en=Left:_123_points;_may_be_spent;_it_never_expires."),
        ANSWERS("member:2", explain_credit, "credit_number=1", "receipt_number=A1 posted=123"),
        /* A guide sees his credit, not his customer's paper; payroll no customer either. */
        ANSWERS("guide:1", explain_credit, "credit_number=3",
                "account=guide:1 unit=CASH posted=61 member_number=2 !receipt_number "
                "rule.awards[0].beneficiary=guide:1 "
                "next.en=Left:_0.61_CNY;_available,_waits_for_settlement;_it_never_expires."),
        ANSWERS("payroll", explain_credit, "credit_number=3", "!member_number !receipt_number"),
        REFUSES("payroll", explain_credit, "credit_number=1", OUTCOME_CREDIT_UNKNOWN,
                "credit_number"),
        REFUSES("guide:2", explain_credit, "credit_number=3", OUTCOME_CREDIT_UNKNOWN,
                "credit_number"),
        REFUSES("member:1", explain_credit, "credit_number=1", OUTCOME_CREDIT_UNKNOWN,
                "credit_number"),
        REFUSES("admin", explain_credit, "credit_number=99", OUTCOME_CREDIT_UNKNOWN,
                "credit_number"),
        REFUSES("admin", explain_credit, "", OUTCOME_CREDIT_UNKNOWN, "credit_number"),
        REFUSES("admin", explain_credit, "credit_number=1 page_token=x", OUTCOME_PAGE_INVALID,
                "page_token"),
        REFUSES("admin", explain_credit, "credit_number=1 page_size=-1", OUTCOME_PAGE_INVALID,
                "page_size"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_bonus_tells_its_kpi_and_a_correction_its_reason(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-01-01 program.adjust_limit_points=1000 "
                "program.inherit_serving_guide=true program.rules[0].rule_id=back "
                "program.rules[0].trigger=PERIOD_CLOSE program.rules[0].unit=POINTS "
                "program.rules[0].beneficiary=SERVING_GUIDE program.rules[0].kpi=REPURCHASE_RATE "
                "program.rules[0].period=MONTH program.rules[0].wait_days=10 "
                "program.rules[0].minimum_n=2 program.rules[0].brackets[0].to=5000 "
                "program.rules[0].brackets[1].from=5000 "
                "program.rules[0].brackets[1].fixed_amount=90", "program.version=2"),
        ANSWERS("admin", record_purchase,
                BUY("1", "member_number=1", "1000", "shop_id=S1 occurred_at=2026-03-01T08:00"),
                NULL),
        ANSWERS("admin", record_purchase,
                BUY("2", "member_number=1", "1000", "shop_id=S1 occurred_at=2026-03-02T08:00"),
                NULL),
        ANSWERS("admin", record_purchase,
                BUY("3", "member_number=2", "1000", "shop_id=S1 occurred_at=2026-03-01T08:00"),
                NULL),
        AT("2026-04-11T10:00"),
        ANSWERS("payroll", close_period, "rule_id=back period=2026-03", "period_close.credits=1"),
        ANSWERS("payroll", explain_credit, "credit_number=1",
                "account=guide:1 posted=90 kpi_numerator=1 kpi_denominator=2 rule.rule_id=back "
                "rule.awards[0].amount=90 rule.awards[0].bracket=2 rule.awards[0].base_minor=5000 "
                "rule.awards[0].calculation.en=bracket_2:_KPI_5000_=_90_points. "
                "origin.en=90_points_for_guide_1_on_2026-03-31,_for_the_period_that_ended_on_"
                "that_day."),
        ANSWERS("admin", adjust_balance,
                "account=member:2 unit=POINTS amount=50 reason='a mistake' request_id=a1",
                "adjustment.credit_number=2"),
        ANSWERS("admin", explain_credit, "credit_number=2",
                "account=member:2 !rule !program_version adjustment_number=1 "
                "adjustment_reason=a_mistake origin.en=50_points_for_member_2_on_2026-04-11,_"
                "adjusted_in_by_a_person's_decision."),
        ANSWERS("member:2", explain_credit, "credit_number=2", "!adjustment_reason"),
        ANSWERS("admin", hold_credit, "credit_number=2 reason=odd request_id=h1", NULL),
        ANSWERS("admin", explain_credit, "credit_number=2",
                "held=1 next.en=Left:_50_points;_held_until_a_person_decides. entries#=2 "
                "entries[0].kind=HOLD entries[1].kind=ADJUST"),
    };
    PLAY_ON(STAGE, steps);
}

static void an_attribution_says_who_brought_her_and_who_serves_her(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", explain_attribution, "member_number=1",
                "registered_on=2026-03-02 scan_result=BOUND code=$g1 code_owner=guide:1 "
                "referrer=guide:1 serving_guide=1 program_version=1 rules#=4 "
                "rules[0].verdict=TRIGGER "
                "scan.en=She_scanned_a_guide's_code_and_was_bound_to_that_guide. "
                "serving.en=Guide_1_looks_after_her_since_2026-03-02,_by_his_own_code_or_"
                "recommendation."),
        ANSWERS("member:2", explain_attribution, "",
                "member_number=2 scan_result=REFERRED referrer=member:1 !code !code_owner "
                "serving_guide=1 rules#=2 "
                "serving.en=Guide_1_looks_after_her_since_2026-03-02,_because_he_looked_after_"
                "her_referrer."),
        ANSWERS("guide:1", explain_attribution, "member_number=2", "!code rules#=4"),
        ANSWERS("admin", register_member,
                "phone=13800000003 consent_policy_version=v1 recommender=13800000001",
                "member_number=3"),
        ANSWERS("auditor", explain_attribution, "member_number=3",
                "scan_result=REFERRED referrer=member:1 !code "
                "scan.en=She_registered_without_a_code;_the_recommender_she_named_counts. "
                "referred.en=Member_1_recommended_her:_named_in_the_field_\"who_recommended_"
                "you\"."),
        ANSWERS("admin", register_member, "phone=13800000004 consent_policy_version=v1",
                "member_number=4"),
        ANSWERS("manager:1", explain_attribution, "member_number=4",
                "!referrer !serving_guide referred.en=Nobody_recommended_her. "
                "serving.en=Nobody_looks_after_her_today."),
        REFUSES("guide:2", explain_attribution, "member_number=2", OUTCOME_NOT_YOURS,
                "member_number"),
        REFUSES("guide:2", explain_attribution, "member_number=99", OUTCOME_NOT_YOURS,
                "member_number"),
        REFUSES("member:1", explain_attribution, "member_number=2", OUTCOME_NOT_YOURS,
                "member_number"),
        REFUSES("admin", explain_attribution, "member_number=99", OUTCOME_MEMBER_UNKNOWN,
                "member_number"),
        REFUSES("admin", explain_attribution, "", OUTCOME_FIELD_REQUIRED, "member_number"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_of_a_purchase_says_what_became_of_it),
        cmocka_unit_test(a_purchase_before_any_program_has_no_rules_to_explain),
        cmocka_unit_test(a_credit_tells_its_rule_its_life_and_what_comes_next),
        cmocka_unit_test(a_bonus_tells_its_kpi_and_a_correction_its_reason),
        cmocka_unit_test(an_attribution_says_who_brought_her_and_who_serves_her),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
