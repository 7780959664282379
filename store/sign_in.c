#include "store/sign_in.h"

#include <assert.h>
#include <string.h>

#include "store/codec.h"
#include "store/table.h"

enum { SESSION_VERSION = 1, SIGN_IN_LINK_VERSION = 1 };

/* ---- bytes ----------------------------------------------------------------------------------- */

static void encode_owner(struct encoder *encoder, const struct sign_in_owner *owner)
{
    encoder_u8(encoder, (uint8_t)owner->role);
    encoder_party(encoder, owner->party);
    encoder_u32(encoder, owner->token);
}

static struct sign_in_owner decode_owner(struct decoder *decoder)
{
    struct sign_in_owner owner = {.token = 0};
    owner.role = (enum role)decoder_choice(decoder, ROLE_MEMBER, ROLE_COUNT - 1);
    owner.party = decoder_party(decoder);
    owner.token = decoder_u32(decoder);
    return owner;
}

size_t session_encode(const struct session *session, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, SESSION_VERSION);
    encoder_bytes(&encoder, session->hash, sizeof session->hash);
    encode_owner(&encoder, &session->owner);
    encoder_u64(&encoder, session->created_at);
    encoder_u64(&encoder, session->expires_at);
    encoder_u64(&encoder, session->proved_at);
    assert(encoder_size(&encoder) == SESSION_BYTES);
    return encoder_size(&encoder);
}

