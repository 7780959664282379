/* Scoreboards: figures that hold at every moment, and what is behind them. */
#include "tests/service/command/settlement_plays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/date.h"
#include "store/kpi.h"
#include "store/merchants.h"

/* Guide 1 serves members 1 (new, on 2026-03-02) and 2 (inherited). */
static void figures_follow_purchases_and_refunds_on_their_own_dates(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("guide:1", get_scoreboard, "",
                "scoreboard.guide_number=1 scoreboard.span=MONTH scoreboard.shop_id=S1 "
                "scoreboard.start_date=2026-03-01 scoreboard.end_date=2026-04-01 "
                "scoreboard.new_members=1 !scoreboard.activated_members "
                "scoreboard.activation_open=1 scoreboard.inherited_members=1 "
                "!scoreboard.sales_minor scoreboard.parts#=31 "
                "!scoreboard.repurchase.denominator !scoreboard.estimate.net_minor "
                "scoreboard.holdings#=2 !scoreboard.targets"),
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=1 amount_minor=20000",
                ""),
        ANSWERS("pos:1", record_purchase, "receipt_number=2 member_number=2 amount_minor=10000",
                ""),
        ANSWERS("guide:1", get_scoreboard, "span=DAY",
                "scoreboard.end_date=2026-03-03 scoreboard.new_members=1 "
                "scoreboard.activated_members=1 !scoreboard.activation_open "
                "scoreboard.purchases=2 scoreboard.sales_minor=30000 "
                "!scoreboard.points_earned scoreboard.cash_earned_minor=550 "
                "scoreboard.parts#=1 !scoreboard.repurchase "
                "scoreboard.repurchase_12_months.denominator=2 "
                "!scoreboard.repurchase_12_months.numerator "
                "scoreboard.repurchase_12_months.from_date=2025-03-03 "
                "scoreboard.repurchase_12_months.until_date=2026-03-03 "
                "scoreboard.holdings[1].available=550 scoreboard.estimate.cash_minor=550 "
                "scoreboard.estimate.net_minor=550"),
        AT("2026-03-10T12:00"),
        ANSWERS("pos:1", record_purchase, "receipt_number=3 member_number=1 amount_minor=4000",
                ""),
        ANSWERS("pos:1", record_refund,
                "refund_number=R1 receipt_number=1 amount_minor=5000", ""),
        /* The refund counts on its own date, in sales and in what he earned. */
        ANSWERS("guide:1", get_scoreboard, "span=WEEK",
                "scoreboard.start_date=2026-03-09 scoreboard.end_date=2026-03-16 "
                "!scoreboard.new_members scoreboard.purchases=1 scoreboard.sales_minor=-1000 "
                "scoreboard.cash_earned_minor=-25 scoreboard.parts#=7 "
                "scoreboard.parts[1].date=2026-03-10 scoreboard.parts[1].sales_minor=-1000"),
        ANSWERS("guide:1", get_scoreboard, "span=WEEK date=2026-03-02",
                "scoreboard.start_date=2026-03-02 scoreboard.sales_minor=30000 "
                "scoreboard.cash_earned_minor=550"),
        ANSWERS("admin", get_scoreboard, "guide_number=1 span=YEAR",
                "scoreboard.new_members=1 scoreboard.activated_members=1 "
                "scoreboard.sales_minor=29000 scoreboard.parts#=12 "
                "scoreboard.parts[2].date=2026-03-01 scoreboard.parts[2].sales_minor=29000 "
                "scoreboard.repurchase.numerator=1 scoreboard.repurchase.denominator=2 "
                "scoreboard.repurchase.rate_bp=5000 scoreboard.cash_earned_minor=525"),
        ANSWERS("payroll", get_scoreboard, "guide_number=1 span=QUARTER",
                "scoreboard.parts#=3 scoreboard.repurchase.rate_bp=5000"),
        /* A full refund takes the day away: she has bought on one day only. */
        ANSWERS("pos:1", record_refund, "refund_number=R2 receipt_number=3 amount_minor=4000",
                ""),
        ANSWERS("auditor", get_scoreboard, "guide_number=1 span=YEAR",
                "!scoreboard.repurchase.numerator scoreboard.repurchase.denominator=2 "
                "!scoreboard.repurchase_12_months.numerator"),
        /* Who left is told as he was. */
        ANSWERS("admin", get_scoreboard, "guide_number=3 date=2026-01-15",
                "scoreboard.shop_id=S1 !scoreboard.new_members"),
        ANSWERS("admin", get_scoreboard, "guide_number=3", "!scoreboard.shop_id"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_scoreboard_is_its_guides_own(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("guide:1", get_scoreboard, "guide_number=2", OUTCOME_NOT_YOURS, "guide_number"),
        REFUSES("manager:1", get_scoreboard, "guide_number=2", OUTCOME_NOT_YOURS, "guide_number"),
        ANSWERS("manager:1", get_scoreboard, "guide_number=1", "scoreboard.guide_number=1"),
        REFUSES("admin", get_scoreboard, "", OUTCOME_FIELD_REQUIRED, "guide_number"),
        REFUSES("admin", get_scoreboard, "guide_number=9", OUTCOME_GUIDE_UNKNOWN, "guide_number"),
        REFUSES("guide:1", get_scoreboard, "date=2026-04-01", OUTCOME_VALUE_INVALID, "date"),
        REFUSES("guide:1", get_scoreboard, "date=2026-02-30", OUTCOME_DATE_INVALID, "date"),
        REFUSES("guide:1", get_scoreboard, "span=6", OUTCOME_VALUE_INVALID, "span"),
    };
    PLAY_ON(STAGE, steps);
}

