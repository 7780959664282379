/* Programs: versions in force by date, never backwards, refused with the rule and field. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define RULE(index, id, trigger, whom, unit)                                                    \
    "program.rules[" index "].rule_id=" id " program.rules[" index "].trigger=" trigger         \
    " program.rules[" index "].beneficiary=" whom " program.rules[" index "].unit=" unit " "
#define ONE_RULE RULE("0", "points", "PURCHASE", "BUYER", "POINTS") "program.rules[0].rate_bp=300 "

static void a_purchase_is_computed_by_the_version_of_its_day(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("admin", publish_program,
                      "request_id=p2 program.from_date=2026-03-10 program.title='Three percent' "
                      ONE_RULE,
                      "program.version=2 program.rules#=1 program.rules[0].rate_bp=300"),
        REFUSES("admin", publish_program, "request_id=p2 program.from_date=2026-03-11 " ONE_RULE,
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        AT("2026-03-10T10:00"),
        ANSWERS("pos:1", record_purchase,
                "receipt_number=1 member_number=2 amount_minor=1000 occurred_at=2026-03-10T08:00",
                "purchase.program_version=2 purchase.credits[0].amount=30"),
        /* Dated under the older one, recorded under the newer; cut-off 20:00 UTC. */
        ANSWERS("pos:1", record_purchase,
                "receipt_number=2 member_number=2 amount_minor=1000 "
                "occurred_at=2026-03-09T19:59:59",
                "purchase.program_version=1 purchase.credits[0].amount=10 "
                "purchase.credits[1].rule_id=again"),
        ANSWERS("pos:1", record_purchase,
                "receipt_number=3 member_number=2 amount_minor=1000 occurred_at=2026-03-09T20:00",
                "purchase.program_version=2"),
        ANSWERS("pos:1", record_purchase,
                "receipt_number=4 member_number=2 amount_minor=1000 occurred_at=2025-12-31T19:00",
                "!purchase.program_version purchase.credits#=0"),
        /* What was published stays, whatever comes. */
        REFUSES("admin", publish_program, "request_id=p3 program.from_date=2026-03-10 " ONE_RULE,
                OUTCOME_PROGRAM_RETROACTIVE, "program.from_date"),
        REFUSES("admin", publish_program, "request_id=p3 program.from_date=2026-01-01 " ONE_RULE,
                OUTCOME_PROGRAM_RETROACTIVE, "program.from_date"),
        ANSWERS("admin", publish_program, "request_id=p3 program.from_date=2026-03-11 " ONE_RULE,
                "program.version=3"),
        ANSWERS("admin", publish_program, "request_id=p2 program.from_date=2026-03-10 "
                "program.title='Three percent' " ONE_RULE, "program.version=2"),
        ANSWERS("admin", get_program, "", "program.version=2"),
        ANSWERS("admin", get_program, "version=1", "program.rules#=4 program.from_date=2026-01-01"),
        ANSWERS("admin", get_program, "on_date=2026-03-09", "program.version=1"),
        ANSWERS("admin", get_program, "on_date=2026-03-11", "program.version=3"),
        REFUSES("admin", get_program, "version=9", OUTCOME_PROGRAM_UNKNOWN, "version"),
        REFUSES("admin", get_program, "on_date=2025-12-31", OUTCOME_PROGRAM_UNKNOWN, "on_date"),
        REFUSES("admin", get_program, "on_date=yesterday", OUTCOME_DATE_INVALID, "on_date"),
        ANSWERS("admin", list_programs, "", "programs#=3 programs[2].version=3"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_version_of_the_same_day_replaces_the_one_before(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program, "request_id=p2 program.from_date=2026-03-02 " ONE_RULE,
                "program.version=2"),
        ANSWERS("admin", publish_program,
                "request_id=p3 program.from_date=2026-03-02 "
                RULE("0", "more", "PURCHASE", "BUYER", "POINTS") "program.rules[0].rate_bp=400",
                "program.version=3"),
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=2 amount_minor=1000",
                "purchase.program_version=3 purchase.credits[0].amount=40"),
    };
    PLAY_ON(STAGE, steps);
}

