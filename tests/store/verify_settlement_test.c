/* verify holds settlement runs against their lines, marks and entries: one corruption, one finding.
 * On the small merchant of scenario.h: run 1 has paid guide 1 800 in cash, run 2 has frozen 70 of
 * guide 2's, run 3 is being drafted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "corruption.h"
#include "scenario.h"
#include "store/accounts.h"
#include "store/held.h"
#include "store/key.h"
#include "store/ledger.h"
#include "store/merchants.h"
#include "store/settlement_accounts.h"
#include "store/settlement_lines.h"
#include "store/settlement_payees.h"
#include "store/settlements.h"
#include "store/table.h"

enum { DAY = 140, END = 150 };
static const struct party guide_1 = {PARTY_GUIDE, 1}, guide_2 = {PARTY_GUIDE, 2};

/* ---- a sound store --------------------------------------------------------------------------- */

static uint64_t post(struct batch *batch, struct account *account, struct entry *entry)
{
    struct ledger ledger;
    assert_int_equal(ledger_open(batch, &ledger), STORE_OK);
    assert_int_equal(ledger_expect(&batch->reader, entry->party, DAY), STORE_OK);
    uint64_t number = ledger_post(batch, &ledger, account, entry);
    ledger_close(batch, &ledger);
    return number;
}

static struct account account_of(struct batch *batch, struct party party)
{
    struct account account;
    assert_int_equal(accounts_get(&batch->reader, party, &account), STORE_OK);
    return account;
}

/* Cash given by hand, all of it settled or none. */
static void give(struct batch *batch, struct party party, int64_t amount, bool settled)
{
    struct account account = account_of(batch, party);
    struct entry entry = {.business_date = DAY, .kind = ENTRY_ADJUST, .unit = UNIT_CASH,
                          .from = SIDE_EXPENSE, .to = SIDE_OWNER, .party = party,
                          .amount = amount, .event = {.kind = EVENT_DECISION}};
    struct credit credit = {
        .number = post(batch, &account, &entry), .unit = UNIT_CASH, .state = CREDIT_AVAILABLE,
        .posted = amount, .remaining = amount, .business_date = DAY, .matures_on = DAY,
        .expires_on = DATE_NEVER, .shop = 1, .pay_entity = 1};
    if (settled) {
        struct entry settle = {.business_date = END - 1, .kind = ENTRY_SETTLE, .unit = UNIT_CASH,
                               .from = SIDE_OWNER, .to = SIDE_SETTLEMENT, .party = party,
                               .amount = amount, .event = {.kind = EVENT_SETTLEMENT, .run = 1}};
        post(batch, &account, &settle);
        credit.state = CREDIT_DONE;
        credit.settled = credit.posted;
        credit.remaining = 0;
        credit.settlement_run = 1;
    }
    credits_add(batch, party, &credit);
    accounts_put(batch, party, &account);
}

static struct settlement_run run_of_number(uint32_t number)
{
    return (struct settlement_run){
        .number = number, .type = RUN_PERIOD, .state = RUN_DRAFT, .draft = 1, .start = 100,
        .end = END, .rate_points = 10, .rate_minor = 100, .made_at = 1900, .period = 100};
}

static struct settlement_line add_line(struct batch *batch, struct settlement_run *run,
                                       struct party payee, int64_t amount)
{
    struct settlement_line line = {
        .run = run->number, .draft = 1, .payee = payee, .pay_entity = 1, .shop = 1,
        .cash_earned = amount, .cash_settled = amount, .gross_minor = amount,
        .net_minor = amount, .credit_count = 1, .adjustment_count = 1,
        .entry = batch_fence(batch)->entry};
    struct line_place place = {.pay_entity_name = "E", .employee_no = "1",
                               .guide = payee.number, .pay_entity = 1};
    statement_hash_end(line.statement_hash, &line);
    run_hash_add(run->hash, line.statement_hash);
    run->totals = (struct run_totals){.line_count = 1, .gross_minor = amount,
                                      .net_minor = amount, .credit_count = 1,
                                      .adjustment_count = 1};
    settlement_lines_put(batch, &line);
    settlement_order_put(batch, run->number, &place);
    return line;
}

