/* What refunds do about credits that are gone: redeemed, expired, pending, held; and the points
 * that had paid for what comes back. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* 1 % in points to the buyer; a point is a minor unit at the till. */
#define PROGRAM(rest)                                                                            \
    ANSWERS("admin", publish_program,                                                            \
            "request_id=p2 program.from_date=2026-03-02 program.redemption.points=1 "             \
            "program.redemption.minor=1 program.rules[0].rule_id=buyer "                          \
            "program.rules[0].trigger=PURCHASE program.rules[0].beneficiary=BUYER "               \
            "program.rules[0].unit=POINTS program.rules[0].rate_bp=100 " rest, NULL)
#define BUY(receipt, amount, told)                                                               \
    ANSWERS("pos:1", record_purchase,                                                            \
            "receipt_number=" receipt " member_number=2 amount_minor=" amount, told)
#define REDEEM(id, amount, receipt)                                                              \
    ANSWERS("pos:1", redeem,                                                                     \
            "member_number=2 unit=POINTS amount=" amount " receipt_number=" receipt              \
            " request_id=" id, NULL)
#define REFUND(number, receipt, amount, told)                                                    \
    ANSWERS_AGAIN("pos:1", record_refund,                                                        \
                  "refund_number=" number " receipt_number=" receipt " amount_minor=" amount,    \
                  told)
#define BALANCE(told) ANSWERS("admin", get_balance, "account=member:2", told)

static void carry_forward_takes_other_credits_then_makes_a_debt(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM(""),
        BUY("A1", "10000", "purchase.credits[0].amount=100"),
        REDEEM("r1", "100", "X1"),
        BUY("A2", "5000", NULL),
        REFUND("R1", "A1", "10000",
               "refund.takings[0].asked=100 !refund.takings[0].own "
               "refund.takings[0].elsewhere=50 refund.takings[0].owed=50 "
               "!refund.takings[0].waived"),
        BALANCE("!account_balances.balances[0].available account_balances.balances[0].debt=50"),
        AT("2026-03-05T10:00"),
        ANSWERS("member:2", list_debts, "",
                "debts#=1 debts[0].posted=50 debts[0].open=50 debts[0].age_days=3 "
                "debts[0].refund_number=R1 debts[0].refund_shop_id=S1 debts[0].credit_number=1 "
                "!debts[0].inside_balance",
                .save = "debt=debts[0].debt_number"),
        /* What comes next pays first. */
        BUY("A3", "3000", NULL),
        BALANCE("!account_balances.balances[0].available account_balances.balances[0].debt=20"),
        REFUSES("admin", write_off_debt,
                "account=member:2 debt_number=$debt amount=21 reason=goodwill request_id=w1",
                OUTCOME_AMOUNT_INVALID, "amount"),
        ANSWERS_AGAIN("admin", write_off_debt,
                      "account=member:2 debt_number=$debt amount=5 reason=goodwill request_id=w1",
                      "amount=5 debt_number=$debt account=member:2"),
        REFUSES("admin", write_off_debt,
                "account=member:2 debt_number=$debt amount=6 reason=goodwill request_id=w1",
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        ANSWERS("admin", list_debts, "account=member:2",
                "debts[0].netted=30 debts[0].written_off=5 debts[0].open=15"),
        BUY("A4", "2000", NULL),
        BALANCE("account_balances.balances[0].available=5 !account_balances.balances[0].debt"),
        ANSWERS("admin", list_debts, "account=member:2", "debts#=0"),
        ANSWERS("admin", list_debts, "account=member:2 closed=true",
                "debts#=1 debts[0].netted=45 !debts[0].open"),
        REFUSES("admin", write_off_debt,
                "account=member:2 debt_number=$debt amount=1 reason=goodwill request_id=w2",
                OUTCOME_DEBT_UNKNOWN, "debt_number"),
        /* What netting took of A4's credit is owed when A4 comes back. */
        REFUND("R2", "A4", "2000",
               "refund.takings[0].own=5 refund.takings[0].owed=15"),
    };
    PLAY_ON(STAGE, steps);
}

