/* Up to which date the periods of one pay entity are closed: all its events before it have been
 * settled, and what is recorded later for them takes the first open date. The merchant's own date,
 * which holds for all of them, is in its record. */
#ifndef BECKON_STORE_CLOSED_THROUGH_H
#define BECKON_STORE_CLOSED_THROUGH_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"

/* STORE_ABSENT: no run of its own has closed anything. */
enum store_result closed_through_get(struct reader *reader, uint32_t pay_entity,
                                     business_date *ret_date) STORE_CHECKED;
void closed_through_put(struct batch *batch, uint32_t pay_entity, business_date date);

#endif
