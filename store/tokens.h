/* Bearer tokens, stored as hashes, and request ids of writes without a natural key. */
#ifndef BECKON_STORE_TOKENS_H
#define BECKON_STORE_TOKENS_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

/* By the digest of the secret; by number. STORE_ABSENT. */
enum store_result tokens_find(struct reader *reader, const uint8_t hash[HASH_BYTES],
                              struct token *ret) STORE_CHECKED;
enum store_result tokens_get(struct reader *reader, uint32_t number,
                             struct token *ret) STORE_CHECKED;
/* Puts the record and its indexes; a revoked token leaves those of its principal. */
void tokens_put(struct batch *batch, const struct token *token);
/* Numbers of a principal's tokens that are not revoked (expired ones count), up to count_max. */
enum store_result tokens_of(struct reader *reader, enum role role, struct party party,
                            uint32_t *ret_numbers, size_t count_max,
                            size_t *ret_count) STORE_CHECKED;
/* Up to count_max tokens above number `after`. */
enum store_result tokens_list(struct reader *reader, uint32_t after, struct token *ret_tokens,
                              size_t count_max, size_t *ret_count) STORE_CHECKED;

/* Kinds of writes that need a request id. Numbers are for ever. */
enum request_kind { REQUEST_CREATE_CODE = 1, REQUEST_CREATE_TOKEN = 2, REQUEST_PUBLISH_PROGRAM = 3,
                    REQUEST_CREATE_MERCHANT = 4,
                    REQUEST_REDEEM = 10, REQUEST_CANCEL_REDEMPTION = 11,
                    REQUEST_ADJUST_BALANCE = 12, REQUEST_HOLD_CREDIT = 13,
                    REQUEST_RELEASE_CREDIT = 14, REQUEST_WRITE_OFF_DEBT = 16,
                    REQUEST_HAND_OUT_BENEFIT = 20, REQUEST_CREATE_SETTLEMENT = 30,
                    REQUEST_OPEN_DISPUTE = 31, REQUEST_CREATE_EXPORT = 40,
                    REQUEST_HAND_OVER = 50, REQUEST_END_EMPLOYMENT = 51,
                    REQUEST_SIGN_IN_LINK = 60,
                    REQUEST_CREATE_WEBHOOK = 70, REQUEST_ROTATE_WEBHOOK_SECRET = 71 };
enum { REQUEST_ID_BYTES_MAX = 64,
       REQUEST_OWN_BYTES = 6, /* kind and number of whose id it is, before ids of one's own */
       REQUEST_KEY_BYTES_MAX = REQUEST_OWN_BYTES + REQUEST_ID_BYTES_MAX };
enum store_result requests_get(struct reader *reader, enum request_kind kind, struct bytes id,
                               struct request *ret) STORE_CHECKED;
void requests_put(struct batch *batch, enum request_kind kind, struct bytes id,
                  const struct request *request);

#endif