enum store_result session_decode(struct bytes from, struct session *ret)
{
    struct decoder decoder = decoder_begin_version(from, SESSION_VERSION);
    struct session session = {.created_at = 0};
    decoder_bytes(&decoder, session.hash, sizeof session.hash);
    session.owner = decode_owner(&decoder);
    session.created_at = decoder_u64(&decoder);
    session.expires_at = decoder_u64(&decoder);
    session.proved_at = decoder_u64(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = session;
    return result;
}

size_t sign_in_link_encode(const struct sign_in_link *link, uint8_t *to)
{
    struct encoder encoder = encoder_begin(to);
    encoder_u8(&encoder, SIGN_IN_LINK_VERSION);
    encoder_bytes(&encoder, link->hash, sizeof link->hash);
    encode_owner(&encoder, &link->owner);
    encoder_u64(&encoder, link->created_at);
    encoder_u64(&encoder, link->expires_at);
    encoder_u32(&encoder, link->made_by);
    assert(encoder_size(&encoder) == SIGN_IN_LINK_BYTES);
    return encoder_size(&encoder);
}

enum store_result sign_in_link_decode(struct bytes from, struct sign_in_link *ret)
{
    struct decoder decoder = decoder_begin_version(from, SIGN_IN_LINK_VERSION);
    struct sign_in_link link = {.created_at = 0};
    decoder_bytes(&decoder, link.hash, sizeof link.hash);
    link.owner = decode_owner(&decoder);
    link.created_at = decoder_u64(&decoder);
    link.expires_at = decoder_u64(&decoder);
    link.made_by = decoder_u32(&decoder);
    enum store_result result = decoder_end(&decoder);
    if (result == STORE_OK) *ret = link;
    return result;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static struct key hash_key(uint32_t merchant, enum table table, const uint8_t hash[HASH_BYTES])
{
    struct key key = key_begin(merchant, table);
    key_bytes(&key, hash, HASH_BYTES);
    return key;
}

static struct key owner_key(uint32_t merchant, const struct sign_in_owner *owner)
{
    struct key key = key_begin(merchant, TABLE_SIGN_IN_OF);
    key_u8(&key, (uint8_t)owner->role);
    key_party(&key, owner->party);
    key_u32(&key, owner->token);
    return key;
}

static struct key of_key(uint32_t merchant, const struct sign_in_owner *owner,
                         enum sign_in_kind kind, uint64_t created_at,
                         const uint8_t hash[HASH_BYTES])
{
    struct key key = owner_key(merchant, owner);
    key_u8(&key, (uint8_t)kind);
    key_u64(&key, created_at);
    key_bytes(&key, hash, HASH_BYTES);
    return key;
}

bool sign_in_of_read(struct bytes key, struct sign_in_owner *ret_owner, enum sign_in_kind *ret_kind,
                     uint64_t *ret_created_at, uint8_t ret_hash[HASH_BYTES])
{
    const size_t at = KEY_REST_OFFSET + SIGN_IN_OWNER_BYTES;
    if (key.size != at + 1 + 8 + HASH_BYTES || key.data[KEY_REST_OFFSET] >= ROLE_COUNT ||
        key.data[KEY_REST_OFFSET + 1] > PARTY_SHOP)
        return false;
    *ret_owner = (struct sign_in_owner){
        .role = (enum role)key.data[KEY_REST_OFFSET],
        .party = {(enum party_kind)key.data[KEY_REST_OFFSET + 1],
                  key_read_u32(key, KEY_REST_OFFSET + 2)},
        .token = key_read_u32(key, KEY_REST_OFFSET + 6),
    };
    *ret_kind = (enum sign_in_kind)key.data[at];
    *ret_created_at = key_read_u64(key, at + 1);
    memcpy(ret_hash, key.data + at + 9, HASH_BYTES);
    return *ret_kind == SIGN_IN_SESSION || *ret_kind == SIGN_IN_LINK;
}

static struct key due_key(uint32_t merchant, const struct sign_in_due *due)
{
    struct key key = key_begin(merchant, TABLE_SIGN_IN_DUE);
    key_u64(&key, due->at);
    key_u8(&key, (uint8_t)due->kind);
    key_bytes(&key, due->hash, HASH_BYTES);
    return key;
}

bool sign_in_due_read(struct bytes key, struct sign_in_due *ret)
{
    if (key.size != KEY_REST_OFFSET + 8 + 1 + HASH_BYTES) return false;
    struct sign_in_due due = {.at = key_read_u64(key, KEY_REST_OFFSET),
                              .kind = (enum sign_in_kind)key.data[KEY_REST_OFFSET + 8]};
    memcpy(due.hash, key.data + KEY_REST_OFFSET + 9, HASH_BYTES);
    if (due.kind < SIGN_IN_SESSION || due.kind > SIGN_IN_PHONE_CODE) return false;
    *ret = due;
    return true;
}

/* ---- records --------------------------------------------------------------------------------- */

enum store_result sessions_find(struct reader *reader, const uint8_t hash[HASH_BYTES],
                                struct session *ret)
{
    struct key key = hash_key(reader->merchant, TABLE_SESSION, hash);
    struct bytes value;
    struct session session;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_OK) result = session_decode(value, &session);
    if (result != STORE_OK) return result;
    if (memcmp(session.hash, hash, HASH_BYTES) != 0) return STORE_DAMAGED;
    *ret = session;
    return STORE_OK;
}

enum store_result sign_in_links_find(struct reader *reader, const uint8_t hash[HASH_BYTES],
                                     struct sign_in_link *ret)
{
    struct key key = hash_key(reader->merchant, TABLE_SIGN_IN_LINK, hash);
    struct bytes value;
    struct sign_in_link link;
    enum store_result result = table_get(reader, &key, &value);
    if (result == STORE_OK) result = sign_in_link_decode(value, &link);
    if (result != STORE_OK) return result;
    if (memcmp(link.hash, hash, HASH_BYTES) != 0) return STORE_DAMAGED;
    *ret = link;
    return STORE_OK;
}

static struct sign_in_due due_of(enum sign_in_kind kind, uint64_t at,
                                 const uint8_t hash[HASH_BYTES])
{
    struct sign_in_due due = {.at = at, .kind = kind};
    memcpy(due.hash, hash, HASH_BYTES);
    return due;
}

void sessions_put(struct batch *batch, const struct session *session)
{
    uint8_t data[SESSION_BYTES];
    uint32_t merchant = batch->reader.merchant;
    assert(session->owner.role != ROLE_REGISTRANT && session->created_at < session->expires_at);
    struct key key = hash_key(merchant, TABLE_SESSION, session->hash);
    table_put(batch, &key, data, session_encode(session, data));
    key = of_key(merchant, &session->owner, SIGN_IN_SESSION, session->created_at, session->hash);
    table_put_empty(batch, &key);
    struct sign_in_due due = due_of(SIGN_IN_SESSION, session->expires_at, session->hash);
    sign_in_due_put(batch, &due);
}

void sessions_delete(struct batch *batch, const struct session *session)
{
    uint32_t merchant = batch->reader.merchant;
    struct key key = hash_key(merchant, TABLE_SESSION, session->hash);
    table_delete(batch, &key);
    key = of_key(merchant, &session->owner, SIGN_IN_SESSION, session->created_at, session->hash);
    table_delete(batch, &key);
    struct sign_in_due due = due_of(SIGN_IN_SESSION, session->expires_at, session->hash);
    sign_in_due_delete(batch, &due);
}

void sign_in_links_put(struct batch *batch, const struct sign_in_link *link)
{
    uint8_t data[SIGN_IN_LINK_BYTES];
    uint32_t merchant = batch->reader.merchant;
    assert(link->owner.role != ROLE_REGISTRANT && link->created_at < link->expires_at);
    struct key key = hash_key(merchant, TABLE_SIGN_IN_LINK, link->hash);
    table_put(batch, &key, data, sign_in_link_encode(link, data));
    key = of_key(merchant, &link->owner, SIGN_IN_LINK, link->created_at, link->hash);
    table_put_empty(batch, &key);
    struct sign_in_due due = due_of(SIGN_IN_LINK, link->expires_at, link->hash);
    sign_in_due_put(batch, &due);
}

void sign_in_links_delete(struct batch *batch, const struct sign_in_link *link)
{
    uint32_t merchant = batch->reader.merchant;
    struct key key = hash_key(merchant, TABLE_SIGN_IN_LINK, link->hash);
    table_delete(batch, &key);
    key = of_key(merchant, &link->owner, SIGN_IN_LINK, link->created_at, link->hash);
    table_delete(batch, &key);
    struct sign_in_due due = due_of(SIGN_IN_LINK, link->expires_at, link->hash);
    sign_in_due_delete(batch, &due);
}

/* ---- by whose they are ----------------------------------------------------------------------- */

enum { OWNED_MAX = SIGN_IN_SESSIONS_MAX + SIGN_IN_LINKS_MAX };

struct listing {
    size_t count;
    enum sign_in_kind kinds[OWNED_MAX];
    uint8_t hashes[OWNED_MAX][HASH_BYTES];
};

static enum store_result list_visit(void *context, struct bytes key, struct bytes value,
                                    bool *ret_more)
{
    struct listing *listing = context;
    struct sign_in_owner owner;
    uint64_t created_at;
    (void)value;
    *ret_more = true;
    if (listing->count == OWNED_MAX) return STORE_DAMAGED; /* more than are ever made */
    if (!sign_in_of_read(key, &owner, &listing->kinds[listing->count], &created_at,
                         listing->hashes[listing->count]))
        return STORE_DAMAGED;
    listing->count++;
    return STORE_OK;
}

enum store_result sign_in_owned_get(struct reader *reader, const struct sign_in_owner *owner,
                                    struct sign_in_owned *ret)
{
    struct listing listing = {.count = 0};
    struct key prefix = owner_key(reader->merchant, owner);
    struct key end = key_after(&prefix);
    enum store_result result =
        table_walk(reader, key_view(&prefix), key_view(&end), list_visit, &listing);
    size_t sessions = 0, links = 0;
    for (size_t i = 0; i < listing.count && result == STORE_OK; i++) {
        enum table table =
            listing.kinds[i] == SIGN_IN_SESSION ? TABLE_SESSION : TABLE_SIGN_IN_LINK;
        struct key key = hash_key(reader->merchant, table, listing.hashes[i]);
        reader_want(reader, key_view(&key));
    }
    for (size_t i = 0; i < listing.count && result == STORE_OK; i++) {
        bool is_session = listing.kinds[i] == SIGN_IN_SESSION;
        if (is_session && sessions < SIGN_IN_SESSIONS_MAX)
            result = sessions_find(reader, listing.hashes[i], &ret->sessions[sessions++]);
        else if (!is_session && links < SIGN_IN_LINKS_MAX)
            result = sign_in_links_find(reader, listing.hashes[i], &ret->links[links++]);
        else result = STORE_DAMAGED;
        if (result == STORE_ABSENT) result = STORE_DAMAGED; /* an index that names nothing */
    }
    if (result != STORE_OK) return result;
    ret->session_count = sessions;
    ret->link_count = links;
    return STORE_OK;
}

void sign_in_owned_delete(struct batch *batch, const struct sign_in_owned *owned)
{
    assert(owned->session_count <= SIGN_IN_SESSIONS_MAX);
    assert(owned->link_count <= SIGN_IN_LINKS_MAX);
    for (size_t i = 0; i < owned->session_count; i++) sessions_delete(batch, &owned->sessions[i]);
    for (size_t i = 0; i < owned->link_count; i++) sign_in_links_delete(batch, &owned->links[i]);
}

/* ---- when what is deleted -------------------------------------------------------------------- */

void sign_in_due_put(struct batch *batch, const struct sign_in_due *due)
{
    struct key key = due_key(batch->reader.merchant, due);
    table_put_empty(batch, &key);
}

void sign_in_due_delete(struct batch *batch, const struct sign_in_due *due)
{
    struct key key = due_key(batch->reader.merchant, due);
    table_delete(batch, &key);
}

struct first_due {
    struct sign_in_due due;
    bool found;
};

static enum store_result first_visit(void *context, struct bytes key, struct bytes value,
                                     bool *ret_more)
{
    struct first_due *first = context;
    (void)value;
    *ret_more = false;
    if (!sign_in_due_read(key, &first->due)) return STORE_DAMAGED;
    first->found = true;
    return STORE_OK;
}

enum store_result sign_in_due_first(struct reader *reader, uint64_t now_ms,
                                    struct sign_in_due *ret)
{
    struct first_due first = {.found = false};
    struct key from = key_begin(reader->merchant, TABLE_SIGN_IN_DUE);
    struct key end = from;
    key_u64(&end, now_ms + 1); /* what ends at `now_ms` is over */
    enum store_result result =
        table_walk(reader, key_view(&from), key_view(&end), first_visit, &first);
    if (result != STORE_OK) return result;
    if (!first.found) return STORE_ABSENT;
    *ret = first.due;
    return STORE_OK;
}
