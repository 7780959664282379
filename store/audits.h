/* The audit trail: who did what to which object, and when. Gapless, append-only, one hash chain per
 * merchant; the instance's own (merchant 0) is one more. Nothing personal is in it.
 *
 * Happy path: audits_head_get before the LINE -> audits_append after it, in the same batch. An
 * entry's hash is BLAKE2b-256 of its encoded bytes, which contain the hash of the entry before; the
 * head's record holds how many there are and the newest hash. A store of an earlier version has no
 * trail: it begins with the first entry. */
#ifndef BECKON_STORE_AUDITS_H
#define BECKON_STORE_AUDITS_H

#include "store/batch.h"
#include "store/bytes.h"
#include "store/reader.h"
#include "store/record.h"

/* What was done, a number per method; numbers are for ever. service/command/audit_actions.c has the
 * names. */
enum audit_action {
    AUDIT_NONE = 0,
    AUDIT_CREATE_MERCHANT = 1,
    AUDIT_UPDATE_MERCHANT = 2,
    AUDIT_CREATE_SHOP = 3,
    AUDIT_CREATE_GUIDE = 4,
    AUDIT_UPDATE_GUIDE = 5,
    AUDIT_TRANSFER_GUIDE = 6,
    AUDIT_END_EMPLOYMENT = 7,
    AUDIT_HAND_OVER_MEMBERS = 8,
    AUDIT_CREATE_CODE = 9,
    AUDIT_REASSIGN_CODE = 10,
    AUDIT_REVOKE_CODE = 11,
    AUDIT_UPDATE_MEMBER = 12,
    AUDIT_ERASE_MEMBER = 13,
    AUDIT_SET_CONSENT = 14,
    AUDIT_PUBLISH_PROGRAM = 15,
    AUDIT_WRITE_OFF_DEBT = 16,
    AUDIT_ADJUST_BALANCE = 17,
    AUDIT_DECIDE_ADJUSTMENT = 18,
    AUDIT_HOLD_CREDIT = 19,
    AUDIT_RELEASE_CREDIT = 20,
    AUDIT_DECIDE_REVIEW = 21,
    AUDIT_SET_TARGET = 22,
    AUDIT_CLOSE_PERIOD = 23,
    AUDIT_CREATE_SETTLEMENT_RUN = 24,
    AUDIT_SUBMIT_SETTLEMENT_RUN = 25,
    AUDIT_APPROVE_SETTLEMENT_RUN = 26,
    AUDIT_REJECT_SETTLEMENT_RUN = 27,
    AUDIT_CANCEL_SETTLEMENT_RUN = 28,
    AUDIT_CLOSE_SETTLEMENT_RUN = 29,
    AUDIT_CARRY_HELD_CREDIT = 30,
    AUDIT_OPEN_DISPUTE = 31,
    AUDIT_WITHDRAW_DISPUTE = 32,
    AUDIT_DECIDE_DISPUTE = 33,
    AUDIT_CREATE_SETTLEMENT_EXPORT = 34,
    AUDIT_PRINT_STATEMENT = 35,
    AUDIT_RECORD_PAYMENT_RESULTS = 36,
    AUDIT_RESOLVE_PAYEE = 37,
    AUDIT_CREATE_TOKEN = 38,
    AUDIT_REVOKE_TOKEN = 39,
    AUDIT_CREATE_SIGN_IN_LINK = 40,
    AUDIT_REVOKE_SESSIONS = 41,
    AUDIT_BACKUP_STORE = 42,
    AUDIT_ACCEPT_CLOCK = 43,
    AUDIT_GET_MEMBER_DATA = 44,
    AUDIT_ERASE_GUIDE = 45,
    AUDIT_ROTATE_KEYS = 46,
    AUDIT_CREATE_WEBHOOK = 60,
    AUDIT_UPDATE_WEBHOOK = 61,
    AUDIT_DELETE_WEBHOOK = 62,
    AUDIT_ROTATE_WEBHOOK_SECRET = 63,
    AUDIT_TEST_WEBHOOK = 64,
    AUDIT_EXPORT_AUDIT = 65,
    AUDIT_GET_MEMBER = 70,
    AUDIT_LIST_MEMBERS = 71,
    AUDIT_LIST_SCOREBOARD_MEMBERS = 72,
    AUDIT_GET_GUIDE = 73,
    AUDIT_LIST_GUIDES = 74,
    AUDIT_ACTION_COUNT,
};

