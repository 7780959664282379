/* The audit trail: what people at a desk do is in it, once, and nothing else is. */
#include "tests/service/command/settlement_plays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* The stage's own entries: shops, guides, a program, codes; members came by themselves. */
#define STAGED "11"

/* The newest entry is the one of that number, and this. */
#define NEWEST(number, told)                                                                    \
    ANSWERS("auditor", list_audit_entries, "page_size=1",                                       \
            "entries#=1 head_number=" number " entries[0].entry_number=" number " " told)
/* An admin's who has a token, so that the entry names it. */
#define DOES(rpc, asked) ANSWERS("token:$admin", rpc, asked, NULL)

static void a_settlement_leaves_its_steps(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"), BUY("2", "2", "50000", "2026-03-02"),
        AT("2027-01-05T10:00"),
        ANSWERS("admin", create_token, "request_id=p token.role=PAYROLL token.label=Pay", NULL,
                .save = "pay=secret"),
        NEWEST("12", "entries[0].action=CreateToken entries[0].role=ADMIN "
                     "entries[0].facts=role=PAYROLL entries[0].object_number=2 "
                     "!entries[0].token_number"),
        ANSWERS_AGAIN("token:$pay", create_settlement_run, "request_id=y " YEAR RATE,
                      "run_number=1"),
        NEWEST("13", "entries[0].action=CreateSettlementRun entries[0].role=PAYROLL "
                     "entries[0].token_number=2 entries[0].token_label=Pay "
                     "entries[0].object_kind=RUN entries[0].object_number=1 "
                     "entries[0].facts=draft=1_start=2026-01-01_until=2027-01-01"),
        WORK("1"), SUBMIT("1", "1"), WORK("1"), HASH("1", "hash"),
        /* What the service does for a run is nobody's doing. */
        NEWEST("14", "entries[0].action=SubmitSettlementRun entries[0].facts=draft=1"),
        ANSWERS_AGAIN("guide:1", open_dispute,
                      "request_id=d run_number=1 payee=guide:1 text=less", "dispute_number=1"),
        NEWEST("15", "entries[0].action=OpenDispute entries[0].role=GUIDE "
                     "entries[0].party=guide:1 entries[0].object_kind=DISPUTE "
                     "entries[0].object_number=1 entries[0].object_part=1 "
                     "entries[0].facts=account=guide:1_state=OPEN "
                     "entries[0].sentence_en=opened_dispute_1_of_settlement_run_1_"
                     "(account_guide_1,_open)"),
        ANSWERS_AGAIN("payroll", decide_dispute,
                      "run_number=1 dispute_number=1 decision=REJECT reason=no", NULL),
        NEWEST("16", "entries[0].action=DecideDispute "
                     "entries[0].facts=account=guide:1_state=REJECTED"),
        APPROVE("1", "hash"),
        NEWEST("17", "entries[0].action=ApproveSettlementRun entries[0].role=ADMIN "
                     "entries[0].token_number=1 entries[0].facts=draft=1_net_minor=3750 "
                     "entries[0].sentence_zh=批准了结算_1（稿次_1，净额_37.50_CNY） "
                     "entries[0].sentence_en=approved_settlement_run_1_"
                     "(draft_1,_net_37.50_CNY)"),
        PROVE, CLOSE("1", "hash"), WORK("1"),
        NEWEST("18", "entries[0].action=CloseSettlementRun"),
        ANSWERS_AGAIN("payroll", create_settlement_export,
                      "run_number=1 format=CSV request_id=e", "export_number=1"),
        NEWEST("19", "entries[0].action=CreateSettlementExport entries[0].object_kind=EXPORT "
                     "entries[0].object_number=1 entries[0].object_part=1"),
        ANSWERS("payout", resolve_payee, "run_number=1 member_number=1", NULL),
        ANSWERS("payout", resolve_payee, "run_number=1 member_number=1", NULL), /* told again */
        NEWEST("21", "entries[0].action=ResolvePayee entries[0].role=PAYOUT "
                     "entries[0].sentence_en=looked_up_who_is_paid_by_the_statement_of_member_1_"
                     "in_settlement_run_1"),
        ANSWERS("payroll", print_statement, "run_number=1 payee=guide:1", NULL),
        NEWEST("22", "entries[0].action=PrintStatement entries[0].object_kind=STATEMENT "
                     "entries[0].object_number=1 entries[0].object_part=1 "
                     "entries[0].object_text=guide"),
        ANSWERS("guide:1", print_statement, "run_number=1", NULL), /* it is his own */
        ANSWERS("payroll", record_payment_results,
                "run_number=1 results[0].member_number=1 results[0].result=PAID "
                "results[0].amount_minor=1000 validate_only=true", NULL),
        NEWEST("22", ""),
    };
    PLAY_ON(STAGE, steps);
}

