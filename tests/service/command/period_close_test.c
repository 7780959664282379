/* Bonuses for a month, quarter or year: when they can be computed, whom they count, that they are
 * computed once. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CLOSING(index, id, kpi, unit)                                                           \
    "program.rules[" index "].rule_id=" id " program.rules[" index "].trigger=PERIOD_CLOSE "    \
    "program.rules[" index "].beneficiary=SERVING_GUIDE program.rules[" index "].unit=" unit    \
    " program.rules[" index "].kpi=" kpi " "
/* Coming back: nothing below 50 %, then 90 points, of 2 members at least, after 10 days. */
#define BACK                                                                                    \
    CLOSING("0", "back", "REPURCHASE_RATE", "POINTS")                                           \
    "program.rules[0].period=MONTH program.rules[0].wait_days=10 program.rules[0].minimum_n=2 " \
    "program.rules[0].brackets[0].to=5000 "                                                     \
    "program.rules[0].brackets[1].from=5000 program.rules[0].brackets[1].fixed_amount=90 "
/* 300 for whoever brought a member in the quarter, leavers too. */
#define HEADS                                                                                   \
    CLOSING("1", "heads", "NEW_MEMBERS", "CASH")                                                \
    "program.rules[1].period=QUARTER program.rules[1].minimum_n=1 "                             \
    "program.rules[1].fixed_amount=300 program.rules[1].include_leavers=true "                     \
    "program.rules[1].hold_days=5 "
#define ACTIVE                                                                                  \
    CLOSING("2", "active", "ACTIVATED_MEMBERS", "POINTS")                                       \
    "program.rules[2].period=YEAR program.rules[2].minimum_n=1 program.rules[2].fixed_amount=7 "
#define PUBLISH                                                                                 \
    ANSWERS("admin", publish_program,                                                           \
            "request_id=p2 program.from_date=2026-01-01 program.inherit_serving_guide=true "    \
            BACK HEADS ACTIVE, "program.version=2")
#define BUY(receipt, member, on)                                                                \
    ANSWERS("pos:1", record_purchase,                                                           \
            "receipt_number=" receipt " member_number=" member " amount_minor=1000 "            \
            "occurred_at=" on "T08:00", NULL)

static void a_month_is_closed_once_its_wait_is_over(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PUBLISH,
        AT("2026-03-20T10:00"),
        BUY("1", "1", "2026-03-03"), BUY("2", "1", "2026-03-05"), BUY("3", "2", "2026-03-04"),
        BUY("4", "2", "2026-03-04"), BUY("5", "2", "2026-02-28"),
        REFUSES("payroll", close_period, "rule_id=back period=2026-03", OUTCOME_PERIOD_NOT_OVER,
                "period"),
        REFUSES("payroll", close_period, "rule_id=back period=2026-03 early=true",
                OUTCOME_PERIOD_NOT_OVER, "period"),
        REFUSES("payroll", close_period, "rule_id=back period=2026Q1",
                OUTCOME_PERIOD_RULE_UNKNOWN, "rule_id"),
        REFUSES("payroll", close_period, "rule_id=buyer period=2025-12",
                OUTCOME_PERIOD_RULE_UNKNOWN, "rule_id"),
        REFUSES("payroll", get_period_close, "rule_id=back period=2026-03",
                OUTCOME_PERIOD_CLOSE_UNKNOWN, "period"),
        AT("2026-04-10T10:00"),
        REFUSES("payroll", close_period, "rule_id=back period=2026-03", OUTCOME_PERIOD_NOT_OVER,
                "period"),
        AT("2026-04-11T10:00"),
        ANSWERS_AGAIN("payroll", close_period, "rule_id=back period=2026-03",
                      "period_close.done=1 period_close.guides=2 period_close.credits=1 "
                      "period_close.amount=90 period_close.last_date=2026-03-31 "
                      "period_close.refunds_before_date=2026-04-11 period_close.unit=POINTS "
                      "period_close.program_version=2 "
                      "period_close.computed_at=2026-04-11T10:00:00"),
        ANSWERS("auditor", get_period_close, "rule_id=back period=2026-03",
                "results#=2 results[0].guide_number=1 results[0].employee_no=E1 "
                "results[0].numerator=1 results[0].denominator=2 results[0].value=5000 "
                "results[0].bracket=1 results[0].amount=90 results[0].full_amount=90 "
                "results[0].reason=GRANTED results[1].guide_number=2 !results[1].denominator "
                "results[1].reason=BELOW_MINIMUM results[1].bracket=-1 !results[1].credit_number"),
        ANSWERS("admin", get_balance, "account=guide:1",
                "account_balances.balances[0].available=90"),
        ANSWERS("admin", get_entry, "entry_number=1",
                "entry.kind=ACCRUE entry.amount=90 entry.business_date=2026-03-31 "
                "entry.account=guide:1 entry.rule_id=back entry.program_version=2"),
        /* What comes later changes nothing that was computed. */
        BUY("6", "2", "2026-03-30"),
        ANSWERS("payroll", close_period, "rule_id=back period=2026-03", "period_close.amount=90"),
        ANSWERS("payroll", list_period_closes, "",
                "period_closes#=1 period_closes[0].rule_id=back period_closes[0].period=2026-03 "
                "period_closes[0].done=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_settlement_may_close_before_the_wait_is_over(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PUBLISH,
        BUY("1", "1", "2026-03-01"), BUY("2", "1", "2026-03-02"), BUY("3", "2", "2026-03-01"),
        AT("2026-04-01T10:00"),
        ANSWERS_AGAIN("admin", close_period, "rule_id=back period=2026-03 early=true",
                      "period_close.done=1 period_close.amount=90 "
                      "period_close.refunds_before_date=2026-04-11"),
        ANSWERS("admin", close_period, "rule_id=back period=2026-03", "period_close.amount=90"),
    };
    PLAY_ON(STAGE, steps);
}

