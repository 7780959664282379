/* The form of a refund, in requests and in rows of an import. */
#ifndef BECKON_SERVICE_COMMAND_REFUND_FORM_H
#define BECKON_SERVICE_COMMAND_REFUND_FORM_H

#include "beckon/v1/refund_service.pb-c.h"
#include "service/command/command.h"
#include "store/refunds.h"
#include "store/shops.h"

/* The ids of the two shops as the caller wrote them, for the reply. */
struct refund_shops {
    char own[SHOP_ID_BYTES_MAX + 1], purchase[SHOP_ID_BYTES_MAX + 1];
};

/* Checks everything that the purchase is not needed for and fills the refund but for its state:
 * RECEIPT_INVALID, AMOUNT_INVALID, REFUND_LINES_INVALID, REFUND_EMPTY, TIME_INVALID,
 * TIME_IN_FUTURE, SHOP_UNKNOWN, NOT_YOURS. */
enum outcome refund_form(struct batch *batch, struct command_call *call,
                         const Beckon__V1__RecordRefundRequest *request, struct refund *ret_refund,
                         struct refund_shops *ret_shops) OUTCOME_CHECKED;
/* The text ids of the two shops of a stored refund. */
enum outcome refund_shops(struct reader *reader, const struct refund *refund,
                          struct refund_shops *ret) OUTCOME_CHECKED;

#endif
