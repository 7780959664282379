/* What sign-in keeps: each session and link is its owner's, who is there, and stands among what
 * has to be deleted; so does each record that throttles a phone. The lists name nothing else. */
#include <string.h>

#include "store/phone_codes.h"
#include "store/sign_in.h"
#include "store/table.h"
#include "store/tokens.h"
#include "store/verify_inner.h"

/* ---- the records ----------------------------------------------------------------------------- */

static enum store_result present(struct verify *verify, const struct key *key)
{
    struct bytes value;
    enum store_result result;
    do result = reader_get(&verify->reader, key_view(key), &value);
    while (verify_again(verify, result));
    return result;
}

static enum store_result due_present(struct verify *verify, const struct sign_in_due *due)
{
    struct key key = key_begin(verify->merchant, TABLE_SIGN_IN_DUE);
    key_u64(&key, due->at);
    key_u8(&key, (uint8_t)due->kind);
    key_bytes(&key, due->hash, HASH_BYTES);
    return present(verify, &key);
}

/* A token of this role and party, or a member's or guide's account. */
static enum store_result owner_sound(struct verify *verify, const struct sign_in_owner *owner)
{
    struct token token;
    enum store_result result;
    if (owner->token == 0) {
        bool own = (owner->role == ROLE_MEMBER && owner->party.kind == PARTY_MEMBER) ||
                   (owner->role == ROLE_GUIDE && owner->party.kind == PARTY_GUIDE);
        return own ? verify_party_get(verify, owner->party) : STORE_DAMAGED;
    }
    do result = tokens_get(&verify->reader, owner->token, &token);
    while (verify_again(verify, result));
    if (result == STORE_OK && (token.role != owner->role || token.party.kind != owner->party.kind ||
                               token.party.number != owner->party.number))
        result = STORE_DAMAGED;
    return result;
}

/* What sessions and links have in common. */
static enum store_result check(struct verify *verify, const char *table, enum sign_in_kind kind,
                               const struct sign_in_owner *owner, uint64_t created_at,
                               uint64_t expires_at, const uint8_t hash[HASH_BYTES])
{
    struct sign_in_due due = {.at = expires_at, .kind = kind};
    memcpy(due.hash, hash, HASH_BYTES);
    struct key key = key_begin(verify->merchant, TABLE_SIGN_IN_OF);
    key_u8(&key, (uint8_t)owner->role);
    key_party(&key, owner->party);
    key_u32(&key, owner->token);
    key_u8(&key, (uint8_t)kind);
    key_u64(&key, created_at);
    key_bytes(&key, hash, HASH_BYTES);
    enum store_result result = created_at < expires_at ? STORE_OK : STORE_DAMAGED;
    if (result == STORE_OK) result = owner_sound(verify, owner);
    if (result == STORE_OK) result = present(verify, &key);
    if (result == STORE_OK) result = due_present(verify, &due);
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "%s: one of role %u, number %lu, token %lu has %s owner or index", table,
                 (unsigned)owner->role, (unsigned long)owner->party.number,
                 (unsigned long)owner->token, verify_word(result));
    return verify_fatal(result);
}

static bool placed(struct bytes key, const uint8_t *hash, size_t size)
{
    return key.size == KEY_REST_OFFSET + size &&
           memcmp(key.data + KEY_REST_OFFSET, hash, size) == 0;
}

static enum store_result visit_session(struct verify *verify, struct bytes key, struct bytes value)
{
    struct session session;
    if (session_decode(value, &session) != STORE_OK || !placed(key, session.hash, HASH_BYTES)) {
        verify_found(verify, "sessions: a damaged record");
        return STORE_OK;
    }
    return check(verify, "sessions", SIGN_IN_SESSION, &session.owner, session.created_at,
                 session.expires_at, session.hash);
}

static enum store_result visit_link(struct verify *verify, struct bytes key, struct bytes value)
{
    struct sign_in_link link;
    if (sign_in_link_decode(value, &link) != STORE_OK || !placed(key, link.hash, HASH_BYTES)) {
        verify_found(verify, "sign-in links: a damaged record");
        return STORE_OK;
    }
    return check(verify, "sign-in links", SIGN_IN_LINK, &link.owner, link.created_at,
                 link.expires_at, link.hash);
}

