/* Benefits by name: given at registration, shown on the card, handed out once. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define GIVES(i, id, kind, name, rest)                                                          \
    " program.rules[" #i "].rule_id=" id " program.rules[" #i "].trigger=REGISTRATION"          \
    " program.rules[" #i "].beneficiary=BUYER program.rules[" #i "].reward=" kind               \
    " program.rules[" #i "].benefit_en='" name "' program.rules[" #i "].benefit_zh='" name "'"  \
    rest
#define HAND_OUT(member, number, rest)                                                          \
    "member_number=" member " benefit_number=" number " " rest

static const struct step PUBLISHED =
    ANSWERS("admin", publish_program,
            "request_id=p2 program.from_date=2026-03-02 program.binding_validity_days=90 "
            "program.binding_protection_days=30"
            GIVES(0, "polish", "COUPON", "Pearl polishing",
                  " program.rules[0].benefit_valid_days=30")
            GIVES(1, "men", "GIFT", "Cuff links", " program.rules[1].gender=m")
            GIVES(2, "box", "GIFT", "Silk box", ""), "program.version=2");

static void a_benefit_is_handed_out_once(void **state)
{
    (void)state;
    const struct step steps[] = {
        PUBLISHED,
        ANSWERS("pos:1", register_member, "phone=13800000003 consent_policy_version=v1 code=$g1",
                "member_number=3 benefits#=2 benefits[0].name_en=Pearl_polishing "
                "benefits[0].kind=COUPON benefits[0].valid_until_date=2026-04-01 "
                "benefits[1].benefit_number=2 benefits[1].rule_id=box "
                "!benefits[1].valid_until_date "
                "benefits[0].state=UNSPECIFIED"),
        ANSWERS("stranger", register_member,
                "phone=13800000004 consent_policy_version=v1 code=$g1", "benefits#=0"),
        ANSWERS("pos:1", get_member, "phone=13800000003",
                "member.benefits#=2 member.benefits[0].state=OPEN "
                "member.benefits[1].name_zh=Silk_box"),
        ANSWERS_AGAIN("pos:1", hand_out_benefit, HAND_OUT("3", "2", "request_id=h1"),
                      "benefit.state=HANDED_OUT benefit.handed_out_shop_id=S1 "
                      "benefit.handed_out_at=2026-03-02T10:00:00 benefit.rule_id=box"),
        ANSWERS("member:3", list_benefits, "", "benefits#=2 benefits[1].state=HANDED_OUT "
                "benefits[1].handed_out_shop_id=S1 benefits[0].state=OPEN"),
        ANSWERS("guide:1", list_benefits, "member_number=3", "benefits#=2"),
        REFUSES("pos:2", hand_out_benefit, HAND_OUT("3", "2", "request_id=h2"),
                OUTCOME_BENEFIT_HANDED_OUT, "benefit_number"),
        REFUSES("pos:1", hand_out_benefit, HAND_OUT("3", "1", "request_id=h1"),
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        REFUSES("pos:1", hand_out_benefit, HAND_OUT("3", "3", "request_id=h3"),
                OUTCOME_BENEFIT_UNKNOWN, "benefit_number"),
        REFUSES("pos:1", hand_out_benefit, HAND_OUT("99", "1", "request_id=h3"),
                OUTCOME_MEMBER_UNKNOWN, "member_number"),
        REFUSES("pos:1", hand_out_benefit, HAND_OUT("3", "1", "request_id=h3 shop_id=S2"),
                OUTCOME_NOT_YOURS, "shop_id"),
        REFUSES("admin", hand_out_benefit, HAND_OUT("3", "1", "request_id=h3"),
                OUTCOME_FIELD_REQUIRED, "shop_id"),
        REFUSES("admin", hand_out_benefit, HAND_OUT("0", "1", "request_id=h3"),
                OUTCOME_FIELD_REQUIRED, "member_number"),
        REFUSES("admin", hand_out_benefit, HAND_OUT("3", "0", "request_id=h3"),
                OUTCOME_FIELD_REQUIRED, "benefit_number"),
        REFUSES("guide:2", list_benefits, "member_number=3", OUTCOME_NOT_YOURS, "member_number"),
        REFUSES("member:1", list_benefits, "member_number=3", OUTCOME_NOT_YOURS, "member_number"),
        REFUSES("admin", list_benefits, "member_number=99", OUTCOME_MEMBER_UNKNOWN,
                "member_number"),
        REFUSES("admin", list_benefits, "", OUTCOME_FIELD_REQUIRED, "member_number"),
        AT("2026-04-01T10:00"),
        ANSWERS("admin", list_benefits, "member_number=3", "benefits[0].state=OPEN"),
        AT("2026-04-02T10:00"),
        ANSWERS("admin", list_benefits, "member_number=3", "benefits[0].state=EXPIRED "
                "benefits[1].state=HANDED_OUT"),
        REFUSES("pos:1", hand_out_benefit, HAND_OUT("3", "1", "request_id=h4"),
                OUTCOME_BENEFIT_EXPIRED, "benefit_number"),
        ANSWERS_AGAIN("pos:1", hand_out_benefit, HAND_OUT("3", "2", "request_id=h1"),
                      "benefit.handed_out_at=2026-03-02T10:00:00"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_benefit_is_handed_out_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
