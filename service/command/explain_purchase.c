/* Explains a recorded purchase: every rule of the version it was decided by, and what became of it.
 * Nothing is computed anew: verdicts and awards were kept with the purchase. */
#include <string.h>

#include "service/command/commands.h"
#include "service/command/explain_rule.h"
#include "service/command/explain_words.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/programs.h"
#include "store/purchases.h"
#include "store/shops.h"

/* A member names her shop by its id like staff, but hers is what she bought, not the shop. */
static enum outcome find_shop(struct reader *reader, struct command_call *call, const char *shop_id,
                              uint32_t *ret_shop)
{
    enum outcome outcome = object_shop(reader, call, shop_id, "shop_id", ret_shop);
    if (outcome == OUTCOME_SHOP_UNKNOWN && call->principal.role == ROLE_MEMBER)
        return form_refuse(call, OUTCOME_NOT_YOURS, "shop_id", NULL);
    return outcome;
}

static enum outcome find_purchase(struct reader *reader, struct command_call *call,
                                  struct purchase *ret)
{
    const Beckon__V1__ExplainPurchaseRequest *request =
        (const Beckon__V1__ExplainPurchaseRequest *)call->request;
    bool member = call->principal.role == ROLE_MEMBER;
    struct receipt receipt = {0};
    char text[RECEIPT_BYTES_MAX + 1];

    enum outcome outcome =
        form_text(call, request->receipt_number, "receipt_number", 1, RECEIPT_BYTES_MAX, text);
    if (outcome != OUTCOME_OK) return outcome;
    receipt.size = (uint8_t)strlen(text);
    memcpy(receipt.text, text, receipt.size);
    outcome = find_shop(reader, call, request->shop_id, &receipt.shop);
    if (outcome != OUTCOME_OK) return outcome;
    enum store_result found = purchases_get(reader, &receipt, ret);
    /* Somebody else's receipt and none at all look the same to a customer. */
    if (member && (found == STORE_ABSENT ||
                   (found == STORE_OK && ret->member != call->principal.party.number)))
        return form_refuse(call, OUTCOME_NOT_YOURS, "receipt_number", NULL);
    outcome = command_outcome(found, OUTCOME_PURCHASE_UNKNOWN);
    return outcome == OUTCOME_OK ? outcome : form_refuse(call, outcome, "receipt_number", NULL);
}

static enum outcome fill(struct reader *reader, struct command_call *call,
                         const struct purchase *purchase, const char *currency,
                         Beckon__V1__ExplainPurchaseResponse *reply)
{
    struct shop shop;
    struct sentence base = explain_base(&purchase->parts, purchase->base_minor, currency);

    enum outcome outcome =
        command_outcome(shops_get(reader, purchase->receipt.shop, &shop), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    reply->shop_id = reply_text(call, shop.shop_id);
    reply->receipt_number =
        reply_text_of(call, purchase->receipt.text, purchase->receipt.size);
    reply->member_number = purchase->member;
    reply->business_date = reply_date(call, purchase->business_date);
    reply->program_version = purchase->program_version;
    reply->base_calculation = sentence_message(call, &base);
    reply->base_minor = purchase->base_minor;
    reply->refunded_minor = purchase->refunded_minor;
    reply->refunded_base_minor = purchase->refunded_base_minor;
    reply->purchase_days = purchase->days_recorded;
    /* Whoever may not see guides' credits doesn't learn here who served her. */
    if (call->principal.role != ROLE_POS) reply->serving_guide = purchase->serving_guide;
    return reply->shop_id == NULL || reply->receipt_number == NULL ||
                   reply->business_date == NULL || reply->base_calculation == NULL
               ? OUTCOME_BUSY
               : OUTCOME_OK;
}

static enum outcome fill_rules(struct reader *reader, struct command_call *call,
                               const struct purchase *purchase, const char *currency,
                               Beckon__V1__ExplainPurchaseResponse *reply)
{
    struct program program;

    if (purchase->program_version == 0) return OUTCOME_OK;
    enum outcome outcome = command_outcome(
        programs_get(reader, purchase->program_version, &program), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (purchase->tier < program.tier_count) {
        reply->tier_before = reply_text(call, program.tiers[purchase->tier].id);
        if (reply->tier_before == NULL) return OUTCOME_BUSY;
    }
    struct explained explained = {
        .currency = currency, .program = &program, .verdicts = &purchase->verdicts,
        .awards = purchase->awards, .award_count = purchase->award_count,
        .buyer = purchase->member, .business_date = purchase->business_date,
    };
    return explain_rules(call, &explained, &reply->rules, &reply->n_rules);
}

static enum outcome explain_purchase_read(struct reader *reader, struct command_call *call,
                                          ProtobufCMessage **ret_reply)
{
    struct purchase purchase;
    struct merchant merchant;

    enum outcome outcome = find_purchase(reader, call, &purchase);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__ExplainPurchaseResponse *reply =
        reply_message(call, &beckon__v1__explain_purchase_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    outcome = fill(reader, call, &purchase, merchant.currency, reply);
    if (outcome != OUTCOME_OK) return outcome;
    return fill_rules(reader, call, &purchase, merchant.currency, reply);
}

const struct command explain_purchase = {
    .request = &beckon__v1__explain_purchase_request__descriptor,
    .reply = &beckon__v1__explain_purchase_response__descriptor,
    .read = explain_purchase_read,
};
