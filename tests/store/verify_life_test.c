/* verify holds each credit, debt, redemption, correction and due date against the entries: one
 * corruption, one finding. On the small merchant of scenario.h with a life added: member 1 spent
 * 10 of credit 1, got a correction of 7, owes 5 of 9 after a refund; guide 1's credit 2 is held. */
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
#include "store/adjustments.h"
#include "store/debts.h"
#include "store/encode.h"
#include "store/key.h"
#include "store/ledger.h"
#include "store/redemptions.h"

static const struct party member_1 = {PARTY_MEMBER, 1}, guide_1 = {PARTY_GUIDE, 1};
static uint64_t redeem_entry, adjust_entry, debt_entry;

static uint64_t post(struct batch *batch, struct ledger *ledger, struct party party,
                     struct account *account, struct entry entry)
{
    entry.party = party;
    entry.business_date = 130;
    entry.event.kind = EVENT_DECISION;
    return ledger_post(batch, ledger, account, &entry);
}

static void spend(struct batch *batch, struct ledger *ledger, struct account *account)
{
    struct credit credit;
    assert_int_equal(credits_find(&batch->reader, member_1, 1, &credit), STORE_OK);
    redeem_entry = post(batch, ledger, member_1, account, (struct entry){
        .kind = ENTRY_REDEEM, .unit = UNIT_POINTS, .from = SIDE_OWNER, .to = SIDE_REDEMPTION,
        .amount = 10, .credit = 1, .program_version = 1, .rule = credit.rule});
    business_date filed_on = credit_filed_on(&credit);
    credit.redeemed = 10;
    credit.remaining -= 10;
    credits_change(batch, member_1, &credit, filed_on);
    struct redemption redemption = {
        .number = 1, .member = 1, .unit = UNIT_POINTS, .amount = 10, .value_minor = 4,
        .receipt = {.shop = 1, .size = 2, .text = "R9"}, .recorded_at = 9, .business_date = 130,
        .entry = redeem_entry, .lot_count = 1, .lots = {{.credit = 1, .amount = 10}},
    };
    redemptions_put(batch, &redemption);
}

/* A correction of 7, then a debt of 9 from which 4 of it are netted. */
static void correct_and_owe(struct batch *batch, struct ledger *ledger, struct account *account)
{
    adjust_entry = post(batch, ledger, member_1, account, (struct entry){
        .kind = ENTRY_ADJUST, .unit = UNIT_CASH, .from = SIDE_EXPENSE, .to = SIDE_OWNER,
        .amount = 7});
    struct credit credit = {
        .number = adjust_entry, .unit = UNIT_CASH, .state = CREDIT_AVAILABLE, .posted = 7,
        .remaining = 3, .reversed = 4, .business_date = 130, .matures_on = 130,
        .expires_on = DATE_NEVER};
    credits_add(batch, member_1, &credit);
    struct adjustment adjustment = {
        .number = 1, .kind = ADJUSTMENT_BALANCE, .party = member_1, .unit = UNIT_CASH,
        .amount = 7, .reason = "x", .state = ADJUSTMENT_POSTED, .created_at = 9,
        .entry = adjust_entry, .credit = adjust_entry};
    adjustments_put(batch, &adjustment);
    debt_entry = post(batch, ledger, member_1, account, (struct entry){
        .kind = ENTRY_REVERSE, .unit = UNIT_CASH, .from = SIDE_DEBT, .to = SIDE_EXPENSE,
        .amount = 9, .credit = adjust_entry});
    post(batch, ledger, member_1, account, (struct entry){
        .kind = ENTRY_NET, .unit = UNIT_CASH, .from = SIDE_OWNER, .to = SIDE_DEBT, .amount = 4,
        .credit = adjust_entry});
    struct debt debt = {.number = debt_entry, .unit = UNIT_CASH, .policy = RETURN_UNLIMITED,
                        .posted = 9, .netted = 4, .credit = adjust_entry};
    debts_put(batch, member_1, &debt, false);
    account->balance[UNIT_CASH].debt_inside = 5;
}