#define SEEN                                                                                     \
    BALANCE("account_balances.balances[0].available=30 !account_balances.balances[0].debt "      \
            "!account_balances.balances[0].pending"),                                            \
    ANSWERS("member:2", list_credits, "state=AVAILABLE",                                         \
            "credits#=1 credits[0].credit_number=$third credits[0].remaining=30"),               \
    ANSWERS("member:2", list_credits, "state=PENDING", "credits#=0"),                            \
    ANSWERS("member:2", list_credits, "state=DONE", "credits#=2"),                               \
    ANSWERS("member:2", get_credit, "credit_number=$second",                                     \
            "credit.state=DONE credit.posted=50 !credit.remaining"),                             \
    ANSWERS("member:2", get_credit, "credit_number=$third",                                      \
            "credit.state=AVAILABLE credit.posted=80 credit.remaining=30")

static void what_matures_is_seen_to_pay_the_debt_before_anybody_ticks(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("program.rules[0].hold_days=7"),
        BUY("A1", "10000", "purchase.credits[0].amount=100"),
        AT("2026-03-09T10:00"),
        REDEEM("r1", "100", "X1"),
        ANSWERS("pos:1", record_purchase, "receipt_number=A2 member_number=2 amount_minor=5000",
                NULL, .save = "second=purchase.credits[0].credit_number"),
        REFUND("R1", "A1", "10000", "refund.takings[0].owed=100"),
        AT("2026-03-10T10:00"),
        ANSWERS("pos:1", record_purchase, "receipt_number=A3 member_number=2 amount_minor=8000",
                NULL, .save = "third=purchase.credits[0].credit_number"),
        ANSWERS("member:2", get_credit, "credit_number=$second",
                "credit.state=PENDING credit.remaining=50"),
        AT("2026-03-17T10:00"),
        SEEN,
        ANSWERS("ticker", tick_due, "account_count=1", "rows[0].number=2"),
        SEEN,
    };
    PLAY_ON(STAGE, steps);
}

static void unlimited_shows_the_debt_inside_the_balance(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("program.rules[0].return_policy=UNLIMITED"),
        BUY("A1", "10000", NULL),
        REDEEM("r1", "70", "X1"),
        REFUND("R1", "A1", "5000", "refund.takings[0].own=30 refund.takings[0].owed=20"),
        REFUND("R2", "A1", "5000", "refund.takings[0].asked=50 refund.takings[0].owed=50"),
        ANSWERS("admin", list_debts, "account=member:2",
                "debts#=2 debts[0].inside_balance=1 debts[1].posted=50"),
        BALANCE("account_balances.balances[0].available=-70 "
                "account_balances.balances[0].debt=70"),
        BUY("A2", "3000", NULL),
        ANSWERS("admin", list_debts, "account=member:2",
                "debts#=1 debts[0].posted=50 debts[0].netted=10"),
    };
    PLAY_ON(STAGE, steps);
}

static void within_balance_waives_what_no_other_credit_gives(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("program.rules[0].return_policy=WITHIN_BALANCE"),
        BUY("A1", "10000", NULL),
        REDEEM("r1", "100", "X1"),
        BUY("A2", "4000", NULL),
        REFUND("R1", "A1", "3000",
               "refund.takings[0].elsewhere=30 !refund.takings[0].waived"),
        REFUND("R2", "A1", "7000",
               "refund.takings[0].asked=70 refund.takings[0].elsewhere=10 "
               "refund.takings[0].waived=60 !refund.takings[0].owed"),
        BALANCE("!account_balances.balances[0].available !account_balances.balances[0].debt"),
    };
    PLAY_ON(STAGE, steps);
}

