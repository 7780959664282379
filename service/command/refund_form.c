#include "service/command/refund_form.h"

#include <string.h>

#include "service/command/business_time.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/limits.h"

#define LINES_ALLOWED "1..100, each once"

static enum outcome form_number(struct command_call *call, const char *text, const char *field,
                                struct receipt *receipt)
{
    char number[RECEIPT_BYTES_MAX + 1];

    enum outcome outcome = form_text(call, text, field, 1, RECEIPT_BYTES_MAX, number);
    if (outcome != OUTCOME_OK)
        return form_refuse(call, OUTCOME_RECEIPT_INVALID, field, "1..40 bytes");
    receipt->size = (uint8_t)strlen(number);
    memcpy(receipt->text, number, receipt->size);
    return OUTCOME_OK;
}

static enum outcome form_lines(struct command_call *call,
                               const Beckon__V1__RecordRefundRequest *request,
                               struct refund *refund)
{
    bool named[PURCHASE_LINES_MAX + 1] = {false};

    if (request->n_lines > PURCHASE_LINES_MAX)
        return form_refuse(call, OUTCOME_REFUND_LINES_INVALID, "lines", LINES_ALLOWED);
    for (size_t i = 0; i < request->n_lines; i++) {
        const Beckon__V1__RefundLine *line = request->lines[i];

        if (line->line < 1 || line->line > PURCHASE_LINES_MAX || named[line->line])
            return form_refuse(call, OUTCOME_REFUND_LINES_INVALID, "lines.line", LINES_ALLOWED);
        if (line->amount_minor < 0 || line->amount_minor > LIMIT_AMOUNT_MINOR)
            return form_refuse(call, OUTCOME_AMOUNT_INVALID, "lines.amount_minor",
                               "0..1000000000000");
        named[line->line] = true;
        refund->lines[i] = (struct refund_line){.line = (uint8_t)line->line,
                                                .asked_minor = line->amount_minor};
    }
    refund->line_count = (uint8_t)request->n_lines;
    return OUTCOME_OK;
}

static enum outcome form_amount(struct command_call *call,
                                const Beckon__V1__RecordRefundRequest *request,
                                struct refund *refund)
{
    if (request->amount_minor < 0 || request->amount_minor > LIMIT_AMOUNT_MINOR)
        return form_refuse(call, OUTCOME_AMOUNT_INVALID, "amount_minor", "1..1000000000000");
    if (request->amount_minor > 0 && request->n_lines > 0)
        return form_refuse(call, OUTCOME_REFUND_LINES_INVALID, "lines", "amount_minor | lines");
    if (request->amount_minor == 0 && request->n_lines == 0)
        return form_refuse(call, OUTCOME_REFUND_EMPTY, "amount_minor", NULL);
    refund->amount_minor = request->amount_minor;
    return form_lines(call, request, refund);
}

/* Own shop, and the purchase's: goods may come back in any shop of the merchant. */
static enum outcome form_shops(struct reader *reader, struct command_call *call,
                               const Beckon__V1__RecordRefundRequest *request,
                               struct refund *refund)
{
    enum outcome outcome =
        object_shop(reader, call, request->shop_id, "shop_id", &refund->receipt.shop);
    if (outcome != OUTCOME_OK) return outcome;
    refund->purchase.shop = refund->receipt.shop;
    if (request->purchase_shop_id[0] == '\0') return OUTCOME_OK;

    struct bytes id = {(const uint8_t *)request->purchase_shop_id,
                       strlen(request->purchase_shop_id)};
    outcome = OUTCOME_SHOP_UNKNOWN;
    if (id.size <= SHOP_ID_BYTES_MAX)
        outcome = command_outcome(shops_find(reader, id, &refund->purchase.shop),
                                  OUTCOME_SHOP_UNKNOWN);
    return outcome == OUTCOME_OK ? OUTCOME_OK
                                 : form_refuse(call, outcome, "purchase_shop_id", NULL);
}

static void fill_fingerprint(const struct batch *batch,
                             const Beckon__V1__RecordRefundRequest *request,
                             struct refund *refund)
{
    struct fingerprint fingerprint;
    char receipt[RECEIPT_BYTES_MAX + 1] = "";

    memcpy(receipt, refund->purchase.text, refund->purchase.size);
    fingerprint_begin(&fingerprint, "refund");
    fingerprint_number(&fingerprint, refund->purchase.shop);
    fingerprint_text(&fingerprint, receipt);
    fingerprint_number(&fingerprint, refund->amount_minor);
    fingerprint_number(&fingerprint, refund->line_count);
    for (uint8_t i = 0; i < refund->line_count; i++) {
        fingerprint_number(&fingerprint, refund->lines[i].line);
        fingerprint_number(&fingerprint, refund->lines[i].asked_minor);
    }
    /* Absent is a value of its own: the service's clock differs between first and repeat. */
    fingerprint_number(&fingerprint,
                       request->occurred_at == NULL ? -1 : (int64_t)refund->occurred_at);
    fingerprint_end(&fingerprint, batch->reader.store, refund->fingerprint);
}

enum outcome refund_shops(struct reader *reader, const struct refund *refund,
                          struct refund_shops *ret)
{
    struct shop shop;

    enum outcome outcome =
        command_outcome(shops_get(reader, refund->receipt.shop, &shop), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    memcpy(ret->own, shop.shop_id, sizeof ret->own);
    if (refund->purchase.shop != refund->receipt.shop) {
        outcome = command_outcome(shops_get(reader, refund->purchase.shop, &shop),
                                  OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
    }
    memcpy(ret->purchase, shop.shop_id, sizeof ret->purchase);
    return OUTCOME_OK;
}

enum outcome refund_form(struct batch *batch, struct command_call *call,
                         const Beckon__V1__RecordRefundRequest *request, struct refund *ret_refund,
                         struct refund_shops *ret_shops)
{
    struct merchant merchant;
    struct refund *refund = ret_refund;

    memset(refund, 0, sizeof *refund);
    enum outcome outcome =
        form_number(call, request->refund_number, "refund_number", &refund->receipt);
    if (outcome == OUTCOME_OK)
        outcome = form_number(call, request->receipt_number, "receipt_number", &refund->purchase);
    if (outcome == OUTCOME_OK) outcome = form_amount(call, request, refund);
    if (outcome == OUTCOME_OK) outcome = object_merchant(&batch->reader, &merchant);
    if (outcome == OUTCOME_OK)
        outcome = business_time_occurred(call, request->occurred_at, "occurred_at",
                                         &refund->occurred_at);
    if (outcome == OUTCOME_OK) outcome = form_shops(&batch->reader, call, request, refund);
    if (outcome == OUTCOME_OK) outcome = refund_shops(&batch->reader, refund, ret_shops);
    if (outcome != OUTCOME_OK) return outcome;
    refund->recorded_at = call->now_ms;
    refund->business_date = business_date_at(&merchant, refund->occurred_at);
    fill_fingerprint(batch, request, refund);
    return OUTCOME_OK;
}
