/* What sign-in keeps of people: sessions and one-time links, by whose they are, and when each is
 * over. One file of tables for both, since they stand in the same two indexes.
 *
 * Secrets are never stored, their digests are the keys. What is over stays until the ticker, or
 * whoever makes the next one of the same owner, deletes it: readers compare expires_at. */
#ifndef BECKON_STORE_SIGN_IN_H
#define BECKON_STORE_SIGN_IN_H

#include "store/batch.h"
#include "store/bytes.h"
#include "store/reader.h"
#include "store/record.h"

enum {
    SIGN_IN_SESSIONS_MAX = 8, /* of one owner: phones, tablets, a desk */
    SIGN_IN_LINKS_MAX = 8,    /* of one owner: printed and not used yet */
};

/* Whose: members and guides (token 0), or a token, as which it acts. */
struct sign_in_owner {
    enum role role;
    struct party party;
    uint32_t token;
};

struct session {
    uint8_t hash[HASH_BYTES]; /* of its secret: the key */
    struct sign_in_owner owner;
    uint64_t created_at, expires_at;
    uint64_t proved_at;       /* when she proved her phone; 0: it came by a link */
};

struct sign_in_link {
    uint8_t hash[HASH_BYTES]; /* of its secret: the key */
    struct sign_in_owner owner;
    uint64_t created_at, expires_at;
    uint32_t made_by;         /* token number; 0: a guide's or member's session can't make any */
};

enum {
    SIGN_IN_OWNER_BYTES = 1 + 5 + 4,
    SESSION_BYTES = 1 + HASH_BYTES + SIGN_IN_OWNER_BYTES + 3 * 8,
    SIGN_IN_LINK_BYTES = 1 + HASH_BYTES + SIGN_IN_OWNER_BYTES + 2 * 8 + 4,
};
size_t session_encode(const struct session *session, uint8_t *to);
enum store_result session_decode(struct bytes from, struct session *ret) STORE_CHECKED;
size_t sign_in_link_encode(const struct sign_in_link *link, uint8_t *to);
enum store_result sign_in_link_decode(struct bytes from, struct sign_in_link *ret) STORE_CHECKED;

/* By the digest of the secret; also when it is over. STORE_ABSENT. */
enum store_result sessions_find(struct reader *reader, const uint8_t hash[HASH_BYTES],
                                struct session *ret) STORE_CHECKED;
enum store_result sign_in_links_find(struct reader *reader, const uint8_t hash[HASH_BYTES],
                                     struct sign_in_link *ret) STORE_CHECKED;
/* The record with its indexes. A record is never changed: put once, deleted once. */
void sessions_put(struct batch *batch, const struct session *session);
void sessions_delete(struct batch *batch, const struct session *session);
void sign_in_links_put(struct batch *batch, const struct sign_in_link *link);
void sign_in_links_delete(struct batch *batch, const struct sign_in_link *link);

/* All of an owner, oldest first, what is over too. */
struct sign_in_owned {
    size_t session_count, link_count;
    struct session sessions[SIGN_IN_SESSIONS_MAX];
    struct sign_in_link links[SIGN_IN_LINKS_MAX];
};
enum store_result sign_in_owned_get(struct reader *reader, const struct sign_in_owner *owner,
                                    struct sign_in_owned *ret) STORE_CHECKED;
/* Ends them all: to be loaded before the LINE, deleted behind it. */
void sign_in_owned_delete(struct batch *batch, const struct sign_in_owned *owned);

/* ---- when what is deleted -------------------------------------------------------------------- */

/* Numbers are for ever. */
enum sign_in_kind { SIGN_IN_SESSION = 1, SIGN_IN_LINK = 2, SIGN_IN_PHONE_CODE = 3 };
struct sign_in_due {
    uint64_t at;              /* Unix ms */
    enum sign_in_kind kind;
    uint8_t hash[HASH_BYTES]; /* the record's key; a phone code's is shorter, zeros behind it */
};
void sign_in_due_put(struct batch *batch, const struct sign_in_due *due);
void sign_in_due_delete(struct batch *batch, const struct sign_in_due *due);
/* The first that is over at `now_ms`; STORE_ABSENT: none is. */
enum store_result sign_in_due_first(struct reader *reader, uint64_t now_ms,
                                    struct sign_in_due *ret) STORE_CHECKED;
/* What a key of the table says; false when it is none. */
bool sign_in_due_read(struct bytes key, struct sign_in_due *ret);
/* What a key of TABLE_SIGN_IN_OF says; false when it is none. */
bool sign_in_of_read(struct bytes key, struct sign_in_owner *ret_owner, enum sign_in_kind *ret_kind,
                     uint64_t *ret_created_at, uint8_t ret_hash[HASH_BYTES]);

#endif
