/* When an operator last said that the machine's clock is right: an instance's own record. The due
 * ticker waits for it after the clock has jumped. */
#ifndef BECKON_STORE_CLOCK_H
#define BECKON_STORE_CLOCK_H

#include "store/batch.h"
#include "store/reader.h"

struct clock_acceptance {
    uint64_t count; /* 0: never */
    uint64_t at;    /* Unix milliseconds, by the clock that was accepted */
};

/* Reads merchant 0's. Never STORE_ABSENT. */
enum store_result clock_acceptance_get(struct reader *reader,
                                       struct clock_acceptance *ret) STORE_CHECKED;
/* The batch's current merchant must be 0. */
void clock_acceptance_put(struct batch *batch, const struct clock_acceptance *acceptance);

#endif
