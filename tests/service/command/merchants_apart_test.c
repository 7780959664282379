/* Two merchants in one store never see each other's things, though all have the same names. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_same_names_are_two_things(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("operator", create_merchant, "request_id=2 merchant.name=Two merchant.currency=USD",
                "merchant.merchant_number=2"),
        ANSWERS("admin@2", create_shop, "shop.shop_id=S1 shop.name='Other First'",
                "shop.shop_number=1"),
        ANSWERS("admin@2", create_guide,
                "guide.employee_no=E1 guide.name='Other Wang' guide.phone=13900000001 "
                "guide.employments[0].shop_id=S1 guide.employments[0].from_date=2026-01-01",
                "guide.guide_number=1"),
        ANSWERS("admin@2", create_code, "request_id=g1 code.owner=guide:1", "code.owner=guide:1",
                .save = "other=code.code"),
        /* The same phone, receipt, request ids: nothing of merchant 1's is known here. */
        ANSWERS("admin@2", register_member, "phone=13800000001 consent_policy_version=v1",
                "scan_result=NONE member_number=1"),
        ANSWERS("pos:1@2", record_purchase, "receipt_number=A1 member_number=1 amount_minor=500",
                "!purchase.program_version purchase.credits#=0"),
        ANSWERS("pos:1", record_purchase, "receipt_number=A1 member_number=1 amount_minor=700",
                "purchase.amount_minor=700 purchase.program_version=1"),
        ANSWERS("admin@2", get_purchase, "shop_id=S1 receipt_number=A1",
                "purchase.amount_minor=500"),
        ANSWERS("admin@2", get_shop, "shop_id=S1", "shop.name=Other_First"),
        ANSWERS("admin", get_shop, "shop_id=S1", "shop.name=First_Shop"),
        ANSWERS("admin@2", list_guides, "", "guides#=1"),
        ANSWERS("admin@2", list_members, "", "members#=1"),
        ANSWERS("admin@2", list_codes, "", "codes#=1"),
        ANSWERS("admin@2", list_shops, "", "shops#=1"),
        ANSWERS("admin@2", list_programs, "", "programs#=0"),
        ANSWERS("admin@2", list_tokens, "", "tokens#=0"),
        ANSWERS("admin@2", list_entries, "", "entries#=0"),
        ANSWERS("admin@2", list_purchases, "member_number=1",
                "purchases#=1 purchases[0].amount_minor=500"),
        ANSWERS("admin@2", list_balances, "kind=MEMBER", "account_balances#=1"),
        REFUSES("admin@2", get_shop, "shop_id=S2", OUTCOME_SHOP_UNKNOWN, "shop_id"),
        REFUSES("admin@2", get_guide, "guide_number=2", OUTCOME_GUIDE_UNKNOWN, "guide_number"),
        REFUSES("admin@2", get_member, "member_number=2", OUTCOME_MEMBER_UNKNOWN,
                "member_number"),
        REFUSES("admin@2", get_balance, "account=member:2", OUTCOME_ACCOUNT_UNKNOWN, "account"),
        REFUSES("admin@2", get_entry, "entry_number=1", OUTCOME_ENTRY_UNKNOWN, "entry_number"),
        REFUSES("admin@2", get_program, "version=1", OUTCOME_PROGRAM_UNKNOWN, "version"),
        REFUSES("admin@2", revoke_token, "token_number=1", OUTCOME_TOKEN_UNKNOWN, "token_number"),
        /* A code of the other's is one that nobody has here. */
        REFUSES("admin@2", get_code, "code=$g1", OUTCOME_CODE_UNKNOWN, "code"),
        REFUSES("admin@2", revoke_code, "code=$g1", OUTCOME_CODE_UNKNOWN, "code"),
        REFUSES("admin@2", reassign_code, "code=$g1 owner=guide:1 from_date=2026-03-02",
                OUTCOME_CODE_UNKNOWN, "code"),
        REFUSES("admin@2", register_member, "phone=13700000010 consent_policy_version=v1 code=$g1",
                OUTCOME_CODE_UNKNOWN, "code"),
        REFUSES("pos:1@2", record_purchase, "receipt_number=A2 code=$m1 amount_minor=1",
                OUTCOME_MEMBER_UNKNOWN, "code"),
        ANSWERS("admin@2", register_member,
                "phone=13700000010 consent_policy_version=v1 recommender=$g1", "scan_result=NONE"),
        /* A scanned code leads strangers to its own merchant, whatever else they say. */
        ANSWERS("stranger", resolve_code, "code=$other", "merchant_number=2 merchant_name=Two"),
        ANSWERS("stranger", resolve_code, "code=$g1", "merchant_number=1"),
        ANSWERS("stranger", register_member,
                "phone=13700000011 consent_policy_version=v1 code=$other merchant_number=1",
                "scan_result=BOUND"),
        ANSWERS("admin@2", get_member, "phone=13700000011", "member.serving_guide=1"),
        REFUSES("admin", get_member, "phone=13700000011", OUTCOME_MEMBER_UNKNOWN, "phone"),
        ANSWERS("admin@2", update_member,
                "member.member_number=1 member.name=Two update_fields[0]=name", NULL),
        ANSWERS("admin", get_member, "member_number=1", "member.name=Li_Hua"),
    };
    PLAY_ON(STAGE, steps);
}

