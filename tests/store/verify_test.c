/* verify finds nothing on a sound store and names each thing that one record makes wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <lmdb.h>

#include "scenario.h"
#include "scratch.h"
#include "store/accounts.h"
#include "store/benefits.h"
#include "store/caps.h"
#include "store/codes.h"
#include "store/encode.h"
#include "store/guides.h"
#include "store/key.h"
#include "store/kpi.h"
#include "store/kpi_block.h"
#include "store/ledger.h"
#include "store/programs.h"
#include "store/purchases.h"
#include "store/shops.h"
#include "store/table.h"
#include "store/tokens.h"
#include "store/verify.h"

static const struct party member_1 = {PARTY_MEMBER, 1}, guide_1 = {PARTY_GUIDE, 1};
static struct verify_report report; /* 16 KiB: too much for the stack of a test */

/* ---- what can go wrong ----------------------------------------------------------------------- */

static void put(struct batch *batch, const struct key *key, const uint8_t *data, size_t size)
{
    batch_put(batch, key_view(key), (struct bytes){data, size});
}

static struct account account_of(struct batch *batch, struct party party)
{
    struct account account;
    assert_int_equal(accounts_get(&batch->reader, party, &account), STORE_OK);
    return account;
}

#define ACCOUNT_CORRUPTION(name, party, change)                                                  \
    static void name(struct batch *batch)                                                        \
    {                                                                                            \
        struct account account = account_of(batch, party);                                       \
        change;                                                                                  \
        accounts_put(batch, party, &account);                                                    \
    }
ACCOUNT_CORRUPTION(available_grows, member_1, account.balance[UNIT_POINTS].available++)
ACCOUNT_CORRUPTION(pending_shrinks, guide_1, account.balance[UNIT_CASH].pending--)
ACCOUNT_CORRUPTION(held_appears, guide_1, account.balance[UNIT_CASH].held = 1)
ACCOUNT_CORRUPTION(last_entry_falls, guide_1, account.last_entry--)
ACCOUNT_CORRUPTION(last_entry_flies, guide_1, account.last_entry = 999)
ACCOUNT_CORRUPTION(next_due_is_late, guide_1, account.next_due = 120)
ACCOUNT_CORRUPTION(tier_points_grow, member_1, account.tier_points++)
ACCOUNT_CORRUPTION(last_day_moves, member_1, account.last_day = 134)
ACCOUNT_CORRUPTION(second_last_day_moves, member_1, account.second_last_day = DATE_NEVER)
ACCOUNT_CORRUPTION(a_day_more_is_recorded, member_1, account.days_recorded++)
ACCOUNT_CORRUPTION(a_purchase_less_is_counted, member_1, account.purchase_count--)
ACCOUNT_CORRUPTION(a_purchase_more_is_counted, member_1, account.purchase_count++)
ACCOUNT_CORRUPTION(the_newest_purchase_is_skipped, member_1,
                   (account.purchase_count = 3, account.last_purchase.text[2] = '1'))
ACCOUNT_CORRUPTION(another_guide_serves, member_1, account.serving_guide = 2)
ACCOUNT_CORRUPTION(the_binding_began_later, member_1, account.binding_from = 51)
ACCOUNT_CORRUPTION(the_referrer_is_nobody, member_1, account.referrer.number = 77)

static void a_cap_is_taken_by_no_credit(struct batch *batch)
{
    struct cap_counter counter = {.cap = CAP_BENEFICIARY, .party = guide_1, .period = PERIOD_MONTH,
                                  .start = 59, .rule_id = "serving"};
    caps_put(batch, &counter, 5);
}

static void a_benefit_appears(struct batch *batch)
{
    struct benefit benefit = {.number = 1, .program_version = 1, .given_on = 50,
                              .valid_until = DATE_NEVER};
    benefits_put(batch, 1, &benefit);
}

static void a_guide_has_a_benefit(struct batch *batch)
{
    struct key key = account_key(SCENARIO_MERCHANT, guide_1, ACCOUNT_BENEFIT);
    key_u32(&key, 1);
    put(batch, &key, (const uint8_t *)"\1", 1);
}

static void a_budget_is_taken_by_no_credit(struct batch *batch)
{
    struct cap_counter counter = {.cap = CAP_BUDGET, .start = DATE_ALWAYS, .rule_id = "buyer"};
    caps_put(batch, &counter, 7);
}

static void a_cap_is_cut_short(struct batch *batch)
{
    struct key key = account_key(SCENARIO_MERCHANT, guide_1, ACCOUNT_CAP);
    key_bytes(&key, "\2\2....serving", 13);
    put(batch, &key, (const uint8_t *)"\1", 1);
}

