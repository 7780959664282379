/* Merchants: the unit of everything, and the numbers each gives out. */
#ifndef BECKON_STORE_MERCHANTS_H
#define BECKON_STORE_MERCHANTS_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

/* The record of reader->merchant. STORE_ABSENT: no such merchant. */
enum store_result merchants_get(struct reader *reader, struct merchant *ret) STORE_CHECKED;
/* Puts under merchant->number, which must be the batch's current merchant. */
void merchants_put(struct batch *batch, const struct merchant *merchant);

/* The instance's list (merchant 0): up to `count_max` numbers above `after`, ascending. */
enum store_result merchants_list(struct reader *reader, uint32_t after, uint32_t *ret_numbers,
                                 size_t count_max, size_t *ret_count) STORE_CHECKED;
/* The highest number given out; 0 before the first. */
enum store_result merchants_last(struct reader *reader, uint32_t *ret_number) STORE_CHECKED;
/* Adds a number to the list; the batch's current merchant must be 0. */
void merchants_list_put(struct batch *batch, uint32_t number);

/* All zero before the first use. */
enum store_result numbers_get(struct reader *reader, struct numbers *ret) STORE_CHECKED;
void numbers_put(struct batch *batch, const struct numbers *numbers);

#endif
