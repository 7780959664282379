/* What credits hold of caps and campaign budgets: a counter each. cap.h says which credit counts
 * where; an absent counter holds 0. */
#ifndef BECKON_STORE_CAPS_H
#define BECKON_STORE_CAPS_H

#include "store/batch.h"
#include "store/cap.h"
#include "store/reader.h"

/* Never STORE_ABSENT. */
enum store_result caps_get(struct reader *reader, const struct cap_counter *counter,
                           int64_t *ret_taken) STORE_CHECKED;
void caps_want(struct reader *reader, const struct cap_counter *counter);
void caps_put(struct batch *batch, const struct cap_counter *counter, int64_t taken);

/* A stored counter as a walk over its table finds it; STORE_DAMAGED. */
enum store_result caps_decode(struct bytes key, struct bytes value, struct cap_counter *ret,
                              int64_t *ret_taken) STORE_CHECKED;

#endif
