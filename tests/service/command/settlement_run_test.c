/* Settlement runs from their draft to their close: the states, and what each step refuses. */
#include "tests/service/command/settlement_plays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/settlements.h"

static void a_year_is_drafted_reviewed_approved_and_closed(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"), BUY("2", "2", "50000", "2026-03-02"),
        AT("2027-01-05T10:00"),
        CREATE("y", YEAR RATE, "run_number=1"),
        SHOWS("1", "run.state=DRAFT run.work=PERIODS run.draft_no=1 !run.hash guides=3 members=2"),
        WORK("1"),
        SHOWS("1", "run.state=DRAFT run.work=NONE run.totals.lines=2 run.totals.member_lines=1 "
                   "run.totals.net_minor=3750 blockers#=0"),
        SUBMIT("1", "1"),
        REFUSES("admin", approve_settlement_run, "run_number=1 hash=00",
                OUTCOME_SETTLEMENT_WORKING, "run_number"),
        WORK("1"), HASH("1", "hash"),
        ANSWERS("payroll", list_settlement_lines, "run_number=1",
                "lines#=1 lines[0].payee=guide:1 lines[0].net_minor=2750 lines[0].employee_no=E1 "
                "lines[0].pay_entity=default lines[0].shop_id=S1 lines[0].credits=3"),
        ANSWERS("payroll", list_settlement_lines, "run_number=1 payees=MEMBER",
                "lines#=1 lines[0].payee=member:1 lines[0].net_minor=1000"),
        REFUSES("payroll", approve_settlement_run, "run_number=1 hash=$hash",
                OUTCOME_SETTLEMENT_OWN, "run_number"),
        APPROVE("1", "hash"), PROVE, CLOSE("1", "hash"),
        SHOWS("1", "run.state=CLOSING run.work=CLOSE"),
        WORK("1"),
        SHOWS("1", "run.state=CLOSED run.work=NONE run.totals.net_minor=3750 blockers#=0"),
        ANSWERS("admin", get_balance, "account=guide:1",
                "account_balances.balances[1].unit=CASH !account_balances.balances[1].available"),
        ANSWERS("payroll", list_settlement_runs, "", "runs#=1 runs[0].state=CLOSED"),
        REFUSES("payroll", cancel_settlement_run, "run_number=1 reason=late",
                OUTCOME_SETTLEMENT_STATE, "run_number"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_run_is_asked_for_in_its_form(void **state)
{
    (void)state;
    static const struct step steps[] = {
        AT("2027-01-05T10:00"),
#define WRONG(fields, outcome, field)                                                           \
    REFUSES("payroll", create_settlement_run, fields, outcome, field)
        WRONG(YEAR RATE, OUTCOME_FIELD_REQUIRED, "request_id"),
        WRONG("request_id=a " RATE, OUTCOME_FIELD_REQUIRED, "type"),
        WRONG("request_id=a type=9 " RATE, OUTCOME_VALUE_INVALID, "type"),
        WRONG("request_id=a type=PERIOD period_end=2027-01-01 " RATE, OUTCOME_FIELD_REQUIRED,
              "period_start"),
        WRONG("request_id=a type=PERIOD period_start=2026-01-01 " RATE, OUTCOME_FIELD_REQUIRED,
              "period_end"),
        WRONG("request_id=a type=PERIOD period_start=1 period_end=2027-01-01 " RATE,
              OUTCOME_DATE_INVALID, "period_start"),
        WRONG("request_id=a type=LEAVER period_end=2027-01-01 " RATE, OUTCOME_VALUE_INVALID,
              "guide_number"),
        WRONG("request_id=a guide_number=1 " YEAR RATE, OUTCOME_VALUE_INVALID, "guide_number"),
        WRONG("request_id=a type=ADJUSTMENT period_end=2027-01-01 " RATE, OUTCOME_VALUE_INVALID,
              "corrects_run_number"),
        WRONG("request_id=a rate_points=1000001 " YEAR, OUTCOME_VALUE_INVALID, "rate_points"),
        WRONG("request_id=a rate_minor=1 " YEAR, OUTCOME_VALUE_INVALID, "rate_minor"),
        WRONG("request_id=a rate_points=1 rate_minor=-1 " YEAR, OUTCOME_VALUE_INVALID,
              "rate_minor"),
        WRONG("request_id=a minimum_payout_minor=1 " YEAR, OUTCOME_VALUE_INVALID,
              "minimum_payout_minor"),
        WRONG("request_id=a type=PERIOD period_start=2026-02-01 period_end=2026-02-01 " RATE,
              OUTCOME_SETTLEMENT_PERIOD_INVALID, "period_end"),
        WRONG("request_id=a type=PERIOD period_start=2026-02-01 period_end=2026-01-01 " RATE,
              OUTCOME_SETTLEMENT_PERIOD_INVALID, "period_end"),
        WRONG("request_id=a type=PERIOD period_start=2016-12-01 period_end=2027-01-01 " RATE,
              OUTCOME_SETTLEMENT_PERIOD_INVALID, "period_end"),
        WRONG("request_id=a type=PERIOD period_start=2026-01-01 period_end=2027-01-06 " RATE,
              OUTCOME_SETTLEMENT_NOT_OVER, "period_end"),
        WRONG("request_id=a type=LEAVER guide_number=1 period_end=2027-01-07 " RATE,
              OUTCOME_SETTLEMENT_NOT_OVER, "period_end"),
        WRONG("request_id=a pay_entity=Nobody " YEAR RATE, OUTCOME_PAY_ENTITY_UNKNOWN,
              "pay_entity"),
        WRONG("request_id=a type=LEAVER guide_number=9 period_end=2027-01-01 " RATE,
              OUTCOME_GUIDE_UNKNOWN, "guide_number"),
        WRONG("request_id=a type=ADJUSTMENT corrects_run_number=1 period_end=2027-01-01 " RATE,
              OUTCOME_SETTLEMENT_UNKNOWN, "corrects_run_number"),
        WRONG("request_id=a " YEAR, OUTCOME_SETTLEMENT_RATE_MISSING, "rate_points"),
        CREATE("a", YEAR RATE, "run_number=1"),
        WRONG("request_id=a " YEAR "rate_points=1 rate_minor=1", OUTCOME_REQUEST_ID_REUSED,
              "request_id"),
        WRONG("request_id=b type=ADJUSTMENT corrects_run_number=1 period_end=2027-01-01 " RATE,
              OUTCOME_SETTLEMENT_STATE, "corrects_run_number"),
        REFUSES("payroll", get_settlement_run, "", OUTCOME_FIELD_REQUIRED, "run_number"),
        REFUSES("payroll", get_settlement_run, "run_number=2", OUTCOME_SETTLEMENT_UNKNOWN,
                "run_number"),
        REFUSES("payroll", list_settlement_lines, "run_number=1 payees=SHOP",
                OUTCOME_VALUE_INVALID, "payees"),
        REFUSES("payroll", list_settlement_lines, "run_number=1 page_token=x",
                OUTCOME_PAGE_INVALID, "page_token"),
        REFUSES("payroll", list_settlement_runs, "page_size=-1", OUTCOME_PAGE_INVALID,
                "page_size"),
#undef WRONG
    };
    PLAY_ON(STAGE, steps);
}

static void each_step_wants_the_state_before_it(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"),
        AT("2027-01-05T10:00"),
        CREATE("y", YEAR RATE, "run_number=1"),
        REFUSES("payroll", submit_settlement_run, "run_number=1 draft_no=1",
                OUTCOME_SETTLEMENT_WORKING, "run_number"),
        REFUSES("payroll", cancel_settlement_run, "run_number=1 reason=r",
                OUTCOME_SETTLEMENT_WORKING, "run_number"),
        WORK("1"),
        REFUSES("payroll", submit_settlement_run, "run_number=1", OUTCOME_FIELD_REQUIRED,
                "draft_no"),
        REFUSES("payroll", submit_settlement_run, "run_number=1 draft_no=2",
                OUTCOME_SETTLEMENT_CHANGED, "draft_no"),
        REFUSES("payroll", reject_settlement_run, "run_number=1 draft_no=1 reason=r",
                OUTCOME_SETTLEMENT_STATE, "run_number"),
        REFUSES("token:$admin", approve_settlement_run, "run_number=1 hash=1",
                OUTCOME_SETTLEMENT_STATE, "run_number"),
        SUBMIT("1", "1"), WORK("1"), HASH("1", "hash"),
        REFUSES("token:$admin", approve_settlement_run, "run_number=1", OUTCOME_FIELD_REQUIRED,
                "hash"),
        REFUSES("token:$admin", approve_settlement_run, "run_number=1 hash=5f",
                OUTCOME_VALUE_INVALID, "hash"),
        REFUSES("token:$admin", approve_settlement_run,
                "run_number=1 hash="
                "0000000000000000000000000000000000000000000000000000000000000000",
                OUTCOME_SETTLEMENT_CHANGED, "hash"),
        REFUSES("payroll", close_settlement_run, "run_number=1 hash=$hash",
                OUTCOME_SETTLEMENT_STATE, "run_number"),
        REFUSES("payroll", reject_settlement_run, "run_number=1 reason=r", OUTCOME_FIELD_REQUIRED,
                "draft_no"),
        REFUSES("payroll", reject_settlement_run, "run_number=1 draft_no=1",
                OUTCOME_FIELD_REQUIRED, "reason"),
        REFUSES("payroll", reject_settlement_run, "run_number=1 draft_no=2 reason=r",
                OUTCOME_SETTLEMENT_CHANGED, "draft_no"),
        APPROVE("1", "hash"),
        REFUSES("payroll", cancel_settlement_run, "run_number=1 reason=r",
                OUTCOME_SETTLEMENT_STATE, "run_number"),
        ANSWERS_AGAIN("payroll", reject_settlement_run,
                      "run_number=1 draft_no=1 reason=late",
                      "run_number=1 draft_no=2"),
        SHOWS("1", "run.state=DRAFT run.work=RELEASE run.draft_no=2 run.reason=late "
                   "!run.approved_at"),
        WORK("1"),
        SHOWS("1", "run.state=DRAFT run.work=NONE run.draft_no=2 run.totals.lines=1"),
        SUBMIT("1", "2"), WORK("1"),
        ANSWERS_AGAIN("payroll", cancel_settlement_run, "run_number=1 reason=wrong",
                      "run_number=1"),
        SHOWS("1", "run.state=CANCELLED run.work=RELEASE run.reason=wrong"),
        WORK("1"),
        SHOWS("1", "run.state=CANCELLED run.work=NONE"),
        ANSWERS("ticker", tick_settlements, "run_number=1 step_count=2", "rows#=2 !rows[0].more"),
    };
    PLAY_ON(STAGE, steps);
}

static enum store_result dispute(struct batch *batch)
{
    struct settlement_run run;
    enum store_result result = settlements_get(&batch->reader, 1, &run);
    if (result != STORE_OK) return result;
    run.dispute_count = run.dispute_open_count = 2;
    settlements_put(batch, &run);
    return STORE_OK;
}

static void open_disputes_keep_a_run_from_its_approval_and_its_close(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"),
        AT("2027-01-05T10:00"),
        CREATE("y", YEAR RATE, "run_number=1"), WORK("1"),
        SUBMIT("1", "1"), WORK("1"), HASH("1", "hash"),
        {.meddle = dispute},
        SHOWS("1", "blockers#=1 blockers[0].reason=SETTLEMENT_DISPUTES_OPEN blockers[0].count=2 "
                   "run.disputes_open=2"),
        REFUSES("token:$admin", approve_settlement_run, "run_number=1 hash=$hash",
                OUTCOME_SETTLEMENT_DISPUTES_OPEN, "run_number"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_close_wants_a_proof_of_its_own_ledger(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"),
        ANSWERS("payroll", verify_store, "", "done=1", .save = "old=certificate"),
        BUY("2", "1", "100000", "2026-03-02"),
        AT("2027-01-05T10:00"),
        CREATE("y", YEAR RATE, "run_number=1"), WORK("1"),
        SUBMIT("1", "1"), WORK("1"), HASH("1", "hash"), APPROVE("1", "hash"),
        REFUSES("payroll", close_settlement_run, "run_number=1 hash=$hash",
                OUTCOME_FIELD_REQUIRED, "verify_certificate"),
        REFUSES("payroll", close_settlement_run,
                "run_number=1 hash=$hash verify_certificate=mine", OUTCOME_SETTLEMENT_UNVERIFIED,
                "verify_certificate"),
        REFUSES("payroll", close_settlement_run,
                "run_number=1 hash=$hash verify_certificate=$old", OUTCOME_SETTLEMENT_UNVERIFIED,
                "verify_certificate"),
        PROVE, CLOSE("1", "hash"), WORK("1"), SHOWS("1", "run.state=CLOSED"),
    };
    PLAY_ON(STAGE, steps);
}

static void runs_of_one_pay_entity_follow_each_other(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"),
        AT("2027-01-05T10:00"),
        CREATE("a", "pay_entity=Franchise " YEAR RATE, "run_number=1"), WORK("1"),
        CREATE("b", "pay_entity=default " YEAR RATE, "run_number=2"), WORK("2"),
        CREATE("c", YEAR RATE, "run_number=3"), WORK("3"),
        /* Another employer's is nobody's business; the one of both waits for both. */
        SHOWS("2", "blockers#=0 run.pay_entity=default"),
        SHOWS("3", "blockers#=2 blockers[0].reason=SETTLEMENT_EARLIER_OPEN "
                   "blockers[0].run_number=1 blockers[1].run_number=2"),
        SUBMIT("2", "1"), WORK("2"),
        REFUSES("payroll", submit_settlement_run, "run_number=3 draft_no=1",
                OUTCOME_SETTLEMENT_OTHER_FROZEN, "run_number"),
        HASH("2", "hash"), APPROVE("2", "hash"), PROVE, CLOSE("2", "hash"), WORK("2"),
        SHOWS("2", "run.state=CLOSED"),
        SUBMIT("3", "1"), WORK("3"), HASH("3", "all"), APPROVE("3", "all"), PROVE,
        REFUSES("payroll", close_settlement_run,
                "run_number=3 hash=$all verify_certificate=$proof",
                OUTCOME_SETTLEMENT_EARLIER_OPEN, "run_number"),
        ANSWERS("payroll", cancel_settlement_run, "run_number=1 reason='nobody there'", NULL),
        CLOSE("3", "all"), WORK("3"), SHOWS("3", "run.state=PAID !run.totals.lines"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_bonus_that_became_due_meanwhile_keeps_a_run_open(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"),
        AT("2026-05-05T10:00"),
        CREATE("p", "type=PERIOD period_start=2026-01-01 period_end=2026-05-01 " RATE,
               "run_number=1"),
        WORK("1"), SUBMIT("1", "1"), WORK("1"), HASH("1", "hash"), APPROVE("1", "hash"), PROVE,
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-04-01 "
                "program.rules[0].rule_id=heads program.rules[0].trigger=PERIOD_CLOSE "
                "program.rules[0].beneficiary=SERVING_GUIDE program.rules[0].unit=CASH "
                "program.rules[0].kpi=NEW_MEMBERS program.rules[0].period=MONTH "
                "program.rules[0].minimum_n=1 program.rules[0].fixed_amount=300",
                "program.version=2"),
        SHOWS("1", "blockers#=1 blockers[0].reason=SETTLEMENT_PERIODS_DUE "
                   "blockers[0].rule_id=heads blockers[0].period=2026-04"),
        REFUSES("payroll", close_settlement_run,
                "run_number=1 hash=$hash verify_certificate=$proof",
                OUTCOME_SETTLEMENT_PERIODS_DUE, "run_number"),
        ANSWERS("payroll", close_period, "rule_id=heads period=2026-04 early=true",
                "period_close.done=1"),
        CLOSE("1", "hash"), WORK("1"), SHOWS("1", "run.state=CLOSED"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_held_credit_has_to_be_decided_before_the_close(void **state)
{
    (void)state;
    static const struct step steps[] = {
        BUY("1", "1", "100000", "2026-03-02"), BUY("2", "2", "50000", "2026-03-02"),
        ANSWERS("admin", list_credits, "account=member:1", "credits[0].unit=POINTS",
                .save = "h=credits[0].credit_number"),
        ANSWERS("admin", list_credits, "account=guide:1", "credits[0].unit=CASH",
                .save = "g=credits[0].credit_number"),
        ANSWERS("admin", hold_credit,
                "request_id=h credit_number=$g reason=why", NULL),
        ANSWERS("admin", hold_credit,
                "request_id=i credit_number=$h reason=why", NULL),
        AT("2027-01-05T10:00"),
        CREATE("y", YEAR RATE, "run_number=1"), WORK("1"),
        /* The member's points are nobody's business. */
        SHOWS("1", "blockers#=1 blockers[0].reason=SETTLEMENT_HELD_UNDECIDED "
                   "blockers[0].party=guide:1 blockers[0].credit_number=$g"),
        ANSWERS("payroll", list_settlement_lines, "run_number=1", "lines[0].held=1"),
        SUBMIT("1", "1"), WORK("1"), HASH("1", "hash"), APPROVE("1", "hash"), PROVE,
        REFUSES("payroll", close_settlement_run,
                "run_number=1 hash=$hash verify_certificate=$proof",
                OUTCOME_SETTLEMENT_HELD_UNDECIDED, "run_number"),
        ANSWERS("admin", release_credit,
                "request_id=r credit_number=$g reason=why", NULL),
        SHOWS("1", "blockers#=0"),
        CLOSE("1", "hash"), WORK("1"), SHOWS("1", "run.state=CLOSED"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_is_drafted_reviewed_approved_and_closed),
        cmocka_unit_test(a_run_is_asked_for_in_its_form),
        cmocka_unit_test(each_step_wants_the_state_before_it),
        cmocka_unit_test(open_disputes_keep_a_run_from_its_approval_and_its_close),
        cmocka_unit_test(a_close_wants_a_proof_of_its_own_ledger),
        cmocka_unit_test(runs_of_one_pay_entity_follow_each_other),
        cmocka_unit_test(a_held_credit_has_to_be_decided_before_the_close),
        cmocka_unit_test(a_bonus_that_became_due_meanwhile_keeps_a_run_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
