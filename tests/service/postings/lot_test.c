/* Lots: every movement keeps posted = what remains and what went, balances follow, debts are paid
 * first. */
#include "service/postings/lot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct lots lots; /* large */
static const struct occasion now = {.date = 100, .event = {.kind = EVENT_DECISION}};

static void begin(int64_t available, int64_t pending)
{
    struct balance balance[UNIT_COUNT] = {
        [UNIT_POINTS] = {.available = available, .pending = pending}};
    lots_begin(&lots, balance);
}

static size_t add(uint64_t number, enum credit_state state, int64_t amount,
                  business_date matures_on, business_date expires_on)
{
    struct credit credit = {
        .number = number, .state = state, .posted = amount, .remaining = amount,
        .program_version = 1, .business_date = 90, .matures_on = matures_on,
        .expires_on = expires_on, .referee = 3,
    };
    return lots_add(&lots, &credit);
}

static struct debt owed(uint64_t number, int64_t amount, enum return_policy policy)
{
    return (struct debt){.number = number, .posted = amount, .credit = 1, .policy = policy};
}

static void owe_before(uint64_t number, int64_t amount, enum return_policy policy)
{
    struct debt debt = owed(number, amount, policy);
    lots_add_debt(&lots, &debt);
    lots.balance[UNIT_POINTS].debt += amount;
    if (policy == RETURN_UNLIMITED) lots.balance[UNIT_POINTS].debt_inside += amount;
}

static const struct movement *last(void)
{
    assert_true(lots.movement_count > 0);
    return &lots.movement[lots.movement_count - 1];
}

static void the_first_to_expire_is_spent_first_and_of_those_the_oldest(void **state)
{
    (void)state;
    begin(90, 10);
    size_t never = add(1, CREDIT_AVAILABLE, 30, 90, DATE_NEVER);
    size_t late = add(2, CREDIT_AVAILABLE, 30, 90, 200);
    size_t early = add(9, CREDIT_AVAILABLE, 20, 90, 150);
    size_t older = add(8, CREDIT_AVAILABLE, 10, 90, 150);
    add(3, CREDIT_PENDING, 10, 110, 120);
    static const struct { size_t which; } order[] = {{3}, {2}, {1}, {0}};
    const size_t lot_of[] = {never, late, early, older};
    for (size_t i = 0; i < 4; i++) {
        size_t lot = lots_first_available(&lots, UNIT_POINTS, PAY_ENTITY_ANY);
        assert_int_equal(lot, lot_of[order[i].which]);
        lot_redeem(&lots, lot, lots.lot[lot].credit.remaining, &now);
        assert_int_equal(lots.lot[lot].credit.state, CREDIT_DONE);
    }
    assert_int_equal(lots_first_available(&lots, UNIT_POINTS, PAY_ENTITY_ANY), LOT_NONE);
    assert_int_equal(lots_first_available(&lots, UNIT_CASH, PAY_ENTITY_ANY), LOT_NONE);
    assert_int_equal(lots.balance[UNIT_POINTS].available, 0);
    assert_int_equal(lots_spendable(&lots, UNIT_POINTS), 0);
}

static void time_matures_and_expires_on_the_credits_own_dates(void **state)
{
    (void)state;
    begin(5, 10);
    size_t pending = add(1, CREDIT_PENDING, 10, 95, 98);
    size_t today = add(2, CREDIT_AVAILABLE, 5, 90, 100);
    assert_int_equal(lots_first_due(&lots, 94), LOT_NONE);
    assert_int_equal(lots_first_due(&lots, 100), pending);
    lot_mature(&lots, pending);
    assert_int_equal(last()->kind, ENTRY_MATURE);
    assert_int_equal(last()->business_date, 95);
    assert_int_equal(last()->event.kind, EVENT_TIME);
    assert_int_equal(last()->event.member, 3);
    assert_int_equal(lots.balance[UNIT_POINTS].available, 15);
    assert_int_equal(lots.balance[UNIT_POINTS].pending, 0);
    assert_int_equal(lots_first_due(&lots, 98), LOT_NONE); /* valid to the end of day 98 */
    assert_int_equal(lots_first_due(&lots, 100), pending);
    lot_expire(&lots, pending);
    assert_int_equal(last()->business_date, 98);
    assert_int_equal(lots.lot[pending].credit.expired, 10);
    assert_int_equal(lots_first_due(&lots, 100), LOT_NONE);
    assert_int_equal(lots_first_due(&lots, 101), today);
}