static void the_account_is_gone(struct batch *batch)
{
    struct key key = account_key(SCENARIO_MERCHANT, member_1, ACCOUNT_HOT);
    batch_delete(batch, key_view(&key));
}

static void the_account_is_cut_short(struct batch *batch)
{
    struct key key = account_key(SCENARIO_MERCHANT, member_1, ACCOUNT_HOT);
    put(batch, &key, (const uint8_t *)"\1\1", 2);
}

static void put_entry(struct batch *batch, const struct entry *entry)
{
    uint8_t data[RECORD_BYTES_MAX];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_ENTRY);
    key_u64(&key, entry->number);
    put(batch, &key, data, entry_encode(entry, data));
}

#define ENTRY_CORRUPTION(name, at, change)                                                       \
    static void name(struct batch *batch)                                                        \
    {                                                                                            \
        struct entry entry;                                                                      \
        assert_int_equal(entries_get(&batch->reader, at, &entry), STORE_OK);                     \
        change;                                                                                  \
        put_entry(batch, &entry);                                                                \
    }
ENTRY_CORRUPTION(an_entrys_amount_grows, 3, entry.amount++)
ENTRY_CORRUPTION(the_last_entrys_amount_grows, 9, entry.amount++)
ENTRY_CORRUPTION(an_entrys_date_moves, 3, entry.event_date--)
ENTRY_CORRUPTION(an_entry_is_before_its_event, 3, entry.business_date--)
ENTRY_CORRUPTION(an_entrys_time_runs_back, 8, entry.recorded_at = 7)
ENTRY_CORRUPTION(an_entry_is_another_partys, 3, entry.party.number = 2)
ENTRY_CORRUPTION(an_entrys_previous_moves, 4, entry.previous = 1)
ENTRY_CORRUPTION(an_entrys_balance_moves, 3, entry.balance_after--)

static void an_entry_is_gone(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_ENTRY);
    key_u64(&key, 4);
    batch_delete(batch, key_view(&key));
}

static void the_head_is_another(struct batch *batch)
{
    batch_fence(batch)->head[0] ^= 1;
    struct account account = account_of(batch, member_1);
    accounts_put(batch, member_1, &account); /* a fence alone is not committed */
}

static void the_totals_move_and_stay_balanced(struct batch *batch)
{
    struct ledger_totals totals;
    assert_int_equal(ledger_totals_get(&batch->reader, &totals), STORE_OK);
    totals.balance[UNIT_CASH][SIDE_LIABILITY]++;
    totals.balance[UNIT_CASH][SIDE_EXPENSE]--;
    uint8_t data[RECORD_BYTES_MAX];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_LEDGER_TOTALS);
    put(batch, &key, data, ledger_totals_encode(&totals, data));
}

/* Credit 1 is member 1's points, credit 2 her guide's cash, pending until day 107. */
static void delete_credit(struct batch *batch, struct party party, business_date filed_on,
                          uint64_t number)
{
    struct key key = account_key(SCENARIO_MERCHANT, party, ACCOUNT_CREDIT);
    key_date(&key, filed_on);
    key_u64(&key, number);
    batch_delete(batch, key_view(&key));
}

static void a_credit_is_gone(struct batch *batch)
{
    delete_credit(batch, member_1, DATE_NEVER, 1);
}

static void a_credit_has_less_left(struct batch *batch)
{
    struct credit credit;
    assert_int_equal(credits_get(&batch->reader, member_1, DATE_NEVER, 1, &credit), STORE_OK);
    credit.remaining--;
    credit.redeemed++;
    credits_change(batch, member_1, &credit, DATE_NEVER);
}

static void a_credit_posted_more(struct batch *batch)
{
    struct credit credit;
    assert_int_equal(credits_get(&batch->reader, member_1, DATE_NEVER, 1, &credit), STORE_OK);
    credit.posted++;
    credit.redeemed++;
    credits_change(batch, member_1, &credit, DATE_NEVER);
}

static void a_credit_stands_twice(struct batch *batch)
{
    struct credit credit;
    assert_int_equal(credits_get(&batch->reader, guide_1, 107, 2, &credit), STORE_OK);
    credit.matures_on = 108;
    credits_add(batch, guide_1, &credit);
}