#define RATED                                                                                   \
    "request_id=p2 program.from_date=2026-03-03 program.settlement.rate_points=10 "             \
    "program.settlement.rate_minor=100 program.settlement.minimum_payout_minor=500 "            \
    "program.rules[0].rule_id=a program.rules[0].trigger=PURCHASE "                             \
    "program.rules[0].beneficiary=SERVING_GUIDE program.rules[0].unit=POINTS "                  \
    "program.rules[0].rate_bp=100 program.rules[1].rule_id=b "                                  \
    "program.rules[1].trigger=PERIOD_CLOSE program.rules[1].beneficiary=SERVING_GUIDE "         \
    "program.rules[1].unit=CASH program.rules[1].kpi=NEW_MEMBERS "                              \
    "program.rules[1].period=MONTH program.rules[1].fixed_amount=700 "                          \
    "program.rules[1].minimum_n=1 "                                                             \
    "program.rules[2].rule_id=c program.rules[2].trigger=PURCHASE "                             \
    "program.rules[2].beneficiary=SERVING_GUIDE program.rules[2].unit=POINTS "                  \
    "program.rules[2].rate_bp=100 program.rules[2].hold_days=30"

static void the_estimate_converts_as_a_settlement_will(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program, RATED, "program.version=2"),
        AT("2026-03-10T12:00"),
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=1 amount_minor=12900",
                ""),
        ANSWERS("guide:1", get_scoreboard, "",
                "scoreboard.points_earned=258 scoreboard.holdings[0].available=129 "
                "scoreboard.holdings[0].pending=129 scoreboard.estimate.points=129 "
                "scoreboard.estimate.rate_points=10 scoreboard.estimate.rate_minor=100 "
                "scoreboard.estimate.points_minor=1200 scoreboard.estimate.net_minor=1200 "
                "scoreboard.estimate.minimum_payout_minor=500 "
                "scoreboard.estimate.pending_points=129 scoreboard.estimate.bonuses#=1 "
                "scoreboard.estimate.bonuses[0].rule_id=b "
                "scoreboard.estimate.bonuses[0].period=2026-03 "
                "scoreboard.estimate.bonuses[0].value=1 "
                "scoreboard.estimate.bonuses[0].amount=700"),
        /* A debt makes the estimate smaller before it is posted anywhere. */
        ANSWERS("admin", adjust_balance,
                "account.kind=GUIDE account.number=1 unit=POINTS amount=-120 reason=x "
                "request_id=a1", ""),
    };
    PLAY_ON(STAGE, steps);
}