static void hold(struct batch *batch, struct ledger *ledger)
{
    struct account account;
    struct credit credit;
    assert_int_equal(accounts_get(&batch->reader, guide_1, &account), STORE_OK);
    assert_int_equal(credits_find(&batch->reader, guide_1, 2, &credit), STORE_OK);
    post(batch, ledger, guide_1, &account, (struct entry){
        .kind = ENTRY_HOLD, .unit = credit.unit, .from = SIDE_LIABILITY, .to = SIDE_LIABILITY,
        .amount = credit.remaining, .credit = 2, .program_version = 1, .rule = credit.rule});
    business_date filed_on = credit_filed_on(&credit);
    credit.flags = CREDIT_HELD;
    credits_change(batch, guide_1, &credit, filed_on);
    accounts_put(batch, guide_1, &account);
}

static void live(struct batch *batch)
{
    struct account account;
    struct ledger ledger;
    assert_int_equal(accounts_get(&batch->reader, member_1, &account), STORE_OK);
    assert_int_equal(ledger_open(batch, &ledger), STORE_OK);
    spend(batch, &ledger, &account);
    correct_and_owe(batch, &ledger, &account);
    accounts_put(batch, member_1, &account);
    hold(batch, &ledger);
    ledger_close(batch, &ledger);
}

/* ---- what can go wrong ----------------------------------------------------------------------- */

#define CREDIT_CORRUPTION(name, party, number, change)                                           \
    static void name(struct batch *batch)                                                        \
    {                                                                                            \
        struct credit credit;                                                                    \
        assert_int_equal(credits_find(&batch->reader, party, number, &credit), STORE_OK);        \
        business_date filed_on = credit_filed_on(&credit);                                       \
        change;                                                                                  \
        credits_change(batch, party, &credit, filed_on);                                         \
    }
CREDIT_CORRUPTION(a_spent_credit_says_expired, member_1, 1,
                  (credit.redeemed--, credit.expired++))
CREDIT_CORRUPTION(a_spent_credit_says_settled, member_1, 1,
                  (credit.redeemed--, credit.settled++))
CREDIT_CORRUPTION(a_netted_credit_says_voided, member_1, adjust_entry,
                  (credit.reversed--, credit.voided++))
CREDIT_CORRUPTION(a_credit_matures_by_itself, guide_1, 2, credit.state = CREDIT_AVAILABLE)
CREDIT_CORRUPTION(a_hold_is_lost, guide_1, 2, credit.flags = 0)

#define DEBT_CORRUPTION(name, change)                                                            \
    static void name(struct batch *batch)                                                        \
    {                                                                                            \
        struct debt debt;                                                                        \
        assert_int_equal(debts_get(&batch->reader, member_1, debt_entry, &debt), STORE_OK);      \
        change;                                                                                  \
        debts_put(batch, member_1, &debt, true);                                                 \
    }
DEBT_CORRUPTION(a_debt_is_netted_more, debt.netted++)
DEBT_CORRUPTION(a_debt_is_forgiven_silently, (debt.netted--, debt.written_off++))
DEBT_CORRUPTION(a_debt_moves_beside, debt.policy = RETURN_CARRY_FORWARD)
DEBT_CORRUPTION(a_debt_was_larger, (debt.posted++, debt.netted++))

static void a_debt_is_gone(struct batch *batch)
{
    struct key key = account_key(SCENARIO_MERCHANT, member_1, ACCOUNT_DEBT);
    key_u8(&key, 0);
    key_u64(&key, debt_entry);
    batch_delete(batch, key_view(&key));
}

#define REDEMPTION_CORRUPTION(name, change)                                                      \
    static void name(struct batch *batch)                                                        \
    {                                                                                            \
        struct redemption redemption;                                                            \
        assert_int_equal(redemptions_get(&batch->reader, 1, &redemption), STORE_OK);             \
        change;                                                                                  \
        redemptions_put(batch, &redemption);                                                     \
    }
REDEMPTION_CORRUPTION(a_redemption_took_more,
                      (redemption.amount++, redemption.lots[0].amount++))
REDEMPTION_CORRUPTION(a_redemption_is_anothers, redemption.member = 2)
REDEMPTION_CORRUPTION(a_redemption_names_another_entry, redemption.entry--)

static void delete_from(struct batch *batch, enum table table, const void *rest, size_t size)
{
    struct key key = key_begin(SCENARIO_MERCHANT, table);
    key_bytes(&key, rest, size);
    batch_delete(batch, key_view(&key));
}

