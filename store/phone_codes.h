/* Codes sent to phones, one record a phone: what it takes to prove one, and when codes were asked
 * for, which throttles the next. Also for phones that nobody has: asking must cost and answer the
 * same. The phone is a keyed hash, the code another; neither can be read back.
 *
 * A record is deleted a day after its last code was asked for, when it throttles nothing any
 * more. */
#ifndef BECKON_STORE_PHONE_CODES_H
#define BECKON_STORE_PHONE_CODES_H

#include <stdbool.h>

#include "store/batch.h"
#include "store/bytes.h"
#include "store/reader.h"
#include "store/sign_in.h"

enum {
    PHONE_CODE_DIGITS = 6,
    PHONE_CODE_HASH_BYTES = 16,
    PHONE_CODE_ASKED_MAX = 10,   /* a day */
};
#define PHONE_CODE_KEPT_MS (UINT64_C(24) * 60 * 60 * 1000)

struct phone_code {
    uint8_t phone[PHONE_CODE_HASH_BYTES]; /* keyed hash of the phone: the key */
    uint8_t code[PHONE_CODE_HASH_BYTES];  /* keyed hash of the code and its record */
    uint64_t issued_at, expires_at;
    uint8_t tries;                        /* wrong ones */
    uint64_t used_at;                     /* when it first proved the phone; 0: not yet */
    uint8_t asked_count;
    uint64_t asked_at[PHONE_CODE_ASKED_MAX]; /* of the last day, ascending, issued_at the last */
};

enum {
    PHONE_CODE_BYTES_MAX = 1 + 2 * PHONE_CODE_HASH_BYTES + 3 * 8 + 2 + PHONE_CODE_ASKED_MAX * 8,
};
size_t phone_code_encode(const struct phone_code *code, uint8_t *to);
enum store_result phone_code_decode(struct bytes from, struct phone_code *ret) STORE_CHECKED;

/* The keyed hash of a phone (E.164) of the reader's merchant. */
void phone_codes_phone(struct reader *reader, const char *phone,
                       uint8_t ret_hash[PHONE_CODE_HASH_BYTES]);
/* The keyed hash of a code of `of`: PHONE_CODE_DIGITS digits, sent to its phone at issued_at. */
void phone_codes_code(struct reader *reader, const struct phone_code *of,
                      const char digits[PHONE_CODE_DIGITS],
                      uint8_t ret_hash[PHONE_CODE_HASH_BYTES]);

/* By the phone's hash. STORE_ABSENT: no code was asked for within a day. */
enum store_result phone_codes_get(struct reader *reader,
                                  const uint8_t phone[PHONE_CODE_HASH_BYTES],
                                  struct phone_code *ret) STORE_CHECKED;
/* Puts the record where `before` (NULL: nothing) stood. */
void phone_codes_put(struct batch *batch, const struct phone_code *code,
                     const struct phone_code *before);
void phone_codes_delete(struct batch *batch, const struct phone_code *code);
/* When it is deleted. */
struct sign_in_due phone_code_due(const struct phone_code *code);

#endif