static void what_becomes_available_pays_the_oldest_debt_first(void **state)
{
    (void)state;
    begin(0, 10);
    owe_before(7, 4, RETURN_UNLIMITED);
    owe_before(8, 9, RETURN_CARRY_FORWARD);
    size_t lot = add(1, CREDIT_PENDING, 10, 100, DATE_NEVER);
    lot_mature(&lots, lot);
    assert_int_equal(lots.movement_count, 3);
    assert_int_equal(lots.movement[1].kind, ENTRY_NET);
    assert_int_equal(lots.movement[1].amount, 4);
    assert_int_equal(lots.movement[2].amount, 6);
    assert_int_equal(debt_open(&lots.debt[0].debt), 0);
    assert_int_equal(debt_open(&lots.debt[1].debt), 3);
    assert_int_equal(lots.lot[lot].credit.reversed, 10);
    assert_int_equal(lots.lot[lot].credit.state, CREDIT_DONE);
    assert_int_equal(lots.balance[UNIT_POINTS].available, 0);
    assert_int_equal(lots.balance[UNIT_POINTS].debt, 3);
    assert_int_equal(lots.balance[UNIT_POINTS].debt_inside, 0);
    lots_write_off(&lots, 1, 3, &now);
    assert_int_equal(last()->kind, ENTRY_WRITE_OFF);
    assert_int_equal(lots.balance[UNIT_POINTS].debt, 0);
}

static void what_was_spent_comes_back_with_its_old_expiry_or_the_grace(void **state)
{
    (void)state;
    begin(30, 0);
    size_t alive = add(1, CREDIT_AVAILABLE, 10, 90, 100);
    size_t gone = add(2, CREDIT_AVAILABLE, 20, 90, 99);
    lot_redeem(&lots, alive, 10, &now);
    lot_redeem(&lots, gone, 15, &now);
    lot_restore(&lots, alive, 4, &now, 100, 7);
    assert_int_equal(lots.lot[alive].credit.expires_on, 100);
    assert_int_equal(lots.lot[alive].credit.state, CREDIT_AVAILABLE);
    lot_restore(&lots, gone, 15, &now, 100, 7);
    assert_int_equal(lots.lot[gone].credit.expires_on, 107);
    assert_int_equal(lots.balance[UNIT_POINTS].available, 24);
}

static void a_hold_stops_spending_and_time_until_released(void **state)
{
    (void)state;
    begin(20, 10);
    size_t lot = add(1, CREDIT_AVAILABLE, 20, 90, 95);
    size_t pending = add(2, CREDIT_PENDING, 10, 95, DATE_NEVER);
    lot_hold(&lots, lot, 0, &now);
    lot_hold(&lots, pending, 4, &now);
    assert_int_equal(lots.balance[UNIT_POINTS].held, 20);
    assert_int_equal(lots.lot[pending].credit.review, 4);
    assert_int_equal(lots_first_available(&lots, UNIT_POINTS, PAY_ENTITY_ANY), LOT_NONE);
    assert_int_equal(lots_first_due(&lots, 1000), LOT_NONE);
    assert_int_equal(lots_spendable(&lots, UNIT_POINTS), 0);
    lot_take_back(&lots, lot, 5, &now);
    assert_int_equal(last()->kind, ENTRY_REVERSE);
    lot_take_back(&lots, pending, 10, &now);
    assert_int_equal(last()->kind, ENTRY_VOID);
    assert_int_equal(lots.lot[pending].credit.voided, 10);
    assert_int_equal(lots.balance[UNIT_POINTS].held, 15);
    owe_before(7, 3, RETURN_CARRY_FORWARD);
    lot_release(&lots, lot, &now);
    assert_int_equal(last()->kind, ENTRY_RELEASE); /* it had expired: it pays no debt */
    assert_int_equal(lots.balance[UNIT_POINTS].held, 0);
    assert_int_equal(lots_first_due(&lots, 100), lot);
}

static void a_fresh_credit_or_debt_has_no_number_until_posted(void **state)
{
    (void)state;
    begin(0, 0);
    struct debt debt = owed(0, 30, RETURN_UNLIMITED);
    size_t owed_index = lots_owe(&lots, &debt, false, &now);
    assert_int_equal(lots.balance[UNIT_POINTS].debt_inside, 30);
    assert_int_equal(last()->from, SIDE_DEBT);
    struct credit credit = {.state = CREDIT_AVAILABLE, .posted = 50, .remaining = 50,
                            .matures_on = 100, .expires_on = DATE_NEVER};
    size_t lot = lot_accrue(&lots, &credit, &now);
    assert_int_equal(lots.movement[1].kind, ENTRY_ADJUST);
    assert_int_equal(lots.lot[lot].credit.remaining, 20);
    assert_int_equal(debt_open(&lots.debt[owed_index].debt), 0);
    assert_int_equal(lots.balance[UNIT_POINTS].available, 20);
    assert_int_equal(lots.balance[UNIT_POINTS].debt, 0);
    lot_adjust_out(&lots, lot, 20, &now);
    assert_int_equal(lots.lot[lot].credit.reversed, 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_to_expire_is_spent_first_and_of_those_the_oldest),
        cmocka_unit_test(time_matures_and_expires_on_the_credits_own_dates),
        cmocka_unit_test(what_becomes_available_pays_the_oldest_debt_first),
        cmocka_unit_test(what_was_spent_comes_back_with_its_old_expiry_or_the_grace),
        cmocka_unit_test(a_hold_stops_spending_and_time_until_released),
        cmocka_unit_test(a_fresh_credit_or_debt_has_no_number_until_posted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