static void a_receipt_lost_its_redemption(struct batch *batch)
{
    delete_from(batch, TABLE_REDEMPTION_OF, "\0\0\0\1\2R9\0\0\0\1", 11);
}

static void a_member_lost_her_redemption(struct batch *batch)
{
    delete_from(batch, TABLE_REDEMPTION_BY, "\0\0\0\1\0\0\0\1", 8);
}

static void a_redemption_is_gone(struct batch *batch)
{
    delete_from(batch, TABLE_REDEMPTION, "\0\0\0\1", 4);
}

static void an_adjustment_gave_more(struct batch *batch)
{
    struct adjustment adjustment;
    assert_int_equal(adjustments_get(&batch->reader, 1, &adjustment), STORE_OK);
    adjustment.amount++;
    adjustments_put(batch, &adjustment);
}

static void an_adjustment_was_rejected(struct batch *batch)
{
    struct adjustment adjustment;
    assert_int_equal(adjustments_get(&batch->reader, 1, &adjustment), STORE_OK);
    adjustment.state = ADJUSTMENT_REJECTED;
    adjustments_put(batch, &adjustment);
}

static void nobody_looks_when_it_is_due(struct batch *batch)
{
    struct account account;
    assert_int_equal(accounts_get(&batch->reader, guide_1, &account), STORE_OK);
    due_move(batch, guide_1, account.next_due, DATE_NEVER);
}

static void somebody_looks_for_nothing(struct batch *batch)
{
    due_move(batch, member_1, DATE_NEVER, 99);
}

static void a_credits_date_dangles(struct batch *batch)
{
    struct key key = account_key(SCENARIO_MERCHANT, member_1, ACCOUNT_CREDIT_DATE);
    struct key value = {.size = 0};
    key_u64(&key, 77);
    key_date(&value, 140);
    batch_put(batch, key_view(&key), key_view(&value));
}

static const struct corruption_row rows[] = {
    ROW(a_spent_credit_says_expired, "member 1: credit 1: expired is 1, entries say 0"),
    ROW(a_spent_credit_says_settled, "member 1: unit 0 settled is 1, entries say 0"),
    ROW(a_netted_credit_says_voided, ": voided is 1, entries say 0"),
    ROW(a_credit_matures_by_itself, "guide 1: credit 2: state is 2, entries say 1"),
    ROW(a_hold_is_lost, "guide 1: credit 2: held is 0, entries say 1"),
    ROW(a_debt_is_netted_more, "member 1: unit 1 debt is 5, debts say 4"),
    ROW(a_debt_is_forgiven_silently, "member 1: unit 1 debt written off is 0, debts say 1"),
    ROW(a_debt_moves_beside, "member 1: unit 1 debt inside is 5, debts say 0"),
    ROW(a_debt_was_larger, " is not what its entry reversed"),
    ROW(a_debt_is_gone, "member 1: unit 1 debt is 5, debts say 0"),
    ROW(a_redemption_took_more, "redemption 1: what it took from credit 1 is not so"),
    ROW(a_redemption_is_anothers, "redemption 1: what it took from credit 1 is not so"),
    ROW(a_redemption_names_another_entry, "redemption 1: what it took from credit 1 is not so"),
    ROW(a_receipt_lost_its_redemption, "redemption 1 is not found by its receipt or member"),
    ROW(a_member_lost_her_redemption, "redemption 1 is not found by its receipt or member"),
    ROW(a_redemption_is_gone, "redemptions: an index leads to 1, which is another's"),
    ROW(an_adjustment_gave_more, "adjustment 1 is not what its entry posted"),
    ROW(an_adjustment_was_rejected, "adjustment 1 has an entry, but was not posted"),
    ROW(nobody_looks_when_it_is_due, "guide 1: not in the due queue under day 67"),
    ROW(somebody_looks_for_nothing, "due queue: member 1 has nothing due then"),
    ROW(a_credits_date_dangles, "member 1: damaged credit where one is said to be filed"),
};

/* ---- tests ----------------------------------------------------------------------------------- */

static void verify_holds_the_life_of_each_credit_against_its_entries(void **state)
{
    (void)state;
    corruptions_are_found(live, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_holds_the_life_of_each_credit_against_its_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