static enum store_result visit_phone_code(struct verify *verify, struct bytes key,
                                          struct bytes value)
{
    struct phone_code code;
    bool sound = phone_code_decode(value, &code) == STORE_OK &&
                 placed(key, code.phone, sizeof code.phone) && code.asked_count > 0 &&
                 code.asked_at[code.asked_count - 1] == code.issued_at &&
                 code.issued_at < code.expires_at;
    for (size_t i = 1; sound && i < code.asked_count; i++)
        sound = code.asked_at[i - 1] < code.asked_at[i];
    if (!sound) {
        verify_found(verify, "phone codes: a damaged record");
        return STORE_OK;
    }
    struct sign_in_due due = phone_code_due(&code);
    enum store_result result = due_present(verify, &due);
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "phone codes: one has %s date to be deleted at", verify_word(result));
    return verify_fatal(result);
}

/* ---- the lists ------------------------------------------------------------------------------- */

/* Does what a list names stand there, with this owner (NULL: any) and time? */
static enum store_result named(struct verify *verify, const struct sign_in_due *name,
                               const struct sign_in_owner *owner, uint64_t created_at)
{
    struct session session;
    struct sign_in_link link;
    struct phone_code code;
    const struct sign_in_owner *found = NULL;
    uint64_t at = 0, made_at = 0;
    enum store_result result;
    do {
        result = name->kind == SIGN_IN_SESSION
                     ? sessions_find(&verify->reader, name->hash, &session)
                 : name->kind == SIGN_IN_LINK
                     ? sign_in_links_find(&verify->reader, name->hash, &link)
                     : phone_codes_get(&verify->reader, name->hash, &code);
    } while (verify_again(verify, result));
    if (result != STORE_OK) return result;
    if (name->kind == SIGN_IN_SESSION)
        found = &session.owner, at = session.expires_at, made_at = session.created_at;
    else if (name->kind == SIGN_IN_LINK)
        found = &link.owner, at = link.expires_at, made_at = link.created_at;
    else at = phone_code_due(&code).at;
    if (owner == NULL) return at == name->at ? STORE_OK : STORE_DAMAGED;
    bool same = found != NULL && found->role == owner->role && found->token == owner->token &&
                found->party.kind == owner->party.kind &&
                found->party.number == owner->party.number && made_at == created_at;
    return same ? STORE_OK : STORE_DAMAGED;
}

static enum store_result visit_of(struct verify *verify, struct bytes key, struct bytes value)
{
    struct sign_in_owner owner = {.token = 0};
    struct sign_in_due name = {.at = 0};
    uint64_t created_at;
    enum store_result result = STORE_DAMAGED;
    if (value.size == 0 && sign_in_of_read(key, &owner, &name.kind, &created_at, name.hash))
        result = named(verify, &name, &owner, created_at);
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "sign-in by owner: role %u, number %lu, token %lu has %s record",
                 (unsigned)owner.role, (unsigned long)owner.party.number,
                 (unsigned long)owner.token, verify_word(result));
    return verify_fatal(result);
}

static enum store_result visit_due(struct verify *verify, struct bytes key, struct bytes value)
{
    struct sign_in_due due = {.at = 0};
    enum store_result result = STORE_DAMAGED;
    if (value.size == 0 && sign_in_due_read(key, &due)) result = named(verify, &due, NULL, 0);
    if (result == STORE_OK) return STORE_OK;
    verify_found(verify, "sign-in to be deleted: %s record of kind %u", verify_word(result),
                 (unsigned)due.kind);
    return verify_fatal(result);
}

enum store_result verify_sign_in(struct verify *verify)
{
    static const struct {
        enum table table;
        const char *name;
        verify_visit *visit;
    } tables[] = {
        {TABLE_SESSION, "sessions", visit_session},
        {TABLE_SIGN_IN_LINK, "sign-in links", visit_link},
        {TABLE_PHONE_CODE, "phone codes", visit_phone_code},
        {TABLE_SIGN_IN_OF, "sign-in by owner", visit_of},
        {TABLE_SIGN_IN_DUE, "sign-in to be deleted", visit_due},
    };
    enum store_result result = STORE_OK;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && result == STORE_OK; i++)
        result = verify_table(verify, tables[i].table, tables[i].name, tables[i].visit);
    return result;
}
