/* What happens to credits while a run has them, after it let them go, and after its close. */
#include "tests/service/command/settlement_plays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* 1 % in points to the serving guide, 2 % in cash to a referrer. */
#define PROGRAM(policy, rest)                                                                   \
    ANSWERS("admin", publish_program,                                                           \
            "request_id=p2 program.from_date=2026-01-01 program.inherit_serving_guide=true "     \
            "program.redemption.points=1 program.redemption.minor=1 program.redeem_cash=true "     \
            "program.rules[0].rule_id=serving program.rules[0].trigger=PURCHASE "               \
            "program.rules[0].beneficiary=SERVING_GUIDE program.rules[0].unit=POINTS "          \
            "program.rules[0].rate_bp=100 program.rules[0].return_policy=" policy " "           \
            "program.rules[1].rule_id=friend program.rules[1].trigger=PURCHASE "                \
            "program.rules[1].beneficiary=REFERRER program.rules[1].unit=CASH "                 \
            "program.rules[1].referrer=MEMBER program.rules[1].rate_bp=200 " rest,              \
            "program.version=2")
#define REFUND(number, receipt, amount, told)                                                   \
    ANSWERS_AGAIN("admin", record_refund,                                                       \
                  "shop_id=S1 refund_number=" number " receipt_number=" receipt                 \
                  " amount_minor=" amount, told)
#define BALANCE(account, told) ANSWERS("admin", get_balance, "account=" account, told)
#define LINE(run, told) ANSWERS("payroll", list_settlement_lines, "run_number=" run, told)
/* The year's run, frozen. */
#define FREEZE                                                                                  \
    AT("2027-01-05T10:00"),                                                                     \
    CREATE("y", YEAR RATE, "run_number=1"), WORK("1"), SUBMIT("1", "1"), WORK("1"),             \
    HASH("1", "hash")

