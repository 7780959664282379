/* Credits by hand: corrections, the second person, holds; and credits as they stand. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/accounts.h"

#define PROGRAM                                                                                  \
    ANSWERS("admin", publish_program,                                                            \
            "request_id=p2 program.from_date=2026-03-02 program.adjust_limit_points=1000 "       \
            "program.rules[0].rule_id=buyer program.rules[0].trigger=PURCHASE "                  \
            "program.rules[0].beneficiary=BUYER program.rules[0].unit=POINTS "                   \
            "program.rules[0].rate_bp=100", "program.version=2")
#define BUY(receipt, amount)                                                                     \
    ANSWERS("pos:1", record_purchase,                                                            \
            "receipt_number=" receipt " member_number=2 amount_minor=" amount,                   \
            "purchase.credits#=1")
#define CORRECT(amount, id)                                                                      \
    "account=member:2 unit=POINTS amount=" amount " reason='a mistake' request_id=" id
#define HAS(points)                                                                              \
    ANSWERS("admin", get_balance, "account=member:2",                                            \
            "account_balances.balances[0].available=" points)

static void a_credit_says_what_it_was_given_for(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-03-02 program.adjust_limit_points=1000 "
                "program.rules[0].rule_id=buyer program.rules[0].title_zh=Gou "
                "program.rules[0].title_en='Every purchase' program.rules[0].trigger=PURCHASE "
                "program.rules[0].beneficiary=BUYER program.rules[0].unit=POINTS "
                "program.rules[0].rate_bp=100 program.rules[0].hold_days=3 "
                "program.rules[1].rule_id=friend program.rules[1].trigger=PURCHASE "
                "program.rules[1].beneficiary=REFERRER program.rules[1].unit=CASH "
                "program.rules[1].rate_bp=200 "
                "program.rules[2].rule_id=head program.rules[2].trigger=REGISTRATION "
                "program.rules[2].beneficiary=SERVING_GUIDE program.rules[2].unit=CASH "
                "program.rules[2].fixed_amount=9", "program.version=2"),
        ANSWERS("pos:1", record_purchase, "receipt_number=A1 member_number=2 amount_minor=10000",
                "purchase.credits#=1"),
        ANSWERS("pos:1", register_member, "phone=13700000010 consent_policy_version=v1 code=$g2",
                "member_number=3"),
        ANSWERS("admin", adjust_balance, CORRECT("50", "a1"), NULL),
        ANSWERS("member:2", list_credits, "",
                "credits#=2 credits[0].event=PURCHASE credits[0].title_zh=Gou "
                "credits[0].title_en=Every_purchase credits[0].shop_id=S1 "
                "credits[0].shop_name=First_Shop credits[0].receipt_number=A1 "
                "credits[0].state=PENDING credits[0].matures_on=2026-03-05 "
                "credits[0].business_date=2026-03-02 !credits[0].of_friend "
                "credits[1].event=DECISION !credits[1].title_en !credits[1].shop_id "
                "!credits[1].receipt_number !credits[1].of_friend"),
        /* A friend's purchase: that there was one, not where and what. */
        ANSWERS("member:1", list_credits, "",
                "credits#=1 credits[0].event=PURCHASE credits[0].rule_id=friend "
                "credits[0].of_friend=1 !credits[0].shop_id !credits[0].shop_name "
                "!credits[0].receipt_number"),
        ANSWERS("member:1", list_entries, "",
                "entries#=1 !entries[0].shop_id !entries[0].receipt_number "
                "!entries[0].member_number"),
        ANSWERS("member:2", list_entries, "",
                "entries[1].shop_id=S1 entries[1].receipt_number=A1 entries[1].member_number=2"),
        ANSWERS("admin", list_credits, "account=member:1",
                "credits[0].of_friend=1 credits[0].shop_id=S1 credits[0].receipt_number=A1"),
        ANSWERS("auditor", get_credit, "credit_number=1",
                "credit.receipt_number=A1 credit.event=PURCHASE"),
        /* A guide's for a registration: the shop he works at. */
        ANSWERS("guide:2", list_credits, "",
                "credits#=1 credits[0].event=REGISTRATION credits[0].shop_id=S2 "
                "credits[0].shop_name=S2 !credits[0].receipt_number !credits[0].of_friend"),
    };
    PLAY_ON(STAGE, steps);
}

