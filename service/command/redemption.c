#include "service/command/redemption.h"

#include <assert.h>

#include "service/command/form.h"
#include "service/command/reply.h"
#include "store/programs.h"
#include "store/shops.h"

static_assert((int)REDEMPTION_LOTS_MAX == (int)LOTS_PER_COMMAND_MAX, "one call's lots");

/* ---- messages -------------------------------------------------------------------------------- */

size_t redemption_message_bytes(size_t lot_count)
{
    return 2 * REPLY_MESSAGE_BYTES + lot_count * 128;
}

static enum outcome fill_lots(struct command_call *call, const struct redemption *redemption,
                              bool reading, Beckon__V1__Redemption *message)
{
    if (redemption->lot_count == 0) return OUTCOME_STORE_DAMAGED;
    message->lots = reply_alloc(call, redemption->lot_count * sizeof *message->lots);
    if (message->lots == NULL) return OUTCOME_BUSY;
    for (uint8_t i = 0; i < redemption->lot_count; i++) {
        Beckon__V1__RedemptionLot *lot =
            reply_message(call, &beckon__v1__redemption_lot__descriptor);
        if (lot == NULL) return OUTCOME_BUSY;
        lot->credit_number = redemption->lots[i].credit;
        lot->amount = redemption->lots[i].amount;
        if (reading) lot->restored = redemption->lots[i].restored;
        message->lots[message->n_lots++] = lot;
    }
    return OUTCOME_OK;
}

enum outcome redemption_message(struct command_call *call, const struct redemption *redemption,
                                const char *shop_id, bool reading, Beckon__V1__Redemption **ret)
{
    Beckon__V1__Redemption *message = reply_message(call, &beckon__v1__redemption__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->redemption_number = redemption->number;
    message->member_number = redemption->member;
    message->unit = reply_unit(redemption->unit);
    message->amount = redemption->amount;
    message->value_minor = redemption->value_minor;
    message->shop_id = reply_text(call, shop_id);
    message->receipt_number =
        reply_text_of(call, redemption->receipt.text, redemption->receipt.size);
    message->recorded_at = reply_time(call, redemption->recorded_at);
    message->business_date = reply_date(call, redemption->business_date);
    if (message->shop_id == NULL || message->receipt_number == NULL ||
        message->recorded_at == NULL || message->business_date == NULL)
        return OUTCOME_BUSY;
    if (reading) {
        message->restored = redemption->restored;
        if (redemption->cancelled_at != 0) {
            message->cancelled_at = reply_time(call, redemption->cancelled_at);
            if (message->cancelled_at == NULL) return OUTCOME_BUSY;
        }
    }
    *ret = message;
    return fill_lots(call, redemption, reading, message);
}

enum outcome redemption_message_read(struct reader *reader, struct command_call *call,
                                     const struct redemption *redemption, bool reading,
                                     Beckon__V1__Redemption **ret)
{
    struct shop shop;
    enum outcome outcome = command_outcome(
        shops_get(reader, redemption->receipt.shop, &shop), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    return redemption_message(call, redemption, shop.shop_id, reading, ret);
}

enum outcome redemption_visible(struct command_call *call, const struct redemption *redemption)
{
    const struct party *party = &call->principal.party;
    bool hers = party->kind != PARTY_MEMBER || party->number == redemption->member;
    bool here = party->kind != PARTY_SHOP || party->number == redemption->receipt.shop;
    if (hers && here) return OUTCOME_OK;
    return form_refuse(call, OUTCOME_NOT_YOURS, "redemption_number", NULL);
}

/* ---- back into the credits ------------------------------------------------------------------- */

enum outcome redemption_grace(struct batch *batch, business_date today, uint16_t *ret_days)
{
    const struct program *program;
    enum store_result found = programs_in_force_cached(batch, today, &program);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    *ret_days = found == STORE_OK ? program->restore_grace_days : RESTORE_GRACE_DAYS;
    return OUTCOME_OK;
}

enum outcome redemption_restore(struct reader *reader, struct holder *holder,
                                struct redemption *redemption, int64_t amount,
                                const struct occasion *occasion, uint16_t grace_days)
{
    assert(holder->party.kind == PARTY_MEMBER && holder->party.number == redemption->member);
    assert(amount > 0 && amount <= redemption->amount - redemption->restored);
    for (size_t i = redemption->lot_count; i-- > 0 && amount > 0;) {
        struct redemption_lot *taken = &redemption->lots[i];
        int64_t part = taken->amount - taken->restored;
        size_t lot;
        if (part > amount) part = amount;
        if (part == 0) continue;
        enum outcome outcome =
            holder_load(reader, holder, taken->credit, OUTCOME_STORE_DAMAGED, &lot);
        if (outcome != OUTCOME_OK) return outcome;
        if (holder->lots.lot[lot].credit.redeemed < part) return OUTCOME_STORE_DAMAGED;
        lot_restore(&holder->lots, lot, part, occasion, holder->today, grace_days);
        taken->restored += part;
        redemption->restored += part;
        amount -= part;
    }
    assert(amount == 0 && redemption_sound(redemption));
    return OUTCOME_OK;
}
