/* Refunds: what they take back, exactly once, in whatever order they come. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BUY(receipt, amount, rest)                                                               \
    "receipt_number=" receipt " member_number=2 amount_minor=" amount " " rest
#define REFUND(number, receipt, rest)                                                            \
    "refund_number=" number " receipt_number=" receipt " " rest

static void a_partial_refund_takes_back_its_share_of_each_credit(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* 1 % in points, 2 % half up to her friend, 0.5 % to her guide. */
        ANSWERS("admin", record_purchase, BUY("A1", "12345", "shop_id=S1"),
                "purchase.credits[0].amount=123 purchase.credits[1].amount=247 "
                "purchase.credits[2].amount=61"),
        ANSWERS_AGAIN("admin", record_refund, REFUND("R1", "A1", "shop_id=S1 amount_minor=5000"),
                      "refund.state=POSTED refund.amount_minor=5000 refund.base_minor=5000 "
                      "refund.purchase_shop_id=S1 refund.business_date=2026-03-02 !refund.full "
                      "refund.takings#=3 refund.takings[0].asked=49 refund.takings[0].own=49 "
                      "refund.takings[0].unit=POINTS refund.takings[0].beneficiary=member:2 "
                      "refund.takings[1].asked=100 refund.takings[1].beneficiary=member:1 "
                      "refund.takings[2].own=24 refund.takings[2].beneficiary=guide:1"),
        ANSWERS("admin", get_balance, "account=member:2",
                "account_balances.balances[0].available=74"),
        ANSWERS("admin", get_balance, "account=member:1",
                "account_balances.balances[1].available=147"),
        ANSWERS("admin", get_balance, "account=guide:1",
                "account_balances.balances[1].available=37"),
        ANSWERS("admin", list_entries, "account=member:2",
                "entries[0].kind=REVERSE entries[0].amount=49 entries[0].from=OWNER "
                "entries[0].to=EXPENSE entries[0].credit_number=1 entries[0].receipt_number=R1"),
        ANSWERS("admin", get_purchase, "shop_id=S1 receipt_number=A1",
                "purchase.refunded_minor=5000 purchase.credits[0].amount=123"),
        /* The rest, in two: the sum is the whole, whatever was rounded on the way. */
        ANSWERS("pos:1", record_refund, REFUND("R2", "A1", "amount_minor=1"),
                "refund.takings#=0 refund.base_minor=1"),
        ANSWERS("pos:1", record_refund, REFUND("R3", "A1", "amount_minor=7344"),
                "refund.full=1 refund.takings#=1 refund.takings[0].asked=74"),
        ANSWERS("admin", get_refund, "shop_id=S1 refund_number=R3",
                "refund.state=POSTED refund.takings#=3 refund.takings[1].own=147 "
                "refund.takings[2].own=37"),
        ANSWERS("admin", get_balance, "account=member:2",
                "!account_balances.balances[0].available"),
        ANSWERS("admin", get_balance, "account=guide:1",
                "!account_balances.balances[1].available"),
        ANSWERS("auditor", list_refunds, "shop_id=S1 receipt_number=A1",
                "refunds#=3 refunds[0].refund_number=R1 refunds[2].refund_number=R3"),
        ANSWERS("admin", list_refunds, "shop_id=S1 receipt_number=A1 page_size=2",
                "refunds#=2", .save = "next=next_page_token"),
        ANSWERS("admin", list_refunds,
                "shop_id=S1 receipt_number=A1 page_size=2 page_token=$next",
                "refunds#=1 refunds[0].refund_number=R3 !next_page_token"),
        REFUSES("admin", list_refunds,
                "shop_id=S1 receipt_number=A2 page_size=2 page_token=$next",
                OUTCOME_PAGE_INVALID, "page_token"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_refund_is_recorded_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("pos:1", record_purchase, BUY("A1", "1000", ""), NULL),
        ANSWERS_AGAIN("pos:1", record_refund, REFUND("R1", "A1", "amount_minor=500"),
                      "refund.state=POSTED refund.takings[0].own=5"),
        REFUSES("pos:1", record_refund, REFUND("R1", "A1", "amount_minor=501"),
                OUTCOME_REFUND_REUSED, "refund_number"),
        REFUSES("pos:1", record_refund, REFUND("R1", "A2", "amount_minor=500"),
                OUTCOME_REFUND_REUSED, "refund_number"),
        REFUSES("pos:1", record_refund,
                REFUND("R1", "A1", "amount_minor=500 occurred_at=2026-03-02T09:00"),
                OUTCOME_REFUND_REUSED, "refund_number"),
        REFUSES("pos:1", record_refund, REFUND("R1", "A1", "lines[0].line=1"),
                OUTCOME_REFUND_REUSED, "refund_number"),
        /* The same number in another shop is another refund, of a purchase made elsewhere. */
        ANSWERS_AGAIN("pos:2", record_refund,
                      REFUND("R1", "A1", "purchase_shop_id=S1 amount_minor=500"),
                      "refund.state=POSTED refund.shop_id=S2 refund.purchase_shop_id=S1 "
                      "refund.full=1"),
        ANSWERS("pos:1", list_refunds, "receipt_number=A1",
                "refunds#=2 refunds[1].shop_id=S2"),
        ANSWERS("pos:2", get_refund, "refund_number=R1", "refund.amount_minor=500"),
    };
    PLAY_ON(STAGE, steps);
}

