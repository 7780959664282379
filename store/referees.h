/* Whom a member recommended: an index of what her friends' accounts say of their referrer. Written
 * with each registration. Stores made before there was one are gone through once, by the ticker;
 * the mark says how far. */
#ifndef BECKON_STORE_REFEREES_H
#define BECKON_STORE_REFEREES_H

#include <stddef.h>
#include <stdint.h>

#include "store/batch.h"
#include "store/reader.h"

/* `referee` was recommended by the member `referrer`. Putting it again changes nothing. */
void referees_put(struct batch *batch, uint32_t referrer, uint32_t referee);
/* Numbers below `before` (UINT32_MAX: from the newest), descending; up to count_max. */
enum store_result referees_list(struct reader *reader, uint32_t referrer, uint32_t before,
                                uint32_t *ret_referees, size_t count_max,
                                size_t *ret_count) STORE_CHECKED;

/* Every member up to this number is in the list of her referrer, if a member is it; those above may
 * be. REFEREES_ALL: nothing is left to go through, as with a merchant made since. */
#define REFEREES_ALL UINT32_MAX
/* Never STORE_ABSENT: 0 where nothing was gone through. */
enum store_result referees_listed_get(struct reader *reader, uint32_t *ret_through) STORE_CHECKED;
void referees_listed_put(struct batch *batch, uint32_t through);

#endif
