#include "tests/service/command/stages.h"

const struct step STAGE[STAGE_STEPS] = {
    AT("2026-03-02T10:00"),
    ANSWERS("admin", create_shop, "shop.shop_id=S1 shop.name='First Shop'", "shop.shop_number=1"),
    ANSWERS("admin", create_shop, "shop.shop_id=S2 shop.pay_entity=Franchise",
            "shop.shop_number=2 shop.name=S2"),
    ANSWERS("admin", create_guide,
            "guide.employee_no=E1 guide.name='Wang Li' guide.phone=13900000001 "
            "guide.employments[0].shop_id=S1 guide.employments[0].from_date=2026-01-01",
            "guide.guide_number=1 guide.phone=+8613900000001 guide.pay_entity=default"),
    ANSWERS("admin", create_guide,
            "guide.employee_no=E2 guide.name='Zhao Min' "
            "guide.employments[0].shop_id=S2 guide.employments[0].from_date=2026-01-01",
            "guide.guide_number=2 guide.pay_entity=Franchise"),
    ANSWERS("admin", create_guide,
            "guide.employee_no=E3 guide.name='Left Long' guide.employments[0].shop_id=S1 "
            "guide.employments[0].from_date=2026-01-01 "
            "guide.employments[0].until_date=2026-02-01", "guide.guide_number=3"),
    ANSWERS("admin", publish_program,
            "request_id=p1 program.from_date=2026-01-01 program.inherit_serving_guide=true "
            "program.rules[0].rule_id=buyer program.rules[0].trigger=PURCHASE "
            "program.rules[0].beneficiary=BUYER program.rules[0].unit=POINTS "
            "program.rules[0].rate_bp=100 "
            "program.rules[1].rule_id=friend program.rules[1].trigger=PURCHASE "
            "program.rules[1].beneficiary=REFERRER program.rules[1].unit=CASH "
            "program.rules[1].rate_bp=200 program.rules[1].rounding=HALF_UP "
            "program.rules[2].rule_id=serving program.rules[2].trigger=PURCHASE "
            "program.rules[2].beneficiary=SERVING_GUIDE program.rules[2].unit=CASH "
            "program.rules[2].rate_bp=50 "
            "program.rules[3].rule_id=again program.rules[3].trigger=REPURCHASE "
            "program.rules[3].beneficiary=BUYER program.rules[3].unit=POINTS "
            "program.rules[3].fixed_amount=5", "program.version=1"),
    ANSWERS("admin", create_code, "request_id=g1 code.owner=guide:1 code.channel=BADGE",
            "code.owner=guide:1", .save = "g1=code.code"),
    ANSWERS("admin", create_code, "request_id=g2 code.owner=guide:2", "code.owner=guide:2",
            .save = "g2=code.code"),
    ANSWERS("admin", create_code, "request_id=g3 code.owner=guide:3", "code.owner=guide:3",
            .save = "g3=code.code"),
    ANSWERS("admin", create_code, "request_id=s code.owner=shop:1 code.channel=SHELF",
            "code.owner=shop:1", .save = "shop=code.code"),
    ANSWERS("pos:1", register_member,
            "phone=13800000001 consent_policy_version=v1 code=$g1 name='Li Hua'",
            "scan_result=BOUND member_number=1 credits#=0"),
    ANSWERS("admin", create_code, "request_id=m1 code.owner=member:1 code.channel=CHAT",
            "code.owner=member:1", .save = "m1=code.code"),
    ANSWERS("admin", register_member, "phone=13800000002 consent_policy_version=v1 code=$m1",
            "scan_result=REFERRED member_number=2"),
    /* Herself: an admin's look would be an entry of the audit trail. */
    ANSWERS("member:2", get_member, "", "member.serving_guide=1 member.serving_inherited=1"),
};
