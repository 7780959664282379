/* Merchants, shops, guides and members' profiles: natural keys, forms, who sees how much. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define E9 "guide.employee_no=E9 guide.name='Sun Yi' "
#define AT_S1 "guide.employments[0].shop_id=S1 guide.employments[0].from_date=2026-01-01 "

static void a_merchant_is_made_once_for_a_request_id(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("operator", create_merchant,
                      "request_id=m2 merchant.name='Second Brand' merchant.currency=EUR "
                      "merchant.time_zone=Europe/Berlin merchant.day_cutoff_minutes=0 "
                      "merchant.country_code=49 merchant.link_host=second.example",
                      "merchant.merchant_number=2 merchant.currency=EUR "
                      "merchant.day_cutoff_minutes=0 !merchant.fixed"),
        ANSWERS("operator", create_merchant, "request_id=m3 merchant.name=Third",
                "merchant.merchant_number=3 merchant.currency=CNY "
                "merchant.time_zone=Asia/Shanghai merchant.day_cutoff_minutes=240 "
                "merchant.country_code=86"),
        REFUSES("operator", create_merchant, "request_id=m3 merchant.name=Fourth",
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        REFUSES("operator", create_merchant, "merchant.name=Fourth", OUTCOME_FIELD_REQUIRED,
                "request_id"),
        REFUSES("operator", create_merchant, "request_id=m4", OUTCOME_FIELD_REQUIRED, "merchant"),
        REFUSES("operator", create_merchant, "request_id=m4 merchant={}", OUTCOME_FIELD_REQUIRED,
                "merchant.name"),
        REFUSES("operator", create_merchant, "request_id=m4 merchant.name=X merchant.currency=eur",
                OUTCOME_VALUE_INVALID, "merchant.currency"),
        REFUSES("operator", create_merchant,
                "request_id=m4 merchant.name=X merchant.time_zone=Mars/Olympus",
                OUTCOME_VALUE_INVALID, "merchant.time_zone"),
        REFUSES("operator", create_merchant,
                "request_id=m4 merchant.name=X merchant.time_zone=../../etc/passwd",
                OUTCOME_VALUE_INVALID, "merchant.time_zone"),
        REFUSES("operator", create_merchant,
                "request_id=m4 merchant.name=X merchant.day_cutoff_minutes=721",
                OUTCOME_VALUE_INVALID, "merchant.day_cutoff_minutes"),
        REFUSES("operator", create_merchant,
                "request_id=m4 merchant.name=X merchant.country_code=1000", OUTCOME_VALUE_INVALID,
                "merchant.country_code"),
        REFUSES("operator", create_merchant,
                "request_id=m4 merchant.name=X merchant.link_host=a/b", OUTCOME_VALUE_INVALID,
                "merchant.link_host"),
        ANSWERS("operator", list_merchants, "", "merchants#=3 merchants[1].name=Second_Brand"),
        ANSWERS("operator", get_merchant, "merchant_number=2", "merchant.name=Second_Brand"),
        REFUSES("operator", get_merchant, "", OUTCOME_FIELD_REQUIRED, "merchant_number"),
        REFUSES("operator", get_merchant, "merchant_number=4", OUTCOME_MERCHANT_UNKNOWN, NULL),
        ANSWERS("admin@2", get_merchant, "", "merchant.merchant_number=2"),
        REFUSES("admin@2", get_merchant, "merchant_number=1", OUTCOME_NOT_YOURS,
                "merchant_number"),
        ANSWERS_AGAIN("operator", update_merchant,
                      "merchant.merchant_number=2 merchant.currency=USD", "merchant.currency=USD"),
        REFUSES("admin@2", update_merchant, "merchant.merchant_number=1 merchant.name=Mine",
                OUTCOME_NOT_YOURS, "merchant.merchant_number"),
        REFUSES("operator", update_merchant, "merchant.name=X", OUTCOME_FIELD_REQUIRED,
                "merchant.merchant_number"),
        REFUSES("admin", update_merchant, "", OUTCOME_FIELD_REQUIRED, "merchant"),
        REFUSES("admin", update_merchant, "merchant.name='a\tb'", OUTCOME_TEXT_INVALID,
                "merchant.name"),
    };
    PLAY(steps);
}

static void a_shop_is_known_by_its_id(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("admin", create_shop,
                      "shop.shop_id=S1 shop.name=One shop.cost_center=C1 shop.pay_entity=Tea",
                      "shop.shop_number=1 shop.pay_entity=Tea shop.cost_center=C1"),
        REFUSES("admin", create_shop, "shop.shop_id=S1 shop.name=Two shop.cost_center=C1 "
                "shop.pay_entity=Tea", OUTCOME_SHOP_EXISTS, "shop.shop_id"),
        REFUSES("admin", create_shop, "shop.shop_id=S1 shop.name=One shop.cost_center=C2 "
                "shop.pay_entity=Tea", OUTCOME_SHOP_EXISTS, "shop.shop_id"),
        REFUSES("admin", create_shop, "shop.shop_id=S1 shop.name=One shop.cost_center=C1",
                OUTCOME_SHOP_EXISTS, "shop.shop_id"),
        REFUSES("admin", create_shop, "", OUTCOME_FIELD_REQUIRED, "shop"),
        REFUSES("admin", create_shop, "shop={}", OUTCOME_FIELD_REQUIRED, "shop.shop_id"),
        REFUSES("admin", create_shop, "shop.shop_id='S 1'", OUTCOME_TEXT_INVALID, "shop.shop_id"),
        REFUSES("admin", create_shop, "shop.shop_id=S2 shop.name='\xe2\x80\xae'",
                OUTCOME_TEXT_INVALID, "shop.name"),
        REFUSES("admin", create_shop,
                "shop.shop_id=S2 shop.cost_center=123456789012345678901234567890123",
                OUTCOME_TEXT_INVALID, "shop.cost_center"),
        ANSWERS("pos:1", get_shop, "shop_id=S1", "shop.shop_number=1"),
        REFUSES("admin", get_shop, "shop_id=S2", OUTCOME_SHOP_UNKNOWN, "shop_id"),
        REFUSES("admin", get_shop, "", OUTCOME_FIELD_REQUIRED, "shop_id"),
        ANSWERS("admin", create_shop, "shop.shop_id=S2 shop.pay_entity=Tea", "shop.shop_number=2"),
        ANSWERS("admin", list_shops, "", "shops#=2 shops[1].shop_id=S2"),
    };
    PLAY(steps);
}

static void a_guide_is_known_by_employer_and_employee_number(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("admin", create_guide,
                      E9 AT_S1 "guide.phone=13900000009 guide.document_type=ID "
                      "guide.document_number=110101199001011234",
                      "guide.guide_number=4 guide.document_number=110101199001011234 "
                      "guide.employments#=1 guide.employments[0].shop_id=S1 "
                      "!guide.employments[0].until_date"),
        REFUSES("admin", create_guide,
                E9 AT_S1 "guide.phone=13900000008 guide.document_type=ID "
                "guide.document_number=110101199001011234", OUTCOME_GUIDE_EXISTS,
                "guide.employee_no"),
        REFUSES("admin", create_guide,
                E9 AT_S1 "guide.phone=13900000009 guide.document_type=Passport "
                "guide.document_number=110101199001011234", OUTCOME_GUIDE_EXISTS,
                "guide.employee_no"),
        REFUSES("admin", create_guide,
                E9 AT_S1 "guide.phone=13900000009 guide.document_type=ID "
                "guide.document_number=110101199001011234 "
                "guide.employments[0].until_date=2026-09-01", OUTCOME_GUIDE_EXISTS,
                "guide.employee_no"),
        /* Another employer may have the same number. */
        ANSWERS("admin", create_guide,
                E9 "guide.employments[0].shop_id=S2 guide.employments[0].from_date=2026-01-01",
                "guide.guide_number=5 guide.pay_entity=Franchise"),
        REFUSES("admin", create_guide, "guide.employee_no=E8 guide.name=X guide.phone=13900000009 "
                AT_S1, OUTCOME_PHONE_TAKEN, "guide.phone"),
        REFUSES("admin", create_guide, "", OUTCOME_FIELD_REQUIRED, "guide"),
        REFUSES("admin", create_guide, "guide.name=X " AT_S1, OUTCOME_FIELD_REQUIRED,
                "guide.employee_no"),
        REFUSES("admin", create_guide, "guide.employee_no=E8 " AT_S1, OUTCOME_FIELD_REQUIRED,
                "guide.name"),
        REFUSES("admin", create_guide, "guide.employee_no=E8 guide.name=X guide.phone=x " AT_S1,
                OUTCOME_PHONE_INVALID, "guide.phone"),
        REFUSES("admin", create_guide, "guide.employee_no=E8 guide.name=X", OUTCOME_VALUE_INVALID,
                "guide.employments"),
        REFUSES("admin", create_guide,
                "guide.employee_no=E8 guide.name=X guide.employments[0].from_date=2026-01-01",
                OUTCOME_FIELD_REQUIRED, "guide.employments.shop_id"),
        REFUSES("admin", create_guide,
                "guide.employee_no=E8 guide.name=X guide.employments[0].shop_id=S9 "
                "guide.employments[0].from_date=2026-01-01", OUTCOME_SHOP_UNKNOWN,
                "guide.employments.shop_id"),
        REFUSES("admin", create_guide,
                "guide.employee_no=E8 guide.name=X guide.employments[0].shop_id=S1",
                OUTCOME_FIELD_REQUIRED, "guide.employments.from_date"),
        REFUSES("admin", create_guide,
                "guide.employee_no=E8 guide.name=X " AT_S1
                "guide.employments[0].until_date=2026-01-01", OUTCOME_DATE_INVALID,
                "guide.employments.until_date"),
        REFUSES("admin", create_guide,
                "guide.employee_no=E8 guide.name=X guide.document_type="
                "12345678901234567890123456789012345678901 " AT_S1, OUTCOME_TEXT_INVALID,
                "guide.document_type"),
        /* Read by number or employee number; who sees how much. */
        ANSWERS("admin", get_guide, "employee_no=E9 pay_entity=Franchise", "guide.guide_number=5"),
        ANSWERS("admin", get_guide, "employee_no=E2", "guide.guide_number=2"),
        REFUSES("admin", get_guide, "employee_no=E7", OUTCOME_GUIDE_UNKNOWN, "employee_no"),
        REFUSES("admin", get_guide, "employee_no=E9 pay_entity=Nobody", OUTCOME_GUIDE_UNKNOWN,
                "pay_entity"),
        REFUSES("admin", get_guide, "guide_number=9", OUTCOME_GUIDE_UNKNOWN, "guide_number"),
        REFUSES("admin", get_guide, "", OUTCOME_FIELD_REQUIRED, "employee_no"),
        ANSWERS("guide:4", get_guide, "",
                "guide.phone=+8613900000009 !guide.document_number"),
        ANSWERS("payroll", get_guide, "guide_number=4",
                "guide.phone=+86139****0009 guide.document_number=110101199001011234"),
        ANSWERS("manager:1", get_guide, "guide_number=4",
                "guide.phone=+86139****0009 !guide.document_number"),
        REFUSES("manager:2", get_guide, "guide_number=4", OUTCOME_NOT_YOURS, "guide_number"),
        REFUSES("guide:1", get_guide, "guide_number=4", OUTCOME_NOT_YOURS, "guide_number"),
        ANSWERS("manager:2", list_guides, "", "guides#=2 guides[0].guide_number=2"),
        ANSWERS("admin", list_guides, "shop_id=S2", "guides#=2"),
        REFUSES("admin", list_guides, "shop_id=S9", OUTCOME_SHOP_UNKNOWN, "shop_id"),
        REFUSES("manager:2", list_guides, "shop_id=S1", OUTCOME_NOT_YOURS, "shop_id"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_profile_changes_only_where_named(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("admin", update_member,
                      "member.member_number=1 member.name=Ignored member.gender=f "
                      "member.birthday=--02-29 update_fields[0]=gender update_fields[1]=birthday",
                      "member.name=Li_Hua member.gender=f member.birthday=--02-29 "
                      "member.phone=+8613800000001"),
        ANSWERS("member:1", update_member,
                "member.name='Li H' member.attributes[0].name=size member.attributes[0].value=L "
                "update_fields[0]=name update_fields[1]=attributes",
                "member.name=Li_H member.attributes[0].value=L member.gender=f"),
        ANSWERS("guide:1", update_member,
                "member.member_number=1 member.birthday='' update_fields[0]=birthday",
                "member.phone=+86138****0001 !member.birthday"),
        ANSWERS("admin", get_member, "member_number=1", "!member.birthday member.name=Li_H"),
        REFUSES("admin", update_member, "update_fields[0]=name", OUTCOME_FIELD_REQUIRED, "member"),
        REFUSES("admin", update_member, "member.member_number=1", OUTCOME_FIELD_REQUIRED,
                "update_fields"),
        REFUSES("admin", update_member, "member={} update_fields[0]=name", OUTCOME_FIELD_REQUIRED,
                "member.member_number"),
        REFUSES("admin", update_member, "member.member_number=9 update_fields[0]=name",
                OUTCOME_MEMBER_UNKNOWN, "member.member_number"),
        REFUSES("admin", update_member, "member.member_number=1 update_fields[0]=referrer",
                OUTCOME_VALUE_INVALID, "update_fields"),
        REFUSES("admin", update_member,
                "member.member_number=1 member.phone=1 update_fields[0]=phone",
                OUTCOME_PHONE_INVALID, "member.phone"),
        REFUSES("admin", update_member,
                "member.member_number=1 member.phone=13800000002 update_fields[0]=phone",
                OUTCOME_PHONE_TAKEN, "member.phone"),
        REFUSES("member:1", update_member,
                "member.member_number=2 member.name=X update_fields[0]=name", OUTCOME_NOT_YOURS,
                "member.member_number"),
        REFUSES("guide:2", update_member,
                "member.member_number=1 member.name=X update_fields[0]=name", OUTCOME_NOT_YOURS,
                "member.member_number"),
        REFUSES("guide:2", update_member,
                "member.member_number=99 member.name=X update_fields[0]=name", OUTCOME_NOT_YOURS,
                "member.member_number"),
        ANSWERS("admin", get_member, "member_number=1", "member.name=Li_H"),
    };
    PLAY_ON(STAGE, steps);
}

