/* Refunds under their natural key (shop, refund number), and which refunds a purchase has, those
 * too that wait for it. */
#ifndef BECKON_STORE_REFUNDS_H
#define BECKON_STORE_REFUNDS_H

#include "store/batch.h"
#include "store/reader.h"
#include "store/refund.h"

/* STORE_ABSENT: no such refund. */
enum store_result refunds_get(struct reader *reader, const struct receipt *receipt,
                              struct refund *ret) STORE_CHECKED;
/* Puts it and its row among the purchase's refunds; asserts that every taking is balanced. */
void refunds_put(struct batch *batch, const struct refund *refund);

/* One of a purchase's refunds. */
struct refund_of {
    struct receipt receipt; /* the refund's own */
    enum refund_state state;
};
/* The refunds of a purchase after `after` (shop 0: from the first), by shop and number; up to
 * count_max. The purchase itself need not be there. */
enum store_result refunds_of(struct reader *reader, const struct receipt *purchase,
                             const struct receipt *after, struct refund_of *ret_refunds,
                             size_t count_max, size_t *ret_count) STORE_CHECKED;

/* The state a refund has among those of its purchase; STORE_ABSENT: it is not there. */
enum store_result refunds_listed(struct reader *reader, const struct refund *refund,
                                 enum refund_state *ret) STORE_CHECKED;

/* ---- those that could not be posted beside their purchase ------------------------------------ */

/* The ticker's list: exactly the parked refunds whose purchase is there. */
void refunds_waiting_put(struct batch *batch, const struct receipt *refund);
void refunds_waiting_delete(struct batch *batch, const struct receipt *refund);
/* Is it among them? STORE_ABSENT: no. */
enum store_result refunds_waiting_get(struct reader *reader,
                                      const struct receipt *refund) STORE_CHECKED;
/* The first behind `after` (shop 0: of all); STORE_ABSENT: there is none. */
enum store_result refunds_waiting_next(struct reader *reader, const struct receipt *after,
                                       struct receipt *ret) STORE_CHECKED;
/* The refund that a key of TABLE_REFUND_WAITING names; STORE_DAMAGED. */
enum store_result refund_waiting_key_read(struct bytes key, struct receipt *ret) STORE_CHECKED;

/* The receipts that a key of TABLE_REFUND_OF names; STORE_DAMAGED. */
enum store_result refund_of_key_read(struct bytes key, struct receipt *ret_purchase,
                                     struct receipt *ret_refund) STORE_CHECKED;

#endif
