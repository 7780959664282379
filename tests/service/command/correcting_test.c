/* Corrections by disputes that take: out of which credits, and what happens when there is less; and
 * warnings, payments taken down twice, and what of two employers comes back. */
#include "tests/service/command/settlement_plays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/accounts.h"
#include "store/date.h"

#define DISPUTES(id, fields, number)                                                            \
    ANSWERS("guide:1", open_dispute, "request_id=" id " run_number=1 text=wrong " fields,       \
            "dispute_number=" number)
#define TAKES(number, amount)                                                                   \
    ANSWERS("payroll", decide_dispute,                                                          \
            "run_number=1 dispute_number=" number                                               \
            " decision=ACCEPT remedy=NOW unit=CASH amount=" amount " reason=right", NULL)

static void what_is_taken_comes_out_of_the_disputed_credit_first(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* Guide 1: cash of 2000, 500 and 250. */
        BUY("1", "1", "100000", "2026-03-02"), BUY("2", "2", "50000", "2026-03-02"),
        ANSWERS("guide:1", list_credits, "account=guide:1", "credits#=3 credits[2].posted=250",
                .save = "c=credits[2].credit_number first=credits[0].credit_number"),
        AT("2027-01-05T10:00"), CREATE("y", YEAR RATE, "run_number=1"), WORK("1"),
        SUBMIT("1", "1"), WORK("1"),
        DISPUTES("a", "credit_number=$c", "1"), DISPUTES("b", "", "2"),
        TAKES("1", "-300"),
        /* On its way back the run takes another along. */
        TAKES("2", "-99999"),
        WORK("1"),
        ANSWERS("guide:1", list_disputes, "run_number=1",
                "disputes[0].corrected=1 disputes[0].posted=-300 disputes[1].corrected=1 "
                "disputes[1].posted=-2450 disputes[1].amount=-99999"),
        ANSWERS("admin", get_credit, "credit_number=$c",
                "credit.reversed=250 !credit.remaining"),
        ANSWERS("payroll", list_settlement_lines, "run_number=1", "lines#=0"),
        ANSWERS("admin", list_adjustments, "",
                "adjustments#=2 adjustments[0].amount=-300 adjustments[0].reason=right "
                "adjustments[1].amount=-2450"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_draft_at_rest_is_computed_anew_for_a_dispute(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"),
        AT("2027-01-05T10:00"), CREATE("y", YEAR RATE, "run_number=1"), WORK("1"),
        SUBMIT("1", "1"), WORK("1"),
        DISPUTES("a", "", "1"), DISPUTES("b", "", "2"), DISPUTES("c", "", "3"),
        TAKES("1", "7"), WORK("1"), SHOWS("1", "run.state=DRAFT run.draft_no=2 run.work=NONE"),
        TAKES("2", "11"), SHOWS("1", "run.draft_no=3 run.work=DISPUTES"), WORK("1"),
        ANSWERS("payroll", list_settlement_lines, "run_number=1", "lines[0].net_minor=2518"),
        ANSWERS("payroll", cancel_settlement_run, "run_number=1 reason=over", NULL), WORK("1"),
        REFUSES("payroll", decide_dispute,
                "run_number=1 dispute_number=3 decision=ACCEPT remedy=NOW unit=CASH amount=1 "
                "reason=late", OUTCOME_SETTLEMENT_STATE, "run_number"),
        ANSWERS("payroll", decide_dispute,
                "run_number=1 dispute_number=3 decision=REJECT reason=moot", NULL),
    };
    PLAY_ON(STAGE, steps);
}

static void a_second_bonus_and_a_cliff_are_told_with_the_papers_that_miss(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-03-02 program.rules[0].rule_id=serving "
                "program.rules[0].trigger=PURCHASE "
                "program.rules[0].beneficiary=SERVING_GUIDE program.rules[0].unit=CASH "
                "program.rules[0].fixed_amount=3600100 program.adjust_limit_minor=100000",
                "program.version=2"),
        BUY("1", "1", "100000", "2026-03-02"),
        AT("2026-07-05T10:00"),
        CREATE("y", "type=YEAR_END period_start=2026-01-01 period_end=2026-07-01 " RATE,
               "run_number=1"),
        WORK("1"),
        ANSWERS("payroll", list_settlement_warnings, "run_number=1",
                "warnings#=2 warnings[0].kind=NO_DOCUMENT warnings[0].employee_no=E1 "
                "warnings[1].kind=BONUS_CLIFF warnings[1].amount_minor=3600100 "
                "warnings[1].threshold_minor=3600000"),
        ANSWERS("payroll", list_settlement_warnings, "run_number=1 page_size=1",
                "warnings#=1 warnings[0].kind=NO_DOCUMENT", .save = "w=next_page_token"),
        ANSWERS("payroll", list_settlement_warnings, "run_number=1 page_size=1 page_token=$w",
                "warnings#=1 warnings[0].kind=BONUS_CLIFF"),
        SETTLE("1", "1", "h"),
        AT("2026-08-01T10:00"), BUY("2", "1", "100000", "2026-08-01"),
        AT("2027-01-05T10:00"), CREATE("z", YEAR RATE, "run_number=2"), WORK("2"),
        ANSWERS("payroll", list_settlement_warnings, "run_number=2",
                "warnings#=3 warnings[1].kind=BONUS_CLIFF warnings[2].kind=SECOND_BONUS "
                "warnings[2].count=1 warnings[2].amount_minor=3600100"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_result_that_came_twice_changes_nothing_even_after_a_return(void **state)
{
    (void)state;
#define PAID "run_number=1 results[0].guide_number=1 results[0].amount_minor=2750 "             \
             "results[0].result=PAID results[0].reference="
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"), BUY("2", "2", "50000", "2026-03-02"),
        AT("2027-01-05T10:00"), CREATE("y", YEAR RATE, "run_number=1"), WORK("1"),
        SETTLE("1", "1", "h"),
        ANSWERS("payroll", record_payment_results, PAID "B1", "!already_recorded"),
        REFUSES("payroll", record_payment_results, PAID "B2", OUTCOME_PAYMENT_CHANGE_IMPOSSIBLE,
                "results[0].result"),
        ANSWERS("payroll", record_payment_results,
                "run_number=1 results[0].guide_number=1 results[0].amount_minor=2750 "
                "results[0].result=RETURNED", "!already_recorded"),
        ANSWERS("payroll", record_payment_results, PAID "B1", "already_recorded=1"),
        SHOWS("1", "run.lines_returned=1 !run.lines_paid"),
    };
#undef PAID
    PLAY_ON(STAGE, steps);
}

/* Guide 1 earns 7 points a purchase, of which 10 are 1.00; on 2026-05-01 he goes to S2, which is
 * another employer's. */
#define SEVEN_POINTS                                                                            \
    ANSWERS("admin", publish_program,                                                           \
            "request_id=p2 program.from_date=2026-03-02 program.rules[0].rule_id=serving "      \
            "program.rules[0].trigger=PURCHASE program.rules[0].beneficiary=SERVING_GUIDE "     \
            "program.rules[0].unit=POINTS program.rules[0].fixed_amount=7", "program.version=2")

static enum store_result he_goes_to_another_employer(struct batch *batch)
{
    business_date date = date_from_civil(2026, 5, 1);
    struct party guide = {PARTY_GUIDE, 1};
    struct account account;
    struct employment before, after = {.from = date, .until = DATE_NEVER, .shop = 2,
                                       .pay_entity = 2};

    enum store_result result = accounts_get(&batch->reader, guide, &account);
    if (result == STORE_OK)
        result = employments_on(&batch->reader, guide.number, date - 1, &before);
    if (result != STORE_OK) return result;
    before.until = date;
    account.shop = after.shop;
    account.pay_entity = after.pay_entity;
    account.employed_from = date;
    employments_put(batch, guide.number, &before);
    employments_put(batch, guide.number, &after);
    accounts_put(batch, guide, &account);
    return STORE_OK;
}

static void two_employers_payments_fail_in_one_call_and_each_carries_its_own(void **state)
{
    (void)state;
#define ROW_OF(row, employer) " results[" row "].guide_number=1 results[" row "].pay_entity="     \
    employer " results[" row "].amount_minor=100 results[" row "].result=FAILED"
    static const struct step steps[] = {
        SEVEN_POINTS,
        BUY("1", "1", "1000", "2026-03-02"), BUY("2", "1", "1000", "2026-03-02"),
        {.at = "2026-06-01T10:00"}, {.meddle = he_goes_to_another_employer},
        BUY("3", "1", "1000", "2026-06-01"), BUY("4", "1", "1000", "2026-06-01"),
        AT("2027-01-05T10:00"), CREATE("y", YEAR RATE, "run_number=1"), WORK("1"),
        ANSWERS("payroll", list_settlement_lines, "run_number=1",
                "lines#=2 lines[0].points_converted=10 lines[0].points_kept=4 "
                "lines[0].net_minor=100 lines[1].net_minor=100"),
        SETTLE("1", "1", "h"),
        /* 7 of the older credit and 3 of the newer: its other 4 wait for another run. */
        ANSWERS("guide:1", get_statement, "run_number=1 pay_entity=default",
                "statement.line.points_kept=4 credits#=2 credits[0].amount=7 "
                "credits[1].amount=3"),
        REFUSES("payroll", record_payment_results,
                "run_number=1 results[0].guide_number=1 results[0].amount_minor=100 "
                "results[0].result=FAILED", OUTCOME_PAYMENT_LINE_UNKNOWN,
                "results[0].pay_entity"),
        ANSWERS("payroll", record_payment_results,
                "run_number=1" ROW_OF("0", "default") ROW_OF("1", "Franchise"), "rows=2"),
        SHOWS("1", "run.state=PAID run.lines_failed=2"),
        CREATE("n", "type=PERIOD period_start=2027-01-01 period_end=2027-01-05 " RATE,
               "run_number=2"),
        WORK("2"),
        ANSWERS("payroll", list_settlement_lines, "run_number=2",
                "lines#=2 lines[0].carry_in_minor=100 lines[0].net_minor=100 "
                "lines[1].carry_in_minor=100 lines[1].net_minor=100"),
        SETTLE("2", "1", "h2"),
    };
#undef ROW_OF
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_comes_out_of_the_disputed_credit_first),
        cmocka_unit_test(a_draft_at_rest_is_computed_anew_for_a_dispute),
        cmocka_unit_test(a_second_bonus_and_a_cliff_are_told_with_the_papers_that_miss),
        cmocka_unit_test(a_result_that_came_twice_changes_nothing_even_after_a_return),
        cmocka_unit_test(two_employers_payments_fail_in_one_call_and_each_carries_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
