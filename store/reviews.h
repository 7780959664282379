/* Reviews of what looks like fraud: by number, and the undecided ones apart. */
#ifndef BECKON_STORE_REVIEWS_H
#define BECKON_STORE_REVIEWS_H

#include <stdbool.h>

#include "store/batch.h"
#include "store/reader.h"
#include "store/review.h"

enum store_result reviews_get(struct reader *reader, uint32_t number,
                              struct review *ret) STORE_CHECKED;
/* The last number given out; 0: none yet. */
enum store_result reviews_last(struct reader *reader, uint32_t *ret_number) STORE_CHECKED;
/* Puts the record and keeps the list of undecided ones. */
void reviews_put(struct batch *batch, const struct review *review);

/* Is this number in the list of undecided ones? STORE_OK or STORE_ABSENT. */
enum store_result reviews_is_open(struct reader *reader, uint32_t number) STORE_CHECKED;
/* Numbers above `after`, ascending, up to count_max: all, or the undecided ones. */
enum store_result reviews_list(struct reader *reader, bool open_only, uint32_t after,
                               uint32_t *ret_numbers, size_t count_max,
                               size_t *ret_count) STORE_CHECKED;

#endif
