/* Recording one purchase: what RecordPurchase does, and each row of RecordPurchases. */
#ifndef BECKON_SERVICE_COMMAND_RECORD_PURCHASE_H
#define BECKON_SERVICE_COMMAND_RECORD_PURCHASE_H

#include "beckon/v1/purchase_service.pb-c.h"
#include "service/command/command.h"

/* Refusals, in order: AMOUNT_INVALID, RECEIPT_INVALID, CURRENCY_MISMATCH, TIME_INVALID,
 * TIME_IN_FUTURE, LINES_INVALID, SELLERS_INVALID, SHOP_UNKNOWN or NOT_YOURS, (seen before: the
 * first answer, or RECEIPT_REUSED), MEMBER_UNKNOWN, BUSY, GUIDE_UNKNOWN. Field names in refusals
 * are those of the request. */
enum outcome purchase_record(struct batch *batch, struct command_call *call,
                             const Beckon__V1__RecordPurchaseRequest *request,
                             Beckon__V1__Purchase **ret_purchase) OUTCOME_CHECKED;

#endif