static void what_tills_members_and_strangers_do_is_told_elsewhere(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"),
        ANSWERS("pos:1", record_refund,
                "receipt_number=1 refund_number=1 amount_minor=1000", NULL),
        ANSWERS("stranger", register_member, "phone=13900000009 code=$g1 consent_policy_version=1",
                NULL),
        ANSWERS("admin", record_purchase,
                "shop_id=S1 receipt_number=2 member_number=1 amount_minor=100", NULL),
        ANSWERS("member:1", update_member,
                "member.member_number=1 member.gender=FEMALE update_fields=gender", NULL),
        ANSWERS("member:1", create_code, "request_id=m code.owner=member:1", NULL),
        NEWEST(STAGED, ""),
        /* The same by staff is. */
        ANSWERS("admin", update_member,
                "member.member_number=1 member.name=Ann update_fields[0]=name "
                "update_fields[1]=phone "
                "member.phone=13900000077", NULL),
        NEWEST("12", "entries[0].action=UpdateMember entries[0].object_kind=MEMBER "
                     "entries[0].object_number=1 entries[0].facts=fields=name,phone "
                     "entries[0].sentence_zh=修改了资料：会员_1（字段_姓名,手机号）"),
        /* A refused one is not. */
        REFUSES("admin", update_member, "member.member_number=9 update_fields=name",
                OUTCOME_MEMBER_UNKNOWN, "member.member_number"),
        NEWEST("12", ""),
    };
    PLAY_ON(STAGE, steps);
}

static void each_desk_leaves_what_it_did(void **state)
{
    (void)state;
    static const struct step steps[] = {
        DOES(update_merchant, "merchant.merchant_number=1 merchant.name=Demo"),
        NEWEST("12", "entries[0].object_kind=MERCHANT entries[0].object_number=1 "
                     "entries[0].token_number=1"),
        DOES(create_shop, "shop.shop_id=S9 shop.name=Nine"),
        NEWEST("13", "entries[0].object_kind=SHOP entries[0].object_number=3 "
                     "entries[0].object_text=S9 entries[0].sentence_zh=创建了门店_S9"),
        DOES(update_guide, "guide.guide_number=1 guide.name=Li update_fields=name"),
        NEWEST("14", "entries[0].object_kind=GUIDE entries[0].facts=fields=name"),
        DOES(revoke_code, "code=$g2"),
        NEWEST("15", "entries[0].object_kind=CODE entries[0].object_text=$g2 "
                     "entries[0].facts=owner=guide:2"),
        DOES(revoke_code, "code=$g2"), /* it is already */
        DOES(reassign_code, "code=$g1 owner=guide:2 from_date=2026-03-04"),
        NEWEST("16", "entries[0].facts=to=guide:2_from=2026-03-04"),
        DOES(adjust_balance, "account=member:1 unit=POINTS amount=30 reason=why request_id=a"),
        NEWEST("17", "entries[0].object_kind=ADJUSTMENT entries[0].object_number=1 "
                     "entries[0].facts=account=member:1_unit=POINTS_amount=30_state=PROPOSED "
                     "entries[0].sentence_en=adjusted_a_balance_by_adjustment_1_"
                     "(account_member_1,_30_points,_proposed) "
                     "entries[0].sentence_zh=调整了余额：调整_1（账户_会员_1，30_积分，待他人复核）"),
        ANSWERS("admin", decide_adjustment, "adjustment_number=1 approve=true reason=so", NULL),
        NEWEST("18", "entries[0].action=DecideAdjustment "
                     "entries[0].facts=account=member:1_unit=POINTS_amount=30_state=POSTED"),
        BUY("1", "2", "100000", "2026-03-02"),
        ANSWERS("token:$admin", list_credits, "account=guide:1", NULL,
                .save = "credit=credits[0].credit_number"),
        DOES(hold_credit, "credit_number=$credit reason=why request_id=h"),
        NEWEST("19", "entries[0].action=HoldCredit entries[0].object_number=$credit "
                     "entries[0].facts=account=guide:1"),
        DOES(release_credit, "credit_number=$credit reason=why request_id=r"),
        NEWEST("20", "entries[0].action=ReleaseCredit"),
        DOES(set_target, "guide_number=1 kpi=SALES value=500 span=MONTH date=2026-03-09"),
        NEWEST("21", "entries[0].facts=kpi=SALES_from=2026-03-01_value=500"),
        DOES(hand_over_members, "from_guide_number=1 to_guide_number=2 from_date=2026-03-05 "
                                "all_members=true reason=leaves request_id=o"),
        NEWEST("22", "entries[0].object_kind=HANDOVER "
                     "entries[0].facts=from_guide=1_to_guide=2_start=2026-03-05"),
        DOES(transfer_guide, "guide_number=2 shop_id=S1 from_date=2026-04-01"),
        NEWEST("23", "entries[0].action=TransferGuide entries[0].facts=to=shop:1_from=2026-04-01"),
        DOES(end_employment, "guide_number=1 until_date=2026-05-01"),
        NEWEST("24", "entries[0].action=EndEmployment entries[0].facts=until=2026-05-01"),
        DOES(revoke_token, "token_number=1"),
        NEWEST("25", "entries[0].action=RevokeToken entries[0].token_number=1 "
                     "entries[0].facts=role=ADMIN"),
    };
    PLAY_ON(STAGE, steps);
}

