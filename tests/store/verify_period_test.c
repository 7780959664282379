/* verify holds each period close against its guides' results, and each result's credit against its
 * entry: one corruption, one finding. On the small merchant of scenario.h with a month closed by a
 * second program version: guide 1 got 90, guide 2 nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "corruption.h"
#include "scenario.h"
#include "store/accounts.h"
#include "store/encode.h"
#include "store/key.h"
#include "store/ledger.h"
#include "store/merchants.h"
#include "store/period_closes.h"
#include "store/programs.h"
#include "store/table.h"

static const struct party guide_1 = {PARTY_GUIDE, 1};
/* April 1970 begins on day 90. */
static const struct period_name april = {"bonus", PERIOD_MONTH, 90};

static void publish(struct batch *batch)
{
    static struct program program;
    struct numbers numbers;
    program = (struct program){
        .version = 2, .from = 110, .published_at = 900, .title = "R3", .rule_count = 1,
        .rules = {{.id = "bonus", .trigger = TRIGGER_PERIOD_CLOSE,
                   .beneficiary = BENEFICIARY_SERVING_GUIDE, .unit = UNIT_POINTS,
                   .formula = FORMULA_FIXED, .fixed_amount = 90, .rounding = ROUNDING_FLOOR,
                   .kpi = KPI_REPURCHASE_RATE, .period = PERIOD_MONTH, .minimum_n = 1}}};
    programs_put(batch, &program);
    assert_int_equal(numbers_get(&batch->reader, &numbers), STORE_OK);
    numbers.program_version = 2;
    numbers_put(batch, &numbers);
}

static uint64_t pay(struct batch *batch)
{
    struct ledger ledger;
    struct account account;
    assert_int_equal(ledger_open(batch, &ledger), STORE_OK);
    assert_int_equal(accounts_get(&batch->reader, guide_1, &account), STORE_OK);
    struct entry entry = {
        .business_date = 119, .kind = ENTRY_ACCRUE, .unit = UNIT_POINTS, .from = SIDE_EXPENSE,
        .to = SIDE_OWNER, .party = guide_1, .amount = 90, .program_version = 2,
        .event = {.kind = EVENT_PERIOD_CLOSE}};
    uint64_t number = ledger_post(batch, &ledger, &account, &entry);
    struct credit credit = {
        .number = number, .unit = UNIT_POINTS, .state = CREDIT_AVAILABLE, .posted = 90,
        .remaining = 90, .program_version = 2, .business_date = 119, .matures_on = 119,
        .expires_on = DATE_NEVER, .shop = 1, .pay_entity = 1};
    credits_add(batch, guide_1, &credit);
    accounts_put(batch, guide_1, &account);
    ledger_close(batch, &ledger);
    return number;
}

static void close_april(struct batch *batch)
{
    publish(batch);
    struct period_result paid = {.guide = 1, .numerator = 1, .denominator = 2, .value = 5000,
                                 .bracket = BRACKET_NONE, .full_amount = 90, .amount = 90,
                                 .credit = pay(batch), .shop = 1, .pay_entity = 1};
    struct period_result unpaid = {.guide = 2, .bracket = BRACKET_NONE,
                                   .reason = AWARD_BELOW_MINIMUM, .shop = 1, .pay_entity = 1};
    struct period_close close = {.name = april, .program_version = 2, .refunds_before = 150,
                                 .begun_at = 1900, .computed_at = 1900, .guide_count = 2,
                                 .credit_count = 1, .amount = 90, .guide = SCENARIO_GUIDES};
    period_results_put(batch, &april, &paid);
    period_results_put(batch, &april, &unpaid);
    period_closes_put(batch, &close);
}

/* ---- what can go wrong ----------------------------------------------------------------------- */

static struct period_close close_of(struct batch *batch)
{
    struct period_close close;
    assert_int_equal(period_closes_get(&batch->reader, &april, &close), STORE_OK);
    return close;
}

static struct period_result result_of(struct batch *batch, uint32_t guide)
{
    struct period_result result;
    assert_int_equal(period_results_get(&batch->reader, &april, guide, &result), STORE_OK);
    return result;
}

static void drop(struct batch *batch, uint32_t guide)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_PERIOD_CLOSE);
    key_u8(&key, 5);
    key_bytes(&key, "bonus", 5);
    key_u8(&key, PERIOD_MONTH);
    key_date(&key, 90);
    if (guide != 0) key_u32(&key, guide);
    struct bytes value;
    assert_int_equal(table_get(&batch->reader, &key, &value), STORE_OK);
    table_delete(batch, &key);
}

static void a_sum_is_wrong(struct batch *batch)
{
    struct period_close close = close_of(batch);
    close.amount = 91;
    period_closes_put(batch, &close);
}

static void a_guide_is_not_counted(struct batch *batch)
{
    struct period_close close = close_of(batch);
    close.guide_count = 1;
    period_closes_put(batch, &close);
}

static void a_result_is_gone(struct batch *batch)
{
    drop(batch, 1);
}

static void a_close_is_gone(struct batch *batch)
{
    drop(batch, 0);
}

static void a_result_pays_more(struct batch *batch)
{
    struct period_result result = result_of(batch, 1);
    result.amount = result.full_amount = 91;
    period_results_put(batch, &april, &result);
}

static void a_result_names_anothers_credit(struct batch *batch)
{
    struct period_result result = result_of(batch, 1);
    result.credit = 1;
    period_results_put(batch, &april, &result);
}

static void a_result_has_more_than_all(struct batch *batch)
{
    struct period_result result = result_of(batch, 2);
    result.numerator = 3;
    period_results_put(batch, &april, &result);
}

static void a_result_of_no_guide(struct batch *batch)
{
    struct period_result result = {.guide = 77, .bracket = BRACKET_NONE,
                                   .reason = AWARD_BELOW_MINIMUM};
    period_results_put(batch, &april, &result);
}

static void a_close_names_another_rule(struct batch *batch)
{
    struct period_close close = close_of(batch);
    close.program_version = 1;
    period_closes_put(batch, &close);
}

static void a_key_is_no_period(struct batch *batch)
{
    struct period_close close = close_of(batch);
    close.name.start = 91;
    period_closes_put(batch, &close);
}

#define APRIL "period from day 90, version 2 rule 0, "
static const struct corruption_row rows[] = {
    ROW(a_sum_is_wrong, APRIL "guide 0: its sums are not those of its guides"),
    ROW(a_guide_is_not_counted, APRIL "guide 0: its sums are not those of its guides"),
    ROW(a_result_is_gone, ": its event doesn't name the credit"),
    ROW(a_close_is_gone, "period closes: no close of the period from day 90, guide 1"),
    ROW(a_result_pays_more, APRIL "guide 1: its credit is not its entry's"),
    ROW(a_result_names_anothers_credit, ": its event doesn't name the credit"),
    ROW(a_result_has_more_than_all, APRIL "guide 2: its numbers don't fit each other"),
    ROW(a_result_of_no_guide, APRIL "guide 77: has no account"),
    ROW(a_close_names_another_rule, "guide 0: its rule is not that of its program"),
    ROW(a_key_is_no_period, "period closes: a damaged key"),
};

/* ---- the test -------------------------------------------------------------------------------- */

static void verify_holds_each_close_against_its_guides_and_their_entries(void **state)
{
    (void)state;
    corruptions_are_found(close_april, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_holds_each_close_against_its_guides_and_their_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