static void each_refusal_names_its_field_and_what_is_left(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("pos:1", record_purchase,
                BUY("A1", "1000", "freight_minor=100 lines[0].amount_minor=300 "
                    "lines[1].amount_minor=600"), NULL),
        ANSWERS("pos:1", record_purchase, BUY("Z", "0", ""), NULL),
        REFUSES("pos:1", record_refund, REFUND("''", "A1", "amount_minor=1"),
                OUTCOME_RECEIPT_INVALID, "refund_number"),
        REFUSES("pos:1", record_refund, "refund_number=R1 amount_minor=1",
                OUTCOME_RECEIPT_INVALID, "receipt_number"),
        REFUSES("pos:1", record_refund, REFUND("R1", "A1", "amount_minor=-1"),
                OUTCOME_AMOUNT_INVALID, "amount_minor"),
        REFUSES("pos:1", record_refund, REFUND("R1", "A1", "amount_minor=0"),
                OUTCOME_REFUND_EMPTY, "amount_minor"),
        REFUSES("pos:1", record_refund, REFUND("R1", "A1", "amount_minor=1 lines[0].line=1"),
                OUTCOME_REFUND_LINES_INVALID, "lines"),
        REFUSES("pos:1", record_refund, REFUND("R1", "A1", "lines[0].amount_minor=1"),
                OUTCOME_REFUND_LINES_INVALID, "lines.line"),
        REFUSES("pos:1", record_refund, REFUND("R1", "A1", "lines[0].line=1 lines[1].line=1"),
                OUTCOME_REFUND_LINES_INVALID, "lines.line"),
        REFUSES("pos:1", record_refund,
                REFUND("R1", "A1", "lines[0].line=1 lines[0].amount_minor=-1"),
                OUTCOME_AMOUNT_INVALID, "lines.amount_minor"),
        REFUSES("pos:1", record_refund,
                REFUND("R1", "A1", "amount_minor=1 occurred_at=2026-03-02T10:10:00.001"),
                OUTCOME_TIME_IN_FUTURE, "occurred_at"),
        REFUSES("pos:1", record_refund, REFUND("R1", "A1", "amount_minor=1 shop_id=S2"),
                OUTCOME_NOT_YOURS, "shop_id"),
        REFUSES("admin", record_refund, REFUND("R1", "A1", "amount_minor=1"),
                OUTCOME_FIELD_REQUIRED, "shop_id"),
        REFUSES("pos:1", record_refund, REFUND("R1", "A1", "amount_minor=1 purchase_shop_id=S9"),
                OUTCOME_SHOP_UNKNOWN, "purchase_shop_id"),
        REFUSES("pos:1", record_refund, REFUND("R1", "A1", "amount_minor=1001"),
                OUTCOME_REFUND_ABOVE_PURCHASE, "amount_minor"),
        REFUSES("pos:1", record_refund, REFUND("R1", "Z", "amount_minor=1"),
                OUTCOME_REFUND_ABOVE_PURCHASE, "amount_minor"),
        REFUSES("pos:1", record_refund, REFUND("R1", "A1", "lines[0].line=3"),
                OUTCOME_REFUND_LINES_INVALID, "lines[line=3]"),
        REFUSES("pos:1", record_refund,
                REFUND("R1", "A1", "lines[0].line=1 lines[0].amount_minor=301"),
                OUTCOME_REFUND_LINES_INVALID, "lines[line=1]"),
        ANSWERS("pos:1", record_refund, REFUND("R1", "A1", "amount_minor=900"), NULL),
        REFUSES("pos:1", record_refund, REFUND("R2", "A1", "lines[0].line=1"),
                OUTCOME_REFUND_ABOVE_PURCHASE, "lines"),
        ANSWERS("pos:1", record_refund,
                REFUND("R2", "A1", "lines[0].line=1 lines[0].amount_minor=100"),
                "refund.full=1 refund.base_minor=90"),
        REFUSES("pos:1", record_refund, REFUND("R3", "A1", "amount_minor=1"),
                OUTCOME_REFUND_ABOVE_PURCHASE, "amount_minor"),
        REFUSES("admin", get_refund, "shop_id=S1 refund_number=R3", OUTCOME_REFUND_UNKNOWN,
                "refund_number"),
        REFUSES("admin", get_refund, "shop_id=S1", OUTCOME_FIELD_REQUIRED, "refund_number"),
        REFUSES("admin", list_refunds, "shop_id=S1", OUTCOME_FIELD_REQUIRED, "receipt_number"),
    };
    PLAY_ON(STAGE, steps);
}

