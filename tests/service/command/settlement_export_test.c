/* Taking a closed run out: on record before its bytes go, to whoever is on record, the same each
 * time; and the statement to print. The run is put as a close would leave it. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "service/command/payee_copy.h"
#include "store/date.h"
#include "store/settlement_lines.h"
#include "store/settlements.h"

enum { CLOSED_RUN = 1, OPEN_RUN = 2, DAMAGED_RUN = 3 };

/* ---- runs as they are stored ----------------------------------------------------------------- */

static struct settlement_run run_of(uint32_t number, enum run_state state)
{
    struct settlement_run run = {
        .number = number, .type = RUN_YEAR_END, .state = state, .draft = 1,
        .start = date_from_civil(2025, 1, 1), .end = date_from_civil(2026, 1, 1),
        .rate_points = 10, .rate_minor = 100, .made_at = 1000, .submitted_at = 2000,
        .approved_at = state >= RUN_APPROVED ? 3000 : 0,
        .closed_at = state >= RUN_CLOSED ? 4000 : 0, .made_by = 1, .submitted_by = 1,
        .approved_by = state >= RUN_APPROVED ? 2 : 0, .closed_by = state >= RUN_CLOSED ? 2 : 0,
        .entry = state >= RUN_CLOSED ? 9 : 0,
        .totals = {.line_count = 3, .member_line_count = 1, .points_converted = 300,
                   .gross_minor = 4300, .clawback_minor = 100, .carry_in_minor = -200,
                   .net_minor = 4000, .credit_count = 6},
    };
    memset(run.hash, 0xab, sizeof run.hash);
    if (number == DAMAGED_RUN) run.totals.net_minor++;
    return run;
}

static struct settlement_line line_of(uint32_t run, struct party payee, uint32_t pay_entity)
{
    struct settlement_line line = {
        .run = run, .draft = 1, .payee = payee, .pay_entity = pay_entity, .credit_count = 2,
        .entry = 5,
    };
    if (payee.kind == PARTY_MEMBER) {
        line.cash_earned = line.cash_settled = 1000;
        line.gross_minor = line.net_minor = 1000;
    } else if (payee.number == 1) {
        line.shop = 1;
        line.points_earned = line.points_converted = 300;
        line.gross_minor = 3000;
        line.clawback_minor = 100;
        line.carry_in_minor = -200;
        line.net_minor = 2700;
    } else {
        line.shop = 2;
        line.cash_earned = line.cash_settled = 300;
        line.gross_minor = line.net_minor = 300;
    }
    return line;
}

static enum store_result put_line(struct batch *batch, const struct settlement_run *run,
                                  struct party payee, uint32_t pay_entity, const char *employee_no)
{
    struct settlement_line line = line_of(run->number, payee, pay_entity);
    struct settlement_payee_copy copy;
    struct line_place place = {.guide = payee.number, .pay_entity = pay_entity};
    struct command_call call = {.seed = {7}};
    enum store_result result = STORE_OK;

    settlement_lines_put(batch, &line);
    if (payee.kind == PARTY_MEMBER) return STORE_OK;
    strcpy(place.employee_no, employee_no);
    result = pay_entities_get(&batch->reader, pay_entity, place.pay_entity_name);
    if (result != STORE_OK) return result;
    settlement_order_put(batch, run->number, &place);
    if (run->state < RUN_CLOSING) return STORE_OK;
    enum outcome outcome = payee_copy_make(batch, &call, run, &line, &copy);
    if (outcome == OUTCOME_AGAIN) return STORE_NEED;
    assert_int_equal(outcome, OUTCOME_OK);
    settlement_payee_put(batch, &line, &copy);
    return STORE_OK;
}

static enum store_result put_run(struct batch *batch, uint32_t number, enum run_state state)
{
    static const struct { struct party payee; uint32_t pay_entity; const char *employee_no; }
        lines[] = {{{PARTY_GUIDE, 2}, 2, "E2"}, {{PARTY_GUIDE, 1}, 1, "E1"},
                   {{PARTY_MEMBER, 2}, 0, NULL}};
    struct settlement_run run = run_of(number, state);
    struct command_call call = {.seed = {(uint8_t)number}};
    enum store_result result = STORE_OK;

