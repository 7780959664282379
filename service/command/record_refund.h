/* Recording one refund: what RecordRefund does, and each row of RecordRefunds. */
#ifndef BECKON_SERVICE_COMMAND_RECORD_REFUND_H
#define BECKON_SERVICE_COMMAND_RECORD_REFUND_H

#include "beckon/v1/refund_service.pb-c.h"
#include "service/command/command.h"
#include "store/refund.h"

/* Refusals, in order: those of refund_form, (seen before: the first answer, or REFUND_REUSED),
 * REFUNDS_PARKED_TOO_MANY, REFUND_LINES_INVALID, REFUND_EMPTY, REFUND_ABOVE_PURCHASE, BUSY. Field
 * names in refusals are those of the request. */
enum outcome refund_record(struct batch *batch, struct command_call *call,
                           const Beckon__V1__RecordRefundRequest *request,
                           Beckon__V1__Refund **ret_refund) OUTCOME_CHECKED;

/* Posts the refunds that wait for a purchase, which is in the batch by now, one after another; those
 * that don't fit it are rejected. Each goes a command's way of its own, LINE included, so this
 * comes after its caller's LINE and answers OUTCOME_OK or OUTCOME_AGAIN alone: when a later one has
 * to read what is not fetched yet, the earlier ones are put already and the whole batch is run
 * again. One that would move more than is left of `movements_max` entries, meets more due work than
 * one command posts, or can't be read stays parked: repeating its RecordRefund posts it, or says
 * what is wrong. */
enum outcome refunds_post_parked(struct batch *batch, uint64_t now_ms,
                                 const struct receipt *purchase,
                                 size_t movements_max) OUTCOME_CHECKED;

#endif
