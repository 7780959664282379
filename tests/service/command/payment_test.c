/* What became of a closed run's money: by line, all rows of a call or none. */
#include "tests/service/command/settlement_plays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CLOSED_YEAR                                                                             \
    BUY("1", "1", "100000", "2026-03-02"), BUY("2", "2", "50000", "2026-03-02"),                \
    AT("2027-01-05T10:00"), CREATE("y", YEAR RATE, "run_number=1"), WORK("1")
/* Guide 1 gets 2,750, member 1 gets 1,000. */
#define GUIDES_ROW(row, amount, what)                                                           \
    " results[" row "].pay_entity=default results[" row "].employee_no=E1 "                     \
    "results[" row "].amount_minor=" amount " results[" row "].result=" what
#define MEMBERS_ROW(row, amount, what)                                                          \
    " results[" row "].member_number=1 results[" row "].amount_minor=" amount                   \
    " results[" row "].result=" what
#define PAYS(rows, told) ANSWERS("payroll", record_payment_results, "run_number=1" rows, told)
#define WRONG(rows, outcome, field)                                                             \
    REFUSES("payroll", record_payment_results, "run_number=1" rows, outcome, field)

static void lines_are_paid_and_one_comes_back_into_the_next_run(void **state)
{
    (void)state;
    static const struct step steps[] = {
        CLOSED_YEAR,
        WRONG(GUIDES_ROW("0", "2750", "PAID"), OUTCOME_SETTLEMENT_STATE, "run_number"),
        SETTLE("1", "1", "h"),
        WRONG("", OUTCOME_ROWS_INVALID, "results"),
        WRONG(" results[0].amount_minor=1 results[0].result=PAID", OUTCOME_FIELD_REQUIRED,
              "results[0].employee_no"),
        WRONG(GUIDES_ROW("0", "2750", "NONE"), OUTCOME_VALUE_INVALID, "results[0].result"),
        WRONG(GUIDES_ROW("0", "2751", "PAID"), OUTCOME_PAYMENT_AMOUNT_DIFFERS,
              "results[0].amount_minor"),
        WRONG(" results[0].member_number=2 results[0].result=PAID", OUTCOME_PAYMENT_LINE_UNKNOWN,
              "results[0].member_number"),
        WRONG(GUIDES_ROW("0", "2750", "PAID") GUIDES_ROW("1", "2750", "PAID"),
              OUTCOME_PAYMENT_LINE_TWICE, "results[1].result"),
        PAYS(GUIDES_ROW("0", "1", "PAID") MEMBERS_ROW("1", "1000", "PAID") " validate_only=true",
             "problems#=1 problems[0].reason=PAYMENT_AMOUNT_DIFFERS !problems[0].row rows=2"),
        SHOWS("1", "run.state=CLOSED !run.lines_paid"),
        PAYS(GUIDES_ROW("0", "2750", "PAID"), "rows=1 !already_recorded"),
        PAYS(GUIDES_ROW("0", "2750", "PAID"), "rows=1 already_recorded=1"),
        WRONG(GUIDES_ROW("0", "2750", "FAILED"), OUTCOME_PAYMENT_CHANGE_IMPOSSIBLE,
              "results[0].result"),
        SHOWS("1", "run.state=CLOSED run.lines_paid=1"),
        PAYS(MEMBERS_ROW("0", "1000", "FAILED"), "rows=1"),
        SHOWS("1", "run.state=PAID run.lines_failed=1"),
        PAYS(GUIDES_ROW("0", "2750", "RETURNED"), "rows=1"),
        SHOWS("1", "run.state=PAID run.lines_returned=1 !run.lines_paid"),
        ANSWERS("payroll", list_payments, "run_number=1 payee=guide:1",
                "payments#=2 payments[0].result=PAID payments[1].result=RETURNED"),
        CREATE("n", "type=PERIOD period_start=2027-01-01 period_end=2027-01-05 " RATE,
               "run_number=2"),
        WORK("2"),
        ANSWERS("payroll", list_settlement_lines, "run_number=2",
                "lines#=1 lines[0].carry_in_minor=2750 lines[0].net_minor=2750"),
        ANSWERS("payroll", list_settlement_lines, "run_number=2 payees=MEMBER",
                "lines#=1 lines[0].carry_in_minor=1000 lines[0].net_minor=1000"),
        SETTLE("2", "1", "h2"), SHOWS("2", "run.state=CLOSED run.totals.net_minor=3750"),
    };
    PLAY_ON(STAGE, steps);
}

static void who_pays_members_is_told_who_they_are_and_that_is_kept(void **state)
{
    (void)state;
    static const struct step steps[] = {
        CLOSED_YEAR,
        REFUSES("payout", resolve_payee, "run_number=1 member_number=1",
                OUTCOME_SETTLEMENT_STATE, "run_number"),
        SETTLE("1", "1", "h"),
        REFUSES("payout", resolve_payee, "run_number=1 member_number=2",
                OUTCOME_STATEMENT_UNKNOWN, "member_number"),
        ANSWERS("payout", resolve_payee, "run_number=1 member_number=1",
                "member_number=1 net_minor=1000 currency=CNY phone=+8613800000001"),
        ANSWERS("auditor", list_payments, "run_number=1 payee=member:1",
                "payments#=1 payments[0].result=NONE"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_paid_and_one_comes_back_into_the_next_run),
        cmocka_unit_test(who_pays_members_is_told_who_they_are_and_that_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
