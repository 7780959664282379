/* Registration and attribution: who brought her, who looks after her, what strangers learn. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define REGISTER(number, rest) "phone=1370000" number " consent_policy_version=v1 " rest

static void each_scan_result_is_stored_and_told(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_code, "request_id=once code.owner=guide:2 code.usage_limit=1", NULL,
                .save = "once=code.code"),
        ANSWERS("admin", create_code,
                "request_id=soon code.owner=guide:2 code.starts_at=2026-03-03T00:00 "
                "code.ends_at=2026-03-04T00:00", NULL, .save = "soon=code.code"),
        ANSWERS("admin", create_code, "request_id=gone code.owner=guide:2", NULL,
                .save = "gone=code.code"),
        ANSWERS("admin", revoke_code, "code=$gone", "code.revoked_at=2026-03-02T10:00:00"),
        ANSWERS("admin", register_member, REGISTER("0010", ""), "scan_result=NONE member_number=3"),
        ANSWERS("admin", register_member, REGISTER("0011", "code=$g2"),
                "scan_result=BOUND member_number=4"),
        ANSWERS("admin", register_member, REGISTER("0012", "code=$m1"), "scan_result=REFERRED"),
        ANSWERS("admin", register_member, REGISTER("0013", "code=$shop"), "scan_result=REFERRED"),
        ANSWERS("admin", register_member, REGISTER("0014", "code=$g3"),
                "scan_result=GUIDE_INACTIVE member_number=7"),
        ANSWERS("admin", register_member, REGISTER("0015", "code=$once"), "scan_result=BOUND"),
        ANSWERS("admin", register_member, REGISTER("0016", "code=$once"),
                "scan_result=EXHAUSTED member_number=9"),
        ANSWERS("admin", register_member, REGISTER("0017", "code=$gone"), "scan_result=EXPIRED"),
        ANSWERS("admin", register_member, REGISTER("0018", "code=$soon"), "scan_result=EXPIRED"),
        ANSWERS("admin", register_member,
                "phone=13900000001 consent_policy_version=v1 code=$g1",
                "scan_result=SELF_REFERRAL member_number=12"),
        ANSWERS("admin", register_member, REGISTER("0010", "code=$g1"),
                "scan_result=EXISTING_MEMBER member_number=3"),
        AT("2026-03-03T00:00"),
        ANSWERS("admin", register_member, REGISTER("0019", "code=$soon"), "scan_result=BOUND"),
        AT("2026-03-03T23:59:59.999"),
        ANSWERS("admin", register_member, REGISTER("0020", "code=$soon"), "scan_result=BOUND"),
        AT("2026-03-04T00:00"),
        ANSWERS("admin", register_member, REGISTER("0021", "code=$soon"), "scan_result=EXPIRED"),
        /* Read back: a guide's code fills both slots, a shop's neither, a refused one neither. */
        ANSWERS("admin", get_member, "member_number=4",
                "member.referrer=guide:2 member.serving_guide=2 member.code=$g2 "
                "!member.serving_inherited"),
        ANSWERS("admin", get_member, "member_number=6",
                "member.scan_result=REFERRED !member.referrer !member.serving_guide"),
        ANSWERS("admin", get_member, "member_number=7",
                "member.scan_result=GUIDE_INACTIVE !member.referrer !member.serving_guide"),
        ANSWERS("admin", get_member, "member_number=12", "!member.referrer !member.serving_guide"),
        ANSWERS("admin", get_code, "code=$once", "code.usage_count=1"),
        ANSWERS("admin", get_code, "code=$soon", "code.usage_count=2"),
        ANSWERS("admin", get_code, "code=$g3", "!code.usage_count"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_guide_left_since_still_brought_those_of_his_days(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", register_member,
                REGISTER("0010", "code=$g3 occurred_at=2026-01-31T12:00"), "scan_result=BOUND"),
        /* 2026-02-01 begins at 04:00 in Shanghai, which is 20:00 UTC of the day before. */
        ANSWERS("admin", register_member,
                REGISTER("0011", "code=$g3 occurred_at=2026-01-31T19:59:59"), "scan_result=BOUND"),
        ANSWERS("admin", register_member,
                REGISTER("0012", "code=$g3 occurred_at=2026-01-31T20:00"),
                "scan_result=GUIDE_INACTIVE"),
        /* His members' friends inherit nobody: he has gone. */
        ANSWERS("admin", create_code, "request_id=m3 code.owner=member:3", NULL,
                .save = "m3=code.code"),
        ANSWERS("admin", register_member, REGISTER("0013", "code=$m3"),
                "scan_result=REFERRED member_number=6"),
        ANSWERS("admin", get_member, "member_number=6",
                "member.referrer=member:3 !member.serving_guide !member.serving_inherited"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_known_phone_changes_nothing_and_tells_strangers_nothing(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("guide:2", register_member, "phone='+86 138-0000-0001' consent_policy_version=v9",
                "scan_result=EXISTING_MEMBER member_number=1"),
        ANSWERS("pos:2", register_member, "phone=008613800000001 consent_policy_version=v9",
                "scan_result=EXISTING_MEMBER member_number=1"),
        ANSWERS("manager:2", register_member, "phone=13800000001 consent_policy_version=v9",
                "scan_result=EXISTING_MEMBER member_number=1"),
        /* A stranger with a known phone, and one with a new one: the same answer. */
        ANSWERS("stranger", register_member, "phone=13800000001 consent_policy_version=v9 code=$g2",
                "scan_result=BOUND !member_number credits#=0"),
        ANSWERS("admin", get_code, "code=$g2", "!code.usage_count"),
        ANSWERS("stranger", register_member, REGISTER("0010", "code=$g2"),
                "scan_result=BOUND !member_number credits#=0"),
        ANSWERS("admin", get_code, "code=$g2", "code.usage_count=1"),
        ANSWERS("stranger", register_member, REGISTER("0011", "merchant_number=1"),
                "scan_result=NONE !member_number"),
        ANSWERS("admin", get_member, "member_number=1",
                "member.name=Li_Hua member.consent_policy_version=v1 member.serving_guide=1"),
        /* A stranger's unknown code doesn't stop her where the merchant is named. */
        ANSWERS("stranger", register_member, REGISTER("0012", "merchant_number=1 code=$nobodys"),
                "scan_result=EXPIRED !member_number"),
        REFUSES("stranger", register_member, REGISTER("0013", "code=$nobodys"),
                OUTCOME_CODE_NOT_VALID, "code"),
        REFUSES("stranger", register_member, REGISTER("0013", ""), OUTCOME_FIELD_REQUIRED, "code"),
        REFUSES("stranger", register_member, REGISTER("0013", "merchant_number=7"),
                OUTCOME_MERCHANT_UNKNOWN, NULL),
        ANSWERS("admin", list_members, "", "members#=5"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_phone_given_up_rests_ninety_days(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("admin", update_member,
                      "member.member_number=1 member.phone=13700000099 update_fields[0]=phone",
                      "member.phone=+8613700000099 member.name=Li_Hua"),
        REFUSES("admin", get_member, "phone=13800000001", OUTCOME_MEMBER_UNKNOWN, "phone"),
        ANSWERS("admin", get_member, "phone=13700000099", "member.member_number=1"),
        REFUSES("pos:1", register_member, "phone=13800000001 consent_policy_version=v1",
                OUTCOME_PHONE_TAKEN, "phone"),
        /* Strangers can't tell a resting number from a free one. */
        ANSWERS("stranger", register_member,
                "phone=13800000001 consent_policy_version=v1 merchant_number=1",
                "scan_result=NONE !member_number"),
        REFUSES("admin", update_member,
                "member.member_number=2 member.phone=13800000001 update_fields[0]=phone",
                OUTCOME_PHONE_TAKEN, "member.phone"),
        ANSWERS("admin", list_members, "", "members#=2"),
        AT("2026-05-31T09:59:59.999"), /* 90 days less a millisecond */
        REFUSES("pos:1", register_member, "phone=13800000001 consent_policy_version=v1",
                OUTCOME_PHONE_TAKEN, "phone"),
        AT("2026-05-31T10:00"),
        ANSWERS("pos:1", register_member, "phone=13800000001 consent_policy_version=v1",
                "scan_result=NONE member_number=3"),
    };
    static const struct step back[] = {
        ANSWERS("admin", update_member,
                "member.member_number=1 member.phone=13700000099 update_fields[0]=phone", NULL),
        /* She herself may have it back at once. */
        ANSWERS("admin", update_member,
                "member.member_number=1 member.phone=13800000001 update_fields[0]=phone",
                "member.phone=+8613800000001"),
        ANSWERS("admin", get_member, "phone=13800000001", "member.member_number=1"),
        REFUSES("admin", update_member,
                "member.member_number=1 member.phone=13800000002 update_fields[0]=phone",
                OUTCOME_PHONE_TAKEN, "member.phone"),
    };
    PLAY_ON(STAGE, steps);
    PLAY_ON(STAGE, back);
}

static void a_stranger_with_a_codes_last_use_is_told_she_is_bound(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_code, "request_id=once code.owner=guide:2 code.usage_limit=1", NULL,
                .save = "once=code.code"),
        ANSWERS("stranger", register_member, REGISTER("0010", "code=$once"), "scan_result=BOUND"),
        ANSWERS("stranger", register_member, REGISTER("0011", "code=$once"),
                "scan_result=EXHAUSTED"),
        ANSWERS("admin", get_member, "member_number=3", "member.referrer=guide:2"),
        ANSWERS("admin", get_member, "member_number=4", "!member.referrer"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_code_named_as_recommender_is_no_better_than_scanned(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_code, "request_id=once code.owner=guide:2 code.usage_limit=1", NULL,
                .save = "once=code.code"),
        ANSWERS("admin", create_code,
                "request_id=over code.owner=guide:2 code.ends_at=2026-03-01T00:00", NULL,
                .save = "over=code.code"),
        ANSWERS("admin", create_code,
                "request_id=soon code.owner=guide:2 code.starts_at=2026-03-03T00:00", NULL,
                .save = "soon=code.code"),
        ANSWERS("admin", register_member, REGISTER("0010", "code=$once"), "scan_result=BOUND"),
        ANSWERS("admin", register_member, REGISTER("0011", "recommender=$once"),
                "scan_result=NONE"),
        ANSWERS("admin", register_member, REGISTER("0012", "recommender=$over"),
                "scan_result=NONE"),
        ANSWERS("admin", register_member, REGISTER("0013", "recommender=$soon"),
                "scan_result=NONE"),
        ANSWERS("admin", register_member,
                REGISTER("0014", "recommender=$over occurred_at=2026-02-28T12:00:00"),
                "scan_result=BOUND"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_recommender_fills_the_slot_the_code_left_empty(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", register_member, REGISTER("0010", "recommender=$g2"),
                "scan_result=BOUND member_number=3"),
        ANSWERS("admin", register_member, REGISTER("0011", "recommender='138 0000 0001'"),
                "scan_result=REFERRED member_number=4"),
        ANSWERS("admin", register_member, REGISTER("0012", "code=$shop recommender=$m1"),
                "scan_result=REFERRED member_number=5"),
        ANSWERS("admin", register_member, REGISTER("0013", "code=$g3 recommender=$g2"),
                "scan_result=GUIDE_INACTIVE member_number=6"),
        ANSWERS("admin", register_member, REGISTER("0014", "code=$g2 recommender=$m1"),
                "scan_result=BOUND member_number=7"),
        /* What is wrong never blocks and tells nothing: nobody, herself, a code of no check. */
        ANSWERS("admin", register_member, REGISTER("0015", "recommender=13712345678"),
                "scan_result=NONE member_number=8"),
        ANSWERS("admin", register_member, REGISTER("0016", "recommender=13700000016"),
                "scan_result=NONE member_number=9"),
        ANSWERS("admin", register_member, REGISTER("0017", "recommender='my friend'"),
                "scan_result=NONE member_number=10"),
        ANSWERS("admin", register_member, REGISTER("0018", "recommender=$shop"),
                "scan_result=NONE member_number=11"),
        ANSWERS("admin", get_member, "member_number=3",
                "member.referrer=guide:2 member.serving_guide=2 !member.serving_inherited"),
        ANSWERS("admin", get_member, "member_number=4",
                "member.referrer=member:1 member.serving_guide=1 member.serving_inherited=1"),
        ANSWERS("admin", get_member, "member_number=5", "member.referrer=member:1"),
        ANSWERS("admin", get_member, "member_number=6",
                "member.referrer=guide:2 member.serving_guide=2"),
        ANSWERS("admin", get_member, "member_number=7", "member.referrer=guide:2"),
        ANSWERS("admin", get_member, "member_number=8", "!member.referrer"),
        ANSWERS("admin", get_member, "member_number=11", "!member.referrer"),
        ANSWERS("admin", get_code, "code=$g2", "code.usage_count=3"),
        /* A code is good for so many registrations, whichever field it is typed into. */
        ANSWERS("admin", create_code, "request_id=two code.owner=guide:2 code.usage_limit=1", NULL,
                .save = "two=code.code"),
        ANSWERS("admin", register_member, REGISTER("0008", "recommender=$two"),
                "scan_result=BOUND"),
        ANSWERS("admin", get_code, "code=$two", "code.usage_count=1"),
        ANSWERS("admin", register_member, REGISTER("0009", "recommender=$two"),
                "scan_result=NONE"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_guide_with_her_phone_is_she_in_either_order(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* The guide first, then the member: served by herself through a friend. */
        ANSWERS("admin", register_member, "phone=13900000001 consent_policy_version=v1 code=$m1",
                "scan_result=REFERRED member_number=3"),
        ANSWERS("admin", get_member, "member_number=3",
                "member.serving_guide=1 member.serving_inherited=1"),
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=3 amount_minor=10000",
                "purchase.credits#=1 purchase.credits[0].amount=100"),
        ANSWERS("admin", get_purchase, "shop_id=S1 receipt_number=1",
                "purchase.credits#=3 purchase.credits[1].beneficiary=member:1 "
                "purchase.credits[1].amount=200 purchase.credits[2].beneficiary=guide:1 "
                "purchase.credits[2].reason=SELF !purchase.credits[2].amount"),
        /* The member first, then the guide, by her phone. */
        ANSWERS("admin", register_member, REGISTER("0010", "code=$g2"), "member_number=4"),
        ANSWERS("admin", create_guide,
                "guide.employee_no=E4 guide.name='Two Hats' guide.phone=13700000010 "
                "guide.employments[0].shop_id=S1 guide.employments[0].from_date=2026-01-01",
                "guide.guide_number=4"),
        ANSWERS("admin", create_code, "request_id=g4 code.owner=guide:4", NULL,
                .save = "g4=code.code"),
        ANSWERS("admin", register_member, REGISTER("0011", "code=$g4"),
                "scan_result=BOUND member_number=5"),
        ANSWERS("admin", create_code, "request_id=m5 code.owner=member:5", NULL,
                .save = "m5=code.code"),
        /* Her own purchases still credit guide 2, who brought her: he is somebody else. */
        ANSWERS("admin", record_purchase,
                "shop_id=S1 receipt_number=2 member_number=4 amount_minor=10000",
                "purchase.credits[1].beneficiary=guide:2 purchase.credits[1].amount=200"),
        /* A phone that becomes a guide's own: from then on it is SELF. */
        ANSWERS("admin", register_member, REGISTER("0012", "code=$g1"), "member_number=6"),
        ANSWERS("admin", create_guide,
                "guide.employee_no=E5 guide.name='New Phone' guide.phone=13700000055 "
                "guide.employments[0].shop_id=S1 guide.employments[0].from_date=2026-01-01",
                "guide.guide_number=5"),
        ANSWERS("admin", create_code, "request_id=g5 code.owner=guide:5", NULL,
                .save = "g5=code.code"),
        ANSWERS("admin", register_member, REGISTER("0013", "code=$g5"), "member_number=7"),
        ANSWERS("admin", update_member,
                "member.member_number=7 member.phone=13700000055 update_fields[0]=phone", NULL),
        ANSWERS("admin", record_purchase,
                "shop_id=S1 receipt_number=3 member_number=7 amount_minor=10000",
                "purchase.credits[1].reason=SELF purchase.credits[2].reason=SELF"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_registration_refused_names_its_field(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("admin", register_member, "phone=13700000010", OUTCOME_CONSENT_MISSING,
                "consent_policy_version"),
        REFUSES("admin", register_member, "consent_policy_version=v1", OUTCOME_FIELD_REQUIRED,
                "phone"),
        REFUSES("admin", register_member, "phone=12 consent_policy_version=v1",
                OUTCOME_PHONE_INVALID, "phone"),
        REFUSES("admin", register_member, REGISTER("0010", "name='a\nb'"), OUTCOME_TEXT_INVALID,
                "name"),
        REFUSES("admin", register_member, REGISTER("0010", "name='\xe2\x80\xae'"),
                OUTCOME_TEXT_INVALID, "name"),
        REFUSES("admin", register_member, REGISTER("0010", "name='\xc3('"), OUTCOME_TEXT_INVALID,
                "name"),
        REFUSES("admin", register_member, REGISTER("0010", "birthday=2001-02-29"),
                OUTCOME_DATE_INVALID, "birthday"),
        REFUSES("admin", register_member, REGISTER("0010", "gender=12345678901234567"),
                OUTCOME_TEXT_INVALID, "gender"),
        REFUSES("admin", register_member, REGISTER("0010", "attributes[0].value=x"),
                OUTCOME_FIELD_REQUIRED, "attributes.name"),
        REFUSES("admin", register_member,
                REGISTER("0010", "attributes[0].name=a attributes[1].name=a"),
                OUTCOME_VALUE_INVALID, "attributes.name"),
        REFUSES("admin", register_member, REGISTER("0010", "attributes[16].name=a"),
                OUTCOME_VALUE_INVALID, "attributes"),
        REFUSES("admin", register_member, REGISTER("0010", "code=123456789"),
                OUTCOME_CODE_MISTYPED, "code"),
        REFUSES("admin", register_member, REGISTER("0010", "code=$nobodys"), OUTCOME_CODE_UNKNOWN,
                "code"),
        REFUSES("admin", register_member, REGISTER("0010", "shop_id=S9"), OUTCOME_SHOP_UNKNOWN,
                "shop_id"),
        REFUSES("pos:1", register_member, REGISTER("0010", "shop_id=S2"), OUTCOME_NOT_YOURS,
                "shop_id"),
        REFUSES("pos:1", register_member, REGISTER("0010", "shop_id=S9"), OUTCOME_NOT_YOURS,
                "shop_id"),
        REFUSES("pos:1", register_member, REGISTER("0010", "occurred_at=2026-03-01T10:00"),
                OUTCOME_ROLE_NOT_ALLOWED, "occurred_at"),
        REFUSES("admin", register_member, REGISTER("0010", "occurred_at=raw:1,-1"),
                OUTCOME_TIME_INVALID, "occurred_at"),
        REFUSES("admin", register_member, REGISTER("0010", "occurred_at=2026-03-02T10:10:00.001"),
                OUTCOME_TIME_IN_FUTURE, "occurred_at"),
        ANSWERS("admin", register_member,
                REGISTER("0010", "occurred_at=2026-03-02T10:10 birthday=1948-02-29 gender=f "
                                 "attributes[0].name=size attributes[0].value=M shop_id=S2"),
                "member_number=3"),
        ANSWERS("admin", get_member, "member_number=3",
                "member.birthday=1948-02-29 member.gender=f member.attributes[0].name=size "
                "member.attributes[0].value=M member.registered_shop_id=S2 "
                "member.registered_at=2026-03-02T10:10:00"),
        ANSWERS("admin", list_members, "", "members#=3"),
    };
    PLAY_ON(STAGE, steps);
}

static void rows_answer_one_by_one_and_a_refused_row_stops_nobody(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("admin", register_members, "", OUTCOME_ROWS_INVALID, "registrations"),
        ANSWERS("admin", register_members,
                "registrations[0].phone=13700000010 registrations[0].consent_policy_version=v1 "
                "registrations[0].code=$g1 "
                "registrations[1].phone=13700000011 "
                "registrations[2].phone=13700000012 registrations[2].consent_policy_version=v1 "
                "registrations[3].phone=13700000010 registrations[3].consent_policy_version=v1",
                "results#=4 results[0].member_number=3 results[0].scan_result=BOUND "
                "results[1].status_code=3 results[1].reason=CONSENT_MISSING "
                "!results[1].member_number results[2].member_number=4 "
                "results[3].member_number=3 results[3].scan_result=EXISTING_MEMBER"),
        ANSWERS("admin", get_code, "code=$g1", "code.usage_count=2"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_scan_result_is_stored_and_told),
        cmocka_unit_test(a_guide_left_since_still_brought_those_of_his_days),
        cmocka_unit_test(a_known_phone_changes_nothing_and_tells_strangers_nothing),
        cmocka_unit_test(a_phone_given_up_rests_ninety_days),
        cmocka_unit_test(a_stranger_with_a_codes_last_use_is_told_she_is_bound),
        cmocka_unit_test(a_code_named_as_recommender_is_no_better_than_scanned),
        cmocka_unit_test(a_recommender_fills_the_slot_the_code_left_empty),
        cmocka_unit_test(a_guide_with_her_phone_is_she_in_either_order),
        cmocka_unit_test(a_registration_refused_names_its_field),
        cmocka_unit_test(rows_answer_one_by_one_and_a_refused_row_stops_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
