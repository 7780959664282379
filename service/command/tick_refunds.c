/* The ticker's command for refunds that were not posted beside their purchase: one row per refund,
 * each the first of the list behind the row before. One that still meets too much due work, or
 * whose records are damaged, is passed over. */
#include <string.h>

#include "beckon/internal/tick.pb-c.h"
#include "service/command/commands.h"
#include "service/command/due.h"
#include "service/command/record_refund.h"
#include "service/command/reply.h"
#include "store/refunds.h"

typedef Beckon__Internal__TickRefundsRow tick_row;

static size_t tick_refunds_count(const ProtobufCMessage *request)
{
    size_t count = ((const Beckon__Internal__TickRefundsRequest *)request)->refund_count;
    return count <= TICK_REFUNDS_MAX ? count : TICK_REFUNDS_MAX;
}

/* The reply with all its rows, made by the first. */
static enum outcome begin(struct command_call *call, ProtobufCMessage **reply)
{
    if (*reply != NULL) return OUTCOME_OK;
    size_t count = tick_refunds_count(call->request);
    Beckon__Internal__TickRefundsResponse *made =
        reply_message(call, &beckon__internal__tick_refunds_response__descriptor);
    if (made == NULL) return OUTCOME_BUSY;
    made->rows = reply_alloc(call, (count > 0 ? count : 1) * sizeof *made->rows);
    if (made->rows == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < count; i++) {
        made->rows[i] = reply_message(call, &beckon__internal__tick_refunds_row__descriptor);
        if (made->rows[i] == NULL) return OUTCOME_BUSY;
    }
    made->n_rows = count;
    *reply = &made->base;
    return OUTCOME_OK;
}

/* A row's refund; shop 0 where there is none, or none that can be. */
static struct receipt receipt_of(const tick_row *row)
{
    struct receipt receipt = {.shop = 0};
    size_t size = row != NULL ? strlen(row->refund_number) : 0;

    if (size == 0 || size > RECEIPT_BYTES_MAX) return receipt;
    receipt.shop = row->shop_number;
    receipt.size = (uint8_t)size;
    memcpy(receipt.text, row->refund_number, size);
    return receipt;
}

static enum outcome tick_refunds_write(struct batch *batch, struct command_call *call,
                                       ProtobufCMessage **ret_reply)
{
    const Beckon__Internal__TickRefundsRequest *request =
        (const Beckon__Internal__TickRefundsRequest *)call->request;
    struct receipt receipt;

    enum outcome outcome = begin(call, ret_reply);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__Internal__TickRefundsResponse *reply =
        (Beckon__Internal__TickRefundsResponse *)*ret_reply;
    if (call->row >= reply->n_rows) return OUTCOME_OK;
    tick_row *row = reply->rows[call->row];
    struct receipt after = receipt_of(call->row > 0 ? reply->rows[call->row - 1] : request->after);
    beckon__internal__tick_refunds_row__init(row); /* a run that was dropped may have filled it */
    if (call->row > 0 && after.shop == 0) return OUTCOME_OK;

    enum store_result found = refunds_waiting_next(&batch->reader, &after, &receipt);
    if (found == STORE_ABSENT) return OUTCOME_OK;
    if (found != STORE_OK) return command_outcome(found, OUTCOME_INTERNAL);
    char *number = reply_text_of(call, receipt.text, receipt.size);
    if (number == NULL) return OUTCOME_BUSY;
    outcome = refund_post_later(batch, call->now_ms, &receipt);
    bool waits = outcome == OUTCOME_BUSY;
    bool damaged = outcome == OUTCOME_STORE_DAMAGED || outcome == OUTCOME_PURCHASE_UNKNOWN;
    if (outcome != OUTCOME_OK && !waits && !damaged) return outcome;
    row->shop_number = receipt.shop;
    row->refund_number = number;
    row->waits = waits;
    row->damaged = damaged;
    return OUTCOME_OK;
}

const struct command tick_refunds = {
    .request = &beckon__internal__tick_refunds_request__descriptor,
    .reply = &beckon__internal__tick_refunds_response__descriptor,
    .write = tick_refunds_write,
    .row_count = tick_refunds_count,
};
