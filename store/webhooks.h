/* Hooks of a merchant: addresses that hear of his events over HTTP.
 *
 * A hook is two records. What people set (url, kinds, secrets) changes with them alone; the state
 * (how far it is delivered, what the last attempts came to) with every portion delivered. Both
 * carry the revision: an answer to what was sent under an older one changes nothing. Numbers begin
 * at 1 and are never used again; a deleted hook leaves no record, only the head remembers how many
 * there were.
 *
 * Secrets are sealed under a key derived from master.key: a copy of the store signs nothing. */
#ifndef BECKON_STORE_WEBHOOKS_H
#define BECKON_STORE_WEBHOOKS_H

#include <stdbool.h>

#include "store/batch.h"
#include "store/bytes.h"
#include "store/reader.h"
#include "store/record.h"

enum {
    WEBHOOK_URL_BYTES_MAX = 500,
    WEBHOOK_SECRET_BYTES = 32,
    WEBHOOK_SEALED_BYTES = 24 + WEBHOOK_SECRET_BYTES + 16, /* nonce, ciphertext, tag */
    WEBHOOK_NONCE_BYTES = 24,
    WEBHOOKS_MAX = 16, /* of one merchant: each is a queue of its own that is walked all the time */
};

struct webhook {
    uint32_t number;
    uint32_t revision;                       /* grows with every change but a secret's */
    uint64_t kinds;                          /* bits 1 << kind; 0: all */
    char url[WEBHOOK_URL_BYTES_MAX + 1];     /* zero-padded */
    char description[NAME_BYTES_MAX + 1];    /* zero-padded */
    uint64_t created_at;
    uint32_t created_by;                     /* token number */
    uint8_t secret[WEBHOOK_SEALED_BYTES];
    uint64_t rotated_at;                     /* 0: never */
    uint64_t old_until;                      /* until then the old secret signs, too; 0: none */
    uint8_t old_secret[WEBHOOK_SEALED_BYTES];
};

/* Why a hook is off. */
enum webhook_off {
    WEBHOOK_ON = 0, WEBHOOK_OFF_BY_ADMIN = 1, WEBHOOK_OFF_FAILED = 2, WEBHOOK_OFF_GONE = 3,
    WEBHOOK_OFF_TRIMMED = 4, WEBHOOK_OFF_COUNT,
};
/* What came of an attempt. */
enum webhook_answer {
    WEBHOOK_NO_ANSWER_YET = 0, WEBHOOK_DELIVERED = 1, WEBHOOK_BAD_STATUS = 2,
    WEBHOOK_GONE = 3, WEBHOOK_TIMED_OUT = 4, WEBHOOK_NOT_CONNECTED = 5, WEBHOOK_NOT_RESOLVED = 6,
    WEBHOOK_TLS_FAILED = 7, WEBHOOK_ADDRESS_REFUSED = 8, WEBHOOK_BROKEN_OFF = 9,
    WEBHOOK_ANSWER_COUNT,
};

struct webhook_state {
    uint32_t number;
    uint32_t revision;        /* the hook's */
    uint64_t through;         /* events up to it are delivered, or not wanted */
    uint64_t delivered_count;
    uint64_t delivered_at;    /* the last success; 0: none */
    uint64_t failed_at;       /* the last failure; 0: none */
    enum webhook_answer answer; /* of the last attempt */
    uint16_t status;          /* its HTTP status; 0: none came */
    uint8_t attempts;         /* at the next event, all of them failed */
    uint64_t next_attempt_at; /* 0: at once */
    enum webhook_off off;
    uint64_t off_since;       /* 0: on */
    uint32_t test_asked;      /* tests asked for, and the one answered last */
    uint32_t test_answered;
    uint64_t tested_at;
    enum webhook_answer test_answer;
    uint16_t test_status;
};

enum {
    WEBHOOK_BYTES_MAX = 1 + 2 * 4 + 8 + 2 + WEBHOOK_URL_BYTES_MAX + 1 + NAME_BYTES_MAX + 8 + 4 +
                        2 * WEBHOOK_SEALED_BYTES + 2 * 8,
    WEBHOOK_STATE_BYTES = 1 + 2 * 4 + 4 * 8 + 1 + 2 + 1 + 8 + 1 + 8 + 2 * 4 + 8 + 1 + 2,
};
size_t webhook_encode(const struct webhook *webhook, uint8_t *to);
enum store_result webhook_decode(struct bytes from, struct webhook *ret) STORE_CHECKED;
size_t webhook_state_encode(const struct webhook_state *state, uint8_t *to);
enum store_result webhook_state_decode(struct bytes from,
                                       struct webhook_state *ret) STORE_CHECKED;

/* The last number given out; 0 before the first. */
enum store_result webhooks_last(struct reader *reader, uint32_t *ret_number) STORE_CHECKED;
void webhooks_last_put(struct batch *batch, uint32_t number);

/* STORE_ABSENT: there is no such hook, or no more. */
enum store_result webhooks_get(struct reader *reader, uint32_t number,
                               struct webhook *ret) STORE_CHECKED;
enum store_result webhooks_state_get(struct reader *reader, uint32_t number,
                                     struct webhook_state *ret) STORE_CHECKED;
/* The numbers of all hooks, ascending. */
enum store_result webhooks_list(struct reader *reader, uint32_t ret_numbers[WEBHOOKS_MAX],
                                size_t *ret_count) STORE_CHECKED;
void webhooks_put(struct batch *batch, const struct webhook *webhook);
void webhooks_state_put(struct batch *batch, const struct webhook_state *state);
/* Both records. */
void webhooks_delete(struct batch *batch, uint32_t number);

/* Seals a secret of this hook; the nonce is random and used once. */
void webhooks_seal(struct reader *reader, uint32_t number,
                   const uint8_t secret[WEBHOOK_SECRET_BYTES],
                   const uint8_t nonce[WEBHOOK_NONCE_BYTES],
                   uint8_t ret_sealed[WEBHOOK_SEALED_BYTES]);
/* Opens it: STORE_OK, or STORE_DAMAGED (another store's, another hook's). */
enum store_result webhooks_unseal(struct reader *reader, uint32_t number,
                                  const uint8_t sealed[WEBHOOK_SEALED_BYTES],
                                  uint8_t ret_secret[WEBHOOK_SECRET_BYTES]) STORE_CHECKED;

/* What names a message to the hook's receiver: of event `event` recorded then (a restored store may
 * give the number to another one), or of test number `event` when `recorded_at` is 0. Hexadecimal,
 * terminated. */
enum { WEBHOOK_ID_BYTES = 33 };
void webhooks_message_id(struct reader *reader, uint32_t webhook, uint64_t event,
                         uint64_t recorded_at, char ret_id[WEBHOOK_ID_BYTES]);

#endif
