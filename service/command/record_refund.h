/* Recording one refund: what RecordRefund does, and each row of RecordRefunds. */
#ifndef BECKON_SERVICE_COMMAND_RECORD_REFUND_H
#define BECKON_SERVICE_COMMAND_RECORD_REFUND_H

#include "beckon/v1/refund_service.pb-c.h"
#include "service/command/command.h"
#include "service/limits.h"
#include "store/refund.h"

/* Refusals, in order: those of refund_form, (seen before: the first answer, or REFUND_REUSED); then
 * REFUND_LINES_INVALID, REFUND_EMPTY, REFUND_ABOVE_PURCHASE, BUSY where its purchase is there, and
 * REFUNDS_PARKED_TOO_MANY where it is not. Field names in refusals are those of the request. */
enum outcome refund_record(struct batch *batch, struct command_call *call,
                           const Beckon__V1__RecordRefundRequest *request,
                           Beckon__V1__Refund **ret_refund) OUTCOME_CHECKED;

/* The refunds that wait for a purchase. */
struct refunds_waiting {
    size_t count;
    struct receipt refund[LIMIT_REFUNDS_PARKED];
};
/* Before the LINE of the purchase. Store outcomes. */
enum outcome refunds_waiting_for(struct reader *reader, const struct receipt *purchase,
                                 struct refunds_waiting *ret) OUTCOME_CHECKED;
/* After it, when the purchase is put: posts them one after another; those that don't fit it are
 * rejected. Each goes a command's way of its own, LINE included, so this answers OUTCOME_OK or
 * OUTCOME_AGAIN alone: when a later one has to read what is not fetched yet, purchase and earlier
 * ones are put already and the whole batch is run again. One that would move more than is left of
 * `movements_max` entries, meets more due work than one command posts, or can't be read stays
 * parked, in the ticker's list: refund_post_later posts it, or whoever repeats its RecordRefund. */
enum outcome refunds_post_waiting(struct batch *batch, uint64_t now_ms,
                                  const struct refunds_waiting *waiting,
                                  size_t movements_max) OUTCOME_CHECKED;
/* One of the ticker's list, in a command (or row) of its own: posted or rejected, and off the list.
 * OUTCOME_BUSY: still too much due work. */
enum outcome refund_post_later(struct batch *batch, uint64_t now_ms,
                               const struct receipt *receipt) OUTCOME_CHECKED;

#endif
