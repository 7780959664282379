/* Every held credit by its business date: what a settlement run has to wait for is one scan. Kept
 * by credits_add and credits_change; a credit that an older version of Beckon held comes into the
 * list when it is next written, or when a run's draft meets it. */
#ifndef BECKON_STORE_HELD_H
#define BECKON_STORE_HELD_H

#include <stddef.h>

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

struct held {
    business_date business_date; /* the credit's */
    struct party party;
    uint64_t credit;
};

void held_put(struct batch *batch, const struct held *held);
void held_delete(struct batch *batch, const struct held *held);
/* STORE_OK: it is in the list; STORE_ABSENT. */
enum store_result held_has(struct reader *reader, const struct held *held) STORE_CHECKED;
/* Those behind `after` (NULL: from the first) of dates before `before`, by date, party and number;
 * up to count_max. */
enum store_result held_list(struct reader *reader, const struct held *after, business_date before,
                            struct held *ret, size_t count_max, size_t *ret_count) STORE_CHECKED;

/* What a key of the table says; false when it is none. */
bool held_key_read(struct bytes key, struct held *ret);

#endif
