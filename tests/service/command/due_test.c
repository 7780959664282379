/* Time: credits mature and expire on their dates, whether or not anybody ticks. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The buyer's points wait 7 days and live 30 days from then on. */
#define PROGRAM                                                                                  \
    ANSWERS("admin", publish_program,                                                            \
            "request_id=p2 program.from_date=2026-03-02 program.redemption.points=1 "            \
            "program.redemption.minor=1 program.restore_grace_days=5 "                           \
            "program.rules[0].rule_id=buyer program.rules[0].trigger=PURCHASE "                  \
            "program.rules[0].beneficiary=BUYER program.rules[0].unit=POINTS "                   \
            "program.rules[0].rate_bp=100 program.rules[0].hold_days=7 "                         \
            "program.rules[0].expiry=DAYS program.rules[0].expiry_count=30", "program.version=2")
#define BUY(receipt, amount)                                                                     \
    ANSWERS("pos:1", record_purchase,                                                            \
            "receipt_number=" receipt " member_number=2 amount_minor=" amount,                   \
            "purchase.credits#=1")
#define SPEND(amount, id)                                                                        \
    "member_number=2 unit=POINTS amount=" amount " receipt_number=R9 request_id=" id
#define HAS(told) ANSWERS("admin", get_balance, "account=member:2", told)
#define AVAILABLE "account_balances.balances[0].available="
#define PENDING "account_balances.balances[0].pending="
#define NOTHING_AVAILABLE "!account_balances.balances[0].available "
#define NOTHING_PENDING "!account_balances.balances[0].pending "

static void credits_mature_and_expire_on_their_dates_without_a_tick(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM,
        BUY("A1", "10000"),
        HAS(PENDING "100 " NOTHING_AVAILABLE),
        AT("2026-03-08T19:59"), /* 03:59 in Shanghai: the day begins at 4 */
        HAS(PENDING "100 " NOTHING_AVAILABLE),
        REFUSES("pos:1", redeem, SPEND("1", "r1"), OUTCOME_INSUFFICIENT_BALANCE, "amount"),
        AT("2026-03-08T20:00"), /* the 9th there */
        HAS(AVAILABLE "100 " NOTHING_PENDING),
        ANSWERS("member:2", list_credits, "state=AVAILABLE",
                "credits#=1 credits[0].matures_on=2026-03-09 credits[0].expires_on=2026-04-08"),
        /* Nobody ticked: the redemption posts it first. */
        ANSWERS("pos:1", redeem, SPEND("30", "r1"), "redemption.lots[0].credit_number=1"),
        ANSWERS("admin", get_entry, "entry_number=2",
                "entry.kind=MATURE entry.business_date=2026-03-09 entry.amount=100"),
        HAS(AVAILABLE "70"),
        AT("2026-04-08T10:00"),
        HAS(AVAILABLE "70"),
        AT("2026-04-09T10:00"),
        HAS(NOTHING_AVAILABLE),
        ANSWERS("member:2", get_credit, "credit_number=1",
                "credit.state=DONE credit.expired=70 credit.redeemed=30"),
        REFUSES("pos:1", redeem, SPEND("1", "r2"), OUTCOME_INSUFFICIENT_BALANCE, "amount"),
        /* What expired is restored for the grace days. */
        ANSWERS("pos:1", cancel_redemption, "redemption_number=1 request_id=c1", "restored=30"),
        ANSWERS("member:2", get_credit, "credit_number=1",
                "credit.state=AVAILABLE credit.expired=70 credit.remaining=30 "
                "credit.expires_on=2026-04-14"),
        AT("2026-04-15T10:00"),
        HAS(NOTHING_AVAILABLE),
    };
    PLAY_ON(STAGE, steps);
}