static void a_credit_is_filed_under_another_day(struct batch *batch)
{
    struct credit credit;
    uint8_t data[RECORD_BYTES_MAX];
    assert_int_equal(credits_get(&batch->reader, guide_1, 107, 2, &credit), STORE_OK);
    delete_credit(batch, guide_1, 107, 2);
    struct key key = account_key(SCENARIO_MERCHANT, guide_1, ACCOUNT_CREDIT);
    key_date(&key, 109);
    key_u64(&key, 2);
    put(batch, &key, data, credit_encode(&credit, data));
}

static struct purchase purchase_of(struct batch *batch, const char *text)
{
    struct receipt receipt = {.shop = 1, .size = (uint8_t)strlen(text)};
    memcpy(receipt.text, text, receipt.size);
    struct purchase purchase;
    assert_int_equal(purchases_get(&batch->reader, &receipt, &purchase), STORE_OK);
    return purchase;
}

#define PURCHASE_CORRUPTION(name, receipt, change)                                               \
    static void name(struct batch *batch)                                                        \
    {                                                                                            \
        struct purchase purchase = purchase_of(batch, receipt);                                  \
        change;                                                                                  \
        purchases_put(batch, &purchase);                                                         \
    }
PURCHASE_CORRUPTION(an_award_grows, "A-1", purchase.awards[0].amount++)
PURCHASE_CORRUPTION(an_award_names_another_credit, "A-1", purchase.awards[0].credit = 3)
PURCHASE_CORRUPTION(an_award_is_missing, "A-1", purchase.award_count = 1)
PURCHASE_CORRUPTION(a_purchase_is_another_members, "A-1", purchase.member = 3)
PURCHASE_CORRUPTION(a_purchase_names_lines_that_are_not_there, "A-2", purchase.line_count = 1)
PURCHASE_CORRUPTION(a_purchases_amount_grows, "A-2", purchase.parts.amount_minor++)
PURCHASE_CORRUPTION(a_purchase_is_refunded_beyond, "A-2", purchase.refunded_minor = 101)
PURCHASE_CORRUPTION(a_purchases_date_moves, "B-3", purchase.business_date++)
static void lines_have_no_purchase(struct batch *batch)
{
    struct purchase purchase = purchase_of(batch, "A-1");
    purchase_lines_put(batch, &purchase.receipt,
                       &(struct purchase_lines){.count = 1, .lines = {{.amount_minor = 1}}});
}
PURCHASE_CORRUPTION(an_old_purchase_is_in_no_list, "A-1",
                    (memcpy(purchase.receipt.text, "X-9", 3), purchase.award_count = 0))
PURCHASE_CORRUPTION(a_new_purchase_is_in_no_list, "B-3",
                    (memcpy(purchase.receipt.text, "X-9", 3), purchase.award_count = 0))
PURCHASE_CORRUPTION(the_list_turns_in_a_circle, "A-1", purchase.previous = purchase.receipt)

static void a_day_is_gone(struct batch *batch)
{
    struct key key = account_key(SCENARIO_MERCHANT, member_1, ACCOUNT_DAY);
    key_date(&key, 60);
    batch_delete(batch, key_view(&key));
}

static void a_day_counts_one_more(struct batch *batch)
{
    struct purchase_day day = {.recorded_count = 3, .live_count = 3, .net_minor = 12445,
                               .base_minor = 12445};
    purchase_days_put(batch, 1, 100, &day);
}

static void a_day_nobody_bought_on(struct batch *batch)
{
    struct purchase_day day = {.recorded_count = 1, .live_count = 1, .net_minor = 1,
                               .base_minor = 1};
    purchase_days_put(batch, 1, 999, &day);
}

static void put_recency(struct batch *batch, business_date month, uint32_t guide, uint32_t count)
{
    struct recency_month counts = {.last = {[3] = count}};
    uint8_t data[RECORD_BYTES_MAX];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_RECENCY);
    key_date(&key, month);
    key_u32(&key, guide);
    put(batch, &key, data, recency_month_encode(&counts, data));
}

static void a_recency_count_is_stale(struct batch *batch)
{
    put_recency(batch, 90, 1, 9); /* day 90 is 1970-04-01 */
}

static void a_recency_count_beyond_the_last_day(struct batch *batch)
{
    put_recency(batch, 365, 2, 1);
}

static void a_recency_count_of_nobody(struct batch *batch)
{
    put_recency(batch, 90, 55, 1);
}

static void put_kpi(struct batch *batch, business_date month, uint32_t guide,
                    const struct kpi_month *counts)
{
    uint8_t data[KPI_MONTH_BYTES_MAX];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_KPI);
    key_date(&key, month);
    key_u32(&key, guide);
    put(batch, &key, data, kpi_month_encode(counts, data));
}

