#include "service/command/purchase_message.h"

#include "service/command/credit_message.h"
#include "service/command/reply.h"
#include "store/shops.h"

size_t purchase_message_bytes(size_t award_count)
{
    return sizeof(Beckon__V1__RecordPurchaseResponse) + sizeof(Beckon__V1__Purchase) +
           2 * sizeof(Google__Protobuf__Timestamp) + SHOP_ID_BYTES_MAX + RECEIPT_BYTES_MAX + 256 +
           credit_messages_bytes(award_count);
}

enum outcome purchase_message(struct reader *reader, struct command_call *call,
                              const struct purchase *purchase, const char *shop_id,
                              const struct program *program, bool with_refunds,
                              Beckon__V1__Purchase **ret_message)
{
    Beckon__V1__Purchase *message = reply_message(call, &beckon__v1__purchase__descriptor);
    if (message == NULL) return OUTCOME_BUSY;

    message->shop_id = reply_text(call, shop_id);
    message->receipt_number =
        reply_text_of(call, purchase->receipt.text, purchase->receipt.size);
    message->member_number = purchase->member;
    message->amount_minor = purchase->parts.amount_minor;
    message->tax_minor = purchase->parts.tax_minor;
    message->freight_minor = purchase->parts.freight_minor;
    message->gift_card_minor = purchase->parts.gift_card_minor;
    message->points_minor = purchase->parts.points_minor;
    message->base_minor = purchase->base_minor;
    message->occurred_at = reply_time(call, purchase->occurred_at);
    message->recorded_at = reply_time(call, purchase->recorded_at);
    message->business_date = reply_date(call, purchase->business_date);
    message->serving_guide = purchase->serving_guide;
    message->program_version = purchase->program_version;
    if (with_refunds) message->refunded_minor = purchase->refunded_minor;
    if (message->shop_id == NULL || message->receipt_number == NULL ||
        message->occurred_at == NULL || message->recorded_at == NULL ||
        message->business_date == NULL)
        return OUTCOME_BUSY;
    *ret_message = message;
    return credit_messages(reader, call, purchase->member, program, purchase->awards,
                           purchase->award_count, &message->credits, &message->n_credits);
}
