/* What settlement runs come to: scenarios that can be read aloud, each closed and verified. */
#include "tests/service/command/settlement_plays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Given by hand above the program's limit: another person approves. */
#define GIVE(id, account, unit, amount, number)                                                 \
    ANSWERS("payroll", adjust_balance,                                                          \
            "request_id=" id " account=" account " unit=" unit " amount=" amount " reason=r",   \
            "adjustment.adjustment_number=" number),                                            \
    ANSWERS("token:$admin", decide_adjustment,                                                  \
            "adjustment_number=" number " approve=true reason=ok", NULL)
#define AVAILABLE(account, unit, amount)                                                        \
    ANSWERS("admin", get_balance, "account=" account,                                           \
            "account_balances.balances[" unit "].available=" amount)
#define NOTHING_IS_LEFT(account)                                                                \
    ANSWERS("admin", get_balance, "account=" account,                                           \
            "!account_balances.balances[0].available !account_balances.balances[1].available")
#define LINE(run, told) ANSWERS("payroll", list_settlement_lines, "run_number=" run, told)

static void points_become_money_and_what_makes_no_lot_stays_in_the_newest_credits(void **state)
{
    (void)state;
    static const struct step steps[] = {
        GIVE("a", "guide:1", "POINTS", "12", "1"), GIVE("b", "guide:1", "CASH", "55", "2"),
        GIVE("c", "guide:1", "POINTS", "3", "3"), GIVE("d", "guide:1", "POINTS", "2", "4"),
        AT("2027-01-05T10:00"),
        CREATE("y", YEAR RATE, "run_number=1"), WORK("1"),
        LINE("1", "lines#=1 lines[0].points_earned=17 lines[0].points_converted=10 "
                  "lines[0].points_kept=7 lines[0].cash_settled_minor=55 "
                  "lines[0].gross_minor=155 lines[0].net_minor=155 lines[0].credits=4 "
                  "lines[0].adjustments=4 !lines[0].reversals"),
        SETTLE("1", "1", "h"),
        AVAILABLE("guide:1", "0", "7"),
        /* 2 of the oldest stay, and all of the other two. */
        ANSWERS("admin", list_credits, "account=guide:1",
                "credits#=4 credits[0].unit=CASH credits[0].settled=55 "
                "credits[1].remaining=2 credits[1].settled=10 credits[2].remaining=3 "
                "credits[3].remaining=2"),
        ANSWERS("guide:1", get_statement, "run_number=1",
                "statement.line.points_converted=10 credits#=2 credits[0].unit=CASH "
                "credits[0].amount=55 credits[1].unit=POINTS credits[1].amount=10 "
                "credits[1].posted=12"),
        CREATE("z", "type=PERIOD period_start=2027-01-01 period_end=2027-01-05 " RATE,
               "run_number=2"),
        WORK("2"),
        LINE("2", "lines#=1 lines[0].points_earned=7 !lines[0].net_minor lines[0].points_kept=7 "
                  "lines[0].origin_periods#=1 lines[0].origin_periods[0]=2026Q1"),
        SETTLE("2", "1", "h2"), AVAILABLE("guide:1", "0", "7"),
        ANSWERS("guide:1", get_statement, "run_number=2", "credits#=0"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_a_refund_takes_from_a_settled_credit_is_carried_as_money(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-01-01 "
                "program.rules[0].rule_id=serving program.rules[0].trigger=PURCHASE "
                "program.rules[0].beneficiary=SERVING_GUIDE program.rules[0].unit=POINTS "
                "program.rules[0].rate_bp=100 program.rules[0].return_policy=CARRY_FORWARD",
                "program.version=2"),
        BUY("1", "1", "100000", "2026-03-02"),
        AT("2027-01-05T10:00"),
        CREATE("y", YEAR RATE, "run_number=1"), WORK("1"),
        LINE("1", "lines#=1 lines[0].points_converted=1000 lines[0].net_minor=10000"),
        SETTLE("1", "1", "h"),
        ANSWERS("pos:1", record_refund,
                "refund_number=B1 receipt_number=1 amount_minor=25000", NULL),
        ANSWERS("admin", list_debts, "account=guide:1", "debts#=1 debts[0].open=250"),
        CREATE("n", "type=PERIOD period_start=2027-01-01 period_end=2027-01-05 " RATE,
               "run_number=2"),
        WORK("2"),
        LINE("2", "lines#=1 lines[0].points_taken=250 lines[0].points_debt=250 "
                  "!lines[0].gross_minor lines[0].clawback_minor=2500 "
                  "lines[0].carry_out_minor=-2500 !lines[0].net_minor"),
        SETTLE("2", "1", "h2"),
        SHOWS("2", "run.state=PAID run.lines_paid=1"),
        /* The debt is money now, and the next run takes it out of what he earns. */
        ANSWERS("admin", list_debts, "account=guide:1", "debts#=0"),
        BUY("2", "1", "60000", "2027-01-05"),
        AT("2027-02-01T10:00"),
        CREATE("m", "type=PERIOD period_start=2027-01-05 period_end=2027-02-01 " RATE,
               "run_number=3"),
        WORK("3"),
        LINE("3", "lines#=1 lines[0].gross_minor=6000 lines[0].carry_in_minor=-2500 "
                  "!lines[0].carry_out_minor lines[0].net_minor=3500"),
        SETTLE("3", "1", "h3"),
        NOTHING_IS_LEFT("guide:1"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_refunds_of_settled_credits_took_of_others_is_shown_as_clawback(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-01-01 "
                "program.rules[0].rule_id=serving program.rules[0].trigger=PURCHASE "
                "program.rules[0].beneficiary=SERVING_GUIDE program.rules[0].unit=POINTS "
                "program.rules[0].rate_bp=100 program.rules[0].return_policy=CARRY_FORWARD",
                "program.version=2"),
        BUY("1", "1", "100000", "2026-03-02"),
        AT("2027-01-05T10:00"),
        CREATE("y", YEAR RATE, "run_number=1"), WORK("1"), SETTLE("1", "1", "h"),
        BUY("2", "1", "60000", "2027-01-05"),
        ANSWERS("pos:1", record_refund,
                "refund_number=B1 receipt_number=1 amount_minor=25000", NULL),
        AVAILABLE("guide:1", "0", "350"),
        AT("2027-02-01T10:00"),
        CREATE("m", "type=PERIOD period_start=2027-01-01 period_end=2027-02-01 " RATE,
               "run_number=2"),
        WORK("2"),
        LINE("2", "lines#=1 lines[0].points_earned=600 lines[0].points_taken=250 "
                  "!lines[0].points_debt lines[0].gross_minor=6000 lines[0].clawback_minor=2500 "
                  "lines[0].net_minor=3500"),
        SETTLE("2", "1", "h2"), NOTHING_IS_LEFT("guide:1"),
        CREATE("n", "type=LEAVER guide_number=1 period_end=2027-02-02 " RATE, "run_number=3"),
        WORK("3"), LINE("3", "lines#=0"),
    };
    PLAY_ON(STAGE, steps);
}

static void less_than_the_minimum_is_carried_but_not_for_leavers(void **state)
{
    (void)state;
    static const struct step steps[] = {
        GIVE("a", "guide:1", "CASH", "400", "1"), GIVE("b", "guide:3", "CASH", "300", "2"),
        GIVE("c", "member:2", "CASH", "200", "3"),
        AT("2027-01-05T10:00"),
        CREATE("y", YEAR RATE "minimum_payout_minor=500", "run_number=1"), WORK("1"),
        LINE("1", "lines#=2 lines[0].payee=guide:1 !lines[0].net_minor "
                  "lines[0].carry_out_minor=400 lines[1].payee=guide:3 lines[1].net_minor=300"),
        ANSWERS("payroll", list_settlement_lines, "run_number=1 payees=MEMBER",
                "lines#=1 lines[0].carry_out_minor=200 !lines[0].net_minor"),
        SETTLE("1", "1", "h"),
        SHOWS("1", "run.state=CLOSED run.lines_paid=2 run.totals.net_minor=300 "
                   "run.totals.carry_out_minor=600"),
        GIVE("d", "guide:1", "CASH", "150", "4"),
        AT("2027-01-06T10:00"),
        CREATE("l", "type=LEAVER guide_number=1 period_end=2027-01-07 " RATE
                    "minimum_payout_minor=5000", "run_number=2"),
        WORK("2"),
        LINE("2", "lines#=1 lines[0].gross_minor=150 lines[0].carry_in_minor=400 "
                  "lines[0].net_minor=550"),
        SETTLE("2", "1", "h2"),
        CREATE("z", "type=PERIOD period_start=2027-01-01 period_end=2027-01-06 " RATE,
               "run_number=3"),
        WORK("3"), LINE("3", "lines#=0"),
        ANSWERS("payroll", list_settlement_lines, "run_number=3 payees=MEMBER",
                "lines#=1 lines[0].carry_in_minor=200 lines[0].net_minor=200"),
        SETTLE("3", "1", "h3"), SHOWS("3", "run.totals.carry_in_minor=200"),
    };
    PLAY_ON(STAGE, steps);
}

static void an_adjustment_takes_what_came_up_for_the_payees_of_the_run(void **state)
{
    (void)state;
    static const struct step steps[] = {
        GIVE("a", "guide:1", "CASH", "400", "1"),
        AT("2027-01-05T10:00"),
        CREATE("y", YEAR RATE, "run_number=1"), WORK("1"), SETTLE("1", "1", "h"),
        GIVE("b", "guide:1", "CASH", "30", "2"), GIVE("c", "guide:2", "CASH", "70", "3"),
        CREATE("x", "type=ADJUSTMENT corrects_run_number=1 period_end=2027-01-06 " RATE,
               "run_number=2"),
        WORK("2"),
        SHOWS("2", "run.period_start=2026-01-01 run.corrects_run_number=1 run.totals.lines=1"),
        LINE("2", "lines#=1 lines[0].payee=guide:1 lines[0].net_minor=30"),
        SETTLE("2", "1", "h2"),
        SHOWS("2", "run.state=CLOSED"),
        AVAILABLE("guide:2", "1", "70"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_was_pending_or_later_comes_into_the_next_run(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-01-01 "
                "program.rules[0].rule_id=serving program.rules[0].trigger=PURCHASE "
                "program.rules[0].beneficiary=SERVING_GUIDE program.rules[0].unit=CASH "
                "program.rules[0].rate_bp=100 program.rules[0].hold_days=40",
                "program.version=2"),
        BUY("1", "1", "100000", "2026-03-02"),
        AT("2026-12-20T10:00"), BUY("2", "1", "20000", "2026-12-20"),
        AT("2027-01-05T10:00"), BUY("3", "1", "3000", "2027-01-05"),
        CREATE("y", YEAR RATE, "run_number=1"), WORK("1"),
        LINE("1", "lines#=1 lines[0].net_minor=1000 lines[0].pending=1 lines[0].credits=1"),
        SETTLE("1", "1", "h"),
        AT("2027-02-20T10:00"),
        CREATE("n", "type=PERIOD period_start=2027-01-01 period_end=2027-02-01 " RATE,
               "run_number=2"),
        WORK("2"),
        LINE("2", "lines#=1 lines[0].net_minor=230 lines[0].credits=2 "
                  "lines[0].origin_periods#=1 lines[0].origin_periods[0]=2026Q4"),
        SETTLE("2", "1", "h2"), NOTHING_IS_LEFT("guide:1"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_rejected_run_frees_what_it_froze_and_the_next_draft_takes_more(void **state)
{
    (void)state;
    static const struct step steps[] = {
        GIVE("a", "guide:1", "CASH", "400", "1"), GIVE("b", "member:2", "CASH", "5", "2"),
        AT("2027-01-05T10:00"),
        CREATE("y", "type=PERIOD period_start=2026-01-01 period_end=2027-01-05 " RATE,
               "run_number=1"),
        WORK("1"), SUBMIT("1", "1"), WORK("1"), HASH("1", "first"),
        ANSWERS("payroll", reject_settlement_run, "run_number=1 draft_no=1 reason=r", NULL),
        WORK("1"),
        ANSWERS("admin", list_credits, "account=guide:1",
                "credits#=1 credits[0].state=AVAILABLE credits[0].remaining=400"),
        BUY("1", "1", "100000", "2027-01-04"),
        SUBMIT("1", "2"), WORK("1"), HASH("1", "second"),
        REFUSES("token:$admin", approve_settlement_run, "run_number=1 hash=$first",
                OUTCOME_SETTLEMENT_CHANGED, "hash"),
        LINE("1", "lines#=1 lines[0].net_minor=2900 lines[0].draft_no=2"),
        APPROVE("1", "second"), PROVE, CLOSE("1", "second"), WORK("1"),
        NOTHING_IS_LEFT("guide:1"), NOTHING_IS_LEFT("member:2"),
        SHOWS("1", "run.state=CLOSED run.totals.net_minor=2905 run.totals.lines=2"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_run_computes_the_bonuses_of_its_periods_first(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-01-01 "
                "program.rules[0].rule_id=heads program.rules[0].trigger=PERIOD_CLOSE "
                "program.rules[0].beneficiary=SERVING_GUIDE program.rules[0].unit=CASH "
                "program.rules[0].kpi=NEW_MEMBERS program.rules[0].period=QUARTER "
                "program.rules[0].minimum_n=1 program.rules[0].fixed_amount=300 "
                "program.rules[0].wait_days=30 program.settlement.rate_points=7 "
                "program.settlement.rate_minor=3 program.settlement.tax_treatment=bonus",
                "program.version=2"),
        AT("2026-04-02T10:00"),
        CREATE("p", "type=PERIOD period_start=2026-01-01 period_end=2026-04-01", "run_number=1"),
        WORK("1"),
        SHOWS("1", "run.rate_points=7 run.rate_minor=3 run.tax_treatment=bonus run.work=NONE"),
        ANSWERS("payroll", list_period_closes, "",
                "period_closes#=1 period_closes[0].period=2026Q1 period_closes[0].done=1"),
        LINE("1", "lines#=1 lines[0].payee=guide:1 lines[0].net_minor=300"),
        SETTLE("1", "1", "h"),
        NOTHING_IS_LEFT("guide:1"),
    };
    PLAY_ON(STAGE, steps);
}

/* What is recorded for a closed period later takes the first open date, once all employers have
 * closed it. */
static void runs_of_each_employer_close_the_period_together(void **state)
{
    (void)state;
    static const struct step steps[] = {
        GIVE("a", "guide:1", "CASH", "400", "1"), GIVE("b", "guide:2", "CASH", "70", "2"),
        AT("2027-01-05T10:00"),
        CREATE("d", "pay_entity=default " YEAR RATE, "run_number=1"), WORK("1"),
        LINE("1", "lines#=1 lines[0].pay_entity=default lines[0].net_minor=400"),
        SETTLE("1", "1", "h"),
        BUY("1", "1", "100000", "2026-12-30"),
        ANSWERS("admin", get_entry, "entry_number=4", "entry.business_date=2026-12-30"),
        CREATE("f", "pay_entity=Franchise " YEAR RATE, "run_number=2"), WORK("2"),
        LINE("2", "lines#=1 lines[0].pay_entity=Franchise lines[0].net_minor=70"),
        SETTLE("2", "1", "h2"),
        BUY("2", "1", "100000", "2026-12-31"),
        ANSWERS("admin", get_entry, "entry_number=8",
                "entry.business_date=2027-01-01 entry.event_date=2026-12-31"),
        /* Members' cash is of neither: a run over all takes it. */
        ANSWERS("payroll", list_settlement_lines, "run_number=1 payees=MEMBER", "lines#=0"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            points_become_money_and_what_makes_no_lot_stays_in_the_newest_credits),
        cmocka_unit_test(what_a_refund_takes_from_a_settled_credit_is_carried_as_money),
        cmocka_unit_test(what_refunds_of_settled_credits_took_of_others_is_shown_as_clawback),
        cmocka_unit_test(less_than_the_minimum_is_carried_but_not_for_leavers),
        cmocka_unit_test(an_adjustment_takes_what_came_up_for_the_payees_of_the_run),
        cmocka_unit_test(what_was_pending_or_later_comes_into_the_next_run),
        cmocka_unit_test(a_run_computes_the_bonuses_of_its_periods_first),
        cmocka_unit_test(runs_of_each_employer_close_the_period_together),
        cmocka_unit_test(a_rejected_run_frees_what_it_froze_and_the_next_draft_takes_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