static void whoever_brought_members_is_paid_for_them(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PUBLISH,
        ANSWERS("admin", register_member,
                "phone=13800000003 consent_policy_version=v1 code=$g2 "
                "occurred_at=2026-01-10T08:00", "scan_result=BOUND member_number=3"),
        ANSWERS("admin", register_member,
                "phone=13800000004 consent_policy_version=v1 code=$g3 "
                "occurred_at=2026-01-12T08:00", "scan_result=BOUND member_number=4"),
        ANSWERS("admin", register_member,
                "phone=13800000005 consent_policy_version=v1 code=$g2 "
                "occurred_at=2025-12-31T08:00", "member_number=5"),
        /* Bought in time; a day too late; and before she registered. */
        BUY("1", "3", "2026-02-09"), BUY("2", "4", "2026-02-12"), BUY("3", "1", "2026-02-01"),
        AT("2026-05-01T10:00"),
        ANSWERS("payroll", close_period, "rule_id=heads period=2026Q1",
                "period_close.done=1 period_close.credits=3 period_close.amount=900"),
        ANSWERS("payroll", get_period_close, "rule_id=heads period=2026Q1",
                "results#=3 results[0].numerator=1 results[1].numerator=1 "
                "results[2].guide_number=3 results[2].numerator=1 results[2].amount=300"),
        ANSWERS("admin", get_entry, "entry_number=3",
                "entry.account=guide:3 entry.amount=300 entry.to=LIABILITY entry.unit=CASH "
                "entry.business_date=2026-03-31"),
        AT("2027-01-31T10:00"),
        ANSWERS("payroll", close_period, "rule_id=active period=2026",
                "period_close.done=1 period_close.credits=2 period_close.amount=14"),
        ANSWERS("payroll", get_period_close, "rule_id=active period=2026",
                "results#=3 results[0].numerator=1 results[0].denominator=1 "
                "results[1].numerator=1 !results[2].numerator results[2].denominator=1 "
                "results[2].reason=NOT_EMPLOYED"),
    };
    PLAY_ON(STAGE, steps);
}

static void caps_and_budgets_cut_a_bonus(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-01-01 "
                CLOSING("0", "heads", "NEW_MEMBERS", "POINTS")
                "program.rules[0].period=MONTH program.rules[0].wait_days=1 "
                "program.rules[0].fixed_amount=40 program.rules[0].minimum_n=1 "
                "program.rules[0].budget=70", "program.version=2"),
        ANSWERS("admin", register_member, "phone=13800000003 consent_policy_version=v1 code=$g2",
                "member_number=3"),
        AT("2026-04-02T10:00"),
        ANSWERS("payroll", close_period, "rule_id=heads period=2026-03",
                "period_close.credits=2 period_close.amount=70"),
        ANSWERS("payroll", get_period_close, "rule_id=heads period=2026-03",
                "results[0].amount=40 results[1].amount=30 results[1].full_amount=40 "
                "results[1].reason=CAPPED"),
    };
    PLAY_ON(STAGE, steps);
}

static void the_ticker_closes_what_is_due_by_itself(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PUBLISH,
        AT("2026-03-20T10:00"),
        BUY("1", "1", "2026-03-03"), BUY("2", "1", "2026-03-05"), BUY("3", "2", "2026-03-04"),
        AT("2026-04-10T10:00"),
        ANSWERS("ticker", tick_periods, "turn_count=16", "more#=16"),
        REFUSES("auditor", get_period_close, "rule_id=back period=2026-03",
                OUTCOME_PERIOD_CLOSE_UNKNOWN, "period"),
        AT("2026-04-11T10:00"),
        ANSWERS("ticker", tick_periods, "turn_count=16", "more#=16"),
        ANSWERS("auditor", get_period_close, "rule_id=back period=2026-03",
                "results[0].guide_number=1 results[0].numerator=1 results[0].denominator=2"),
        /* Nothing more on that day. */
        ANSWERS("ticker", tick_periods, "turn_count=1", "more#=1 more[0]=0"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_month_is_closed_once_its_wait_is_over),
        cmocka_unit_test(the_ticker_closes_what_is_due_by_itself),
        cmocka_unit_test(a_settlement_may_close_before_the_wait_is_over),
        cmocka_unit_test(whoever_brought_members_is_paid_for_them),
        cmocka_unit_test(caps_and_budgets_cut_a_bonus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
