/* The tables on a small merchant: what was put is found again, in the batch and after its commit,
 * by key, by date and in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scenario.h"
#include "scratch.h"
#include "store/accounts.h"
#include "store/codes.h"
#include "store/date.h"
#include "store/encode.h"
#include "store/guides.h"
#include "store/key.h"
#include "store/ledger.h"
#include "store/merchants.h"
#include "store/profiles.h"
#include "store/programs.h"
#include "store/purchases.h"
#include "store/recency.h"
#include "store/shops.h"
#include "store/store.h"
#include "store/tokens.h"

static struct scratch scratch;
static struct store *store;
static struct batch *batch;
static struct reader *reader; /* the batch's: it sees both the store and the writes */

static int setup(void **state)
{
    (void)state;
    scratch = scratch_make();
    store = scratch_store(&scratch, false);
    scenario_build(store);
    batch = batch_new(store);
    reader = &batch->reader;
    scenario_begin(batch, 5000);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    batch_destroy(batch);
    store_close(store);
    scratch_remove(&scratch);
    return 0;
}

static const struct party member_1 = {PARTY_MEMBER, 1}, guide_1 = {PARTY_GUIDE, 1};

static void merchants_are_listed_and_named(void **state)
{
    (void)state;
    struct merchant merchant;
    assert_int_equal(merchants_get(reader, &merchant), STORE_OK);
    assert_string_equal(merchant.time_zone, "Asia/Shanghai");
    uint32_t numbers[4], last;
    size_t count;
    assert_int_equal(merchants_list(reader, 0, numbers, 4, &count), STORE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(numbers[0], SCENARIO_MERCHANT);
    assert_int_equal(merchants_list(reader, 1, numbers, 4, &count), STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(merchants_last(reader, &last), STORE_OK);
    assert_int_equal(last, 1);
}

static void numbers_are_zero_before_the_first_use(void **state)
{
    (void)state;
    struct numbers numbers = {.shop = 9};
    reader->merchant = 8;
    assert_int_equal(numbers_get(reader, &numbers), STORE_OK);
    reader->merchant = SCENARIO_MERCHANT;
    assert_int_equal(numbers.shop, 0);
    struct merchant merchant;
    reader->merchant = 8;
    assert_int_equal(merchants_get(reader, &merchant), STORE_ABSENT);
    reader->merchant = SCENARIO_MERCHANT;
}

static void shops_are_found_by_number_by_id_and_by_date(void **state)
{
    (void)state;
    struct shop shop;
    uint32_t number, numbers[1];
    size_t count;
    assert_int_equal(shops_find(reader, scratch_bytes("S2"), &number), STORE_OK);
    assert_int_equal(number, 2);
    assert_int_equal(shops_find(reader, scratch_bytes("S"), &number), STORE_ABSENT);
    assert_int_equal(shops_get(reader, 2, &shop), STORE_OK);
    assert_string_equal(shop.shop_id, "S2");
    assert_string_equal(shop_period_on(&shop, -5000)->cost_center, "C1");
    assert_string_equal(shop_period_on(&shop, 149)->cost_center, "C1");
    assert_string_equal(shop_period_on(&shop, 150)->cost_center, "C2");
    assert_int_equal(shops_list(reader, 0, numbers, 1, &count), STORE_OK);
    assert_int_equal(numbers[0], 1);
    assert_int_equal(shops_get(reader, 3, &shop), STORE_ABSENT);
    char name[PAY_ENTITY_BYTES_MAX + 1];
    assert_int_equal(pay_entities_find(reader, "Tea Retail Ltd", &number), STORE_OK);
    assert_int_equal(pay_entities_get(reader, number, name), STORE_OK);
    assert_string_equal(name, "Tea Retail Ltd");
}

static void guides_are_found_by_employee_number(void **state)
{
    (void)state;
    uint32_t number, members[8];
    size_t count;
    struct guide guide;
    assert_int_equal(guides_find(reader, 1, "E002", &number), STORE_OK);
    assert_int_equal(number, 2);
    assert_int_equal(guides_find(reader, 2, "E002", &number), STORE_ABSENT);
    assert_int_equal(guides_get(reader, 2, &guide), STORE_OK);
    assert_string_equal(guide_employee_no(&guide, 1), "E002");
    assert_string_equal(guide_employee_no(&guide, 2), "");
    members_of_guide_put(batch, 1, 3);
    assert_int_equal(members_of_guide_list(reader, 1, 1, members, 8, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(members[0], 2);
    assert_int_equal(members[1], 3);
}

static void history_answers_by_date_with_open_ends(void **state)
{
    (void)state;
    struct employment employment, list[EMPLOYMENTS_MAX];
    size_t count;
    assert_int_equal(employments_on(reader, 1, -51, &employment), STORE_ABSENT);
    assert_int_equal(employments_on(reader, 1, -50, &employment), STORE_OK);
    assert_int_equal(employment.shop, 2);
    assert_int_equal(employments_on(reader, 1, 9, &employment), STORE_OK);
    assert_int_equal(employment.shop, 2);
    assert_int_equal(employments_on(reader, 1, 10, &employment), STORE_OK);
    assert_int_equal(employment.shop, 1);
    assert_int_equal(employments_list(reader, 1, list, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(list[0].from, -50);

    struct binding binding, over = {.from = 50, .until = 80, .state = BINDING_TRANSFERRED,
                                    .guide = 1};
    bindings_put(batch, 1, &over);
    assert_int_equal(bindings_on(reader, 1, 79, &binding), STORE_OK);
    assert_int_equal(bindings_on(reader, 1, 80, &binding), STORE_ABSENT);
    assert_int_equal(bindings_on(reader, 1, 49, &binding), STORE_ABSENT);
    assert_int_equal(bindings_on(reader, 3, 60, &binding), STORE_ABSENT);
}

static void the_live_day_before_passes_over_refunded_ones(void **state)
{
    (void)state;
    business_date date;
    assert_int_equal(purchase_days_live_before(reader, 1, 135, &date), STORE_OK);
    assert_int_equal(date, 100);
    struct purchase_day dead = {.recorded_count = 2};
    purchase_days_put(batch, 1, 100, &dead);
    assert_int_equal(purchase_days_live_before(reader, 1, 135, &date), STORE_OK);
    assert_int_equal(date, 60);
    assert_int_equal(purchase_days_live_before(reader, 1, 60, &date), STORE_OK);
    assert_int_equal(date, DATE_NEVER);
}

static void credits_come_in_the_order_they_are_filed(void **state)
{
    (void)state;
    struct credit credits[8];
    size_t count;
    assert_int_equal(credits_list(reader, guide_1, INT32_MIN, 0, credits, 8, &count), STORE_OK);
    assert_int_equal(count, 5);
    for (size_t i = 1; i < count; i++) {
        assert_true(credit_filed_on(&credits[i - 1]) <= credit_filed_on(&credits[i]));
    }
    assert_int_equal(credits[0].matures_on, 67);
}

static void a_credit_is_found_by_its_number_wherever_it_is_filed(void **state)
{
    (void)state;
    struct credit credits[8], found;
    size_t count;
    assert_int_equal(credits_list(reader, guide_1, DATE_ALWAYS, 0, credits, 8, &count), STORE_OK);
    struct credit *credit = &credits[1];
    business_date filed_on = credit_filed_on(credit);
    uint64_t number = credit->number;
    static const struct { enum credit_state state; uint8_t flags; business_date expires_on; }
    lives[] = {
        {CREDIT_PENDING, CREDIT_HELD, 500}, {CREDIT_PENDING, 0, 500}, {CREDIT_AVAILABLE, 0, 500},
        {CREDIT_AVAILABLE, 0, DATE_NEVER}, {CREDIT_AVAILABLE, CREDIT_HELD, DATE_NEVER},
        {CREDIT_DONE, 0, DATE_NEVER}, {CREDIT_AVAILABLE, 0, DATE_NEVER}, {CREDIT_DONE, 0, 500},
    };
    for (size_t i = 0; i < sizeof lives / sizeof lives[0]; i++) {
        credit->state = lives[i].state;
        credit->flags = lives[i].flags;
        credit->expires_on = lives[i].expires_on;
        credits_change(batch, guide_1, credit, filed_on);
        business_date before = filed_on;
        filed_on = credit_filed_on(credit);
        assert_int_equal(credits_find(reader, guide_1, number, &found), STORE_OK);
        assert_int_equal(found.state, lives[i].state);
        if (before != filed_on) {
            assert_int_equal(credits_get(reader, guide_1, before, number, &found), STORE_ABSENT);
        }
    }
    assert_int_equal(credits_list(reader, guide_1, FILED_HELD, 0, credits, 8, &count), STORE_OK);
    assert_int_equal(count, 4);
    assert_int_equal(credits_find(reader, guide_1, number + 1000, &found), STORE_ABSENT);
}

static void a_ledger_posts_balanced_chained_entries(void **state)
{
    (void)state;
    struct ledger ledger;
    struct account account;
    assert_int_equal(ledger_open(batch, &ledger), STORE_OK);
    assert_int_equal(accounts_get(reader, guide_1, &account), STORE_OK);
    int64_t pending = account.balance[UNIT_CASH].pending;
    int64_t owned = ledger.totals.balance[UNIT_CASH][SIDE_OWNER];
    uint64_t last = account.last_entry;
    struct entry entry = {.business_date = 107, .kind = ENTRY_MATURE, .unit = UNIT_CASH,
                          .from = SIDE_LIABILITY, .to = SIDE_OWNER, .party = guide_1,
                          .amount = 5, .credit = 2, .program_version = 1, .rule = 1,
                          .event = {.kind = EVENT_PERIOD_CLOSE}};
    assert_int_equal(ledger_post(batch, &ledger, &account, &entry), 11);
    ledger_close(batch, &ledger);
    assert_int_equal(account.balance[UNIT_CASH].pending, pending - 5);
    assert_int_equal(account.balance[UNIT_CASH].available, 5);
    assert_int_equal(account.last_entry, 11);
    assert_int_equal(entry.previous, last);
    assert_int_equal(entry.balance_after, 5);
    assert_int_equal(entry.recorded_at, 5000);
    assert_int_equal(ledger.totals.balance[UNIT_CASH][SIDE_OWNER], owned + 5);

    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_ENTRY);
    key_u64(&key, 11);
    struct bytes value;
    uint8_t hash[HASH_BYTES];
    assert_int_equal(reader_get(reader, key_view(&key), &value), STORE_OK);
    store_digest(value, hash);
    assert_memory_equal(hash, batch_fence(batch)->head, HASH_BYTES);
    struct entry entries[4];
    size_t count;
    assert_int_equal(entries_list(reader, 9, entries, 4, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(entries[1].number, 11);
    assert_memory_equal(entries[1].previous_hash, entry.previous_hash, HASH_BYTES);
}

static void a_code_has_the_owner_of_the_day(void **state)
{
    (void)state;
    struct party owner;
    struct code_owner owners[CODE_OWNERS_MAX];
    struct code_value values[4], none = {0};
    uint32_t merchant;
    size_t count;
    assert_int_equal(codes_owner_on(reader, scenario_code, -1, &owner), STORE_ABSENT);
    assert_int_equal(codes_owner_on(reader, scenario_code, 199, &owner), STORE_OK);
    assert_int_equal(owner.number, 1);
    assert_int_equal(codes_owner_on(reader, scenario_code, 200, &owner), STORE_OK);
    assert_int_equal(owner.number, 2);
    assert_int_equal(codes_owners(reader, scenario_code, owners, &count), STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(codes_of(reader, guide_1, none, values, 4, &count), STORE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(codes_list(reader, none, values, 4, &count), STORE_OK);
    assert_true(count == 1 && values[0].symbols == scenario_code.symbols);
    assert_int_equal(codes_list(reader, scenario_code, values, 4, &count), STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(codes_merchant(reader, scenario_code, &merchant), STORE_OK);
    assert_int_equal(merchant, SCENARIO_MERCHANT);
}

static void tokens_and_requests_are_found(void **state)
{
    (void)state;
    struct token token, tokens[4];
    uint8_t hash[HASH_BYTES];
    size_t count;
    memset(hash, 2, sizeof hash);
    assert_int_equal(tokens_find(reader, hash, &token), STORE_OK);
    assert_int_equal(token.number, 2);
    assert_int_equal(tokens_get(reader, 1, &token), STORE_OK);
    assert_int_equal(tokens_list(reader, 0, tokens, 4, &count), STORE_OK);
    assert_int_equal(count, 2);
    uint32_t numbers[4];
    struct party nobody = {PARTY_NONE, 0};
    tokens[0].revoked_at = 5000;
    tokens_put(batch, &tokens[0]);
    assert_int_equal(tokens_of(reader, ROLE_ADMIN, nobody, numbers, 4, &count), STORE_OK);
    assert_true(count == 1 && numbers[0] == 2);
    struct request request;
    assert_int_equal(requests_get(reader, REQUEST_CREATE_TOKEN, scratch_bytes("r-1"), &request),
                     STORE_OK);
    assert_int_equal(request.object, 1);
    assert_int_equal(requests_get(reader, REQUEST_CREATE_CODE, scratch_bytes("r-1"), &request),
                     STORE_ABSENT);
}

static void the_program_in_force_is_the_latest_not_after_the_date(void **state)
{
    (void)state;
    struct program program;
    uint32_t version;
    assert_int_equal(programs_get(reader, 1, &program), STORE_OK);
    assert_string_equal(program.rules[0].title_zh, "积分");
    assert_int_equal(program.rules[1].fixed_amount, -5);
    assert_int_equal(program.rules[1].code, CODE_OWN);
    program.version = 2;
    program.from = 300;
    programs_put(batch, &program);
    program.version = 3;
    programs_put(batch, &program);
    assert_int_equal(programs_in_force(reader, -1001, &version), STORE_ABSENT);
    assert_int_equal(programs_in_force(reader, 299, &version), STORE_OK);
    assert_int_equal(version, 1);
    assert_int_equal(programs_in_force(reader, 300, &version), STORE_OK);
    assert_int_equal(version, 3);
}

static void a_version_of_a_dropped_batch_is_not_remembered(void **state)
{
    (void)state;
    const struct program *cached;
    struct program program;
    assert_int_equal(programs_in_force_cached(batch, 5, &cached), STORE_OK);
    assert_string_equal(cached->title, "R1");
    const struct program *again;
    assert_int_equal(programs_in_force_cached(batch, 5, &again), STORE_OK);
    assert_ptr_equal(again, cached);
    program = *cached;
    program.version = 2;
    memcpy(program.title, "dropped", 8);
    programs_put(batch, &program);
    assert_int_equal(programs_in_force_cached(batch, 5, &cached), STORE_OK);
    assert_string_equal(cached->title, "dropped");
    batch_abandon(batch);

    scenario_begin(batch, 5000);
    memcpy(program.title, "kept\0\0\0", 8);
    programs_put(batch, &program);
    assert_int_equal(programs_get_cached(batch, 2, &cached), STORE_OK);
    assert_string_equal(cached->title, "kept");
}

static void recency_sums_days_over_months(void **state)
{
    (void)state;
    uint64_t last, second_last;
    assert_int_equal(recency_sum(reader, 1, 0, 1000, &last, &second_last), STORE_OK);
    assert_int_equal(last, 2);        /* member 1 on 135, member 2 on 101 */
    assert_int_equal(second_last, 1); /* member 1 on 100 */
    assert_int_equal(recency_sum(reader, 1, 101, 102, &last, &second_last), STORE_OK);
    assert_true(last == 1 && second_last == 0);
    assert_int_equal(recency_sum(reader, 1, 102, 135, &last, &second_last), STORE_OK);
    assert_true(last == 0 && second_last == 0);
    struct recency_edit edit;
    recency_edit_begin(&edit);
    assert_int_equal(recency_edit_add(&edit, reader, 1, RECENCY_LAST, 102, -1), STORE_DAMAGED);
    assert_int_equal(recency_edit_add(&edit, reader, 1, RECENCY_LAST, DATE_NEVER, -1),
                     STORE_OK);
}

static void profiles_and_phones_lead_to_the_person(void **state)
{
    (void)state;
    struct profile profile;
    uint32_t number;
    assert_int_equal(phones_find(reader, PARTY_MEMBER, "+8613800100003", &number), STORE_OK);
    assert_int_equal(number, 3);
    assert_int_equal(phones_find(reader, PARTY_GUIDE, "+8613800100003", &number), STORE_ABSENT);
    assert_int_equal(profiles_get(reader, member_1, &profile), STORE_OK);
    assert_string_equal(profile.phone, "+8613800100001");
    assert_string_equal(profile.attributes[0].value, "M");
    memcpy(profile.name, "Li Na", 6);
    uint8_t nonce[PROFILE_NONCE_BYTES] = {9};
    struct sealed_profile sealed;
    assert_int_equal(profiles_seal(batch, member_1, &profile, nonce, &sealed), STORE_OK);
    profiles_put(batch, member_1, &sealed);
    assert_int_equal(profiles_get_in_batch(batch, member_1, &profile), STORE_OK);
    assert_string_equal(profile.name, "Li Na");
    struct phone_holder holder;
    phones_release(batch, (struct party){PARTY_MEMBER, 3}, "+8613800100003", 1234);
    assert_int_equal(phones_find(reader, PARTY_MEMBER, "+8613800100003", &number), STORE_ABSENT);
    assert_int_equal(phones_get(reader, PARTY_MEMBER, "+8613800100003", &holder), STORE_OK);
    assert_int_equal(holder.number, 3);
    assert_int_equal(holder.released_at, 1234);
    assert_int_equal(profiles_get(reader, (struct party){PARTY_MEMBER, 4}, &profile),
                     STORE_ABSENT);
}

static void a_profile_of_one_is_damaged_at_anothers_place(void **state)
{
    (void)state;
    struct profile profile;
    struct sealed_profile sealed;
    uint8_t nonce[PROFILE_NONCE_BYTES] = {9};
    assert_int_equal(profiles_get(reader, member_1, &profile), STORE_OK);
    assert_int_equal(profiles_seal(batch, member_1, &profile, nonce, &sealed), STORE_OK);
    profiles_put(batch, (struct party){PARTY_MEMBER, 2}, &sealed);
    assert_int_equal(profiles_get(reader, (struct party){PARTY_MEMBER, 2}, &profile),
                     STORE_DAMAGED);
}

static void accounts_are_listed_without_what_lies_under_them(void **state)
{
    (void)state;
    uint32_t numbers[8];
    struct account accounts[8];
    size_t count;
    assert_int_equal(accounts_list(reader, PARTY_MEMBER, 1, numbers, accounts, 8, &count),
                     STORE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(numbers[0], 2);
    assert_int_equal(accounts[1].purchase_count, 1);
    struct account account = account_empty();
    assert_int_equal(accounts_get(reader, (struct party){PARTY_GUIDE, 3}, &account),
                     STORE_ABSENT);
}

static void a_record_at_anothers_place_is_damaged(void **state)
{
    (void)state;
    struct entry entry;
    uint8_t data[RECORD_BYTES_MAX];
    assert_int_equal(entries_get(reader, 3, &entry), STORE_OK);
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_ENTRY);
    key_u64(&key, 4);
    batch_put(batch, key_view(&key), (struct bytes){data, entry_encode(&entry, data)});
    assert_int_equal(entries_get(reader, 4, &entry), STORE_DAMAGED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(merchants_are_listed_and_named),
        TEST(numbers_are_zero_before_the_first_use),
        TEST(shops_are_found_by_number_by_id_and_by_date),
        TEST(guides_are_found_by_employee_number),
        TEST(history_answers_by_date_with_open_ends),
        TEST(the_live_day_before_passes_over_refunded_ones),
        TEST(credits_come_in_the_order_they_are_filed),
        TEST(a_credit_is_found_by_its_number_wherever_it_is_filed),
        TEST(a_ledger_posts_balanced_chained_entries),
        TEST(a_code_has_the_owner_of_the_day),
        TEST(tokens_and_requests_are_found),
        TEST(the_program_in_force_is_the_latest_not_after_the_date),
        TEST(a_version_of_a_dropped_batch_is_not_remembered),
        TEST(recency_sums_days_over_months),
        TEST(profiles_and_phones_lead_to_the_person),
        TEST(a_profile_of_one_is_damaged_at_anothers_place),
        TEST(accounts_are_listed_without_what_lies_under_them),
        TEST(a_record_at_anothers_place_is_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
