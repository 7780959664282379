/* An import's file: rows are read, or told with their line; what is written as CSV is read as it
 * was; each cell is tried as fields of the requests that rows become. */
#include <string.h>

#include <glib.h>

#include "beckon/v1/member_service.pb-c.h"
#include "beckon/v1/purchase_service.pb-c.h"
#include "clients/message/csv.h"
#include "clients/message/message.h"
#include "tests/fuzz/fuzz.h"

static void try_cell(const char *text)
{
    static const char *const PURCHASE[] = {"shop_id", "receipt_number", "member_number", "phone",
                                           "amount_minor", "occurred_at", "currency"};
    Beckon__V1__RecordPurchaseRequest *purchase =
        g_malloc(sizeof(Beckon__V1__RecordPurchaseRequest));
    beckon__v1__record_purchase_request__init(purchase);
    GString *error = g_string_new(NULL);
    for (size_t i = 0; i < sizeof PURCHASE / sizeof PURCHASE[0]; i++) {
        bool set = message_set(&purchase->base, PURCHASE[i], text, error);
        FUZZ_HOLDS(set || error->len > 0);
        g_string_truncate(error, 0);
    }
    g_string_free(error, TRUE);
    protobuf_c_message_free_unpacked(&purchase->base, NULL);
}

/* A row written and read again. */
static void try_again(const struct csv_row *row)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    FUZZ_HOLDS(out != NULL);
    for (size_t i = 0; i < row->field_count; i++) {
        if (i > 0)
            fputc(',', out);
        csv_write_field(out, row->fields[i]);
    }
    fputc('\n', out);
    fclose(out);
    FILE *in = fmemopen(text, size, "rb");
    struct csv *csv = csv_new(in);
    struct csv_row again;
    enum csv_result result = csv_next(csv, &again);
    bool empty = row->field_count == 1 && row->fields[0][0] == '\0'; /* is skipped, or quoted */
    bool marked = strncmp(row->fields[0], "\xef\xbb\xbf", 3) == 0;   /* a mark is no text */
    if (result == CSV_ROW && !marked) {
        FUZZ_HOLDS(again.field_count == row->field_count);
        for (size_t i = 0; i < row->field_count; i++)
            FUZZ_HOLDS(strcmp(again.fields[i], row->fields[i]) == 0);
    } else {
        FUZZ_HOLDS(empty || marked);
    }
    csv_destroy(csv);
    fclose(in);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    FILE *in = fmemopen((void *)(uintptr_t)data, size, "rb");
    if (in == NULL)
        return 0;
    struct csv *csv = csv_new(in);
    struct csv_row row;
    uint64_t line = 0, offset = 0;
    for (enum csv_result result = csv_next(csv, &row); result == CSV_ROW || result == CSV_BAD;
         result = csv_next(csv, &row)) {
        FUZZ_HOLDS(row.line > line || line == 0);
        FUZZ_HOLDS(row.end_offset > offset && row.end_offset <= size);
        line = row.line;
        offset = row.end_offset;
        if (result == CSV_BAD) {
            FUZZ_HOLDS(row.error != NULL && row.error[0] != '\0');
            continue;
        }
        FUZZ_HOLDS(row.field_count > 0 && row.field_count <= CSV_FIELDS_MAX);
        try_again(&row);
        try_cell(row.fields[0]);
        try_cell(row.fields[row.field_count - 1]);
    }
    csv_destroy(csv);
    fclose(in);
    return 0;
}