/* On one engine: the instance's time began with the store, by the real clock. */
static void the_instance_and_each_merchant_have_a_trail_of_their_own(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("operator", accept_clock, "", NULL),
        NEWEST(STAGED, ""), /* the instance has a trail of its own */
        ANSWERS("operator", list_audit_entries, "",
                "entries#=1 head_number=1 entries[0].action=AcceptClock entries[0].role=OPERATOR "
                "entries[0].object_kind=INSTANCE"),
        ANSWERS("operator", backup_store, "path=$folder/copy", "done=1"),
        REFUSES("operator", backup_store, "path=copy", OUTCOME_PATH_INVALID, "path"),
        ANSWERS("operator", list_audit_entries, "page_size=1",
                "head_number=2 entries[0].action=BackupStore "
                "entries[0].sentence_en=began_a_backup_of_the_service"),
        ANSWERS("operator", create_merchant, "merchant.name=Two request_id=two",
                "merchant.merchant_number=2"),
        ANSWERS("admin@2", list_audit_entries, "",
                "entries#=1 head_number=1 entries[0].action=CreateMerchant "
                "entries[0].role=OPERATOR entries[0].object_number=2"),
    };
    play_on_lmdb(STAGE, STAGE_STEPS, steps, sizeof steps / sizeof steps[0]);
}

static void personal_data_that_is_taken_out_is_told(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", get_member_data, "member_number=2", "section=MEMBER",
                .save = "next=next_page_token"),
        NEWEST("12", "entries[0].action=GetMemberData entries[0].object_kind=MEMBER "
                     "entries[0].object_number=2"),
        ANSWERS("admin", get_member_data, "member_number=2 page_token=$next", "!member"),
        ANSWERS("member:2", get_member_data, "", "section=MEMBER"), /* her own */
        NEWEST("12", ""),
        DOES(set_consent, "member_number=2 policy_version=v2"),
        NEWEST("13", "entries[0].action=SetConsent entries[0].facts=consent=v2"),
        /* Erasing is told whoever does it. */
        ANSWERS("member:2", erase_member, "", NULL),
        NEWEST("14", "entries[0].action=EraseMember entries[0].role=MEMBER "
                     "entries[0].party=member:2 entries[0].object_number=2"),
    };
    PLAY_ON(STAGE, steps);
}

