/* A refund that came before its purchase and met too much due work when the purchase came: the
 * ticker posts it, once, when that work is done. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What a friend's purchases give waits 7 days; member 2's friend is member 1. */
#define PROGRAM                                                                                  \
    ANSWERS("admin", publish_program,                                                            \
            "request_id=p2 program.from_date=2026-03-02 program.rules[0].rule_id=friend "        \
            "program.rules[0].trigger=PURCHASE program.rules[0].beneficiary=REFERRER "           \
            "program.rules[0].unit=CASH program.rules[0].rate_bp=200 "                           \
            "program.rules[0].hold_days=7", "program.version=2")
#define ROW(i) " purchases[" #i "].receipt_number=M" #i " purchases[" #i "].member_number=2"      \
               " purchases[" #i "].amount_minor=1000"
#define ROWS10(i) ROW(i##0) ROW(i##1) ROW(i##2) ROW(i##3) ROW(i##4) ROW(i##5) ROW(i##6)           \
                  ROW(i##7) ROW(i##8) ROW(i##9)
/* Seventy credits of member 1: more than one command posts when they are due. */
#define SEVENTY                                                                                  \
    ANSWERS("pos:1", record_purchases,                                                           \
            ROW(0) ROW(1) ROW(2) ROW(3) ROW(4) ROW(5) ROW(6) ROW(7) ROW(8) ROW(9)                \
            ROWS10(1) ROWS10(2) ROWS10(3) ROWS10(4) ROWS10(5) ROWS10(6), "results#=70")
#define CLEAN ANSWERS("admin", verify_store, "", "done=1 !finding_count")

static void the_ticker_posts_what_met_too_much_due_work_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM,
        SEVENTY,
        ANSWERS("pos:1", record_refund, "refund_number=R1 receipt_number=Z amount_minor=400",
                "refund.state=PARKED"),
        ANSWERS("pos:1", record_refund, "refund_number=R2 receipt_number=Z amount_minor=9999",
                "refund.state=PARKED"),
        ANSWERS("ticker", tick_refunds, "refund_count=2", "!rows[0].refund_number"),
        AT("2026-03-09T10:00"),
        ANSWERS("pos:1", record_purchase, "receipt_number=Z member_number=2 amount_minor=1000",
                NULL),
        /* What doesn't fit the purchase needs nobody's account; the other waits on. */
        ANSWERS("pos:1", list_refunds, "receipt_number=Z",
                "refunds[0].state=PARKED refunds[1].state=REJECTED"),
        CLEAN,
        ANSWERS("ticker", tick_refunds, "refund_count=2",
                "rows[0].shop_number=1 rows[0].refund_number=R1 rows[0].waits=1 "
                "!rows[0].damaged !rows[1].refund_number"),
        ANSWERS("pos:1", get_refund, "refund_number=R1", "refund.state=PARKED"),
        CLEAN,
        ANSWERS("ticker", tick_due, "account_count=1", "rows[0].number=1 rows[0].more=1"),
        ANSWERS("ticker", tick_refunds, "refund_count=2 after.shop_number=1 "
                "after.refund_number=R1", "!rows[0].refund_number"),
        ANSWERS("ticker", tick_refunds, "refund_count=2",
                "rows[0].refund_number=R1 !rows[0].waits !rows[1].refund_number"),
        ANSWERS("admin", get_refund, "shop_id=S1 refund_number=R1",
                "refund.state=POSTED refund.takings#=1 refund.takings[0].asked=8 "
                "refund.takings[0].own=8"),
        CLEAN,
        ANSWERS("ticker", tick_refunds, "refund_count=2", "!rows[0].refund_number"),
        ANSWERS("pos:1", record_refund, "refund_number=R1 receipt_number=Z amount_minor=400",
                "refund.state=PARKED"),
        ANSWERS("pos:1", get_purchase, "receipt_number=Z", "purchase.refunded_minor=400"),
        ANSWERS("admin", get_balance, "account=member:1",
                "account_balances.balances[1].available=1400 "
                "account_balances.balances[1].pending=12"),
    };
    play_on_lmdb(STAGE, STAGE_STEPS, steps, sizeof steps / sizeof steps[0]);
}

static void whoever_repeats_it_takes_it_off_the_list(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM,
        SEVENTY,
        ANSWERS("pos:1", record_refund, "refund_number=R1 receipt_number=Z amount_minor=400",
                "refund.state=PARKED"),
        AT("2026-03-09T10:00"),
        ANSWERS("pos:1", record_purchase, "receipt_number=Z member_number=2 amount_minor=1000",
                NULL),
        ANSWERS("pos:1", record_refund, "refund_number=R1 receipt_number=Z amount_minor=400",
                "refund.state=PARKED"),
        ANSWERS("pos:1", get_refund, "refund_number=R1", "refund.state=PARKED"),
        ANSWERS("ticker", tick_due, "account_count=1", "rows[0].number=1 rows[0].more=1"),
        ANSWERS("pos:1", record_refund, "refund_number=R1 receipt_number=Z amount_minor=400",
                "refund.state=PARKED"),
        ANSWERS("pos:1", get_refund, "refund_number=R1", "refund.state=POSTED"),
        ANSWERS("ticker", tick_refunds, "refund_count=1", "!rows[0].refund_number"),
        CLEAN,
    };
    play_on_lmdb(STAGE, STAGE_STEPS, steps, sizeof steps / sizeof steps[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ticker_posts_what_met_too_much_due_work_once),
        cmocka_unit_test(whoever_repeats_it_takes_it_off_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
