/* Redemptions: what members spent at tills, and out of which credits, in the order they were taken.
 * Numbered from 1 without gaps; found by their number, or by the receipt they helped to pay. */
#ifndef BECKON_STORE_REDEMPTIONS_H
#define BECKON_STORE_REDEMPTIONS_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

enum { REDEMPTION_LOTS_MAX = 128 }; /* one call's: LOTS_PER_COMMAND_MAX */

struct redemption_lot {
    uint64_t credit;
    int64_t amount;
    int64_t restored;  /* of it, given back to the credit */
};

struct redemption {
    uint32_t number;
    uint32_t member;
    enum unit unit;
    int64_t amount;         /* of the unit */
    int64_t value_minor;    /* what it was worth then */
    struct receipt receipt; /* what it helped to pay */
    uint64_t recorded_at;
    business_date business_date;
    uint64_t entry;         /* its first entry's number */
    int64_t restored;       /* given back so far: the lots' sum */
    int64_t cancelled;      /* of it, by CancelRedemption */
    uint64_t cancelled_at;  /* 0: not */
    uint8_t lot_count;
    struct redemption_lot lots[REDEMPTION_LOTS_MAX];
};

enum {
    REDEMPTION_BYTES_MAX = 1 + 4 + 4 + 1 + 8 + 8 + 45 + 8 + 4 + 8 + 8 + 8 + 8 + 1 +
                           REDEMPTION_LOTS_MAX * 24,
};
size_t redemption_encode(const struct redemption *redemption, uint8_t *to);
enum store_result redemption_decode(struct bytes from, struct redemption *ret) STORE_CHECKED;
/* Do its lots add up, with nothing restored twice? */
bool redemption_sound(const struct redemption *redemption);

enum store_result redemptions_get(struct reader *reader, uint32_t number,
                                  struct redemption *ret) STORE_CHECKED;
/* The last number given out; 0 before the first. */
enum store_result redemptions_last(struct reader *reader, uint32_t *ret_number) STORE_CHECKED;
/* Puts it, new or changed, and its places under its receipt and its member. */
void redemptions_put(struct batch *batch, const struct redemption *redemption);
/* Numbers of those that helped to pay a receipt, above `after`, ascending. */
enum store_result redemptions_of(struct reader *reader, const struct receipt *receipt,
                                 uint32_t after, uint32_t *ret_numbers, size_t count_max,
                                 size_t *ret_count) STORE_CHECKED;

/* Numbers of a member's, above `after`, ascending. */
enum store_result redemptions_by(struct reader *reader, uint32_t member, uint32_t after,
                                 uint32_t *ret_numbers, size_t count_max,
                                 size_t *ret_count) STORE_CHECKED;

#endif
