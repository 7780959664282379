/* What fraud signals count, by kind and party. All of it is bounded: one record a guide, and one a
 * member and month in which she gave a whole purchase back. */
#ifndef BECKON_STORE_SIGNALS_H
#define BECKON_STORE_SIGNALS_H

#include "store/batch.h"
#include "store/program.h"
#include "store/reader.h"
#include "store/review.h"

/* `month`: the first day of the month that is counted by day; 0 for a running window of minutes.
 * Counts that were never put are 0. */
enum store_result signals_get(struct reader *reader, enum signal_kind kind, struct party party,
                              business_date month, struct signal_counts *ret) STORE_CHECKED;
void signals_put(struct batch *batch, enum signal_kind kind, struct party party,
                 business_date month, const struct signal_counts *counts);

/* Sums a kind that is counted by day over [from, to], at most REFUND_CYCLE_DAYS_MAX days; reads one
 * record a month. */
enum store_result signals_sum(struct reader *reader, enum signal_kind kind, struct party party,
                              business_date from, business_date to,
                              uint32_t *ret_count) STORE_CHECKED;

#endif