static void a_refund_of_a_frozen_credit_is_owed_and_the_run_stays_as_it_is(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("CARRY_FORWARD", ""),
        BUY("1", "1", "100000", "2026-03-02"), BUY("2", "1", "50000", "2026-03-02"),
        FREEZE,
        BALANCE("guide:1", "account_balances.balances[0].available=1500 "
                           "account_balances.balances[0].in_settlement=1500"),
        BUY("3", "1", "10000", "2027-01-05"), /* 100 points beside it: not touched either */
        REFUND("R1", "1", "40000",
               "refund.takings[0].asked=400 refund.takings[0].owed=400 !refund.takings[0].own "
               "!refund.takings[0].elsewhere"),
        BALANCE("guide:1", "account_balances.balances[0].available=1600 "
                           "account_balances.balances[0].debt=400"),
        BUY("4", "1", "10000", "2027-01-05"), /* nor what comes in */
        BALANCE("guide:1", "account_balances.balances[0].available=1700 "
                           "account_balances.balances[0].debt=400"),
        ANSWERS("admin", list_debts, "account=guide:1", "debts#=1",
                .save = "d=debts[0].debt_number"),
        REFUSES("admin", write_off_debt,
                "account=guide:1 debt_number=$d amount=1 reason=r request_id=w",
                OUTCOME_DEBT_IN_SETTLEMENT, "debt_number"),
        SHOWS("1", "run.hash=$hash run.totals.net_minor=15000"),
        APPROVE("1", "hash"), PROVE, CLOSE("1", "hash"), WORK("1"),
        LINE("1", "lines#=1 lines[0].net_minor=15000 !lines[0].clawback_minor"),
        /* Settled now: the debt is an ordinary one and takes what is free. */
        ANSWERS("ticker", tick_due, "account_count=4", NULL),
        BALANCE("guide:1", "!account_balances.balances[0].available "
                           "account_balances.balances[0].debt=200"),
        AT("2027-02-02T10:00"),
        CREATE("z", "type=PERIOD period_start=2027-01-01 period_end=2027-02-01 " RATE,
               "run_number=2"),
        WORK("2"),
        LINE("2", "lines#=1 lines[0].points_earned=200 lines[0].points_taken=400 "
                  "lines[0].points_debt=200 lines[0].gross_minor=2000 "
                  "lines[0].clawback_minor=4000 lines[0].carry_out_minor=-2000"),
        SETTLE("2", "1", "h2"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_run_that_is_rejected_gives_refunds_what_they_would_have_taken(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("CARRY_FORWARD", ""),
        BUY("1", "1", "100000", "2026-03-02"), BUY("2", "1", "50000", "2026-03-02"),
        FREEZE,
        BUY("3", "1", "10000", "2027-01-05"),
        REFUND("R1", "1", "40000", "refund.takings[0].owed=400"),
        REFUND("R2", "1", "10000", "refund.takings[0].owed=100"),
        ANSWERS("payroll", reject_settlement_run, "run_number=1 draft_no=1 reason=late", NULL),
        WORK("1"),
        /* Out of the credit of that very purchase, not the oldest or the free one. */
        ANSWERS("admin", list_credits, "account=guide:1",
                "credits#=3 credits[0].posted=1000 credits[0].remaining=500 "
                "credits[0].reversed=500 credits[1].remaining=500 credits[2].remaining=100"),
        ANSWERS("admin", list_debts, "account=guide:1", "debts#=0"),
        BALANCE("guide:1", "account_balances.balances[0].available=1100 "
                           "!account_balances.balances[0].in_settlement"),
        LINE("1", "lines#=1 lines[0].points_earned=1000 !lines[0].points_taken "
                  "lines[0].net_minor=10000"),
        SETTLE("1", "2", "again"),
        BALANCE("guide:1", "account_balances.balances[0].available=100"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_refund_that_finds_nothing_is_forgiven_by_its_policy_once_the_run_is_closed(
    void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("WITHIN_BALANCE", ""),
        BUY("1", "1", "100000", "2026-03-02"),
        FREEZE,
        REFUND("R1", "1", "40000", "refund.takings[0].owed=400"),
        ANSWERS("ticker", tick_due, "account_count=4", NULL),
        BALANCE("guide:1", "account_balances.balances[0].debt=400"),
        APPROVE("1", "hash"), PROVE, CLOSE("1", "hash"), WORK("1"),
        ANSWERS("ticker", tick_due, "account_count=4", NULL),
        BALANCE("guide:1", "!account_balances.balances[0].debt"),
        REFUND("R2", "1", "10000", "refund.takings[0].waived=100"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_refund_of_a_settled_credit_takes_from_the_others_and_is_clawback(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("CARRY_FORWARD", ""),
        BUY("1", "1", "100000", "2026-03-02"),
        FREEZE, APPROVE("1", "hash"), PROVE, CLOSE("1", "hash"), WORK("1"),
        BUY("2", "1", "50000", "2027-01-05"), BUY("3", "1", "50000", "2027-01-05"),
        REFUND("R1", "1", "60000", "refund.takings[0].elsewhere=600"),
        REFUND("R2", "2", "20000", "refund.takings[0].elsewhere=200"), /* its own has gone */
        AT("2027-02-02T10:00"),
        CREATE("z", "type=PERIOD period_start=2027-01-01 period_end=2027-02-01 " RATE,
               "run_number=2"),
        WORK("2"),
        /* 1,000 earned less 200 of their own refund; 600 taken for what was settled. */
        LINE("2", "lines#=1 lines[0].points_earned=800 lines[0].points_taken=600 "
                  "lines[0].gross_minor=8000 lines[0].clawback_minor=6000 "
                  "lines[0].net_minor=2000"),
        SETTLE("2", "1", "h2"),
    };
    PLAY_ON(STAGE, steps);
}

static void nobody_spends_holds_or_corrects_what_is_frozen(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("CARRY_FORWARD", ""),
        BUY("1", "2", "100000", "2026-03-02"),
        ANSWERS("admin", list_credits, "account=guide:1", "credits#=1",
                .save = "c=credits[0].credit_number"),
        FREEZE,
        REFUSES("admin", hold_credit, "credit_number=$c reason=r request_id=h",
                OUTCOME_CREDIT_IN_SETTLEMENT, "credit_number"),
        REFUSES("pos:1", redeem,
                "member_number=1 unit=CASH amount=1 receipt_number=X1 request_id=r",
                OUTCOME_INSUFFICIENT_BALANCE, "amount"),
        ANSWERS("payroll", adjust_balance,
                "request_id=a account=guide:1 unit=POINTS amount=-1 reason=r",
                "adjustment.adjustment_number=1"),
        REFUSES("token:$admin", decide_adjustment,
                "adjustment_number=1 approve=true reason=r", OUTCOME_INSUFFICIENT_BALANCE,
                "amount"),
        ANSWERS("payroll", cancel_settlement_run, "run_number=1 reason=r", NULL), WORK("1"),
        ANSWERS("pos:1", redeem,
                "member_number=1 unit=CASH amount=1 receipt_number=X1 request_id=r", NULL),
        ANSWERS("admin", hold_credit, "credit_number=$c reason=r request_id=h", NULL),
    };
    PLAY_ON(STAGE, steps);
}

static void what_expires_while_frozen_expires_when_it_is_let_go(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("CARRY_FORWARD",
                "program.rules[0].expiry=DAYS program.rules[0].expiry_count=310"),
        BUY("1", "1", "100000", "2026-03-02"),
        FREEZE,
        AT("2027-02-05T10:00"),
        ANSWERS("ticker", tick_due, "account_count=4", NULL),
        BALANCE("guide:1", "account_balances.balances[0].available=1000"),
        ANSWERS("payroll", cancel_settlement_run, "run_number=1 reason=r", NULL), WORK("1"),
        ANSWERS("ticker", tick_due, "account_count=4", NULL),
        BALANCE("guide:1", "!account_balances.balances[0].available"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_is_given_back_to_a_frozen_credit_comes_as_one_of_its_own(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("CARRY_FORWARD", ""),
        BUY("1", "2", "100000", "2026-03-02"), /* 2,000 in cash to member 1 */
        ANSWERS("pos:1", redeem,
                "member_number=1 unit=CASH amount=500 receipt_number=X1 request_id=r",
                "redemption.redemption_number=1"),
        FREEZE,
        ANSWERS("pos:1", cancel_redemption, "redemption_number=1 request_id=c", NULL),
        ANSWERS("admin", list_credits, "account=member:1",
                "credits#=2 credits[0].remaining=1500 credits[0].redeemed=500 "
                "credits[1].posted=500 credits[1].remaining=500"),
        APPROVE("1", "hash"), PROVE, CLOSE("1", "hash"), WORK("1"),
        BALANCE("member:1", "account_balances.balances[1].available=500"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_is_given_back_to_a_settled_credit_pays_what_is_owed(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("CARRY_FORWARD", ""),
        BUY("1", "2", "100000", "2026-03-02"), /* 2,000 in cash to member 1 */
        ANSWERS("pos:1", redeem,
                "member_number=1 unit=CASH amount=500 receipt_number=X1 request_id=r", NULL),
        FREEZE, APPROVE("1", "hash"), PROVE, CLOSE("1", "hash"), WORK("1"),
        REFUND("R1", "1", "10000", NULL),
        BALANCE("member:1", "account_balances.balances[1].debt=200"),
        ANSWERS("pos:1", cancel_redemption, "redemption_number=1 request_id=c", NULL),
        BALANCE("member:1", "account_balances.balances[1].available=300 "
                            "!account_balances.balances[1].debt"),
        PROVE,
    };
    PLAY_ON(STAGE, steps);
}

static void what_is_given_back_to_a_settled_credit_expires(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("CARRY_FORWARD", "program.rules[1].expiry=DAYS program.rules[1].expiry_count=330"),
        BUY("1", "2", "100000", "2026-03-02"),
        ANSWERS("pos:1", redeem,
                "member_number=1 unit=CASH amount=500 receipt_number=X1 request_id=r", NULL),
        FREEZE, APPROVE("1", "hash"), PROVE, CLOSE("1", "hash"), WORK("1"),
        AT("2027-02-02T10:00"), /* its own day has passed: it is due on none */
        ANSWERS("ticker", tick_due, "account_count=4", NULL),
        ANSWERS("pos:1", cancel_redemption, "redemption_number=1 request_id=c", NULL),
        BALANCE("member:1", "account_balances.balances[1].available=500"),
        PROVE,
        AT("2027-04-02T10:00"),
        ANSWERS("ticker", tick_due, "account_count=4", NULL),
        BALANCE("member:1", "!account_balances.balances[1].available"),
        PROVE,
    };
    PLAY_ON(STAGE, steps);
}

static void an_event_of_a_closed_period_counts_in_the_first_open_one(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM("CARRY_FORWARD", ""),
        BUY("1", "1", "100000", "2026-03-02"),
        FREEZE, APPROVE("1", "hash"), PROVE, CLOSE("1", "hash"), WORK("1"),
        BUY("late", "1", "20000", "2026-12-30"),
        ANSWERS("admin", list_entries, "account=guide:1 page_size=1",
                "entries[0].kind=ACCRUE entries[0].business_date=2027-01-01 "
                "entries[0].event_date=2026-12-30"),
        AT("2027-02-02T10:00"),
        CREATE("z", "type=PERIOD period_start=2027-01-01 period_end=2027-02-01 " RATE,
               "run_number=2"),
        WORK("2"),
        LINE("2", "lines#=1 lines[0].points_earned=200 lines[0].origin_periods#=1 "
                  "lines[0].origin_periods[0]=2026Q4"),
        SETTLE("2", "1", "h2"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refund_of_a_frozen_credit_is_owed_and_the_run_stays_as_it_is),
        cmocka_unit_test(a_run_that_is_rejected_gives_refunds_what_they_would_have_taken),
        cmocka_unit_test(
            a_refund_that_finds_nothing_is_forgiven_by_its_policy_once_the_run_is_closed),
        cmocka_unit_test(a_refund_of_a_settled_credit_takes_from_the_others_and_is_clawback),
        cmocka_unit_test(nobody_spends_holds_or_corrects_what_is_frozen),
        cmocka_unit_test(what_expires_while_frozen_expires_when_it_is_let_go),
        cmocka_unit_test(what_is_given_back_to_a_frozen_credit_comes_as_one_of_its_own),
        cmocka_unit_test(what_is_given_back_to_a_settled_credit_pays_what_is_owed),
        cmocka_unit_test(what_is_given_back_to_a_settled_credit_expires),
        cmocka_unit_test(an_event_of_a_closed_period_counts_in_the_first_open_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