static void rules_of_every_kind_pay_whom_they_name(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-03-02 program.inherit_serving_guide=true "
                RULE("0", "welcome", "REGISTRATION", "BUYER", "POINTS")
                "program.rules[0].fixed_amount=50 "
                RULE("1", "head", "REGISTRATION", "REFERRER", "CASH")
                "program.rules[1].fixed_amount=300 program.rules[1].referrer=GUIDE "
                RULE("2", "own", "PURCHASE", "SERVING_GUIDE", "CASH")
                "program.rules[2].rate_bp=100 program.rules[2].code=OWN "
                RULE("3", "inherited", "PURCHASE", "SERVING_GUIDE", "CASH")
                "program.rules[3].rate_bp=10 program.rules[3].code=INHERITED "
                RULE("4", "alone", "PURCHASE", "BUYER", "POINTS")
                "program.rules[4].fixed_amount=1 program.rules[4].referrer=NONE "
                RULE("5", "friend", "PURCHASE", "REFERRER", "POINTS")
                "program.rules[5].fixed_amount=2 program.rules[5].referrer=MEMBER",
                "program.version=2"),
        ANSWERS("admin", register_member, "phone=13700000010 consent_policy_version=v1 code=$g2",
                "member_number=3 credits#=2 credits[0].rule_id=welcome credits[0].amount=50 "
                "credits[0].beneficiary=member:3 credits[1].rule_id=head credits[1].amount=300 "
                "credits[1].beneficiary=guide:2"),
        ANSWERS("admin", register_member, "phone=13700000011 consent_policy_version=v1 code=$m1",
                "member_number=4 credits#=1"),
        ANSWERS("stranger", register_member,
                "phone=13700000012 consent_policy_version=v1 merchant_number=1", "credits#=0"),
        /* The phone is known: nothing is earned again. */
        ANSWERS("admin", register_member, "phone=13700000010 consent_policy_version=v1 code=$g2",
                "scan_result=EXISTING_MEMBER member_number=3 credits#=0"),
        ANSWERS("admin", record_purchase,
                "shop_id=S1 receipt_number=1 member_number=3 amount_minor=1000",
                "purchase.credits#=1 purchase.credits[0].rule_id=own "
                "purchase.credits[0].amount=10 purchase.credits[0].beneficiary=guide:2"),
        ANSWERS("admin", record_purchase,
                "shop_id=S1 receipt_number=2 member_number=4 amount_minor=1000",
                "purchase.credits#=2 purchase.credits[0].rule_id=inherited "
                "purchase.credits[0].amount=1 purchase.credits[1].rule_id=friend "
                "purchase.credits[1].beneficiary=member:1"),
        ANSWERS("admin", record_purchase,
                "shop_id=S1 receipt_number=3 member_number=5 amount_minor=1000",
                "purchase.credits#=1 purchase.credits[0].rule_id=alone"),
        ANSWERS("guide:2", list_entries, "", "entries#=2 entries[0].rule_id=own "
                "entries[1].rule_id=head entries[1].amount=300 entries[1].balance_after=300"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_program_refused_names_rule_and_field(void **state)
{
    (void)state;
#define PUBLISH "request_id=x program.from_date=2026-05-01 "
    static const struct step steps[] = {
        REFUSES("admin", publish_program, "program.from_date=2026-05-01 " ONE_RULE,
                OUTCOME_FIELD_REQUIRED, "request_id"),
        REFUSES("admin", publish_program, "request_id=x", OUTCOME_FIELD_REQUIRED, "program"),
        REFUSES("admin", publish_program, "request_id=x " ONE_RULE, OUTCOME_FIELD_REQUIRED,
                "program.from_date"),
        REFUSES("admin", publish_program, "request_id=x program.from_date=2026-13-01 " ONE_RULE,
                OUTCOME_DATE_INVALID, "program.from_date"),
        REFUSES("admin", publish_program, PUBLISH "program.title='\x01'" ONE_RULE,
                OUTCOME_TEXT_INVALID, "program.title"),
        REFUSES("admin", publish_program, PUBLISH, OUTCOME_PROGRAM_INVALID, "program.rules"),
        REFUSES("admin", publish_program, PUBLISH "program.rules[32].rule_id=x",
                OUTCOME_PROGRAM_INVALID, "program.rules"),
        REFUSES("admin", publish_program, PUBLISH "program.rules[0].rule_id=Points",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].rule_id"),
        REFUSES("admin", publish_program, PUBLISH ONE_RULE "program.rules[0].title_zh='\t'",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].title_zh"),
        REFUSES("admin", publish_program, PUBLISH ONE_RULE "program.rules[0].title_en='\x7f'",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].title_en"),
        REFUSES("admin", publish_program, PUBLISH ONE_RULE "program.rules[0].trigger=5",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].trigger"),
        REFUSES("admin", publish_program, PUBLISH ONE_RULE "program.rules[0].beneficiary=0",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].beneficiary"),
        REFUSES("admin", publish_program, PUBLISH ONE_RULE "program.rules[0].unit=0",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].unit"),
        REFUSES("admin", publish_program, PUBLISH ONE_RULE "program.rules[0].rounding=3",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].rounding"),
        REFUSES("admin", publish_program, PUBLISH ONE_RULE "program.rules[0].referrer=4",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].referrer"),
        REFUSES("admin", publish_program, PUBLISH ONE_RULE "program.rules[0].code=3",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].code"),
        REFUSES("admin", publish_program, PUBLISH ONE_RULE "program.rules[0].rate_bp=10001",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].rate_bp"),
        REFUSES("admin", publish_program, PUBLISH ONE_RULE "program.rules[0].fixed_amount=0",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].fixed_amount"),
        REFUSES("admin", publish_program,
                PUBLISH ONE_RULE "program.rules[0].fixed_amount=1000000001",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].fixed_amount"),
        REFUSES("admin", publish_program, PUBLISH ONE_RULE ONE_RULE
                RULE("1", "points", "PURCHASE", "BUYER", "CASH") "program.rules[1].rate_bp=1",
                OUTCOME_PROGRAM_INVALID, "program.rules[1].rule_id"),
        REFUSES("admin", publish_program,
                PUBLISH ONE_RULE RULE("1", "b", "PURCHASE", "BUYER", "CASH"),
                OUTCOME_PROGRAM_INVALID, "program.rules[1].formula"),
        REFUSES("admin", publish_program,
                PUBLISH RULE("0", "b", "REGISTRATION", "BUYER", "CASH")
                "program.rules[0].rate_bp=1",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].rate_bp"),
        /* Nobody is paid for recruiting but guides, as wages. */
        REFUSES("admin", publish_program,
                PUBLISH RULE("0", "b", "REGISTRATION", "REFERRER", "CASH")
                "program.rules[0].fixed_amount=1", OUTCOME_PROGRAM_INVALID,
                "program.rules[0].referrer"),
        REFUSES("admin", publish_program,
                PUBLISH RULE("0", "b", "REGISTRATION", "REFERRER", "POINTS")
                "program.rules[0].fixed_amount=1 program.rules[0].referrer=MEMBER",
                OUTCOME_PROGRAM_INVALID, "program.rules[0].referrer"),
        ANSWERS("admin", list_programs, "", "programs#=1"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_purchase_is_computed_by_the_version_of_its_day),
        cmocka_unit_test(a_version_of_the_same_day_replaces_the_one_before),
        cmocka_unit_test(rules_of_every_kind_pay_whom_they_name),
        cmocka_unit_test(a_program_refused_names_rule_and_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