static void close_one(struct batch *batch)
{
    static const uint8_t seed[SETTLEMENT_KEY_SEED_BYTES], nonce[SETTLEMENT_NONCE_BYTES];
    struct settlement_run run = run_of_number(1);
    struct settlement_payee_copy copy;
    struct merchant merchant;

    give(batch, guide_1, 800, true);
    struct settlement_line line = add_line(batch, &run, guide_1, 800);
    run.state = RUN_CLOSED;
    run.entry = batch_fence(batch)->entry;
    memcpy(run.head, batch_fence(batch)->head, HASH_BYTES);
    settlements_put(batch, &run);
    settlement_payees_begin(batch, 1, 9000, seed);
    assert_int_equal(settlement_payee_make(batch, &run, &line, nonce, &copy), STORE_OK);
    settlement_payee_put(batch, &line, &copy);
    assert_int_equal(merchants_get(&batch->reader, &merchant), STORE_OK);
    merchant.closed_before = END;
    merchants_put(batch, &merchant);
}

static void freeze_two(struct batch *batch)
{
    struct settlement_run run = run_of_number(2);
    struct settlement_account record;

    give(batch, guide_2, 70, false);
    struct settlement_line line = add_line(batch, &run, guide_2, 70);
    run.state = RUN_REVIEW;
    run.entry = line.entry;
    settlements_put(batch, &run);
    assert_int_equal(settlement_accounts_get(&batch->reader, guide_2, 1, &record), STORE_OK);
    record.marks[record.mark_count++] = (struct settlement_mark){
        .run = 2, .state = MARK_FROZEN, .end = END, .entry = line.entry,
        .amount = {[UNIT_CASH] = 70}};
    settlement_accounts_put(batch, guide_2, 1, &record);
    struct account account = account_of(batch, guide_2);
    account.settlement_run = 2;
    accounts_put(batch, guide_2, &account);
}

static void make_sound(struct batch *batch)
{
    struct settlement_run run = run_of_number(3);
    close_one(batch);
    freeze_two(batch);
    run.work = RUN_WORK_DRAFT;
    settlements_put(batch, &run);
}

/* ---- what can go wrong ----------------------------------------------------------------------- */

static struct settlement_run run_at(struct batch *batch, uint32_t number)
{
    struct settlement_run run;
    assert_int_equal(settlements_get(&batch->reader, number, &run), STORE_OK);
    return run;
}

#define RUN_CORRUPTION(name, number, change)                                                    \
    static void name(struct batch *batch)                                                       \
    {                                                                                           \
        struct settlement_run run = run_at(batch, number);                                      \
        change;                                                                                 \
        settlements_put(batch, &run);                                                           \
    }
RUN_CORRUPTION(a_total_is_wrong, 1, run.totals.net_minor++)
RUN_CORRUPTION(a_count_is_wrong, 1, run.totals.credit_count++)
RUN_CORRUPTION(a_hash_is_wrong, 2, run.hash[5] ^= 1)
RUN_CORRUPTION(a_payment_is_counted_twice, 1, run.paid_count++)
RUN_CORRUPTION(a_draft_is_of_another_number, 2, run.draft++)

static struct settlement_line line_at(struct batch *batch, uint32_t run, struct party payee)
{
    struct line_name name = {payee, 1};
    struct settlement_line line;
    assert_int_equal(settlement_lines_get(&batch->reader, run, &name, &line), STORE_OK);
    return line;
}

#define LINE_CORRUPTION(name, number, payee, change)                                            \
    static void name(struct batch *batch)                                                       \
    {                                                                                           \
        struct settlement_line line = line_at(batch, number, payee);                            \
        change;                                                                                 \
        settlement_lines_put(batch, &line);                                                     \
    }