/* A month of guide 1's scoreboard with one of its numbers off by one. */
static void kpi_off(struct batch *batch, business_date month, size_t offset)
{
    struct kpi_month counts;
    uint32_t number;
    assert_int_equal(kpi_get(&batch->reader, 1, month, &counts), STORE_OK);
    memcpy(&number, (uint8_t *)&counts + offset, sizeof number);
    number++;
    memcpy((uint8_t *)&counts + offset, &number, sizeof number);
    put_kpi(batch, month, 1, &counts);
}

static void a_guides_sales_differ(struct batch *batch)
{
    kpi_off(batch, 90, offsetof(struct kpi_month, days[100 - 90].sales_minor));
}

static void a_new_member_is_not_counted(struct batch *batch)
{
    kpi_off(batch, 31, offsetof(struct kpi_month, days[50 - 31].new_members));
}

/* The sums of guides 1 to 31 for the month from day 90, with one number off by one. */
static void sums_off(struct batch *batch, enum kpi_column column, size_t guide)
{
    struct kpi_block block;
    assert_int_equal(kpi_block_get(&batch->reader, 0, 90, &block), STORE_OK);
    block.column[column][guide]++;
    kpi_block_put(batch, 1, 90, &block);
}

static void a_sum_of_sales_differs(struct batch *batch)
{
    sums_off(batch, KPI_SALES, 1);
}

static void a_sum_of_nobody(struct batch *batch)
{
    sums_off(batch, KPI_NEW, 31);
}

static void sums_of_a_month_without_counts(struct batch *batch)
{
    struct kpi_block block = {.column = {{0, 1}}};
    kpi_block_put(batch, 1, 365, &block);
}

static void what_a_guide_earned_differs(struct batch *batch)
{
    kpi_off(batch, 90, offsetof(struct kpi_month, days[100 - 90].earned[UNIT_CASH]));
}

static void an_activation_is_not_counted(struct batch *batch)
{
    kpi_off(batch, 31, offsetof(struct kpi_month, days[50 - 31].activated_members));
}

static void a_calendar_count_is_stale(struct batch *batch)
{
    kpi_off(batch, 90, offsetof(struct kpi_month, twice[KPI_SPAN_YEAR]));
}

static void a_scoreboard_beyond_the_last_day(struct batch *batch)
{
    put_kpi(batch, 365, 2, &(struct kpi_month){.once = {1}});
}

static void a_scoreboard_of_nobody(struct batch *batch)
{
    put_kpi(batch, 90, 55, &(struct kpi_month){.once = {1}});
}

static void a_guides_list_lacks_a_member(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_MEMBER_OF_GUIDE);
    key_u32(&key, 1);
    key_u32(&key, 2);
    table_delete(batch, &key);
}

static void a_guides_list_has_anothers_member(struct batch *batch)
{
    members_of_guide_put(batch, 2, 1);
}

static void a_list_of_no_guide(struct batch *batch)
{
    members_of_guide_put(batch, 66, 1);
}

static void drop(struct batch *batch, enum table table, const void *rest, size_t size)
{
    struct key key = key_begin(SCENARIO_MERCHANT, table);
    key_bytes(&key, rest, size);
    struct bytes value;
    assert_int_equal(reader_get(&batch->reader, key_view(&key), &value), STORE_OK);
    batch_delete(batch, key_view(&key));
}

static void a_shop_id_dangles(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_SHOP_ID);
    key_bytes(&key, "S7", 2);
    put(batch, &key, (const uint8_t *)"\0\0\0\7", 4);
}

static void a_shop_is_not_found(struct batch *batch)
{
    drop(batch, TABLE_SHOP_ID, "S2", 2);
}

static void an_employer_is_not_found(struct batch *batch)
{
    drop(batch, TABLE_PAY_ENTITY, "\0\0\0\1", 4);
}

static void an_employee_number_dangles(struct batch *batch)
{
    drop(batch, TABLE_GUIDE, "\0\0\0\2", 4);
}

static void a_guide_is_not_found(struct batch *batch)
{
    drop(batch, TABLE_GUIDE_EMPLOYEE, "\0\0\0\1E002", 8);
}

static void a_phone_dangles(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_PHONE);
    key_u8(&key, PARTY_MEMBER);
    key_bytes(&key, "0123456789abcdef", 16);
    put(batch, &key, (const uint8_t *)"\0\0\0\x4d\0\0\0\0\0\0\0\0", 12);
}