static void members_are_seen_by_those_who_look_after_them(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("guide:1", get_member, "member_number=1",
                "member.phone=+86138****0001 member.name=Li_Hua !member.consent_policy_version"),
        REFUSES("guide:2", get_member, "member_number=1", OUTCOME_NOT_YOURS, "member_number"),
        REFUSES("guide:2", get_member, "member_number=99", OUTCOME_NOT_YOURS, "member_number"),
        REFUSES("guide:2", get_member, "phone=13800000001", OUTCOME_NOT_YOURS, "phone"),
        ANSWERS("member:1", get_member, "", "member.phone=+8613800000001"),
        REFUSES("member:1", get_member, "member_number=2", OUTCOME_NOT_YOURS, "member_number"),
        /* A till looks up who stands before it; it doesn't count through members. */
        ANSWERS("pos:2", get_member, "phone=13800000001", "member.phone=+86138****0001"),
        ANSWERS("pos:2", get_member, "code=$m1", "member.member_number=1"),
        REFUSES("pos:2", get_member, "member_number=1", OUTCOME_NOT_YOURS, "member_number"),
        ANSWERS("auditor", get_member, "member_number=2",
                "member.referrer=member:1 !member.phone !member.name"),
        ANSWERS("manager:1", get_member, "member_number=2", "!member.referrer"),
        REFUSES("admin", get_member, "", OUTCOME_FIELD_REQUIRED, "member_number"),
        ANSWERS("guide:1", list_members, "", "members#=2"),
        ANSWERS("guide:2", list_members, "", "members#=0"),
        REFUSES("guide:2", list_members, "guide_number=1", OUTCOME_NOT_YOURS, "guide_number"),
        ANSWERS("admin", list_members, "guide_number=1", "members#=2"),
    };
    PLAY_ON(STAGE, steps);
}

