/* Shops, guides, purchases: their columns and what their results say. */
#include <string.h>

#include "beckon/v1/guide_service.pb-c.h"
#include "beckon/v1/purchase_service.pb-c.h"
#include "beckon/v1/shop_service.pb-c.h"
#include "clients/cli/import.h"
#include "clients/message/message.h"

static const struct import_column SHOP_COLUMNS[] = {
    {"shop_id", "shop.shop_id", true},
    {"name", "shop.name", false},
    {"pay_entity", "shop.pay_entity", false},
    {"cost_center", "shop.cost_center", false},
    {.name = NULL},
};

const struct import_kind IMPORT_SHOPS = {
    .name = "shops",
    .columns = SHOP_COLUMNS,
    .service = &beckon__v1__shop_service__descriptor,
    .method = "CreateShop",
};

static const struct import_column GUIDE_COLUMNS[] = {
    {"employee_no", "guide.employee_no", true},
    {"name", "guide.name", true},
    {"phone", "guide.phone", false},
    {"shop_id", "guide.employments.shop_id", true},
    {"from_date", "guide.employments.from_date", true},
    {"until_date", "guide.employments.until_date", false},
    {.name = NULL},
};

const struct import_kind IMPORT_GUIDES = {
    .name = "guides",
    .columns = GUIDE_COLUMNS,
    .service = &beckon__v1__guide_service__descriptor,
    .method = "CreateGuide",
};

static const struct import_column PURCHASE_COLUMNS[] = {
    {"shop_id", "shop_id", true},
    {"receipt_number", "receipt_number", true},
    {"phone", "phone", false},
    {"member_number", "member_number", false},
    {"code", "code", false},
    {"amount_minor", "amount_minor", true},
    {"tax_minor", "tax_minor", false},
    {"freight_minor", "freight_minor", false},
    {"gift_card_minor", "gift_card_minor", false},
    {"points_minor", "points_minor", false},
    {"lines", NULL, false}, /* one after another, ";" between */
    {"currency", "currency", false},
    {"occurred_at", "occurred_at", true},
    {.name = NULL},
};

static bool lines_set(struct import *import, ProtobufCMessage *message)
{
    g_auto(GStrv) lines = g_strsplit(import_cell(import, "lines"), ";", -1);
    g_autoptr(GString) error = g_string_new(NULL);
    for (char **line = lines; *line != NULL; line++) {
        if (**line == '\0' || message_set(message, "lines", *line, error))
            continue;
        import->row_reason = "VALUE_INVALID";
        g_string_printf(import->row_sentence, "lines %s.", error->str);
        return false;
    }
    return true;
}

static bool purchase_complete(struct import *import, ProtobufCMessage *message)
{
    const Beckon__V1__RecordPurchaseRequest *purchase =
        (const Beckon__V1__RecordPurchaseRequest *)message;
    if (!lines_set(import, message))
        return false;
    if (purchase->buyer_case != BECKON__V1__RECORD_PURCHASE_REQUEST__BUYER__NOT_SET)
        return true;
    import->row_reason = "FIELD_REQUIRED";
    g_string_assign(import->row_sentence,
                    "One of phone, member_number and code must name the buyer.");
    return false;
}

static struct import_result purchase_result(const ProtobufCMessage *message, size_t index)
{
    const Beckon__V1__RecordPurchasesResponse *reply =
        (const Beckon__V1__RecordPurchasesResponse *)message;
    if (index >= reply->n_results)
        return (struct import_result){.code = CHANNEL_INTERNAL, .reason = "INTERNAL",
                                      .sentence = "The service gave no result for this row."};
    const Beckon__V1__RecordPurchaseResult *result = reply->results[index];
    return (struct import_result){
        .code = result->status_code, .reason = result->reason, .sentence = result->message};
}

const struct import_kind IMPORT_PURCHASES = {
    .name = "purchases",
    .columns = PURCHASE_COLUMNS,
    .service = &beckon__v1__purchase_service__descriptor,
    .method = "RecordPurchases",
    .rows = "purchases",
    .complete = purchase_complete,
    .result = purchase_result,
};
