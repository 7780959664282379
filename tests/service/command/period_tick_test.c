/* The ticker closes periods by itself: those that end after the merchant was made, once the rule's
 * wait is over; and goes on where it was. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define RULE(index, id, kpi, period, wait)                                                       \
    "program.rules[" index "].rule_id=" id " program.rules[" index "].trigger=PERIOD_CLOSE "     \
    "program.rules[" index "].beneficiary=SERVING_GUIDE program.rules[" index "].unit=POINTS "   \
    "program.rules[" index "].kpi=" kpi " program.rules[" index "].period=" period               \
    " program.rules[" index "].wait_days=" wait " program.rules[" index "].minimum_n=1 "         \
    "program.rules[" index "].fixed_amount=10 "
#define PUBLISH                                                                                  \
    ANSWERS("admin", publish_program,                                                            \
            "request_id=p2 program.from_date=2026-01-01 "                                        \
            RULE("0", "heads", "NEW_MEMBERS", "MONTH", "0")                                      \
            RULE("1", "back", "REPURCHASE_RATE", "QUARTER", "5"), "program.version=2")
#define TICK ANSWERS("ticker", tick_periods, "turn_count=16", NULL)

static void periods_close_by_themselves(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PUBLISH,
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=1 amount_minor=100",
                NULL),
        TICK, /* the day it was made: February is not the ticker's */
        AT("2026-03-31T19:59"),
        TICK,
        ANSWERS("admin", list_period_closes, "", "period_closes#=0"),
        AT("2026-03-31T20:00"), /* April begins */
        TICK,
        ANSWERS("admin", list_period_closes, "",
                "period_closes#=1 period_closes[0].rule_id=heads period_closes[0].period=2026-03 "
                "period_closes[0].done=1 period_closes[0].credits=1 period_closes[0].amount=10"),
        TICK,
        AT("2026-04-04T20:00"),
        TICK,
        ANSWERS("admin", list_period_closes, "", "period_closes#=1"),
        AT("2026-04-05T20:00"), /* the 6th there: five days behind the quarter's end */
        TICK,
        ANSWERS("admin", list_period_closes, "",
                "period_closes#=2 period_closes[0].rule_id=back period_closes[0].period=2026Q1 "
                "period_closes[0].done=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_ticker_that_slept_closes_what_it_missed_in_small_steps(void **state)
{
    (void)state;
    static const struct step steps[] = {
        PUBLISH,
        AT("2026-08-15T10:00"),
        /* Three guides and the end of a close make four steps. */
        ANSWERS("ticker", tick_periods, "turn_count=2", "more#=2 more[1]=1"),
        ANSWERS("admin", list_period_closes, "",
                "period_closes#=1 period_closes[0].period=2026-03 !period_closes[0].done"),
        ANSWERS("ticker", tick_periods, "turn_count=2", "more#=2 more[1]=1"),
        ANSWERS("admin", list_period_closes, "", "period_closes#=1 period_closes[0].done=1"),
        /* One that a person began is finished with the others. */
        ANSWERS("payroll", close_period, "rule_id=heads period=2026-05", "period_close.done=1"),
        TICK, TICK, TICK,
        ANSWERS("admin", list_period_closes, "",
                "period_closes#=7 period_closes[0].period=2026Q1 period_closes[1].period=2026Q2 "
                "period_closes[2].period=2026-03 period_closes[3].period=2026-04 "
                "period_closes[6].period=2026-07 period_closes[6].done=1"),
        REFUSES("admin", get_period_close, "rule_id=heads period=2026-02",
                OUTCOME_PERIOD_CLOSE_UNKNOWN, "period"),
        /* Imported history is closed on request. */
        ANSWERS("admin", close_period, "rule_id=heads period=2026-02", "period_close.done=1"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_close_by_themselves),
        cmocka_unit_test(a_ticker_that_slept_closes_what_it_missed_in_small_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