static void corrections_give_a_credit_or_take_what_expires_first(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM,
        BUY("A1", "10000"),
        ANSWERS_AGAIN("admin", adjust_balance, CORRECT("50", "a1"),
                      "adjustment.adjustment_number=1 adjustment.state=POSTED "
                      "adjustment.kind=BALANCE adjustment.amount=50 adjustment.entry_number=2 "
                      "adjustment.credit_number=2 adjustment.reason=a_mistake"),
        HAS("150"),
        ANSWERS_AGAIN("admin", adjust_balance, CORRECT("-120", "a2"),
                      "adjustment.state=POSTED adjustment.amount=-120 "
                      "!adjustment.credit_number"),
        HAS("30"),
        REFUSES("admin", adjust_balance, CORRECT("-31", "a3"), OUTCOME_INSUFFICIENT_BALANCE,
                "amount"),
        REFUSES("admin", adjust_balance, CORRECT("-30", "a2"), OUTCOME_REQUEST_ID_REUSED,
                "request_id"),
        REFUSES("admin", adjust_balance, CORRECT("0", "a3"), OUTCOME_AMOUNT_INVALID, "amount"),
        REFUSES("admin", adjust_balance,
                "account=member:9 unit=POINTS amount=1 reason=x request_id=a3",
                OUTCOME_ACCOUNT_UNKNOWN, "account"),
        REFUSES("admin", adjust_balance, "account=member:2 unit=POINTS amount=1 request_id=a3",
                OUTCOME_FIELD_REQUIRED, "reason"),
        ANSWERS("admin", list_credits, "account=member:2",
                "credits#=2 credits[0].credit_number=1 credits[0].state=DONE "
                "credits[0].reversed=100 credits[0].rule_id=buyer credits[1].credit_number=2 "
                "credits[1].remaining=30 credits[1].reversed=20 !credits[1].rule_id "
                "!credits[1].program_version"),
        ANSWERS("member:2", list_credits, "state=AVAILABLE unit=POINTS", "credits#=1"),
        ANSWERS("member:2", list_credits, "unit=CASH", "credits#=0"),
        ANSWERS("auditor", list_adjustments, "", "adjustments#=2"),
        /* A guide's correction is owed by whom he works for. */
        ANSWERS("admin", adjust_balance,
                "account=guide:1 unit=POINTS amount=7 reason=x request_id=a4",
                "adjustment.state=POSTED"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_large_correction_waits_for_another_person(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM,
        ANSWERS("admin", create_token, "request_id=t1 token.role=ADMIN token.label=two", "",
                .save = "two=secret"),
        ANSWERS_AGAIN("admin", adjust_balance, CORRECT("1001", "a1"),
                      "adjustment.state=PROPOSED !adjustment.entry_number"),
        ANSWERS("admin", get_balance, "account=member:2",
                "!account_balances.balances[0].available"),
        ANSWERS("admin", list_adjustments, "proposed_only=true", "adjustments#=1"),
        REFUSES("admin", decide_adjustment, "adjustment_number=1 approve=true reason=ok",
                OUTCOME_OWN_DECISION, "adjustment_number"),
        REFUSES("admin", decide_adjustment, "adjustment_number=2 approve=true reason=ok",
                OUTCOME_ADJUSTMENT_UNKNOWN, "adjustment_number"),
        ANSWERS_AGAIN("token:$two", decide_adjustment,
                      "adjustment_number=1 approve=true reason=ok",
                      "adjustment.state=POSTED adjustment.entry_number=1 "
                      "adjustment.credit_number=1 adjustment.decision_reason=ok"),
        HAS("1001"),
        REFUSES("token:$two", decide_adjustment, "adjustment_number=1 reason=no",
                OUTCOME_ADJUSTMENT_DECIDED, "adjustment_number"),
        /* Who proposed it still hears what he heard. */
        ANSWERS("admin", adjust_balance, CORRECT("1001", "a1"), "adjustment.state=PROPOSED"),
        ANSWERS("admin", adjust_balance, CORRECT("-1001", "a2"), "adjustment.state=PROPOSED"),
        ANSWERS_AGAIN("token:$two", decide_adjustment, "adjustment_number=2 reason=no",
                      "adjustment.state=REJECTED !adjustment.entry_number"),
        HAS("1001"),
        ANSWERS("admin", list_adjustments, "proposed_only=true", "adjustments#=0"),
        /* Without a limit everything waits; without enough left nothing is approved. */
        ANSWERS("admin", adjust_balance,
                "account=member:2 unit=CASH amount=-1 reason=x request_id=a3",
                "adjustment.state=PROPOSED"),
        REFUSES("token:$two", decide_adjustment, "adjustment_number=3 approve=true reason=ok",
                OUTCOME_INSUFFICIENT_BALANCE, "amount"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_held_credit_is_not_spent_until_released(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM,
        BUY("A1", "10000"),
        BUY("A2", "5000"),
        ANSWERS_AGAIN("admin", hold_credit, "credit_number=1 reason=odd request_id=h1",
                      "credit_number=1 entry_number=3"),
        ANSWERS("admin", get_balance, "account=member:2",
                "account_balances.balances[0].available=150 "
                "account_balances.balances[0].held=100"),
        REFUSES("admin", hold_credit, "credit_number=1 reason=odd request_id=h2",
                OUTCOME_CREDIT_IS_HELD, "credit_number"),
        REFUSES("admin", hold_credit, "credit_number=2 reason=odd request_id=h1",
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        REFUSES("admin", hold_credit, "credit_number=77 reason=odd request_id=h2",
                OUTCOME_CREDIT_UNKNOWN, "credit_number"),
        REFUSES("admin", get_credit, "credit_number=3", OUTCOME_CREDIT_UNKNOWN,
                "credit_number"),
        REFUSES("admin", adjust_balance, CORRECT("-51", "a1"), OUTCOME_INSUFFICIENT_BALANCE,
                "amount"),
        ANSWERS("admin", adjust_balance, CORRECT("-50", "a1"), "adjustment.state=POSTED"),
        ANSWERS("admin", get_credit, "credit_number=1",
                "credit.held=1 credit.state=AVAILABLE credit.remaining=100"),
        REFUSES("admin", hold_credit, "credit_number=2 reason=odd request_id=h2",
                OUTCOME_CREDIT_FINISHED, "credit_number"),
        REFUSES("admin", release_credit, "credit_number=2 reason=fine request_id=h2",
                OUTCOME_CREDIT_NOT_HELD, "credit_number"),
        ANSWERS_AGAIN("admin", release_credit, "credit_number=1 reason=fine request_id=h1",
                      "credit_number=1 entry_number=5"),
        ANSWERS("admin", get_balance, "account=member:2",
                "account_balances.balances[0].available=100 "
                "!account_balances.balances[0].held"),
        REFUSES("member:1", get_credit, "credit_number=1", OUTCOME_NOT_YOURS, "credit_number"),
        ANSWERS("auditor", list_adjustments, "",
                "adjustments#=3 adjustments[0].kind=HOLD adjustments[2].kind=RELEASE"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_credit_says_what_it_was_given_for),
        cmocka_unit_test(corrections_give_a_credit_or_take_what_expires_first),
        cmocka_unit_test(a_large_correction_waits_for_another_person),
        cmocka_unit_test(a_held_credit_is_not_spent_until_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
