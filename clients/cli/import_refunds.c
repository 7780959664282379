/* Refunds: their columns and what their results say. */
#include <string.h>

#include "beckon/v1/refund_service.pb-c.h"
#include "clients/cli/import.h"
#include "clients/message/message.h"

static const struct import_column REFUND_COLUMNS[] = {
    {"shop_id", "shop_id", true},
    {"refund_number", "refund_number", true},
    {"purchase_shop_id", "purchase_shop_id", false},
    {"receipt_number", "receipt_number", true},
    {"amount_minor", "amount_minor", false},
    {"lines", NULL, false}, /* one after another, ";" between */
    {"occurred_at", "occurred_at", true},
    {.name = NULL},
};

static bool refund_complete(struct import *import, ProtobufCMessage *message)
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

static struct import_result refund_result(const ProtobufCMessage *message, size_t index)
{
    const Beckon__V1__RecordRefundsResponse *reply =
        (const Beckon__V1__RecordRefundsResponse *)message;
    if (index >= reply->n_results)
        return (struct import_result){.code = CHANNEL_INTERNAL, .reason = "INTERNAL",
                                      .sentence = "The service gave no result for this row."};
    const Beckon__V1__RecordRefundResult *result = reply->results[index];
    return (struct import_result){
        .code = result->status_code, .reason = result->reason, .sentence = result->message};
}

const struct import_kind IMPORT_REFUNDS = {
    .name = "refunds",
    .columns = REFUND_COLUMNS,
    .service = &beckon__v1__refund_service__descriptor,
    .method = "RecordRefunds",
    .rows = "refunds",
    .complete = refund_complete,
    .result = refund_result,
};