/* Credits, refunds, redemptions, debts, reviews and closes of merchant 1 are nobody's at 2. */
static void the_life_of_a_credit_is_its_merchants_own(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("operator", create_merchant, "request_id=2 merchant.name=Two", NULL),
        ANSWERS("admin@2", create_shop, "shop.shop_id=S1", NULL),
        ANSWERS("pos:1", record_purchase, "receipt_number=A1 member_number=1 amount_minor=70000",
                "purchase.amount_minor=70000", .save = "credit=purchase.credits[0].credit_number"),
        ANSWERS("admin", get_credit, "credit_number=$credit", NULL),
        REFUSES("admin@2", get_credit, "credit_number=$credit", OUTCOME_CREDIT_UNKNOWN,
                "credit_number"),
        REFUSES("admin@2", explain_credit, "credit_number=$credit", OUTCOME_CREDIT_UNKNOWN,
                "credit_number"),
        REFUSES("admin@2", hold_credit, "credit_number=$credit reason=odd request_id=h",
                OUTCOME_CREDIT_UNKNOWN, "credit_number"),
        REFUSES("admin@2", release_credit, "credit_number=$credit reason=odd request_id=h",
                OUTCOME_CREDIT_UNKNOWN, "credit_number"),
        REFUSES("admin@2", list_credits, "account=member:1", OUTCOME_ACCOUNT_UNKNOWN, "account"),
        REFUSES("admin@2", explain_purchase, "shop_id=S1 receipt_number=A1",
                OUTCOME_PURCHASE_UNKNOWN, "receipt_number"),
        /* A refund of it waits at 2 for a receipt of 2's own. */
        ANSWERS("admin@2", record_refund,
                "shop_id=S1 refund_number=R1 receipt_number=A1 amount_minor=70000",
                "refund.state=PARKED"),
        REFUSES("admin", get_refund, "shop_id=S1 refund_number=R1", OUTCOME_REFUND_UNKNOWN,
                "refund_number"),
        ANSWERS("admin", get_purchase, "shop_id=S1 receipt_number=A1",
                "!purchase.refunded_minor"),
        REFUSES("admin@2", get_review, "review_number=1", OUTCOME_REVIEW_UNKNOWN,
                "review_number"),
        REFUSES("admin@2", get_redemption, "redemption_number=1", OUTCOME_REDEMPTION_UNKNOWN,
                "redemption_number"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_token_of_one_is_nothing_to_the_other(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("operator", create_merchant, "request_id=2 merchant.name=Two", NULL),
        ANSWERS("operator", create_token,
                "request_id=t token.role=ADMIN token.label=Two merchant_number=2",
                "token.token_number=1", .save = "two=secret"),
        ANSWERS("token:$two", get_merchant, "", "merchant.merchant_number=2"),
        REFUSES("token:$two", get_merchant, "merchant_number=1", OUTCOME_NOT_YOURS,
                "merchant_number"),
        REFUSES("token:$two", list_tokens, "merchant_number=1", OUTCOME_NOT_YOURS,
                "merchant_number"),
        REFUSES("token:$two", verify_store, "merchant_number=1", OUTCOME_NOT_YOURS,
                "merchant_number"),
        REFUSES("token:$two", create_token, "request_id=u token.role=ADMIN merchant_number=1",
                OUTCOME_NOT_YOURS, "merchant_number"),
        ANSWERS("token:$two", revoke_token, "token_number=1", NULL),
        REFUSES("token:$two", get_merchant, "", OUTCOME_TOKEN_INVALID, NULL),
        ANSWERS("token:$admin", get_merchant, "", "merchant.merchant_number=1"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_names_are_two_things),
        cmocka_unit_test(the_life_of_a_credit_is_its_merchants_own),
        cmocka_unit_test(a_token_of_one_is_nothing_to_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
