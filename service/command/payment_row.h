/* One payment result of a request: which line it is about, and whether that line can take it. */
#ifndef BECKON_SERVICE_COMMAND_PAYMENT_ROW_H
#define BECKON_SERVICE_COMMAND_PAYMENT_ROW_H

#include "beckon/v1/payout_service.pb-c.h"
#include "service/command/command.h"
#include "store/payments.h"

struct payment_row {
    struct settlement_line line;  /* as stored */
    struct payment_event event;   /* what is taken down; number: the line's next */
    bool known;                   /* it was taken down before: nothing to do */
};

/* Finds the line and holds the result against it. Refusals name the field within the row:
 * FIELD_REQUIRED, VALUE_INVALID, TEXT_INVALID, PAYMENT_LINE_UNKNOWN, PAYMENT_AMOUNT_DIFFERS,
 * PAYMENT_CHANGE_IMPOSSIBLE. at, by and the run's number in `event` are the caller's. */
enum outcome payment_row_check(struct reader *reader, struct command_call *call, uint32_t run,
                               const Beckon__V1__PaymentResult *result,
                               struct payment_row *ret) OUTCOME_CHECKED;

/* Are they about the same line? */
bool payment_row_same_line(const struct payment_row *a, const struct payment_row *b);

#endif
