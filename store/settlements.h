/* Settlement runs: one record each, numbered from 1 without gaps, kept for ever; and which of them
 * the ticker has work to do for. Their lines are settlement_lines.h's. */
#ifndef BECKON_STORE_SETTLEMENTS_H
#define BECKON_STORE_SETTLEMENTS_H

#include <stddef.h>

#include "store/batch.h"
#include "store/reader.h"
#include "store/settlement.h"

enum store_result settlements_get(struct reader *reader, uint32_t number,
                                  struct settlement_run *ret) STORE_CHECKED;
/* The last number given out; 0 before the first. */
enum store_result settlements_last(struct reader *reader, uint32_t *ret_number) STORE_CHECKED;
/* Runs above number `after`, ascending; up to count_max. */
enum store_result settlements_list(struct reader *reader, uint32_t after,
                                   struct settlement_run *ret_runs, size_t count_max,
                                   size_t *ret_count) STORE_CHECKED;
/* Numbers above `after` of runs that have work to do, ascending; up to count_max. */
enum store_result settlements_list_working(struct reader *reader, uint32_t after,
                                           uint32_t *ret_numbers, size_t count_max,
                                           size_t *ret_count) STORE_CHECKED;
/* Puts it, and whether it has work to do. */
void settlements_put(struct batch *batch, const struct settlement_run *run);

/* What a key of the table says: the number of a run, and whether it is the record itself or the
 * note that it has work to do; false when it is neither. */
bool settlement_key_read(struct bytes key, uint32_t *ret_number, bool *ret_working);

#endif
