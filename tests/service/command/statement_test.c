/* Statements, what payees say to them, and what payroll decides. */
#include "tests/service/command/settlement_plays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define YEAR_IN_REVIEW                                                                          \
    BUY("1", "1", "100000", "2026-03-02"), BUY("2", "2", "50000", "2026-03-02"),                \
    AT("2027-01-05T10:00"), CREATE("y", YEAR RATE, "run_number=1"), WORK("1"),                  \
    SUBMIT("1", "1"), WORK("1"), HASH("1", "hash")

static void a_payee_sees_his_own_statement_and_the_credits_behind_it(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"), BUY("2", "2", "50000", "2026-03-02"),
        AT("2027-01-05T10:00"), CREATE("y", YEAR RATE, "run_number=1"), WORK("1"),
        /* A draft is payroll's own. */
        REFUSES("guide:1", get_statement, "run_number=1", OUTCOME_STATEMENT_UNKNOWN,
                "run_number"),
        ANSWERS("guide:1", list_statements, "", "statements#=0"),
        ANSWERS("payroll", get_statement, "run_number=1 payee=guide:1",
                "statement.state=DRAFT credits#=3"),
        SUBMIT("1", "1"), WORK("1"),
        ANSWERS("guide:1", get_statement, "run_number=1",
                "statement.state=REVIEW statement.line.net_minor=2750 statement.currency=CNY "
                "statement.rate_points=10 credits#=3 credits[0].amount=2000 "
                "credits[0].rule_id=friend credits[0].shop_id=S1 credits[1].amount=500 "
                "credits[2].amount=250 credits[2].unit=CASH !next_page_token"),
        ANSWERS("guide:1", get_statement, "run_number=1 page_size=2", "credits#=2",
                .save = "next=next_page_token"),
        ANSWERS("guide:1", get_statement, "run_number=1 page_size=2 page_token=$next",
                "credits#=1 credits[0].amount=250"),
        ANSWERS("member:1", get_statement, "run_number=1",
                "statement.line.net_minor=1000 credits#=1"),
        ANSWERS("guide:1", list_statements, "", "statements#=1"),
        REFUSES("guide:2", get_statement, "run_number=1", OUTCOME_STATEMENT_UNKNOWN, "payee"),
        REFUSES("guide:2", get_statement, "run_number=1 payee=guide:1", OUTCOME_NOT_YOURS,
                "payee"),
        REFUSES("payroll", get_statement, "run_number=1", OUTCOME_FIELD_REQUIRED, "payee"),
        REFUSES("payroll", get_statement, "run_number=1 payee=guide:1 pay_entity=Nobody",
                OUTCOME_STATEMENT_UNKNOWN, "pay_entity"),
        HASH("1", "hash"), APPROVE("1", "hash"), PROVE, CLOSE("1", "hash"), WORK("1"),
        ANSWERS("guide:1", get_statement, "run_number=1",
                "statement.state=CLOSED credits#=3 credits[0].amount=2000"),
    };
    PLAY_ON(STAGE, steps);
}

#define SAY(who, id, fields, number)                                                            \
    ANSWERS_AGAIN(who, open_dispute, "request_id=" id " run_number=1 text=wrong " fields,       \
                  "run_number=1 dispute_number=" number)