/* Who signed in as a token is told by that token. */
static void a_session_is_told_by_whom_it_acts_as(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", create_token, "request_id=p token.role=PAYROLL token.label=Pay",
                "token.token_number=2"),
        DOES(create_sign_in_link, "request_id=l token_number=2"),
        NEWEST("13", "entries[0].action=CreateSignInLink entries[0].object_kind=TOKEN "
                     "entries[0].object_number=2 !entries[0].by_session"),
        ANSWERS("token:$admin", create_sign_in_link, "request_id=m token_number=2", NULL,
                .save = "link=secret"),
        ANSWERS("stranger", redeem_sign_in_link, "secret=$link", NULL,
                .save = "pay=session_secret"),
        NEWEST("14", "entries[0].action=CreateSignInLink"),
        ANSWERS("token:$pay", create_settlement_run,
                "request_id=y type=PERIOD period_start=2026-02-01 period_end=2026-03-01 " RATE,
                "run_number=1"),
        NEWEST("15", "entries[0].action=CreateSettlementRun entries[0].token_number=2 "
                     "entries[0].token_label=Pay entries[0].by_session=1"),
        DOES(revoke_sessions, "token_number=2"),
        NEWEST("16", "entries[0].action=RevokeSessions entries[0].object_number=2"),
    };
    PLAY_ON(STAGE, steps);
}

static void many_entries_are_fetched_together(void **state)
{
    (void)state;
    enum { SHOPS = 150 };
    static char requests[SHOPS][64];
    static struct step steps[SHOPS + 2];
    for (size_t i = 0; i < SHOPS; i++) {
        snprintf(requests[i], sizeof requests[i], "shop.shop_id=N%zu shop.name=N", i);
        steps[i] = (struct step)ANSWERS("token:$admin", create_shop, requests[i], NULL);
    }
    steps[SHOPS] = (struct step)ANSWERS(
        "auditor", list_audit_entries, "page_size=500 action=CreateShop token_number=1",
        "entries#=150 entries[0].object_text=N149 entries[149].object_text=N0 !next_page_token");
    steps[SHOPS + 1] = (struct step)ANSWERS(
        "auditor", list_audit_entries, "page_size=100",
        "entries#=100 entries[99].object_text=N50 head_number=161");
    play(STAGE, STAGE_STEPS, steps, SHOPS + 2);
}

static void who_looks_at_people_is_told(void **state)
{
    (void)state;
    static const struct step steps[] = {
        DOES(get_member, "member_number=2"),
        NEWEST("12", "entries[0].action=GetMember entries[0].object_kind=MEMBER "
                     "entries[0].object_number=2 entries[0].token_number=1 "
                     "entries[0].sentence_en=looked_at_member_2"),
        DOES(get_member, "phone=13800000001"), /* which it was, not how she was found */
        NEWEST("13", "entries[0].object_number=1 !entries[0].facts"),
        ANSWERS("guide:1", get_member, "member_number=1", NULL),
        NEWEST("14", "entries[0].role=GUIDE entries[0].party=guide:1"),
        ANSWERS("pos:1", get_member, "phone=13800000001", NULL), /* who stands before the till */
        ANSWERS("member:1", get_member, "", NULL),
        REFUSES("admin", get_member, "member_number=9", OUTCOME_MEMBER_UNKNOWN, "member_number"),
        NEWEST("14", ""),
        ANSWERS("guide:1", list_members, "", "members#=2"),
        NEWEST("15", "entries[0].action=ListMembers entries[0].object_kind=GUIDE "
                     "entries[0].object_number=1 entries[0].facts=rows=2"),
        ANSWERS("admin", list_members, "guide_number=2", "members#=0"), /* nobody was shown */
        NEWEST("15", ""),
        ANSWERS("manager:1", get_guide, "guide_number=1", NULL),
        NEWEST("16", "entries[0].action=GetGuide entries[0].object_kind=GUIDE"),
        ANSWERS("guide:1", get_guide, "", NULL), /* himself */
        ANSWERS("payroll", list_guides, "", "guides#=3"),
        NEWEST("17", "entries[0].action=ListGuides entries[0].object_kind=MERCHANT "
                     "entries[0].facts=rows=3 "
                     "entries[0].sentence_zh=查看了导购名单：商户_1（行数_3）"),
        ANSWERS("guide:1", list_scoreboard_members, "kpi=NEW_MEMBERS span=YEAR date=2026-03-02",
                "members#=1"),
        NEWEST("18", "entries[0].action=ListScoreboardMembers entries[0].object_number=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void it_is_taken_out_oldest_first(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("auditor", export_audit, "",
                "entries#=12 first_number=1 last_number=12 entries[0].entry_number=1 "
                "entries[11].action=ExportAudit entries[11].action_kind=EXPORT_AUDIT "
                "entries[11].role=AUDITOR"),
        ANSWERS("auditor", export_audit, "first_number=13",
                "entries#=1 first_number=13 last_number=13 entries[0].facts=from=13"),
        REFUSES("auditor", export_audit, "first_number=99", OUTCOME_VALUE_INVALID,
                "first_number"),
        AT("2100-01-01T00:00"), /* the instance's own time began by the real clock */
        ANSWERS("operator", export_audit, "", "entries[0].action=ExportAudit "
                "entries[0].object_kind=INSTANCE"),
    };
    PLAY_ON(STAGE, steps);
}

