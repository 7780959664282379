#include "service/command/purchase_read.h"

#include <string.h>

#include "service/command/purchase_message.h"
#include "service/command/reply.h"
#include "store/programs.h"
#include "store/purchases.h"
#include "store/shops.h"

enum outcome purchase_read_message(struct reader *reader, struct command_call *call,
                                   const struct purchase *purchase, Beckon__V1__Purchase **ret)
{
    struct shop shop;
    struct program program;

    enum outcome outcome =
        command_outcome(shops_get(reader, purchase->receipt.shop, &shop), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    if (purchase->program_version != 0) {
        outcome = command_outcome(programs_get(reader, purchase->program_version, &program),
                                  OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
    }
    return purchase_message(reader, call, purchase, shop.shop_id,
                            purchase->program_version != 0 ? &program : NULL, true, ret);
}

enum outcome purchase_read_lines(struct reader *reader, struct command_call *call,
                                 const struct purchase *purchase, Beckon__V1__Purchase *message)
{
    struct purchase_lines lines;

    if (purchase->line_count == 0) return OUTCOME_OK;
    enum outcome outcome = command_outcome(
        purchase_lines_get(reader, &purchase->receipt, &lines), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    message->lines = reply_alloc(call, lines.count * sizeof *message->lines);
    if (message->lines == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < lines.count; i++) {
        const struct purchase_line *line = &lines.lines[i];
        Beckon__V1__PurchaseLine *row = reply_message(call, &beckon__v1__purchase_line__descriptor);
        if (row == NULL) return OUTCOME_BUSY;
        row->amount_minor = line->amount_minor;
        row->tax_minor = line->tax_minor;
        row->base_minor = line->base_minor;
        row->refunded_minor = line->refunded_minor;
        row->article =
            reply_text_of(call, line->article, strnlen(line->article, LINE_TEXT_BYTES_MAX));
        row->category =
            reply_text_of(call, line->category, strnlen(line->category, LINE_TEXT_BYTES_MAX));
        if (row->article == NULL || row->category == NULL) return OUTCOME_BUSY;
        message->lines[message->n_lines++] = row;
    }
    return OUTCOME_OK;
}