/* Who has left sees what is his own, no customers. */
static void a_guide_who_has_left_reaches_no_customer(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("guide:3", list_members, "", OUTCOME_CALLER_NOT_EMPLOYED, NULL),
        REFUSES("guide:3", get_member, "member_number=1", OUTCOME_CALLER_NOT_EMPLOYED, NULL),
        REFUSES("guide:3", update_member,
                "member.member_number=1 member.name=X update_fields=name",
                OUTCOME_CALLER_NOT_EMPLOYED, NULL),
        REFUSES("guide:3", register_member, "phone=13800000009 consent_policy_version=v1",
                OUTCOME_CALLER_NOT_EMPLOYED, NULL),
        REFUSES("guide:3", create_code, "request_id=x code.owner=guide:3",
                OUTCOME_CALLER_NOT_EMPLOYED, NULL),
        REFUSES("guide:3", list_scoreboard_members, "kpi=NEW_MEMBERS date=2026-01-10",
                OUTCOME_CALLER_NOT_EMPLOYED, NULL),
        ANSWERS("guide:3", get_scoreboard, "date=2026-01-10", NULL),
        ANSWERS("guide:3", get_balance, "", "account_balances.account=guide:3"),
        ANSWERS("guide:3", get_guide, "", "guide.guide_number=3"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guide_who_has_left_reaches_no_customer),
        cmocka_unit_test(a_merchant_is_made_once_for_a_request_id),
        cmocka_unit_test(a_shop_is_known_by_its_id),
        cmocka_unit_test(a_guide_is_known_by_employer_and_employee_number),
        cmocka_unit_test(a_profile_changes_only_where_named),
        cmocka_unit_test(members_are_seen_by_those_who_look_after_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