    settlements_put(batch, &run);
    if (state >= RUN_CLOSING)
        payee_copies_begin(batch, &call, &run, date_from_civil(2026, 3, 2));
    for (size_t i = 0; i < sizeof lines / sizeof lines[0] && result == STORE_OK; i++)
        result = put_line(batch, &run, lines[i].payee, lines[i].pay_entity, lines[i].employee_no);
    return result;
}

static enum store_result close_and_open(struct batch *batch)
{
    enum store_result result = put_run(batch, CLOSED_RUN, RUN_CLOSED);
    if (result == STORE_OK) result = put_run(batch, OPEN_RUN, RUN_REVIEW);
    return result == STORE_OK ? put_run(batch, DAMAGED_RUN, RUN_CLOSED) : result;
}

/* ---- plays ----------------------------------------------------------------------------------- */

static void an_export_is_on_record_and_gives_its_file(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {.meddle = close_and_open},
        ANSWERS_AGAIN("payroll", create_settlement_export, "request_id=a run_number=1",
                      "export_number=1 file_name=settlement-1-guides.csv"),
        ANSWERS_AGAIN("token:$admin", create_settlement_export,
                      "request_id=b run_number=1 profile=CHINA format=XLSX pay_entity=Franchise",
                      "export_number=2 file_name=settlement-1-china.xlsx"),
        ANSWERS_AGAIN("payroll", create_settlement_export,
                      "request_id=c run_number=1 payees=MEMBER",
                      "export_number=3 file_name=settlement-1-members.csv"),
        ANSWERS_AGAIN("payroll", create_settlement_export,
                      "request_id=d run_number=1 profile=ERPNEXT",
                      "export_number=4 file_name=settlement-1-erpnext.csv"),
        ANSWERS("payroll", export_settlement, "run_number=1 export_number=1",
                "done=1 rows=2 lines=2 rows_net_minor=3000", .save = "first=sha256"),
        ANSWERS("payroll", export_settlement, "run_number=1 export_number=1", "sha256=$first"),
        ANSWERS("token:$admin", export_settlement, "run_number=1 export_number=2",
                "done=1 rows=1 lines=1 rows_net_minor=300"),
        ANSWERS("payroll", export_settlement, "run_number=1 export_number=3",
                "done=1 rows=1 lines=1 rows_net_minor=1000"),
        ANSWERS("payroll", export_settlement, "run_number=1 export_number=4",
                "done=1 rows=4 lines=2 rows_net_minor=3000"),
        ANSWERS("auditor", list_settlement_exports, "run_number=1",
                "exports#=4 exports[1].profile=CHINA exports[1].format=XLSX "
                "exports[1].pay_entity=Franchise exports[1].created_by_token=1 "
                "exports[2].payees=MEMBER !next_page_token"),
        ANSWERS("auditor", list_settlement_exports, "run_number=1 page_size=1", "exports#=1",
                .save = "next=next_page_token"),
        ANSWERS("auditor", list_settlement_exports, "run_number=1 page_size=1 page_token=$next",
                "exports[0].export_number=2"),
        ANSWERS("auditor", get_settlement_manifest, "run_number=1", "done=1 files=8"),
        ANSWERS("auditor", get_settlement_manifest, "run_number=1 pay_entity=Franchise",
                "done=1 files=6"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_cannot_be_taken_out_is_named(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {.meddle = close_and_open},
        REFUSES("payroll", create_settlement_export, "run_number=1", OUTCOME_FIELD_REQUIRED,
                "request_id"),
        REFUSES("payroll", create_settlement_export, "request_id=a", OUTCOME_FIELD_REQUIRED,
                "run_number"),
        REFUSES("payroll", create_settlement_export, "request_id=a run_number=9",
                OUTCOME_SETTLEMENT_UNKNOWN, "run_number"),
        REFUSES("payroll", create_settlement_export, "request_id=a run_number=2",
                OUTCOME_SETTLEMENT_STATE, "run_number"),
        REFUSES("payroll", create_settlement_export,
                "request_id=a run_number=1 pay_entity=Nobody", OUTCOME_PAY_ENTITY_UNKNOWN,
                "pay_entity"),
        REFUSES("payroll", create_settlement_export, "request_id=a run_number=1 profile=9",
                OUTCOME_VALUE_INVALID, "profile"),
        REFUSES("payroll", create_settlement_export, "request_id=a run_number=1 format=9",
                OUTCOME_VALUE_INVALID, "format"),
        REFUSES("payroll", create_settlement_export, "request_id=a run_number=1 payees=SHOP",
                OUTCOME_VALUE_INVALID, "payees"),
        REFUSES("payroll", create_settlement_export,
                "request_id=a run_number=1 payees=MEMBER profile=CHINA", OUTCOME_VALUE_INVALID,
                "profile"),
        REFUSES("payroll", create_settlement_export,
                "request_id=a run_number=1 payees=MEMBER pay_entity=Franchise",
                OUTCOME_VALUE_INVALID, "pay_entity"),
        ANSWERS("token:$admin", create_settlement_export, "request_id=a run_number=1",
                "export_number=1"),
        REFUSES("token:$admin", create_settlement_export,
                "request_id=a run_number=1 format=XLSX", OUTCOME_REQUEST_ID_REUSED, "request_id"),
        REFUSES("payroll", export_settlement, "run_number=1 export_number=1", OUTCOME_NOT_YOURS,
                "export_number"),
        REFUSES("payroll", export_settlement, "run_number=1 export_number=2",
                OUTCOME_EXPORT_UNKNOWN, "export_number"),
        REFUSES("payroll", export_settlement, "run_number=9 export_number=1",
                OUTCOME_SETTLEMENT_UNKNOWN, "run_number"),
        REFUSES("auditor", list_settlement_exports, "run_number=9", OUTCOME_SETTLEMENT_UNKNOWN,
                "run_number"),
        REFUSES("auditor", get_settlement_manifest, "run_number=2", OUTCOME_SETTLEMENT_STATE,
                "run_number"),
        REFUSES("auditor", get_settlement_manifest, "run_number=1 pay_entity=Nobody",
                OUTCOME_PAY_ENTITY_UNKNOWN, "pay_entity"),
    };
    PLAY_ON(STAGE, steps);
}

static void lines_that_do_not_add_up_are_not_exported(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {.meddle = close_and_open},
        ANSWERS("payroll", create_settlement_export, "request_id=a run_number=3",
                "export_number=1"),
        REFUSES("payroll", export_settlement, "run_number=3 export_number=1",
                OUTCOME_STORE_DAMAGED, NULL),
        REFUSES("payroll", get_settlement_manifest, "run_number=3", OUTCOME_STORE_DAMAGED, NULL),
    };
    PLAY_ON(STAGE, steps);
}

static void a_statement_is_printed_for_its_payee(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {.meddle = close_and_open},
        ANSWERS("guide:1", print_statement, "run_number=1",
                "file_name=statement-1-guide-1.html"),
        ANSWERS("guide:2", print_statement, "run_number=2 english=true",
                "file_name=statement-2-guide-2.html"),
        ANSWERS("payroll", print_statement, "run_number=1 payee=guide:2 pay_entity=Franchise",
                "file_name=statement-1-guide-2.html"),
        ANSWERS("member:2", print_statement, "run_number=1",
                "file_name=statement-1-member-2.html"),
        REFUSES("guide:1", print_statement, "run_number=1 payee=guide:2", OUTCOME_NOT_YOURS,
                "payee"),
        REFUSES("guide:1", print_statement, "run_number=9", OUTCOME_SETTLEMENT_UNKNOWN,
                "run_number"),
        REFUSES("payroll", print_statement, "run_number=1", OUTCOME_FIELD_REQUIRED, "payee"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_export_is_on_record_and_gives_its_file),
        cmocka_unit_test(what_cannot_be_taken_out_is_named),
        cmocka_unit_test(lines_that_do_not_add_up_are_not_exported),
        cmocka_unit_test(a_statement_is_printed_for_its_payee),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