static void what_a_run_takes_is_shown_apart_and_was_estimated_right(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* The buyer's referrer and serving guide is guide 1: 2 % and 0.5 % in cash. */
        BUY("1", "1", "100000", "2026-03-02"), BUY("2", "2", "50000", "2026-03-02"),
        AT("2027-01-05T10:00"),
        ANSWERS("guide:1", get_scoreboard, "span=YEAR date=2026-06-01",
                "scoreboard.cash_earned_minor=2750 scoreboard.holdings[1].available=2750 "
                "scoreboard.estimate.net_minor=2750"),
        CREATE("y", YEAR RATE, "run_number=1"), WORK("1"), SUBMIT("1", "1"), WORK("1"),
        HASH("1", "hash"),
        ANSWERS("payroll", list_settlement_lines, "run_number=1", "lines[0].net_minor=2750"),
        ANSWERS("guide:1", get_scoreboard, "",
                "!scoreboard.holdings[1].available scoreboard.holdings[1].in_settlement=2750 "
                "!scoreboard.holdings[1].settled !scoreboard.estimate.net_minor"),
        APPROVE("1", "hash"), PROVE, CLOSE("1", "hash"), WORK("1"),
        ANSWERS("guide:1", get_scoreboard, "",
                "!scoreboard.holdings[1].in_settlement scoreboard.holdings[1].settled=2750 "
                "!scoreboard.cash_earned_minor"),
        /* A closed period's date still counts where its event belongs. */
        BUY("3", "1", "10000", "2026-03-03"),
        ANSWERS("guide:1", get_scoreboard, "span=YEAR date=2026-06-01",
                "scoreboard.cash_earned_minor=3000 scoreboard.sales_minor=160000 "
                "scoreboard.holdings[1].available=250 scoreboard.holdings[1].settled=2750 "
                "scoreboard.estimate.net_minor=250"),
        ANSWERS("guide:1", list_scoreboard_entries, "kpi=CASH_EARNED span=DAY date=2026-03-03",
                "entries#=2 entries[0].event_date=2026-03-03 "
                "entries[0].business_date=2027-01-01"),
    };
    PLAY_ON(STAGE, steps);
}

/* As a store of the landed version: what guides earned was not counted. */
static enum store_result forget_earned(struct batch *batch)
{
    business_date month = date_from_civil(2026, 3, 1);
    struct kpi_month counts;
    enum store_result result = kpi_load(&batch->reader, 1, month, &counts);
    if (result != STORE_OK) return result;
    for (size_t day = 0; day < KPI_DAYS; day++)
        counts.days[day].earned[UNIT_CASH] = counts.days[day].earned[UNIT_POINTS] = 0;
    kpi_put(batch, 1, month, &counts);
    kpi_earned_begin(batch, batch_fence(batch)->entry + 1);
    return STORE_OK;
}

#define SOLD(number)                                                                            \
    ANSWERS("pos:1", record_purchase,                                                           \
            "receipt_number=" number " member_number=1 amount_minor=1000", "")

static void what_was_earned_before_it_was_counted_is_counted_by_the_ticker(void **state)
{
    (void)state;
    static const struct step steps[] = {
        SOLD("1"), SOLD("2"), SOLD("3"), SOLD("4"), SOLD("5"), SOLD("6"), SOLD("7"),
        SOLD("8"), SOLD("9"), SOLD("10"), SOLD("11"), SOLD("12"), SOLD("13"), SOLD("14"),
        SOLD("15"), SOLD("16"), SOLD("17"), SOLD("18"), SOLD("19"), SOLD("20"), SOLD("21"),
        SOLD("22"), SOLD("23"), SOLD("24"), SOLD("25"),
        ANSWERS("guide:1", get_scoreboard, "", "scoreboard.cash_earned_minor=625"),
        {.meddle = forget_earned},
        ANSWERS("guide:1", get_scoreboard, "", "!scoreboard.cash_earned_minor"),
        /* New ones count beside it; the old ones follow in portions, once. */
        SOLD("26"),
        ANSWERS("guide:1", get_scoreboard, "", "scoreboard.cash_earned_minor=25"),
        ANSWERS("ticker", tick_periods, "turn_count=4", "more[0]=1 more[1]=1 more[2]=0"),
        ANSWERS("guide:1", get_scoreboard, "", "scoreboard.cash_earned_minor=650"),
        ANSWERS("ticker", tick_periods, "turn_count=1", ""),
        ANSWERS("guide:1", get_scoreboard, "", "scoreboard.cash_earned_minor=650"),
    };
    PLAY_ON(STAGE, steps);
}

static enum store_result uncount(struct batch *batch)
{
    struct merchant merchant;
    enum store_result result = merchants_get(&batch->reader, &merchant);
    if (result != STORE_OK) return result;
    merchant.counted = false;
    merchants_put(batch, &merchant);
    return STORE_OK;
}

static void a_merchant_without_a_scoreboard_says_so(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {.meddle = uncount},
        REFUSES("guide:1", get_scoreboard, "", OUTCOME_SCOREBOARD_NOT_KEPT, NULL),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_follow_purchases_and_refunds_on_their_own_dates),
        cmocka_unit_test(a_scoreboard_is_its_guides_own),
        cmocka_unit_test(the_estimate_converts_as_a_settlement_will),
        cmocka_unit_test(what_a_run_takes_is_shown_apart_and_was_estimated_right),
        cmocka_unit_test(what_was_earned_before_it_was_counted_is_counted_by_the_ticker),
        cmocka_unit_test(a_merchant_without_a_scoreboard_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
