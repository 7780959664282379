/* L1 and L2: per guide and day, how many of his members have their last (second-last) live
 * purchase day there. Denominator and numerator of the repurchase rate over any window.
 *
 * Edits are gathered before the LINE (months are loaded on demand) and put after it. */
#ifndef BECKON_STORE_RECENCY_H
#define BECKON_STORE_RECENCY_H

#include "store/batch.h"
#include "store/date.h"
#include "store/reader.h"
#include "store/record.h"

/* A purchase touches three months of one guide; each turn of her binding before it two more, for
 * either guide. */
enum { RECENCY_EDIT_MONTHS_MAX = 24 };
enum recency_level { RECENCY_LAST = 1, RECENCY_SECOND_LAST = 2 };

struct recency_edit {
    size_t count;
    struct { uint32_t guide; business_date month; struct recency_month counts; }
        months[RECENCY_EDIT_MONTHS_MAX];
};

void recency_edit_begin(struct recency_edit *edit);
/* Adds delta (-1 or 1) at a day of a guide; guide 0 and DATE_NEVER do nothing. STORE_DAMAGED when
 * the stored count would fall below 0 (it doesn't count the member who leaves it) or the day is no
 * calendar date. */
enum store_result recency_edit_add(struct recency_edit *edit, struct reader *reader,
                                   uint32_t guide, enum recency_level level, business_date day,
                                   int delta) STORE_CHECKED;
void recency_edit_put(const struct recency_edit *edit, struct batch *batch);

/* A hint that recency_sum will ask for these. */
void recency_want(struct reader *reader, uint32_t guide, business_date from, business_date to);
/* Sums of both levels over [from, to); reads one record a month, so callers bound the window. */
enum store_result recency_sum(struct reader *reader, uint32_t guide, business_date from,
                              business_date to, uint64_t *ret_last,
                              uint64_t *ret_second_last) STORE_CHECKED;

#endif
