/* verify proves that who is erased is gone, and that nobody else is. */
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
#include "store/codes.h"
#include "store/erasures.h"
#include "store/key.h"
#include "store/profiles.h"
#include "store/seal.h"
#include "store/sign_in.h"
#include "store/table.h"
#include "store/tokens.h"

static const struct party gone = {PARTY_MEMBER, 3}, going = {PARTY_MEMBER, 2},
                          there = {PARTY_MEMBER, 1};
static const char PHONE[] = "+8613800100003";

static struct account account_of(struct batch *batch, struct party party)
{
    struct account account;
    assert_int_equal(accounts_get(&batch->reader, party, &account), STORE_OK);
    return account;
}

static void put_status(struct batch *batch, struct party party, enum account_status status)
{
    struct account account = account_of(batch, party);
    account.status = status;
    accounts_put(batch, party, &account);
}

static void erase(struct batch *batch, struct party party, uint64_t finished_at)
{
    struct account account = account_of(batch, party);
    struct erasure erasure = {.party = party, .erased_at = 900, .born_at = account.recorded_at,
                              .reason = ERASURE_REQUEST, .finished_at = finished_at};
    struct phones_of phones;
    assert_int_equal(phones_of(&batch->reader, party, &phones), STORE_OK);
    assert_int_equal(phones.count, 1);
    phones_forget(batch, &phones, 900);
    profiles_delete(batch, party);
    erasures_put(batch, &erasure);
    put_status(batch, party, finished_at == 0 ? ACCOUNT_ERASING : ACCOUNT_ERASED);
    batch_destroy_key_slot(batch, party, erasure.born_at, 900);
}

static void make_sound(struct batch *batch)
{
    struct phone_holder holder;
    uint32_t number;
    assert_int_equal(phones_find(&batch->reader, PARTY_MEMBER, PHONE, &number), STORE_OK);
    erase(batch, gone, 950);
    erase(batch, going, 0);
    assert_int_equal(phones_find(&batch->reader, PARTY_MEMBER, PHONE, &number), STORE_ABSENT);
    assert_int_equal(phones_get(&batch->reader, PARTY_MEMBER, PHONE, &holder), STORE_OK);
    assert_int_equal(holder.number, 0);
}

/* ---- what can go wrong ----------------------------------------------------------------------- */

static void her_phone_leads_to_her(struct batch *batch)
{
    phones_put(batch, gone, PHONE);
}

static void a_phone_leads_to_number_0(struct batch *batch)
{
    phones_put(batch, (struct party){PARTY_MEMBER, 0}, PHONE);
}

static void she_has_a_profile(struct batch *batch)
{
    struct sealed_profile sealed = {.size = 60};
    profiles_put(batch, gone, &sealed);
}

static void she_has_a_key(struct batch *batch)
{
    static const uint8_t seed[44] = "a data key of 32 bytes, random  a slot nonce";
    seal_make_key(batch, gone, seed);
}

static void she_has_a_token(struct batch *batch)
{
    struct token token = {.number = 3, .role = ROLE_MEMBER, .party = gone, .created_at = 500,
                          .label = "her"};
    memset(token.hash, 3, sizeof token.hash);
    tokens_put(batch, &token);
}

static void she_has_a_session(struct batch *batch)
{
    struct session session = {.owner = {.role = ROLE_MEMBER, .party = going}, .created_at = 500,
                              .expires_at = 5000};
    memset(session.hash, 4, sizeof session.hash);
    sessions_put(batch, &session);
}

static void a_code_is_hers(struct batch *batch)
{
    codes_owner_put(batch, scenario_code, 300, gone);
}

static void her_account_is_active(struct batch *batch)
{
    put_status(batch, gone, ACCOUNT_ACTIVE);
}

static void her_account_is_erased_before_she_is(struct batch *batch)
{
    put_status(batch, going, ACCOUNT_ERASED);
}

static void her_account_is_somebody_elses(struct batch *batch)
{
    struct account account = account_of(batch, gone);
    account.recorded_at++;
    accounts_put(batch, gone, &account);
}

static void somebody_is_erased_whom_nobody_erased(struct batch *batch)
{
    put_status(batch, there, ACCOUNT_ERASED);
}

static void change_open(struct batch *batch, struct party party, bool open)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_ERASURE_OPEN);
    key_party(&key, party);
    if (open) table_put_empty(batch, &key);
    else table_delete(batch, &key);
}

static void an_open_one_leaves_the_list(struct batch *batch)
{
    change_open(batch, going, false);
}

static void a_finished_one_is_in_the_list(struct batch *batch)
{
    change_open(batch, gone, true);
}

static void the_list_has_one_more(struct batch *batch)
{
    change_open(batch, there, true);
}

static void the_record_is_cut_short(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_ERASURE);
    key_party(&key, gone);
    table_put(batch, &key, "\x08\x01", 2);
}

static const struct corruption_row rows[] = {
    ROW(her_phone_leads_to_her, "phones: one leads to member 3, who is erased"),
    ROW(a_phone_leads_to_number_0, "phones: kind 1 number 0 has no account"),
    ROW(she_has_a_profile, "member 3 is erased but has a profile"),
    ROW(she_has_a_key, "member 3 is erased but has a key"),
    ROW(she_has_a_token, "member 3 is erased but has a token"),
    ROW(she_has_a_session, "member 2 is erased but has a session"),
    ROW(a_code_is_hers, "member 3 is erased but has a code that is not ended"),
    ROW(her_account_is_active, "member 3 is erased on record, but the account is another"),
    ROW(her_account_is_erased_before_she_is, "member 2 is erased on record, but the account is"),
    ROW(her_account_is_somebody_elses, "member 3 is erased on record, but the account is another"),
    ROW(somebody_is_erased_whom_nobody_erased,
        "member 1: the account says erased, but no erasure is on record"),
    ROW(an_open_one_leaves_the_list, "the erasure of member 2 is open but not in the list"),
    ROW(a_finished_one_is_in_the_list, "the erasure of member 3 is finished but in the list"),
    ROW(the_list_has_one_more, "an erasure of member 1 is said to be open, but there is none"),
    ROW(the_record_is_cut_short, "the erasure of member 3 is damaged"),
};

static void verify_finds_whatever_is_left_of_the_erased(void **state)
{
    (void)state;
    corruptions_are_found(make_sound, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_finds_whatever_is_left_of_the_erased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
