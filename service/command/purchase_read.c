#include "service/command/purchase_read.h"

#include "service/command/purchase_message.h"
#include "store/programs.h"
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