static void a_code_has_no_owner(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_CODE_OWNER);
    key_u64(&key, scenario_code.symbols);
    key_date(&key, 0);
    batch_delete(batch, key_view(&key));
}

static void an_owner_lacks_his_code(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_CODE_OF);
    key_party(&key, guide_1);
    key_u64(&key, scenario_code.symbols);
    batch_delete(batch, key_view(&key));
}

static void an_owner_has_an_unknown_code(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_CODE_OF);
    key_party(&key, guide_1);
    key_u64(&key, 43);
    put(batch, &key, (const uint8_t *)"", 0);
}

static void an_unreserved_code(struct batch *batch)
{
    struct code code = {.value = {42}, .owner = guide_1};
    codes_create(batch, &code, 0);
}

static void a_code_is_gone(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_CODE);
    key_u64(&key, scenario_code.symbols);
    batch_delete(batch, key_view(&key));
}

static void a_tokens_number_dangles(struct batch *batch)
{
    uint8_t hash[HASH_BYTES];
    memset(hash, 2, sizeof hash);
    drop(batch, TABLE_TOKEN, hash, sizeof hash);
}

static void a_token_has_no_number(struct batch *batch)
{
    drop(batch, TABLE_TOKEN_NUMBER, "\0\0\0\2", 4);
}

static void put_token_of(struct batch *batch, uint32_t number, bool gone)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_TOKEN_OF);
    key_u8(&key, ROLE_ADMIN);
    key_party(&key, (struct party){PARTY_NONE, 0});
    key_u32(&key, number);
    if (gone) batch_delete(batch, key_view(&key));
    else put(batch, &key, (const uint8_t *)"", 0);
}

static void a_living_token_is_not_its_principals(struct batch *batch)
{
    put_token_of(batch, 2, true);
}

static void a_principal_has_an_unknown_token(struct batch *batch)
{
    put_token_of(batch, 9, false);
}

static void a_revoked_token_is_still_its_principals(struct batch *batch)
{
    struct token token;
    assert_int_equal(tokens_get(&batch->reader, 2, &token), STORE_OK);
    token.revoked_at = 5;
    tokens_put(batch, &token);
    put_token_of(batch, 2, false);
}

static void a_programs_date_is_gone(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_PROGRAM_FROM);
    key_date(&key, -1000);
    key_u32(&key, 1);
    batch_delete(batch, key_view(&key));
}

static void a_program_is_gone(struct batch *batch)
{
    drop(batch, TABLE_PROGRAM, "\0\0\0\1", 4);
}

static void a_registration_of_nobody(struct batch *batch)
{
    struct registration registration = {.member = 44};
    registrations_put(batch, &registration);
}