LINE_CORRUPTION(a_gross_is_wrong, 1, guide_1, line.gross_minor++)
LINE_CORRUPTION(points_were_converted_that_nobody_earned, 1, guide_1, line.points_converted += 10)
LINE_CORRUPTION(a_net_is_carried_too, 1, guide_1, line.carry_out_minor = 800)
LINE_CORRUPTION(more_cash_is_settled_than_earned, 1, guide_1, line.cash_settled++)
LINE_CORRUPTION(more_is_settled_than_went_through_the_ledger, 1, guide_1,
                (line.cash_settled++, line.cash_earned++, line.gross_minor++, line.net_minor++))
LINE_CORRUPTION(something_was_carried_in, 1, guide_1,
                (line.carry_in_minor = 5, line.net_minor += 5))
LINE_CORRUPTION(what_was_paid_came_back, 1, guide_1, line.carried_back = true)
LINE_CORRUPTION(a_mark_takes_less_than_its_line, 2, guide_2,
                (line.cash_settled++, line.cash_earned++, line.gross_minor++, line.net_minor++))

static void a_mark_is_gone(struct batch *batch)
{
    static const struct settlement_account none;
    settlement_accounts_put(batch, guide_2, 1, &none);
}

static void a_line_is_gone(struct batch *batch)
{
    struct line_name name = {guide_1, 1};
    settlement_lines_delete(batch, 1, &name);
}

static void a_line_of_no_run(struct batch *batch)
{
    struct settlement_line line = line_at(batch, 1, guide_1);
    line.run = 9;
    settlement_lines_put(batch, &line);
}

static void a_place_is_gone(struct batch *batch)
{
    struct line_place place;
    size_t count;
    assert_int_equal(settlement_order_list(&batch->reader, 2, NULL, &place, 1, &count), STORE_OK);
    assert_int_equal(count, 1);
    settlement_order_delete(batch, 2, &place);
}

static void a_place_has_no_line(struct batch *batch)
{
    struct line_place place = {.pay_entity_name = "E", .employee_no = "7", .guide = 7,
                               .pay_entity = 1};
    settlement_order_put(batch, 1, &place);
}

static struct key run_key(uint32_t first)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_RUN);
    key_u32(&key, first);
    return key;
}

static void a_run_is_gone(struct batch *batch)
{
    struct key key = run_key(2);
    table_delete(batch, &key);
}

static void nobody_knows_of_the_work(struct batch *batch)
{
    struct key key = run_key(0);
    key_u32(&key, 3);
    table_delete(batch, &key);
}

static void work_is_said_of_a_run_that_has_none(struct batch *batch)
{
    struct key key = run_key(0);
    key_u32(&key, 1);
    table_put_empty(batch, &key);
}

static void the_periods_are_open_again(struct batch *batch)
{
    struct merchant merchant;
    assert_int_equal(merchants_get(&batch->reader, &merchant), STORE_OK);
    merchant.closed_before = END - 1;
    merchants_put(batch, &merchant);
}

static void an_entry_is_of_a_run_that_never_was(struct batch *batch)
{
    struct account account = account_of(batch, guide_2);
    struct entry entry = {.business_date = END, .kind = ENTRY_CARRY_OUT, .unit = UNIT_CASH,
                          .from = SIDE_SETTLEMENT, .to = SIDE_CARRY, .party = guide_2,
                          .amount = 1, .event = {.kind = EVENT_SETTLEMENT, .run = 44}};
    post(batch, &account, &entry);
    accounts_put(batch, guide_2, &account);
}

static void more_is_carried_than_entries_say(struct batch *batch)
{
    struct settlement_account record;
    assert_int_equal(settlement_accounts_get(&batch->reader, guide_1, 1, &record), STORE_OK);
    record.carry_minor += 9;
    settlement_accounts_put(batch, guide_1, 1, &record);
}

static void more_is_clawed_back_than_was_taken(struct batch *batch)
{
    struct settlement_account record;
    assert_int_equal(settlement_accounts_get(&batch->reader, guide_2, 1, &record), STORE_OK);
    record.clawed_before[UNIT_CASH] += 4;
    settlement_accounts_put(batch, guide_2, 1, &record);
}