/* What it was done to: proto/beckon/v1/audit_service.proto says what number, part and text are. */
enum audit_kind {
    AUDIT_OF_NOTHING = 0, AUDIT_OF_MERCHANT, AUDIT_OF_SHOP, AUDIT_OF_GUIDE, AUDIT_OF_MEMBER,
    AUDIT_OF_CODE, AUDIT_OF_TOKEN, AUDIT_OF_PROGRAM, AUDIT_OF_HANDOVER, AUDIT_OF_CREDIT,
    AUDIT_OF_ADJUSTMENT, AUDIT_OF_REVIEW, AUDIT_OF_PERIOD, AUDIT_OF_RUN, AUDIT_OF_DISPUTE,
    AUDIT_OF_EXPORT, AUDIT_OF_STATEMENT, AUDIT_OF_ENTRY, AUDIT_OF_INSTANCE, AUDIT_OF_WEBHOOK,
    AUDIT_KIND_COUNT,
};

enum {
    AUDIT_TEXT_BYTES_MAX = 64,  /* a shop id, a code, a period's rule with its kind and date */
    AUDIT_FACTS_BYTES_MAX = 80,
};

struct audit_object {
    enum audit_kind kind;
    uint64_t number, part;               /* 0: none */
    char text[AUDIT_TEXT_BYTES_MAX + 1]; /* zero-padded */
};

struct audit_entry {
    uint64_t number;                     /* gapless from 1 */
    uint64_t recorded_at;
    enum role role;
    struct party party;                  /* the principal's */
    uint32_t token;                      /* its number, of the merchant that has it; 0: none */
    bool by_session;                     /* signed in; `token` is the one the session acts as */
    enum audit_action action;
    struct audit_object object;
    char facts[AUDIT_FACTS_BYTES_MAX + 1]; /* words "name=value", zero-padded */
    uint8_t previous_hash[HASH_BYTES];   /* zero with the first */
};

/* Zeroed: no trail yet. */
struct audit_head {
    uint64_t count;                      /* the newest entry's number */
    uint8_t hash[HASH_BYTES];            /* of the newest entry */
};

enum {
    AUDIT_ENTRY_BYTES_MAX = 1 + 2 * 8 + 1 + 5 + 4 + 1 + 2 + 1 + 2 * 8 + 1 + AUDIT_TEXT_BYTES_MAX +
                            1 + AUDIT_FACTS_BYTES_MAX + HASH_BYTES,
    AUDIT_HEAD_BYTES = 1 + 8 + HASH_BYTES,
};
size_t audit_entry_encode(const struct audit_entry *entry, uint8_t *to);
enum store_result audit_entry_decode(struct bytes from, struct audit_entry *ret) STORE_CHECKED;
size_t audit_head_encode(const struct audit_head *head, uint8_t *to);
enum store_result audit_head_decode(struct bytes from, struct audit_head *ret) STORE_CHECKED;

/* The head of the trail the reader is turned to; a zeroed one where there is no trail. */
enum store_result audits_head_get(struct reader *reader, struct audit_head *ret) STORE_CHECKED;
/* Appends an entry after the LINE: fills its number and previous_hash, moves `head` on, puts both.
 * Beyond what a command may put: a batch has room for one per command. */
void audits_append(struct batch *batch, struct audit_head *head, struct audit_entry *entry);
/* One entry; ret_hash: its hash, what the next one names, or NULL. */
enum store_result audits_get(struct reader *reader, uint64_t number, struct audit_entry *ret,
                             uint8_t ret_hash[HASH_BYTES]) STORE_CHECKED;

#endif