static void the_ticker_posts_what_is_due_and_nothing_twice(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM,
        BUY("A1", "10000"),
        BUY("A2", "5000"),
        ANSWERS("ticker", tick_due, "account_count=3", "rows#=3 !rows[0].number"),
        AT("2026-03-09T10:00"),
        BUY("A3", "2000"), /* posts what is due on the buyer itself */
        ANSWERS("admin", get_entry, "entry_number=3", "entry.kind=MATURE"),
        AT("2026-03-16T10:00"),
        ANSWERS("ticker", tick_due, "account_count=2",
                "rows[0].kind=1 rows[0].number=2 !rows[0].more !rows[0].damaged "
                "!rows[1].number"),
        HAS(AVAILABLE "170 " NOTHING_PENDING),
        ANSWERS("ticker", tick_due, "account_count=2", "!rows[0].number"),
        AT("2026-04-20T10:00"),
        ANSWERS("ticker", tick_due, "account_count=1", "rows[0].number=2"),
        HAS(NOTHING_AVAILABLE),
        ANSWERS("admin", list_entries, "account=member:2",
                "entries[0].kind=EXPIRE entries[0].amount=20 "
                "entries[0].business_date=2026-04-15 entries[0].to=EXPIRY"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_held_credit_waits_and_catches_up_when_released(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM,
        BUY("A1", "10000"),
        ANSWERS("admin", hold_credit, "credit_number=1 reason=odd request_id=h1",
                "entry_number=2"),
        AT("2026-03-20T10:00"),
        HAS(PENDING "100"),
        ANSWERS("ticker", tick_due, "account_count=1", "rows#=1"),
        HAS(PENDING "100"),
        ANSWERS("admin", release_credit, "credit_number=1 reason=fine request_id=h2",
                "entry_number=3"),
        HAS(AVAILABLE "100 " NOTHING_PENDING),
        ANSWERS("admin", get_entry, "entry_number=4", "entry.kind=MATURE"),
        ANSWERS("admin", hold_credit, "credit_number=1 reason=odd request_id=h3",
                "entry_number=5"),
        AT("2026-05-20T10:00"),
        HAS(AVAILABLE "100 account_balances.balances[0].held=100"),
        ANSWERS("admin", release_credit, "credit_number=1 reason=fine request_id=h4",
                "entry_number=6"),
        HAS(NOTHING_AVAILABLE),
    };
    PLAY_ON(STAGE, steps);
}

#define ROW(i) " purchases[" #i "].receipt_number=M" #i " purchases[" #i "].member_number=2"      \
               " purchases[" #i "].amount_minor=1000"
#define ROWS10(i) ROW(i##0) ROW(i##1) ROW(i##2) ROW(i##3) ROW(i##4) ROW(i##5) ROW(i##6)           \
                  ROW(i##7) ROW(i##8) ROW(i##9)

static void more_than_one_command_posts_is_worked_off_by_the_ticker(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PROGRAM,
        ANSWERS("pos:1", record_purchases,
                ROW(0) ROW(1) ROW(2) ROW(3) ROW(4) ROW(5) ROW(6) ROW(7) ROW(8) ROW(9)
                ROWS10(1) ROWS10(2) ROWS10(3) ROWS10(4) ROWS10(5) ROWS10(6), "results#=70"),
        AT("2026-03-09T10:00"),
        HAS(AVAILABLE "700 " NOTHING_PENDING),
        {.who = "pos:1", .command = &redeem, .request = SPEND("700", "r1"),
         .outcome = OUTCOME_BUSY},
        ANSWERS("ticker", tick_due, "account_count=1", "rows[0].number=2 rows[0].more=1"),
        ANSWERS("pos:1", redeem, SPEND("700", "r1"), "redemption.lots#=70"),
        HAS(NOTHING_AVAILABLE NOTHING_PENDING),
    };
    play_on_lmdb(STAGE, STAGE_STEPS, steps, sizeof steps / sizeof steps[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credits_mature_and_expire_on_their_dates_without_a_tick),
        cmocka_unit_test(the_ticker_posts_what_is_due_and_nothing_twice),
        cmocka_unit_test(a_held_credit_waits_and_catches_up_when_released),
        cmocka_unit_test(more_than_one_command_posts_is_worked_off_by_the_ticker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