static void a_dispute_is_opened_decided_and_put_right_in_the_next_draft(void **state)
{
    (void)state;
    static const struct step steps[] = {
        YEAR_IN_REVIEW,
        SAY("guide:1", "a", "", "1"), SAY("guide:1", "b", "credit_number=2", "2"),
        SAY("payroll", "c", "payee=member:1", "3"),
        REFUSES("guide:1", open_dispute, "request_id=a run_number=1 text=other",
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        REFUSES("guide:1", open_dispute, "request_id=d run_number=1 text=x credit_number=99",
                OUTCOME_CREDIT_UNKNOWN, "credit_number"),
        REFUSES("guide:1", open_dispute, "request_id=d run_number=1", OUTCOME_FIELD_REQUIRED,
                "text"),
        ANSWERS("guide:1", list_disputes, "run_number=1",
                "disputes#=2 disputes[0].text=wrong disputes[0].state=OPEN "
                "disputes[1].credit_number=2"),
        ANSWERS("payroll", list_disputes, "run_number=1 state=OPEN", "disputes#=3"),
        REFUSES("token:$admin", approve_settlement_run, "run_number=1 hash=$hash",
                OUTCOME_SETTLEMENT_DISPUTES_OPEN, "run_number"),
        REFUSES("guide:1", withdraw_dispute, "run_number=1 dispute_number=3", OUTCOME_NOT_YOURS,
                "dispute_number"),
        REFUSES("guide:1", withdraw_dispute, "run_number=1 dispute_number=4",
                OUTCOME_DISPUTE_UNKNOWN, "dispute_number"),
        ANSWERS_AGAIN("guide:1", withdraw_dispute, "run_number=1 dispute_number=1",
                      "dispute_number=1"),
        ANSWERS_AGAIN("payroll", decide_dispute,
                      "run_number=1 dispute_number=3 decision=REJECT reason=no",
                      "dispute_number=3"),
        REFUSES("payroll", decide_dispute,
                "run_number=1 dispute_number=3 decision=REJECT reason=other",
                OUTCOME_DISPUTE_DECIDED, "dispute_number"),
        ANSWERS_AGAIN("payroll", decide_dispute,
                      "run_number=1 dispute_number=2 decision=ACCEPT remedy=NOW unit=CASH "
                      "amount=30 reason=right", "dispute_number=2"),
        SHOWS("1", "run.state=DRAFT run.work=RELEASE run.draft_no=2 !run.disputes_open"),
        WORK("1"),
        ANSWERS("payroll", list_disputes, "run_number=1 state=ACCEPTED",
                "disputes#=1 disputes[0].corrected=1 disputes[0].posted=30"),
        ANSWERS("payroll", list_settlement_lines, "run_number=1",
                "lines#=1 lines[0].net_minor=2780 lines[0].adjustments=1"),
        SUBMIT("1", "2"), WORK("1"), HASH("1", "second"), APPROVE("1", "second"), PROVE,
        CLOSE("1", "second"), WORK("1"), SHOWS("1", "run.state=CLOSED run.disputes=3"),
        REFUSES("guide:1", open_dispute, "request_id=e run_number=1 text=late",
                OUTCOME_SETTLEMENT_STATE, "run_number"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_is_left_to_later_comes_into_an_adjustment(void **state)
{
    (void)state;
    static const struct step steps[] = {
        YEAR_IN_REVIEW,
        SAY("guide:1", "a", "", "1"),
        ANSWERS("payroll", decide_dispute,
                "run_number=1 dispute_number=1 decision=ACCEPT remedy=LATER unit=CASH "
                "amount=40 reason=right", NULL),
        APPROVE("1", "hash"), PROVE, CLOSE("1", "hash"), WORK("1"),
        SHOWS("1", "run.state=CLOSED"),
        CREATE("x", "type=ADJUSTMENT corrects_run_number=1 period_end=2027-01-06 " RATE,
               "run_number=2"),
        WORK("2"),
        ANSWERS("payroll", list_settlement_lines, "run_number=2",
                "lines#=1 lines[0].net_minor=40 lines[0].payee=guide:1"),
        SETTLE("2", "1", "h2"), SHOWS("2", "run.state=CLOSED"),
    };
    PLAY_ON(STAGE, steps);
}

#define ONE_MORE(id, number) SAY("guide:1", id, "", number)
static void a_payee_argues_so_often_and_no_more(void **state)
{
    (void)state;
    static const struct step steps[] = {
        YEAR_IN_REVIEW,
        ONE_MORE("1", "1"), ONE_MORE("2", "2"), ONE_MORE("3", "3"), ONE_MORE("4", "4"),
        ONE_MORE("5", "5"), ONE_MORE("6", "6"), ONE_MORE("7", "7"), ONE_MORE("8", "8"),
        ONE_MORE("9", "9"), ONE_MORE("10", "10"), ONE_MORE("11", "11"), ONE_MORE("12", "12"),
        ONE_MORE("13", "13"), ONE_MORE("14", "14"), ONE_MORE("15", "15"), ONE_MORE("16", "16"),
        ONE_MORE("17", "17"), ONE_MORE("18", "18"), ONE_MORE("19", "19"), ONE_MORE("20", "20"),
        ONE_MORE("21", "21"), ONE_MORE("22", "22"), ONE_MORE("23", "23"), ONE_MORE("24", "24"),
        ONE_MORE("25", "25"), ONE_MORE("26", "26"), ONE_MORE("27", "27"), ONE_MORE("28", "28"),
        ONE_MORE("29", "29"), ONE_MORE("30", "30"), ONE_MORE("31", "31"), ONE_MORE("32", "32"),
        REFUSES("guide:1", open_dispute, "request_id=33 run_number=1 text=wrong",
                OUTCOME_DISPUTES_TOO_MANY, "run_number"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_held_credit_is_left_to_the_next_run(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"),
        ANSWERS("admin", list_credits, "account=member:1", "credits[0].unit=POINTS",
                .save = "p=credits[0].credit_number"),
        ANSWERS("admin", list_credits, "account=guide:1", "credits[0].unit=CASH",
                .save = "g=credits[0].credit_number"),
        ANSWERS("admin", hold_credit, "request_id=h credit_number=$g reason=why", NULL),
        ANSWERS("admin", hold_credit, "request_id=i credit_number=$p reason=why", NULL),
        AT("2027-01-05T10:00"), CREATE("y", YEAR RATE, "run_number=1"), WORK("1"),
        SHOWS("1", "blockers#=1"),
#define CARRY "run_number=1 reason=court credit_number="
        REFUSES("payroll", carry_held_credit, CARRY "99", OUTCOME_CREDIT_UNKNOWN,
                "credit_number"),
        REFUSES("payroll", carry_held_credit, CARRY "$p", OUTCOME_CREDIT_NOT_IN_RUN,
                "credit_number"),
        ANSWERS_AGAIN("payroll", carry_held_credit, CARRY "$g", "account=guide:1"),
        REFUSES("payroll", carry_held_credit, "run_number=1 reason=other credit_number=$g",
                OUTCOME_CREDIT_CARRIED, "credit_number"),
        SHOWS("1", "blockers#=0"),
        SETTLE("1", "1", "h"), SHOWS("1", "run.state=CLOSED"),
#undef CARRY
    };
    PLAY_ON(STAGE, steps);
}

static void payroll_is_warned_of_what_to_look_at(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"), BUY("2", "2", "50000", "2026-03-02"),
        ANSWERS("admin", list_credits, "account=guide:1", "credits[0].unit=CASH",
                .save = "g=credits[0].credit_number"),
        ANSWERS("admin", hold_credit, "request_id=h credit_number=$g reason=why", NULL),
        AT("2027-01-05T10:00"),
        CREATE("y", YEAR RATE "minimum_payout_minor=1000000", "run_number=1"), WORK("1"),
        ANSWERS("payroll", list_settlement_warnings, "run_number=1",
                "warnings[0].kind=BELOW_MINIMUM warnings[0].payee=guide:1 "
                "warnings[1].kind=HELD warnings[1].count=1"),
        REFUSES("payroll", list_settlement_warnings, "run_number=2", OUTCOME_SETTLEMENT_UNKNOWN,
                "run_number"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_payee_sees_his_own_statement_and_the_credits_behind_it),
        cmocka_unit_test(a_dispute_is_opened_decided_and_put_right_in_the_next_draft),
        cmocka_unit_test(what_is_left_to_later_comes_into_an_adjustment),
        cmocka_unit_test(a_payee_argues_so_often_and_no_more),
        cmocka_unit_test(a_held_credit_is_left_to_the_next_run),
        cmocka_unit_test(payroll_is_warned_of_what_to_look_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
