/* Held credits that a person left to the next run, with the reason: they no longer keep this one
 * from being closed. Kept for ever. */
#ifndef BECKON_STORE_HELD_CARRIED_H
#define BECKON_STORE_HELD_CARRIED_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

struct held_carried {
    uint32_t run;
    struct party party;    /* whose credit */
    uint64_t credit;
    char reason[REASON_BYTES_MAX + 1];
    uint64_t carried_at;
    uint32_t carried_by;   /* token number */
};

/* STORE_ABSENT: nobody left this credit to the next run. */
enum store_result held_carried_get(struct reader *reader, uint32_t run, struct party party,
                                   uint64_t credit, struct held_carried *ret) STORE_CHECKED;
void held_carried_put(struct batch *batch, const struct held_carried *carried);

/* What a key of the table says; false when it is none. */
bool held_carried_key_read(struct bytes key, uint32_t *ret_run, struct party *ret_party,
                           uint64_t *ret_credit);

#endif