static void lines_are_given_back_with_their_own_base(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* Base 800: the first line's 300 hold 100 of tax, so its base is 200, the coat's 600. */
        ANSWERS("pos:1", record_purchase,
                BUY("A1", "1000", "freight_minor=100 tax_minor=100 lines[0].amount_minor=300 "
                    "lines[0].tax_minor=100 lines[1].amount_minor=600 lines[1].category=coats"),
                "purchase.base_minor=800 purchase.credits[0].amount=8"),
        ANSWERS_AGAIN("pos:1", record_refund,
                      REFUND("R1", "A1", "lines[0].line=1 lines[0].amount_minor=150"),
                      "refund.base_minor=100 refund.amount_minor=150 refund.lines#=1 "
                      "refund.takings[0].asked=1"),
        ANSWERS_AGAIN("pos:1", record_refund, REFUND("R2", "A1", "lines[0].line=2"),
                      "refund.base_minor=600 refund.amount_minor=600 "
                      "refund.lines[0].amount_minor=600 refund.takings[0].asked=6"),
        REFUSES("pos:1", record_refund, REFUND("R3", "A1", "lines[0].line=2"),
                OUTCOME_REFUND_EMPTY, "lines"),
        ANSWERS("pos:1", get_purchase, "receipt_number=A1",
                "purchase.refunded_minor=750 purchase.lines[0].refunded_minor=150 "
                "purchase.lines[1].refunded_minor=600"),
        /* By amount as well: an eighth of the base, no more than is left of it. */
        ANSWERS("pos:1", record_refund, REFUND("R3", "A1", "amount_minor=125"),
                "refund.base_minor=100 !refund.full refund.takings[0].asked=1"),
        ANSWERS("pos:1", record_refund, REFUND("R4", "A1", "amount_minor=125"),
                "!refund.base_minor refund.full=1 refund.takings#=0"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_purchase_without_a_base_counts_by_amounts_and_a_fixed_3_halved_gives_1(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program,
                "request_id=p2 program.from_date=2026-03-02 program.rules[0].rule_id=three "
                "program.rules[0].trigger=PURCHASE program.rules[0].beneficiary=BUYER "
                "program.rules[0].unit=POINTS program.rules[0].fixed_amount=3", NULL),
        ANSWERS("pos:1", record_purchase, BUY("A1", "1000", ""), "purchase.credits[0].amount=3"),
        ANSWERS("pos:1", record_refund, REFUND("R1", "A1", "amount_minor=500"),
                "refund.takings[0].own=1"),
        ANSWERS("pos:1", record_refund, REFUND("R2", "A1", "amount_minor=500"),
                "refund.takings[0].own=2"),
        ANSWERS("pos:1", record_purchase, BUY("A2", "1000", "gift_card_minor=1000"),
                "!purchase.base_minor purchase.credits[0].amount=3"),
        ANSWERS("pos:1", record_refund, REFUND("R3", "A2", "amount_minor=700"),
                "!refund.base_minor refund.takings[0].own=2"),
        ANSWERS("pos:1", record_refund, REFUND("R4", "A2", "amount_minor=300"),
                "refund.takings[0].own=1 refund.full=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_refund_before_its_purchase_waits_for_it(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS_AGAIN("pos:1", record_refund, REFUND("R1", "A1", "amount_minor=400"),
                      "refund.state=PARKED refund.amount_minor=400 refund.takings#=0"),
        ANSWERS_AGAIN("pos:2", record_refund,
                      REFUND("R1", "A1", "purchase_shop_id=S1 lines[0].line=2"),
                      "refund.state=PARKED !refund.amount_minor refund.lines#=1"),
        ANSWERS("pos:1", record_refund, REFUND("R2", "A1", "amount_minor=2000"),
                "refund.state=PARKED"),
        ANSWERS("pos:1", record_refund, REFUND("R3", "A1", "lines[0].line=9"),
                "refund.state=PARKED"),
        ANSWERS("pos:1", list_refunds, "receipt_number=A1",
                "refunds#=4 refunds[0].state=PARKED"),
        AT("2026-03-03T10:00"),
        ANSWERS_AGAIN("pos:1", record_purchase,
                      BUY("A1", "1000", "occurred_at=2026-03-02T09:00 lines[0].amount_minor=500 "
                          "lines[1].amount_minor=500"),
                      "purchase.credits[0].amount=10 !purchase.refunded_minor"),
        ANSWERS("pos:1", list_refunds, "receipt_number=A1",
                "refunds#=4 refunds[0].state=POSTED refunds[0].takings[0].own=4 "
                "refunds[1].state=REJECTED refunds[1].reject_reason=ABOVE_PURCHASE "
                "refunds[1].takings#=0 refunds[2].state=REJECTED "
                "refunds[2].reject_reason=LINES refunds[3].state=POSTED "
                "refunds[3].amount_minor=500 refunds[3].takings[0].own=5"),
        /* A repeat says what was said then. */
        ANSWERS_AGAIN("pos:1", record_refund, REFUND("R1", "A1", "amount_minor=400"),
                      "refund.state=PARKED refund.takings#=0"),
        ANSWERS_AGAIN("pos:1", record_refund, REFUND("R2", "A1", "amount_minor=2000"),
                      "refund.state=PARKED"),
        ANSWERS("pos:1", get_purchase, "receipt_number=A1", "purchase.refunded_minor=900"),
        ANSWERS("admin", get_balance, "account=member:2",
                "account_balances.balances[0].available=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void few_refunds_wait_for_one_purchase(void **state)
{
    (void)state;
#define PARK(number) ANSWERS("pos:1", record_refund, REFUND(number, "A1", "amount_minor=1"), NULL)
    static const struct step steps[] = {
        PARK("1"), PARK("2"), PARK("3"), PARK("4"), PARK("5"), PARK("6"), PARK("7"), PARK("8"),
        REFUSES("pos:1", record_refund, REFUND("9", "A1", "amount_minor=1"),
                OUTCOME_REFUNDS_PARKED_TOO_MANY, "receipt_number"),
        ANSWERS("pos:1", record_refund, REFUND("9", "A2", "amount_minor=1"), NULL),
        ANSWERS("pos:1", record_purchase, BUY("A1", "1000", ""), NULL),
        ANSWERS("pos:1", get_purchase, "receipt_number=A1", "purchase.refunded_minor=8"),
        ANSWERS("pos:1", record_refund, REFUND("10", "A1", "amount_minor=1"),
                "refund.state=POSTED"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_full_refund_may_end_a_day(void **state)
{
    (void)state;
    static const struct step steps[] = {
        AT("2026-03-09T10:00"),
        ANSWERS("pos:1", record_purchase, BUY("1", "100", "occurred_at=2026-03-03T09:00"), NULL),
        ANSWERS("pos:1", record_purchase, BUY("2", "100", "occurred_at=2026-03-05T09:00"), NULL),
        ANSWERS("pos:1", record_purchase, BUY("3", "100", "occurred_at=2026-03-07T09:00"), NULL),
        ANSWERS("pos:1", record_purchase, BUY("4", "100", "occurred_at=2026-03-07T10:00"), NULL),
        /* Each leaves verify's recount of days, L1 and L2 clean. */
        ANSWERS("pos:1", record_refund, REFUND("R1", "3", "amount_minor=100"), NULL),
        ANSWERS("pos:1", record_refund, REFUND("R2", "2", "amount_minor=100"), NULL),
        ANSWERS("pos:1", record_refund, REFUND("R3", "4", "amount_minor=100"), NULL),
        ANSWERS("pos:1", record_purchase, BUY("5", "100", "occurred_at=2026-03-05T10:00"), NULL),
        /* Dated before the purchase: tills' clocks differ. */
        ANSWERS("pos:1", record_refund,
                REFUND("R4", "1", "amount_minor=100 occurred_at=2026-03-02T09:00"),
                "refund.business_date=2026-03-02"),
        ANSWERS("pos:1", record_refund, REFUND("R5", "5", "amount_minor=100"), "refund.full=1"),
        ANSWERS("admin", get_member, "member_number=2", "member.purchase_count=5"),
    };
    PLAY_ON(STAGE, steps);
}

static void an_import_has_a_result_for_each_row(void **state)
{
    (void)state;
#define ROW(i, number, receipt, rest)                                                            \
    " refunds[" #i "].shop_id=S1 refunds[" #i "].refund_number=" number                          \
    " refunds[" #i "].receipt_number=" receipt " refunds[" #i "]." rest
    static const struct step steps[] = {
        ANSWERS("pos:1", record_purchase, BUY("A1", "100", ""), NULL),
        ANSWERS_AGAIN("admin", record_refunds,
                      ROW(0, "R1", "A1", "amount_minor=50") ROW(1, "R2", "A1", "amount_minor=51")
                      ROW(2, "R3", "A2", "amount_minor=50") ROW(3, "R1", "A1", "amount_minor=50"),
                      "results#=4 results[0].state=POSTED !results[0].status_code "
                      "results[1].reason=REFUND_ABOVE_PURCHASE results[2].state=PARKED "
                      "results[3].state=POSTED"),
        REFUSES("admin", record_refunds, "", OUTCOME_ROWS_INVALID, "refunds"),
    };
    PLAY_ON(STAGE, steps);
}

static void only_what_is_owed_is_written_off(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", list_debts, "account=member:2", "debts#=0"),
        REFUSES("admin", write_off_debt,
                "account=member:2 debt_number=1 amount=1 reason=goodwill request_id=w1",
                OUTCOME_DEBT_UNKNOWN, "debt_number"),
        REFUSES("admin", write_off_debt,
                "account=member:2 debt_number=1 amount=0 reason=goodwill request_id=w1",
                OUTCOME_AMOUNT_INVALID, "amount"),
        REFUSES("admin", write_off_debt, "debt_number=1 amount=1 reason=goodwill request_id=w1",
                OUTCOME_FIELD_REQUIRED, "account"),
    };
    PLAY_ON(STAGE, steps);
}

static void takings_are_shown_to_whom_they_concern(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("pos:1", record_purchase, BUY("A1", "10000", ""), NULL),
        ANSWERS("pos:1", record_refund, REFUND("R1", "A1", "amount_minor=5000"),
                "refund.takings#=1 refund.takings[0].beneficiary=member:2"),
        ANSWERS("manager:1", get_refund, "refund_number=R1", "refund.takings#=2"),
        ANSWERS("auditor", get_refund, "shop_id=S1 refund_number=R1", "refund.takings#=3"),
        REFUSES("pos:2", get_refund, "shop_id=S1 refund_number=R1", OUTCOME_NOT_YOURS, "shop_id"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_partial_refund_takes_back_its_share_of_each_credit),
        cmocka_unit_test(a_refund_is_recorded_once),
        cmocka_unit_test(each_refusal_names_its_field_and_what_is_left),
        cmocka_unit_test(lines_are_given_back_with_their_own_base),
        cmocka_unit_test(a_purchase_without_a_base_counts_by_amounts_and_a_fixed_3_halved_gives_1),
        cmocka_unit_test(a_refund_before_its_purchase_waits_for_it),
        cmocka_unit_test(few_refunds_wait_for_one_purchase),
        cmocka_unit_test(a_full_refund_may_end_a_day),
        cmocka_unit_test(an_import_has_a_result_for_each_row),
        cmocka_unit_test(only_what_is_owed_is_written_off),
        cmocka_unit_test(takings_are_shown_to_whom_they_concern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