/* Each with a piece of the finding it must at least lead to. */
static const struct corruption {
    const char *name;
    void (*make)(struct batch *batch);
    const char *finding;
} corruptions[] = {
#define ROW(function, finding) {#function, function, finding}
    ROW(available_grows, "member 1: unit 0 available is 140, entries say 139"),
    ROW(tier_points_grow, "member 1: tier_points differs"),
    ROW(a_benefit_appears, "member 1: her benefits are not those of her registration"),
    ROW(a_guide_has_a_benefit, "guide 1: damaged benefit"),
    ROW(a_cap_is_taken_by_no_credit,
        "a beneficiary's cap of rule 'serving' (guide 1, from day 59): "
        "credits hold -5 more than counted"),
    ROW(a_budget_is_taken_by_no_credit, "the budget of rule 'buyer' (nobody 0, from day"),
    ROW(a_cap_is_cut_short, "a counter of caps or budgets is damaged"),
    ROW(pending_shrinks, "guide 1: unit 1 pending is 24, entries say 25"),
    ROW(held_appears, "guide 1: unit 1 held is 1, credits say 0"),
    ROW(last_entry_falls, "guide 1: last entry is 9, not 10"),
    ROW(last_entry_flies, "guide 1: last entry 999 is not an entry"),
    ROW(next_due_is_late, "guide 1: next due day is 120, a credit is due on 67"),
    ROW(last_day_moves, "member 1: last_day differs"),
    ROW(second_last_day_moves, "member 1: second_last_day differs"),
    ROW(a_day_more_is_recorded, "member 1: days_recorded differs"),
    ROW(a_purchase_less_is_counted, "member 1: her list of purchases is not as long"),
    ROW(a_purchase_more_is_counted, "member 1: her list of purchases is not as long"),
    ROW(the_newest_purchase_is_skipped, "purchase of member 1 at shop 1, day 60: not in her"),
    ROW(another_guide_serves, "member 1: her binding's history differs"),
    ROW(the_binding_began_later, "member 1: her binding's history differs"),
    ROW(the_referrer_is_nobody, "member 1: her referrer has no account"),
    ROW(the_account_is_gone, "member 1: no account"),
    ROW(the_account_is_cut_short, "member 1: damaged account"),
    ROW(an_entrys_amount_grows, "entry 4: the hash chain breaks"),
    ROW(the_last_entrys_amount_grows, "totals: unit 0 side 2"),
    ROW(an_entrys_date_moves, "the award of credit 3 is not its entry's"),
    ROW(an_entry_is_before_its_event, "entry 3: dated before its event"),
    ROW(an_entrys_time_runs_back, "entry 8: time runs back"),
    ROW(an_entry_is_another_partys, "entry 3: previous is 1, not 0"),
    ROW(an_entrys_previous_moves, "entry 4: previous is 1, not 2"),
    ROW(an_entrys_balance_moves, "entry 3: balance_after is 123, not 124"),
    ROW(an_entry_is_gone, "entry 4: no record"),
    ROW(the_head_is_another, "fence: the head is not the hash of entry 10"),
    ROW(the_totals_move_and_stay_balanced, "totals: unit 1 side 1 is 26, entries say 25"),
    ROW(a_credit_is_gone, "member 1: 3 credits, entries say 4"),
    ROW(a_credit_has_less_left, "member 1: unit 0 available is 139, credits say 138"),
    ROW(a_credit_posted_more, "member 1: credit 1 is not what its entry accrued"),
    ROW(a_credit_stands_twice, "guide 1: 6 credits, entries say 5"),
    ROW(a_credit_is_filed_under_another_day, "guide 1: damaged credit"),
    ROW(an_award_grows, "the award of credit 1 is not its entry's"),
    ROW(an_award_names_another_credit, "entry 1: its event doesn't name the credit"),
    ROW(an_award_is_missing, "entry 2: its event doesn't name the credit"),
    ROW(a_purchase_is_another_members, "member 1: her list of purchases breaks"),
    ROW(a_purchase_names_lines_that_are_not_there, "its lines don't make it up"),
    ROW(lines_have_no_purchase, "no purchase has them"),
    ROW(a_purchases_amount_grows, "member 1: her purchase days are not those"),
    ROW(a_purchase_is_refunded_beyond, "day 100: amounts out of range"),
    ROW(a_purchases_date_moves, "member 3: her purchase days are not those"),
    ROW(an_old_purchase_is_in_no_list, "member 1: 2 purchases in her list, 3 in the table"),
    ROW(a_new_purchase_is_in_no_list, "purchase of member 3 at shop 1, day 136: not in her"),
    ROW(the_list_turns_in_a_circle, "member 1: her list of purchases is not as long"),
    ROW(a_day_is_gone, "member 1: her purchase days are not those"),
    ROW(a_day_counts_one_more, "member 1: her purchase days are not those"),
    ROW(a_day_nobody_bought_on, "member 1: her purchase days are not those"),
    ROW(a_recency_count_is_stale, "guide 1: recency counts of the month from day 90 differ"),
    ROW(a_recency_count_beyond_the_last_day, "guide 2: recency counts of the month from day 365"),
    ROW(a_recency_count_of_nobody, "recency: guide 55 has no account"),
    ROW(a_guides_sales_differ, "guide 1: scoreboard counts of the month from day 90 differ"),
    ROW(a_new_member_is_not_counted, "guide 1: scoreboard counts of the month from day 31"),
    ROW(a_sum_of_sales_differs, "guide 1: scoreboard sums of the month from day 90 differ"),
    ROW(a_sum_of_nobody, "scoreboard: a damaged record of sums"),
    ROW(sums_of_a_month_without_counts,
        "guide 1: scoreboard sums of the month from day 365 differ"),
    ROW(what_a_guide_earned_differs, "guide 1: scoreboard counts of the month from day 90 differ"),
    ROW(an_activation_is_not_counted, "guide 1: scoreboard counts of the month from day 31"),
    ROW(a_calendar_count_is_stale, "guide 1: scoreboard counts of the month from day 90 differ"),
    ROW(a_scoreboard_beyond_the_last_day, "guide 2: scoreboard counts of the month from day 365"),
    ROW(a_scoreboard_of_nobody, "scoreboard: guide 55 has no account"),
    ROW(a_guides_list_lacks_a_member, "member 2: her serving guide's list lacks her"),
    ROW(a_guides_list_has_anothers_member, "guide 2: member 1 in his list is not his"),
    ROW(a_list_of_no_guide, "members of guides: kind 2 number 66 has no account"),
    ROW(a_shop_id_dangles, "shop ids: 7 leads to no record"),
    ROW(a_shop_is_not_found, "shops: 2 leads to no record"),
    ROW(an_employer_is_not_found, "shops: 1 leads to no record"),
    ROW(an_employee_number_dangles, "employee numbers: guide 2 is not the one named"),
    ROW(a_guide_is_not_found, "guide 2: no record, employee number or account"),
    ROW(a_phone_dangles, "phones: kind 1 number 77 has no account"),
    ROW(a_code_has_no_owner, "codes: 1250999896491 leads to no record"),
    ROW(an_owner_lacks_his_code, "owners of codes: 1250999896491 leads to no record"),
    ROW(an_owner_has_an_unknown_code, "codes of owners: 43 leads to no record"),
    ROW(an_unreserved_code, "codes: 42 leads to no record"),
    ROW(a_code_is_gone, "owners of codes: 1250999896491 leads to no record"),
    ROW(a_tokens_number_dangles, "numbers of tokens: 2 leads to damaged record"),
    ROW(a_token_has_no_number, "tokens: 2 leads to no record"),
    ROW(a_living_token_is_not_its_principals, "tokens: 2 leads to no record"),
    ROW(a_principal_has_an_unknown_token, "tokens of principals: 9 leads to no record"),
    ROW(a_revoked_token_is_still_its_principals, "tokens: 2 leads to damaged record"),
    ROW(a_programs_date_is_gone, "programs: 1 leads to no record"),
    ROW(a_program_is_gone, "dates of programs: 1 leads to no record"),
    ROW(a_registration_of_nobody, "registration of member 44: no account"),
};

