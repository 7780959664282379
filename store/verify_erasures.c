/* Who is erased is gone: no profile, no key, no phone, no sign-in; no code of his own is good for
 * anything once the erasure is finished. And nobody else is. */
#include <string.h>

#include "store/accounts.h"
#include "store/codes.h"
#include "store/erasures.h"
#include "store/key_slots.h"
#include "store/profiles.h"
#include "store/sign_in.h"
#include "store/table.h"
#include "store/tokens.h"
#include "store/verify_inner.h"

enum { CODES_PORTION = 32 };

/* The party behind the table in a key of that length; PARTY_NONE when it has another form. */
static struct party key_party_read(struct bytes key)
{
    struct party party = {PARTY_NONE, 0};

    if (key.size != KEY_REST_OFFSET + 5) return party;
    party.kind = (enum party_kind)key.data[KEY_REST_OFFSET];
    party.number = key_read_u32(key, KEY_REST_OFFSET + 1);
    if (party.kind != PARTY_MEMBER && party.kind != PARTY_GUIDE) party.kind = PARTY_NONE;
    return party;
}

static enum store_result found_left(struct verify *verify, struct party party, const char *what)
{
    verify_found(verify, "%s %lu is erased but has %s", verify_kind(party.kind),
                 (unsigned long)party.number, what);
    return STORE_OK;
}

/* ---- what must be gone ----------------------------------------------------------------------- */

static enum store_result check_profile(struct verify *verify, struct party party)
{
    struct key key = key_begin(verify->merchant, TABLE_PROFILE);
    struct bytes value;
    enum store_result result;

    key_party(&key, party);
    do result = reader_get(&verify->reader, key_view(&key), &value);
    while (verify_again(verify, result));
    if (result == STORE_ABSENT) return STORE_OK;
    if (result == STORE_OK) return found_left(verify, party, "a profile");
    return verify_fatal(result);
}

static enum store_result check_sign_ins(struct verify *verify, struct party party)
{
    enum role role = party.kind == PARTY_MEMBER ? ROLE_MEMBER : ROLE_GUIDE;
    uint32_t number;
    size_t count = 0;
    enum store_result result;

    do result = tokens_of(&verify->reader, role, party, &number, 1, &count);
    while (verify_again(verify, result));
    if (result == STORE_OK && count > 0) return found_left(verify, party, "a token");
    if (result != STORE_OK) return verify_fatal(result);
    struct sign_in_owner owner = {.role = role, .party = party};
    struct sign_in_owned owned;
    do result = sign_in_owned_get(&verify->reader, &owner, &owned);
    while (verify_again(verify, result));
    if (result == STORE_OK && owned.session_count + owned.link_count > 0)
        return found_left(verify, party, "a session");
    return result == STORE_OK ? result : verify_fatal(result);
}

/* The slots are no part of a snapshot: asked of those that were finished, whose key went before. */
static enum store_result check_key(struct verify *verify, struct party party)
{
    uint8_t slot[KEY_SLOT_BYTES];

    enum store_result result =
        key_slots_read(store_key_slots(verify->store), verify->merchant, party, slot);
    if (result == STORE_OK) return found_left(verify, party, "a key");
    return result == STORE_ABSENT ? STORE_OK : verify_fatal(result);
}

static enum store_result check_code(struct verify *verify, struct party party,
                                    struct code_value value)
{
    struct code_owner owners[CODE_OWNERS_MAX];
    struct code code;
    size_t count = 0;
    enum store_result result;

    do result = codes_get(&verify->reader, value, &code);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result); /* verify_indexes names it */
    do result = codes_owners(&verify->reader, value, owners, &count);
    while (verify_again(verify, result));
    if (result != STORE_OK) return verify_fatal(result);
    const struct party *last = count > 0 ? &owners[count - 1].party : &code.owner;
    bool own = last->kind == party.kind && last->number == party.number;
    if (own && code.revoked_at == 0) return found_left(verify, party, "a code that is not ended");
    return STORE_OK;
}

static enum store_result check_codes(struct verify *verify, struct party party)
{
    struct code_value values[CODES_PORTION], after = {0};
    size_t count = 0;

    do {
        enum store_result result;
        do result = codes_of(&verify->reader, party, after, values, CODES_PORTION, &count);
        while (verify_again(verify, result));
        for (size_t i = 0; i < count && result == STORE_OK; i++) {
            after = values[i];
            result = check_code(verify, party, after);
        }
        if (result != STORE_OK) return verify_fatal(result);
    } while (count == CODES_PORTION);
    return STORE_OK;
}

