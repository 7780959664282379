/* What every guide's counters of a month come to, many guides in one record, so that a ranking of a
 * month, quarter or year reads some hundred records and of each only the figure it is by.
 *
 * Whoever puts a month (kpi_put) puts its sums here too. A block that is absent says nothing: its
 * months are summed when it is asked for; one that is there has all of its guides. */
#ifndef BECKON_STORE_KPI_BLOCK_H
#define BECKON_STORE_KPI_BLOCK_H

#include "store/batch.h"
#include "store/kpi.h"
#include "store/reader.h"

enum { KPI_BLOCK_GUIDES = 32 };
enum kpi_column {
    KPI_NEW, KPI_INHERITED, KPI_ACTIVATED, KPI_PURCHASES, KPI_HANDED_OVER, KPI_SALES,
    KPI_EARNED, /* two: by unit */
    KPI_ONCE = KPI_EARNED + UNIT_COUNT, /* three: by span */
    KPI_TWICE = KPI_ONCE + KPI_SPAN_COUNT,
    KPI_COLUMNS = KPI_TWICE + KPI_SPAN_COUNT,
};
/* By guide: the guides whose number divided by KPI_BLOCK_GUIDES is the block's. */
struct kpi_block {
    int64_t column[KPI_COLUMNS][KPI_BLOCK_GUIDES];
};

enum { KPI_BLOCK_BYTES_MAX = 1 + 2 + KPI_COLUMNS * (2 + 10 * KPI_BLOCK_GUIDES) };
size_t kpi_block_encode(const struct kpi_block *block, uint8_t *to);
enum store_result kpi_block_decode(struct bytes from, struct kpi_block *ret) STORE_CHECKED;

/* Puts the sums of a month into their place. false: a sum overflows. */
bool kpi_block_set(struct kpi_block *block, uint32_t guide, const struct kpi_month *counts);

/* The guide's block of a month; where it is absent, summed from the months. */
enum store_result kpi_block_load(struct reader *reader, uint32_t guide, business_date month,
                                 struct kpi_block *ret) STORE_CHECKED;
/* Before the LINE: reads what kpi_block_load will, and whether it can be read. */
enum store_result kpi_block_ready(struct reader *reader, uint32_t guide,
                                  business_date month) STORE_CHECKED;
/* STORE_ABSENT where it was never put. */
enum store_result kpi_block_get(struct reader *reader, uint32_t block, business_date month,
                                struct kpi_block *ret) STORE_CHECKED;
void kpi_block_put(struct batch *batch, uint32_t guide, business_date month,
                   const struct kpi_block *block);

/* Adds the figures of two columns (the same twice: of one) over all guides to `ret_first` and
 * `ret_second`, by guide number up to guide_max. STORE_DAMAGED: a record of another guide, or a sum
 * overflows. */
enum store_result kpi_block_add_up(struct reader *reader, business_date month,
                                   enum kpi_column first, enum kpi_column second,
                                   uint32_t guide_max, int64_t *ret_first,
                                   int64_t *ret_second) STORE_CHECKED;

#endif
