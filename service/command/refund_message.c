#include "service/command/refund_message.h"

#include <assert.h>

#include "service/command/credit_message.h"
#include "service/command/reply.h"

static_assert((int)REFUND_REJECTED == (int)BECKON__V1__REFUND_STATE__REFUND_STATE_REJECTED,
              "same numbers");
static_assert((int)REFUND_REJECT_EMPTY ==
                  (int)BECKON__V1__REFUND_REJECT_REASON__REFUND_REJECT_REASON_EMPTY,
              "same numbers");

/* Rounding of each allocation included. */
enum {
    ROW_BYTES = 16 + sizeof(void *),
    LINE_MESSAGE_BYTES = sizeof(Beckon__V1__RefundLine) + ROW_BYTES,
    TAKING_MESSAGE_BYTES = sizeof(Beckon__V1__Taking) + sizeof(Beckon__V1__Party) + 16 + ROW_BYTES,
    RETURN_MESSAGE_BYTES = sizeof(Beckon__V1__GivenBack) + ROW_BYTES,
};

size_t refund_message_bytes(const struct refund *refund)
{
    return sizeof(Beckon__V1__RecordRefundResponse) + sizeof(Beckon__V1__Refund) +
           2 * sizeof(Google__Protobuf__Timestamp) + 2 * (SHOP_ID_BYTES_MAX + RECEIPT_BYTES_MAX) +
           512 + refund->line_count * (size_t)LINE_MESSAGE_BYTES +
           refund->taking_count * (size_t)TAKING_MESSAGE_BYTES +
           refund->return_count * (size_t)RETURN_MESSAGE_BYTES;
}

static bool add_lines(struct command_call *call, const struct refund *refund, bool posted,
                      Beckon__V1__Refund *message)
{
    if (refund->line_count == 0) return true;
    message->lines = reply_alloc(call, refund->line_count * sizeof *message->lines);
    if (message->lines == NULL) return false;
    for (uint8_t i = 0; i < refund->line_count; i++) {
        const struct refund_line *line = &refund->lines[i];
        Beckon__V1__RefundLine *row = reply_message(call, &beckon__v1__refund_line__descriptor);
        if (row == NULL) return false;
        row->line = line->line;
        row->amount_minor = posted ? line->refunded_minor : line->asked_minor;
        message->lines[message->n_lines++] = row;
    }
    return true;
}

static bool add_takings(struct command_call *call, const struct refund *refund,
                        Beckon__V1__Refund *message)
{
    if (refund->taking_count == 0) return true;
    message->takings = reply_alloc(call, refund->taking_count * sizeof *message->takings);
    if (message->takings == NULL) return false;
    for (uint16_t i = 0; i < refund->taking_count; i++) {
        const struct refund_taking *taking = &refund->takings[i];
        if (!credit_visible(call, refund->member, taking->party)) continue;
        Beckon__V1__Taking *row = reply_message(call, &beckon__v1__taking__descriptor);
        if (row == NULL) return false;
        row->credit_number = taking->credit;
        row->beneficiary = reply_party(call, taking->party);
        if (row->beneficiary == NULL) return false;
        row->unit = reply_unit(taking->unit);
        row->asked = taking->asked;
        row->own = taking->own;
        row->elsewhere = taking->elsewhere;
        row->owed = taking->owed;
        row->waived = taking->waived;
        message->takings[message->n_takings++] = row;
    }
    return true;
}

static bool add_returns(struct command_call *call, const struct refund *refund,
                        Beckon__V1__Refund *message)
{
    if (refund->return_count == 0) return true;
    message->given_back = reply_alloc(call, refund->return_count * sizeof *message->given_back);
    if (message->given_back == NULL) return false;
    for (uint8_t i = 0; i < refund->return_count; i++) {
        Beckon__V1__GivenBack *row = reply_message(call, &beckon__v1__given_back__descriptor);
        if (row == NULL) return false;
        row->redemption_number = refund->returns[i].redemption;
        row->unit = reply_unit(refund->returns[i].unit);
        row->amount = refund->returns[i].amount;
        message->given_back[message->n_given_back++] = row;
    }
    return true;
}

enum outcome refund_message(struct command_call *call, const struct refund *refund,
                            const struct refund_shops *shops, bool first,
                            Beckon__V1__Refund **ret)
{
    enum refund_state state = first && refund->parked ? REFUND_PARKED : refund->state;
    bool posted = state == REFUND_POSTED;
    Beckon__V1__Refund *message = reply_message(call, &beckon__v1__refund__descriptor);
    if (message == NULL) return OUTCOME_BUSY;

    message->shop_id = reply_text(call, shops->own);
    message->refund_number = reply_text_of(call, refund->receipt.text, refund->receipt.size);
    message->purchase_shop_id = reply_text(call, shops->purchase);
    message->receipt_number = reply_text_of(call, refund->purchase.text, refund->purchase.size);
    message->occurred_at = reply_time(call, refund->occurred_at);
    message->recorded_at = reply_time(call, refund->recorded_at);
    message->business_date = reply_date(call, refund->business_date);
    message->state = (Beckon__V1__RefundState)state;
    message->amount_minor = posted || refund->line_count == 0 ? refund->amount_minor : 0;
    if (message->shop_id == NULL || message->refund_number == NULL ||
        message->purchase_shop_id == NULL || message->receipt_number == NULL ||
        message->occurred_at == NULL || message->recorded_at == NULL ||
        message->business_date == NULL || !add_lines(call, refund, posted, message))
        return OUTCOME_BUSY;
    if (state == REFUND_REJECTED)
        message->reject_reason = (Beckon__V1__RefundRejectReason)refund->reject;
    if (posted) {
        message->base_minor = refund->base_minor;
        message->full = refund->full;
        message->tier_points = refund->tier_points;
        if (!add_takings(call, refund, message) || !add_returns(call, refund, message))
            return OUTCOME_BUSY;
    }
    *ret = message;
    return OUTCOME_OK;
}