static void a_credit_says_that_others_paid_for_it(struct batch *batch)
{
    struct credit credits[8];
    size_t count;
    assert_int_equal(credits_list(&batch->reader, guide_2, FILED_HELD, 0, credits, 8, &count),
                     STORE_OK);
    credits[count - 1].recall_settled = 6;
    credits_change(batch, guide_2, &credits[count - 1], credits[count - 1].filed_on);
}

static void a_credit_is_listed_that_nobody_holds(struct batch *batch)
{
    struct held held = {DAY, guide_2, 1};
    held_put(batch, &held);
}

static void a_held_credit_is_not_listed(struct batch *batch)
{
    struct credit credits[8];
    size_t count;
    assert_int_equal(credits_list(&batch->reader, guide_2, FILED_HELD, 0, credits, 8, &count),
                     STORE_OK);
    struct credit credit = credits[count - 1];
    credit.flags |= CREDIT_HELD;
    credits_change(batch, guide_2, &credit, credit.filed_on);
    struct held held = {credit.business_date, guide_2, credit.number};
    held_delete(batch, &held);
}

static void verify_holds_runs_against_their_lines_marks_and_entries(void **state)
{
    (void)state;
    static const struct corruption_row rows[] = {
        ROW(a_total_is_wrong, "run 1: its totals are not the sums of its lines"),
        ROW(a_count_is_wrong, "run 1: its totals are not the sums of its lines"),
        ROW(a_hash_is_wrong, "run 2: its hash is not that of its lines"),
        ROW(a_payment_is_counted_twice, "run 1 counts other payments than its lines have"),
        ROW(a_draft_is_of_another_number, "run 2 has lines of another draft"),
        ROW(a_gross_is_wrong, "run 1: guide 1 of pay entity 1: gross and clawback are not"),
        ROW(points_were_converted_that_nobody_earned, "points converted and kept are not"),
        ROW(a_net_is_carried_too, "net is not gross - clawback + carry in - carry out"),
        ROW(more_cash_is_settled_than_earned, "cash settled is not what was earned"),
        ROW(more_is_settled_than_went_through_the_ledger, "run 1: unit 1: entries settle 800"),
        ROW(something_was_carried_in, "run 1: entries carry 0 in and 0 out, its lines 5 and 0"),
        ROW(what_was_paid_came_back, "run 1: entries bring back 0, its lines 800"),
        ROW(what_was_paid_came_back, "was carried back though it is paid"),
        ROW(a_mark_takes_less_than_its_line, "run 2: guide 2 of pay entity 1: its mark is not"),
        ROW(a_mark_is_gone, "run 2: guide 2 of pay entity 1: its mark is not what it takes"),
        ROW(a_line_is_gone, "order of lines: no line where run 1 has a place"),
        ROW(a_line_of_no_run, "lines of runs: one of run 9 is damaged"),
        ROW(a_place_is_gone, "run 2: 0 places in the export for 1 guides' lines"),
        ROW(a_place_has_no_line, "order of lines: no line where run 1 has a place"),
        ROW(a_run_is_gone, "run 2: no record"),
        ROW(nobody_knows_of_the_work, "run 3 is at work and nobody knows"),
        ROW(work_is_said_of_a_run_that_has_none, "run 1 is said to be at work"),
        ROW(more_is_carried_than_entries_say, "guide 1: carried is 9, entries say 0"),
        ROW(more_is_clawed_back_than_was_taken,
            "guide 2: unit 1 of pay entity 1 clawed back is 4, credits and debts say 0"),
        ROW(a_credit_says_that_others_paid_for_it, "clawed back is 0, credits and debts say 6"),
        ROW(a_credit_is_listed_that_nobody_holds, "held credits: credit 1 is not held"),
        ROW(a_held_credit_is_not_listed, "is not in the list"),
        ROW(the_periods_are_open_again, "run 1 is closed, its periods are not"),
        ROW(an_entry_is_of_a_run_that_never_was, "there is no settlement run 44"),
    };
    corruptions_are_found(make_sound, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_holds_runs_against_their_lines_marks_and_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
