/* What people decided by hand: corrections of balances, credits held and released, each with its
 * reason and who did it. Numbered from 1 without gaps; kept for ever. */
#ifndef BECKON_STORE_ADJUSTMENTS_H
#define BECKON_STORE_ADJUSTMENTS_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

enum adjustment_kind { ADJUSTMENT_BALANCE = 1, ADJUSTMENT_HOLD = 2, ADJUSTMENT_RELEASE = 3 };
enum adjustment_state { ADJUSTMENT_POSTED = 1, ADJUSTMENT_PROPOSED = 2, ADJUSTMENT_REJECTED = 3 };

struct adjustment {
    uint32_t number;
    enum adjustment_kind kind;
    struct party party;
    enum unit unit;
    int64_t amount;              /* BALANCE: signed; the others: what was left of the credit */
    char reason[REASON_BYTES_MAX + 1];
    enum adjustment_state state;
    bool proposed;               /* it had to wait for another person */
    uint64_t created_at;
    uint32_t created_by;         /* token number */
    uint64_t decided_at;         /* 0: nobody had to, or has */
    uint32_t decided_by;
    char decision_reason[REASON_BYTES_MAX + 1];
    uint64_t entry;              /* its first entry; 0: none */
    uint64_t credit;             /* held, released, or made; 0: taken from several */
};

enum store_result adjustments_get(struct reader *reader, uint32_t number,
                                  struct adjustment *ret) STORE_CHECKED;
/* The last number given out; 0 before the first. */
enum store_result adjustments_last(struct reader *reader, uint32_t *ret_number) STORE_CHECKED;
void adjustments_put(struct batch *batch, const struct adjustment *adjustment);

#endif
