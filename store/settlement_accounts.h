/* What settlement runs left on accounts: marks, what refunds of settled credits took, carries. One
 * record per account and pay entity (0: members), under the account's prefix. */
#ifndef BECKON_STORE_SETTLEMENT_ACCOUNTS_H
#define BECKON_STORE_SETTLEMENT_ACCOUNTS_H

#include "store/batch.h"
#include "store/bytes.h"
#include "store/reader.h"
#include "store/settlement.h"

enum {
    SETTLEMENT_MARK_BYTES = 4 + 1 + 4 + 2 * 8 + (2 * UNIT_COUNT + 1) * 8,
    SETTLEMENT_ACCOUNT_BYTES_MAX =
        1 + (2 * UNIT_COUNT + 1) * 8 + 1 + SETTLEMENT_MARKS_MAX * SETTLEMENT_MARK_BYTES,
    /* Pay entities of one account: a guide has at most as many employments (accounts.h). */
    SETTLEMENT_ENTITIES_MAX = 32,
};
size_t settlement_account_encode(const struct settlement_account *account, uint8_t *to);
enum store_result settlement_account_decode(struct bytes from,
                                            struct settlement_account *ret) STORE_CHECKED;

/* All zero where there is none. */
enum store_result settlement_accounts_get(struct reader *reader, struct party party,
                                          uint32_t pay_entity,
                                          struct settlement_account *ret) STORE_CHECKED;
/* Puts it; one with nothing in it has no record. */
void settlement_accounts_put(struct batch *batch, struct party party, uint32_t pay_entity,
                             const struct settlement_account *account);

struct settlement_of_entity {
    uint32_t pay_entity;
    struct settlement_account account;
};
/* The party's records from `pay_entity` on, ascending; up to count_max. */
enum store_result settlement_accounts_list(struct reader *reader, struct party party,
                                           uint32_t pay_entity, struct settlement_of_entity *ret,
                                           size_t count_max, size_t *ret_count) STORE_CHECKED;

#endif