static void only_pending_takes_nothing_once_matured(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("program.rules[0].return_policy=ONLY_PENDING program.rules[0].hold_days=7"),
        BUY("A1", "10000", NULL),
        BALANCE("account_balances.balances[0].pending=100"),
        REFUND("R1", "A1", "4000", "refund.takings[0].own=40"),
        BALANCE("account_balances.balances[0].pending=60"),
        ANSWERS("admin", list_entries, "account=member:2",
                "entries[0].kind=VOID entries[0].from=LIABILITY entries[0].to=EXPENSE"),
        AT("2026-03-09T10:00"),
        REFUND("R2", "A1", "6000", "!refund.takings[0].own refund.takings[0].waived=60"),
        BALANCE("account_balances.balances[0].available=60"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_expired_is_not_owed(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("program.rules[0].expiry=DAYS program.rules[0].expiry_count=10"),
        BUY("A1", "10000", NULL),
        REDEEM("r1", "60", "X1"),
        AT("2026-03-20T10:00"),
        /* What is due is posted first: 40 expired. */
        REFUND("R1", "A1", "3000", "refund.takings[0].owed=30"),
        REFUND("R2", "A1", "7000",
               "refund.takings[0].owed=30 refund.takings[0].waived=40"),
        BALANCE("account_balances.balances[0].debt=60"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_held_credit_is_not_protected(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM(""),
        BUY("A1", "10000", NULL),
        ANSWERS("admin", hold_credit, "credit_number=1 reason=look request_id=h1", NULL),
        REFUND("R1", "A1", "4000", "refund.takings[0].own=40"),
        BALANCE("account_balances.balances[0].held=60"),
        REFUND("R2", "A1", "6000", "refund.takings[0].own=60"),
        BALANCE("!account_balances.balances[0].held"),
    };
    PLAY_ON(STAGE, steps);
}

static void points_that_paid_come_back_in_the_share_refunded(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM(""),
        BUY("A1", "10000", NULL),
        REDEEM("r1", "40", "A2"),
        ANSWERS("pos:1", record_purchase,
                "receipt_number=A2 member_number=2 amount_minor=300 points_minor=40", NULL),
        /* A third: 13 of 40; what A2 earned goes in the same share. */
        REFUND("R1", "A2", "100",
               "refund.given_back#=1 refund.given_back[0].amount=13 "
               "refund.given_back[0].redemption_number=1"),
        BALANCE("account_balances.balances[0].available=75"),
        ANSWERS("admin", get_redemption, "redemption_number=1", "redemption.restored=13"),
        REFUND("R2", "A2", "200", "refund.given_back[0].amount=27 refund.full=1"),
        BALANCE("account_balances.balances[0].available=100"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_expired_meanwhile_comes_back_for_the_grace_days(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("program.rules[0].expiry=DAYS program.rules[0].expiry_count=10 "
                "program.restore_grace_days=5"),
        BUY("A1", "10000", NULL),
        REDEEM("r1", "100", "A2"),
        BUY("A2", "100", NULL),
        AT("2026-03-20T10:00"),
        REFUND("R1", "A2", "100", "refund.given_back[0].amount=100"),
        BALANCE("account_balances.balances[0].available=100"),
        ANSWERS("admin", list_credits, "account=member:2",
                "credits[1].credit_number=1 credits[1].expires_on=2026-03-25"),
        AT("2026-03-26T10:00"),
        BALANCE("!account_balances.balances[0].available"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_waiting_refund_gives_points_back_too(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM(""),
        BUY("A1", "10000", NULL),
        REDEEM("r1", "40", "A2"),
        REFUND("R1", "A2", "300", "refund.state=PARKED"),
        BUY("A2", "300", NULL),
        BALANCE("account_balances.balances[0].available=100"),
        ANSWERS("pos:1", get_refund, "refund_number=R1",
                "refund.state=POSTED refund.given_back[0].amount=40 refund.full=1"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carry_forward_takes_other_credits_then_makes_a_debt),
        cmocka_unit_test(what_matures_is_seen_to_pay_the_debt_before_anybody_ticks),
        cmocka_unit_test(unlimited_shows_the_debt_inside_the_balance),
        cmocka_unit_test(within_balance_waives_what_no_other_credit_gives),
        cmocka_unit_test(only_pending_takes_nothing_once_matured),
        cmocka_unit_test(what_expired_is_not_owed),
        cmocka_unit_test(a_held_credit_is_not_protected),
        cmocka_unit_test(points_that_paid_come_back_in_the_share_refunded),
        cmocka_unit_test(what_expired_meanwhile_comes_back_for_the_grace_days),
        cmocka_unit_test(a_waiting_refund_gives_points_back_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