/* ---- tests ----------------------------------------------------------------------------------- */

static struct scratch scratch;

static struct store *open_store(bool needy)
{
    scratch = scratch_make();
    struct store *store = scratch_store(&scratch, needy);
    scenario_build(store);
    return store;
}

static void close_store(struct store *store)
{
    store_close(store);
    scratch_remove(&scratch);
}

static void print_findings(void)
{
    uint64_t count = report.finding_count;
    for (uint64_t i = 0; i < count && i < VERIFY_FINDINGS_MAX; i++) {
        print_message("  %s\n", report.findings[i]);
    }
}

static void assert_sound(struct store *store)
{
    assert_int_equal(store_verify(store, SCENARIO_MERCHANT, NULL, NULL, &report), STORE_OK);
    if (report.finding_count != 0) print_findings();
    assert_int_equal(report.finding_count, 0);
    assert_int_equal(report.entries, 10);
    assert_int_equal(report.accounts, 5);
    assert_int_equal(report.credits, 10);
    assert_int_equal(report.purchases, 6);
    assert_int_equal(report.codes, 1);
}

static void verify_finds_nothing_on_a_sound_store(void **state)
{
    (void)state;
    struct store *store = open_store(false);
    assert_sound(store);
    close_store(store);
}

static void verify_finds_nothing_on_an_engine_that_needs_fetching(void **state)
{
    (void)state;
    struct store *store = open_store(true);
    assert_sound(store);
    close_store(store);
}

static void verify_of_no_merchant_says_so(void **state)
{
    (void)state;
    struct store *store = open_store(false);
    assert_int_equal(store_verify(store, 9, NULL, NULL, &report), STORE_OK);
    assert_true(report.finding_count > 0);
    close_store(store);
}

static bool stop(void *context, const struct verify_report *so_far)
{
    (void)so_far;
    int *calls = context;
    return ++*calls < 2;
}

static void verify_stops_when_told(void **state)
{
    (void)state;
    struct store *store = open_store(false);
    int calls = 1;
    assert_int_equal(store_verify(store, SCENARIO_MERCHANT, stop, &calls, &report),
                     STORE_CONFLICT);
    close_store(store);
}

/* Commits one more purchase whenever verify takes a new snapshot. */
static bool buy(void *context, const struct verify_report *so_far)
{
    (void)so_far;
    static unsigned receipts;
    struct batch *batch = context;
    char receipt[16];
    snprintf(receipt, sizeof receipt, "L-%u", ++receipts);
    scenario_begin(batch, 3000);
    scenario_purchase(batch, 1 + receipts % 3, receipt, 100 + (business_date)receipts, 1000);
    assert_int_equal(batch_commit(batch), STORE_OK);
    return true;
}

