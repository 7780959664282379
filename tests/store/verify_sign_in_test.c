/* verify proves sessions, sign-in links and phone codes against their owners and lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "corruption.h"
#include "scenario.h"
#include "store/key.h"
#include "store/phone_codes.h"
#include "store/sign_in.h"
#include "store/table.h"

static const struct session members = {
    .hash = {1, 1}, .owner = {.role = ROLE_MEMBER, .party = {PARTY_MEMBER, 2}},
    .created_at = 1000, .expires_at = 5000, .proved_at = 1000,
};
static const struct session tokens = {
    .hash = {1, 2}, .owner = {.role = ROLE_ADMIN, .token = 1},
    .created_at = 1000, .expires_at = 4000,
};
static const struct sign_in_link guides = {
    .hash = {2, 1}, .owner = {.role = ROLE_GUIDE, .party = {PARTY_GUIDE, 1}},
    .created_at = 1500, .expires_at = 3000, .made_by = 1,
};
static const struct phone_code codes = {
    .phone = {3, 1}, .code = {9}, .issued_at = 1700, .expires_at = 2000, .tries = 1,
    .asked_count = 2, .asked_at = {1600, 1700},
};

static void make_sound(struct batch *batch)
{
    struct sign_in_owned owned;
    struct sign_in_due due;
    struct session found;
    struct session other = members;

    sessions_put(batch, &members);
    sessions_put(batch, &tokens);
    sign_in_links_put(batch, &guides);
    phone_codes_put(batch, &codes, NULL);
    other.hash[5] = 7;
    other.created_at = 900;
    sessions_put(batch, &other);
    assert_int_equal(sign_in_owned_get(&batch->reader, &members.owner, &owned), STORE_OK);
    assert_int_equal(owned.session_count, 2);
    assert_int_equal(owned.link_count, 0);
    assert_int_equal(owned.sessions[0].created_at, 900); /* the oldest first */
    sessions_delete(batch, &other);
    assert_int_equal(sessions_find(&batch->reader, other.hash, &found), STORE_ABSENT);
    assert_int_equal(sign_in_due_first(&batch->reader, 2999, &due), STORE_ABSENT);
    assert_int_equal(sign_in_due_first(&batch->reader, 3000, &due), STORE_OK);
    assert_int_equal(due.kind, SIGN_IN_LINK);
    assert_memory_equal(due.hash, guides.hash, sizeof guides.hash);
}

static void put_session(struct batch *batch, const struct session *session,
                        const uint8_t hash[HASH_BYTES])
{
    uint8_t data[SESSION_BYTES];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_SESSION);
    key_bytes(&key, hash, HASH_BYTES);
    table_put(batch, &key, data, session_encode(session, data));
}

static void a_session_of_nobody(struct batch *batch)
{
    struct session session = members;
    session.hash[0] = 8;
    session.owner.party.number = 77;
    sessions_put(batch, &session);
}

static void a_session_of_a_token_that_is_another(struct batch *batch)
{
    struct session session = tokens;
    session.hash[0] = 8;
    session.owner.role = ROLE_PAYROLL;
    sessions_put(batch, &session);
}

static void a_till_is_signed_in_without_its_token(struct batch *batch)
{
    struct session session = tokens;
    session.hash[0] = 8;
    session.owner = (struct sign_in_owner){.role = ROLE_POS, .party = {PARTY_SHOP, 1}};
    sessions_put(batch, &session);
}

static void a_session_lies_elsewhere(struct batch *batch)
{
    put_session(batch, &members, guides.hash);
}

static void a_session_is_in_no_list(struct batch *batch)
{
    struct session session = members;
    session.hash[0] = 8;
    put_session(batch, &session, session.hash);
}

static void a_session_ends_when_the_list_does_not_say(struct batch *batch)
{
    struct session session = members;
    session.expires_at++;
    put_session(batch, &session, session.hash);
}

static void a_list_names_a_session_that_is_gone(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_SESSION);
    key_bytes(&key, members.hash, HASH_BYTES);
    table_delete(batch, &key);
}

static void a_session_is_cut_short(struct batch *batch)
{
    uint8_t data[SESSION_BYTES];
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_SESSION);
    key_bytes(&key, members.hash, HASH_BYTES);
    table_put(batch, &key, data, session_encode(&members, data) - 1);
}

static void a_link_of_nobody(struct batch *batch)
{
    struct sign_in_link link = guides;
    link.hash[0] = 8;
    link.owner.party.number = 77;
    sign_in_links_put(batch, &link);
}

static void a_link_is_garbage(struct batch *batch)
{
    struct key key = key_begin(SCENARIO_MERCHANT, TABLE_SIGN_IN_LINK);
    key_bytes(&key, guides.hash, HASH_BYTES);
    table_put(batch, &key, "x", 1);
}

static void a_phone_was_asked_for_backwards(struct batch *batch)
{
    struct phone_code code = codes;
    code.asked_at[0] = 1701;
    phone_codes_put(batch, &code, &codes);
}

static void a_phone_code_stays_for_ever(struct batch *batch)
{
    struct sign_in_due due = phone_code_due(&codes);
    sign_in_due_delete(batch, &due);
}

static void a_date_names_nothing(struct batch *batch)
{
    struct sign_in_due due = {.at = 7, .kind = SIGN_IN_LINK, .hash = {4}};
    sign_in_due_put(batch, &due);
}

static void every_wrong_record_of_sign_in_is_found(void **state)
{
    (void)state;
    static const struct corruption_row rows[] = {
        ROW(a_session_of_nobody, "sessions: one of role 1, number 77, token 0 has no owner"),
        ROW(a_session_of_a_token_that_is_another, "sessions: one of role 5"),
        ROW(a_till_is_signed_in_without_its_token, "sessions: one of role 3"),
        ROW(a_session_lies_elsewhere, "sessions: a damaged record"),
        ROW(a_session_is_in_no_list, "sessions: one of role 1, number 2, token 0 has no"),
        ROW(a_session_ends_when_the_list_does_not_say, "sign-in to be deleted: damaged record"),
        ROW(a_list_names_a_session_that_is_gone,
            "sign-in by owner: role 1, number 2, token 0 has no record"),
        ROW(a_session_is_cut_short, "sessions: a damaged record"),
        ROW(a_link_of_nobody, "sign-in links: one of role 2, number 77"),
        ROW(a_link_is_garbage, "sign-in links: a damaged record"),
        ROW(a_phone_was_asked_for_backwards, "phone codes: a damaged record"),
        ROW(a_phone_code_stays_for_ever, "phone codes: one has no date to be deleted at"),
        ROW(a_date_names_nothing, "sign-in to be deleted: no record of kind 2"),
    };
    corruptions_are_found(make_sound, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_wrong_record_of_sign_in_is_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