#define LISTS(asked, told) ANSWERS("admin", list_audit_entries, asked, told)
#define WRONG(asked, why, field) REFUSES("admin", list_audit_entries, asked, why, field)

static void it_is_listed_newest_first_and_by_what_is_asked_for(void **state)
{
    (void)state;
    static const struct step steps[] = {
        AT("2026-03-04T10:00"),
        DOES(create_shop, "shop.shop_id=S9 shop.name=Nine"),
        AT("2026-03-06T10:00"),
        DOES(create_shop, "shop.shop_id=S10 shop.name=Ten"),
        LISTS("page_size=2", "entries#=2 entries[0].entry_number=13 entries[1].entry_number=12 "
                             "head_number=13"),
        ANSWERS("admin", list_audit_entries, "page_size=1 action=CreateShop",
                "entries#=1 entries[0].object_text=S10", .save = "next=next_page_token"),
        ANSWERS("admin", list_audit_entries, "page_size=1 action=CreateShop page_token=$next",
                "entries#=1 entries[0].object_text=S9", .save = "next=next_page_token"),
        WRONG("page_size=1 action=CreateGuide page_token=$next", OUTCOME_PAGE_INVALID,
              "page_token"),
        LISTS("from_date=2026-03-04", "entries#=2 !next_page_token"),
        LISTS("from_date=2026-03-04 until_date=2026-03-06",
              "entries#=1 entries[0].object_text=S9 !next_page_token"),
        LISTS("from_date=2026-03-05 until_date=2026-03-06", "entries#=0 head_number=13"),
        LISTS("until_date=2026-03-04", "entries#=" STAGED),
        LISTS("until_date=2020-01-01", "entries#=0"),
        LISTS("object_kind=SHOP object_text=S9", "entries#=1 entries[0].entry_number=12"),
        LISTS("object_kind=SHOP object_number=4", "entries#=1 entries[0].object_text=S10"),
        LISTS("token_number=1", "entries#=2"),
        LISTS("token_number=7", "entries#=0"),
        ANSWERS("payroll", list_audit_entries, "", "entries#=0 head_number=13"),
        WRONG("action=Dance", OUTCOME_VALUE_INVALID, "action"),
        WRONG("object_kind=99", OUTCOME_VALUE_INVALID, "object_kind"),
        WRONG("object_number=1", OUTCOME_FIELD_REQUIRED, "object_kind"),
        WRONG("from_date=x", OUTCOME_DATE_INVALID, "from_date"),
        WRONG("until_date=x", OUTCOME_DATE_INVALID, "until_date"),
        WRONG("from_date=2026-03-05 until_date=2026-03-05", OUTCOME_DATE_INVALID, "until_date"),
        WRONG("page_size=-1", OUTCOME_PAGE_INVALID, "page_size"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_settlement_leaves_its_steps),
        cmocka_unit_test(what_tills_members_and_strangers_do_is_told_elsewhere),
        cmocka_unit_test(each_desk_leaves_what_it_did),
        cmocka_unit_test(the_instance_and_each_merchant_have_a_trail_of_their_own),
        cmocka_unit_test(personal_data_that_is_taken_out_is_told),
        cmocka_unit_test(a_session_is_told_by_whom_it_acts_as),
        cmocka_unit_test(many_entries_are_fetched_together),
        cmocka_unit_test(who_looks_at_people_is_told),
        cmocka_unit_test(it_is_taken_out_oldest_first),
        cmocka_unit_test(it_is_listed_newest_first_and_by_what_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