static void verify_bears_with_commits_made_meanwhile(void **state)
{
    (void)state;
    struct store *store = open_store(false);
    struct batch *batch = batch_new(store);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(store_verify(store, SCENARIO_MERCHANT, buy, batch, &report), STORE_OK);
        if (report.finding_count != 0) print_findings();
        assert_int_equal(report.finding_count, 0);
    }
    batch_destroy(batch);
    close_store(store);
}

static bool found(const char *finding);

/* Flips a bit of a stored value below kv.h, as a failing disk would; the store must be closed. */
static void rot(const struct key *key)
{
    char path[2 * SCRATCH_PATH_BYTES], value_copy[4096];
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi table;
    MDB_val name = {key->size, (void *)(uintptr_t)key->data}, value;
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_mapsize(env, (size_t)1 << 30), 0);
    assert_int_equal(mdb_env_open(env, scratch_path(&scratch, "data/store", path), 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, NULL, 0, &table), 0);
    assert_int_equal(mdb_get(txn, table, &name, &value), 0);
    assert_true(value.mv_size <= sizeof value_copy);
    memcpy(value_copy, value.mv_data, value.mv_size);
    value_copy[value.mv_size / 2] ^= 0x10;
    value.mv_data = value_copy;
    assert_int_equal(mdb_put(txn, table, &name, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

static void verify_names_rotten_records_and_goes_on(void **state)
{
    (void)state;
    struct store *store = open_store(false);
    store_close(store);
    struct key entry = key_begin(SCENARIO_MERCHANT, TABLE_ENTRY);
    key_u64(&entry, 4);
    struct key account = account_key(SCENARIO_MERCHANT, member_1, ACCOUNT_HOT);
    struct key shop_id = key_begin(SCENARIO_MERCHANT, TABLE_SHOP_ID);
    key_bytes(&shop_id, "S1", 2);
    struct key recency = key_begin(SCENARIO_MERCHANT, TABLE_RECENCY);
    key_date(&recency, 90);
    key_u32(&recency, 1);
    struct key credit = account_key(SCENARIO_MERCHANT, guide_1, ACCOUNT_CREDIT);
    key_date(&credit, 107);
    key_u64(&credit, 2);
    rot(&entry);
    rot(&account);
    rot(&shop_id);
    rot(&recency);
    rot(&credit);
    store = scratch_store(&scratch, false);
    assert_int_equal(store_verify(store, SCENARIO_MERCHANT, NULL, NULL, &report), STORE_OK);
    bool all = found("entry 4: damaged record") && found("member 1: damaged account") &&
               found("shops: 1 leads to damaged record") &&
               found("shop ids: a record after key 0x0000000000 is damaged") &&
               found("guide 1: recency counts of the month from day 90 differ") &&
               found("recency, by month: a record after key 0x0000000000 is damaged") &&
               found("guide 1: unit 1 pending is 25, credits say 20") &&
               found("accounts: a record after key 0x0200000001 is damaged");
    if (!all) print_findings();
    assert_true(all);
    assert_int_equal(report.codes, 1); /* the last parts were reached */
    close_store(store);
}

static bool found(const char *finding)
{
    for (size_t i = 0; i < report.finding_count && i < VERIFY_FINDINGS_MAX; i++) {
        if (strstr(report.findings[i], finding) != NULL) return true;
    }
    return false;
}

static void verify_finds_each_single_corruption(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof corruptions / sizeof corruptions[0]; i++) {
        struct store *store = open_store(false);
        struct batch *batch = batch_new(store);
        scenario_begin(batch, 2000); /* the ledger's time stays: the last purchases are young */
        corruptions[i].make(batch);
        assert_int_equal(batch_commit(batch), STORE_OK);
        batch_destroy(batch);
        assert_int_equal(store_verify(store, SCENARIO_MERCHANT, NULL, NULL, &report), STORE_OK);
        if (!found(corruptions[i].finding)) {
            print_findings();
            print_error("%s: not found: %s\n", corruptions[i].name, corruptions[i].finding);
            fail();
        }
        close_store(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_finds_nothing_on_a_sound_store),
        cmocka_unit_test(verify_finds_nothing_on_an_engine_that_needs_fetching),
        cmocka_unit_test(verify_of_no_merchant_says_so),
        cmocka_unit_test(verify_stops_when_told),
        cmocka_unit_test(verify_bears_with_commits_made_meanwhile),
        cmocka_unit_test(verify_finds_each_single_corruption),
        cmocka_unit_test(verify_names_rotten_records_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
