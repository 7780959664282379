/* Walks over all purchases in the order of their keys, for those who replay history. Whoever walks
 * opens a fresh snapshot for each portion: a long one would keep the engine from using freed pages
 * again. */
#ifndef BECKON_STORE_EVENT_WALK_H
#define BECKON_STORE_EVENT_WALK_H

#include "store/reader.h"
#include "store/record.h"

/* Purchases behind `after` (size 0: from the first), by shop and receipt; up to count_max. */
enum store_result event_walk_purchases(struct reader *reader, const struct receipt *after,
                                       struct purchase *ret_purchases, size_t count_max,
                                       size_t *ret_count) STORE_CHECKED;

#endif
