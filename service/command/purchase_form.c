#include "service/command/purchase_form.h"

#include <string.h>

#include "service/limits.h"
#include "service/rules/base.h"

enum outcome purchase_form_parts(struct command_call *call,
                                 const Beckon__V1__RecordPurchaseRequest *request,
                                 struct purchase_parts *ret)
{
    const struct { const char *field; int64_t amount_minor; } parts[] = {
        {"tax_minor", request->tax_minor}, {"freight_minor", request->freight_minor},
        {"gift_card_minor", request->gift_card_minor}, {"points_minor", request->points_minor},
    };

    if (request->amount_minor < 0 || request->amount_minor > LIMIT_AMOUNT_MINOR)
        return form_refuse(call, OUTCOME_AMOUNT_INVALID, "amount_minor", "0..1000000000000");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].amount_minor < 0 || parts[i].amount_minor > request->amount_minor)
            return form_refuse(call, OUTCOME_AMOUNT_INVALID, parts[i].field, "0..amount_minor");
    *ret = (struct purchase_parts){
        .amount_minor = request->amount_minor, .tax_minor = request->tax_minor,
        .freight_minor = request->freight_minor, .gift_card_minor = request->gift_card_minor,
        .points_minor = request->points_minor,
    };
    return OUTCOME_OK;
}

static enum outcome form_line(struct command_call *call, const Beckon__V1__PurchaseLine *message,
                              struct purchase_line *line)
{
    char text[LINE_TEXT_BYTES_MAX + 1];

    enum outcome outcome =
        form_text(call, message->article, "lines.article", 0, LINE_TEXT_BYTES_MAX, text);
    if (outcome != OUTCOME_OK) return outcome;
    memcpy(line->article, text, strlen(text));
    outcome = form_text(call, message->category, "lines.category", 0, LINE_TEXT_BYTES_MAX, text);
    if (outcome != OUTCOME_OK) return outcome;
    memcpy(line->category, text, strlen(text));
    line->amount_minor = message->amount_minor;
    line->tax_minor = message->tax_minor;
    return OUTCOME_OK;
}

enum outcome purchase_form_lines(struct command_call *call,
                                 const Beckon__V1__RecordPurchaseRequest *request,
                                 const struct purchase_parts *parts, struct purchase_lines *ret)
{
    ret->count = 0;
    if (request->n_lines == 0) return OUTCOME_OK;
    if (request->n_lines > PURCHASE_LINES_MAX)
        return form_refuse(call, OUTCOME_LINES_INVALID, "lines", "0..100");
    memset(ret->lines, 0, request->n_lines * sizeof ret->lines[0]);
    for (size_t i = 0; i < request->n_lines; i++) {
        enum outcome outcome = form_line(call, request->lines[i], &ret->lines[i]);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (!base_lines_fit(parts, ret->lines, request->n_lines))
        return form_refuse(call, OUTCOME_LINES_INVALID, "lines",
                           "sum(amount_minor) + freight_minor = amount_minor, "
                           "sum(tax_minor) = tax_minor");
    ret->count = request->n_lines;
    base_split(parts, ret->lines, ret->count);
    return OUTCOME_OK;
}

/* Zero-padded texts are hashed as they are stored: a fixed size, nothing after their end. */
static void add_text(struct fingerprint *fingerprint, const char text[LINE_TEXT_BYTES_MAX])
{
    char terminated[LINE_TEXT_BYTES_MAX + 1] = "";
    memcpy(terminated, text, LINE_TEXT_BYTES_MAX);
    fingerprint_text(fingerprint, terminated);
}

void purchase_form_fingerprint(struct fingerprint *fingerprint,
                               const struct purchase_parts *parts,
                               const struct purchase_lines *lines)
{
    fingerprint_number(fingerprint, parts->amount_minor);
    fingerprint_number(fingerprint, parts->tax_minor);
    fingerprint_number(fingerprint, parts->freight_minor);
    fingerprint_number(fingerprint, parts->gift_card_minor);
    fingerprint_number(fingerprint, parts->points_minor);
    fingerprint_number(fingerprint, (int64_t)lines->count);
    for (size_t i = 0; i < lines->count; i++) {
        fingerprint_number(fingerprint, lines->lines[i].amount_minor);
        fingerprint_number(fingerprint, lines->lines[i].tax_minor);
        add_text(fingerprint, lines->lines[i].article);
        add_text(fingerprint, lines->lines[i].category);
    }
}

static bool sells_already(const struct purchase *purchase, uint32_t guide)
{
    for (size_t i = 0; i < purchase->seller_count; i++)
        if (purchase->sellers[i].guide == guide) return true;
    return false;
}

enum outcome purchase_form_sellers(struct command_call *call,
                                   const Beckon__V1__RecordPurchaseRequest *request,
                                   struct purchase *purchase)
{
    int32_t sum = 0;

    purchase->seller_count = 0;
    if (request->n_sellers == 0) return OUTCOME_OK;
    if (request->n_sellers > SELLERS_MAX)
        return form_refuse(call, OUTCOME_SELLERS_INVALID, "sellers", "0..4");
    for (size_t i = 0; i < request->n_sellers; i++) {
        const Beckon__V1__Seller *seller = request->sellers[i];
        int32_t share_bp = seller->share_bp;
        if (share_bp == 0 && request->n_sellers == 1) share_bp = SHARE_WHOLE;
        if (seller->guide_number == 0 || sells_already(purchase, seller->guide_number))
            return form_refuse(call, OUTCOME_SELLERS_INVALID, "sellers.guide_number",
                               "guides, each once");
        if (share_bp < 1 || share_bp > SHARE_WHOLE)
            return form_refuse(call, OUTCOME_SELLERS_INVALID, "sellers.share_bp", "1..10000");
        purchase->sellers[purchase->seller_count++] =
            (struct seller){.guide = seller->guide_number, .share_bp = (uint16_t)share_bp};
        sum += share_bp;
    }
    return sum == SHARE_WHOLE ? OUTCOME_OK
                              : form_refuse(call, OUTCOME_SELLERS_INVALID, "sellers.share_bp",
                                            "sum(share_bp) = 10000");
}

void purchase_form_fingerprint_sellers(struct fingerprint *fingerprint,
                                       const struct purchase *purchase)
{
    if (purchase->seller_count == 0) return;
    fingerprint_number(fingerprint, purchase->seller_count);
    for (size_t i = 0; i < purchase->seller_count; i++) {
        fingerprint_number(fingerprint, purchase->sellers[i].guide);
        fingerprint_number(fingerprint, purchase->sellers[i].share_bp);
    }
}