/* ---- the records ----------------------------------------------------------------------------- */

static enum store_result check_account_status(struct verify *verify,
                                              const struct erasure *erasure)
{
    struct party party = erasure->party;
    enum account_status status =
        erasure->finished_at == 0 ? ACCOUNT_ERASING : ACCOUNT_ERASED;
    struct account account;
    enum store_result result;

    do result = accounts_get(&verify->reader, party, &account);
    while (verify_again(verify, result));
    bool same = result == STORE_OK && account.status == status;
    if (party.kind == PARTY_MEMBER) same = same && account.recorded_at == erasure->born_at;
    if (same) return STORE_OK;
    verify_found(verify, "%s %lu is erased on record, but the account is another or not so",
                 verify_kind(party.kind), (unsigned long)party.number);
    return result == STORE_OK ? result : verify_fatal(result);
}

/* Is it in the list of open ones? */
static enum store_result check_open(struct verify *verify, const struct erasure *erasure)
{
    struct key key = key_begin(verify->merchant, TABLE_ERASURE_OPEN);
    struct bytes value;
    enum store_result result;

    key_party(&key, erasure->party);
    do result = reader_get(&verify->reader, key_view(&key), &value);
    while (verify_again(verify, result));
    if (result != STORE_OK && result != STORE_ABSENT) return verify_fatal(result);
    if ((result == STORE_OK) == (erasure->finished_at == 0)) return STORE_OK;
    verify_found(verify, "the erasure of %s %lu is %s the list of open ones",
                 verify_kind(erasure->party.kind), (unsigned long)erasure->party.number,
                 result == STORE_OK ? "finished but in" : "open but not in");
    return STORE_OK;
}

static enum store_result visit_erasure(struct verify *verify, struct bytes key,
                                       struct bytes value)
{
    struct party party = key_party_read(key);
    struct erasure erasure = {.finished_at = 0};
    enum store_result result = STORE_DAMAGED;

    (void)value;
    if (party.kind != PARTY_NONE) {
        do result = erasures_get(&verify->reader, party, &erasure);
        while (verify_again(verify, result));
    }
    if (result != STORE_OK) {
        verify_found(verify, "the erasure of %s %lu is damaged", verify_kind(party.kind),
                     (unsigned long)party.number);
        return verify_fatal(result);
    }
    result = check_account_status(verify, &erasure);
    if (result == STORE_OK) result = check_open(verify, &erasure);
    if (result == STORE_OK) result = check_profile(verify, party);
    if (result == STORE_OK) result = check_sign_ins(verify, party);
    if (result != STORE_OK || erasure.finished_at == 0) return result;
    result = check_key(verify, party);
    return result == STORE_OK ? check_codes(verify, party) : result;
}

static enum store_result visit_open(struct verify *verify, struct bytes key, struct bytes value)
{
    struct party party = key_party_read(key);
    struct erasure erasure;
    enum store_result result = STORE_ABSENT;

    if (party.kind != PARTY_NONE && value.size == 0) {
        do result = erasures_get(&verify->reader, party, &erasure);
        while (verify_again(verify, result));
    }
    if (result == STORE_OK || result == STORE_DAMAGED) return STORE_OK; /* told above */
    if (result == STORE_ABSENT)
        verify_found(verify, "an erasure of %s %lu is said to be open, but there is none",
                     verify_kind(party.kind), (unsigned long)party.number);
    return verify_fatal(result);
}

enum store_result verify_erased(struct verify *verify, struct party party,
                                const struct account *account)
{
    struct erasure erasure;
    enum store_result result;

    if (account->status == ACCOUNT_ACTIVE) return STORE_OK;
    do result = erasures_get(&verify->reader, party, &erasure);
    while (verify_again(verify, result));
    if (result == STORE_ABSENT)
        verify_found(verify, "%s %lu: the account says erased, but no erasure is on record",
                     verify_kind(party.kind), (unsigned long)party.number);
    return result == STORE_OK ? result : verify_fatal(result);
}

enum store_result verify_erasures(struct verify *verify)
{
    enum store_result result =
        verify_table(verify, TABLE_ERASURE, "erasures", visit_erasure);
    if (result != STORE_OK) return result;
    return verify_table(verify, TABLE_ERASURE_OPEN, "open erasures", visit_open);
}
