#include "service/command/purchase_message.h"

#include "service/command/credit_message.h"
#include "service/command/reply.h"
#include "service/rules/tiers.h"
#include "store/shops.h"

size_t purchase_message_bytes(size_t award_count)
{
    return sizeof(Beckon__V1__RecordPurchaseResponse) + sizeof(Beckon__V1__Purchase) +
           2 * sizeof(Google__Protobuf__Timestamp) + SHOP_ID_BYTES_MAX + RECEIPT_BYTES_MAX + 256 +
           RULE_ID_BYTES_MAX + SELLERS_MAX * (sizeof(Beckon__V1__Seller) + sizeof(void *) + 16) +
           credit_messages_bytes(award_count);
}

static bool fill_sellers(struct command_call *call, const struct purchase *purchase,
                         Beckon__V1__Purchase *message)
{
    if (purchase->seller_count == 0) return true;
    message->sellers = reply_alloc(call, purchase->seller_count * sizeof *message->sellers);
    if (message->sellers == NULL) return false;
    for (size_t i = 0; i < purchase->seller_count; i++) {
        Beckon__V1__Seller *seller = reply_message(call, &beckon__v1__seller__descriptor);
        if (seller == NULL) return false;
        seller->guide_number = purchase->sellers[i].guide;
        seller->share_bp = purchase->sellers[i].share_bp;
        message->sellers[message->n_sellers++] = seller;
    }
    return true;
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
    if (program != NULL && tiers_kept(program)) {
        message->tier_id =
            reply_text(call, program->tiers[tiers_clamp(program, purchase->tier)].id);
        if (message->tier_id == NULL) return OUTCOME_BUSY;
    }
    if (!fill_sellers(call, purchase, message)) return OUTCOME_BUSY;
    if (message->shop_id == NULL || message->receipt_number == NULL ||
        message->occurred_at == NULL || message->recorded_at == NULL ||
        message->business_date == NULL)
        return OUTCOME_BUSY;
    *ret_message = message;
    return credit_messages(reader, call, purchase->member, program, purchase->awards,
                           purchase->award_count, &message->credits, &message->n_credits);
}
