/* Spends a member's credits at a till.
 *
 * Happy path: form -> seen before? -> member, program -> what is due -> lots, first expiring first
 * -> LINE -> entries, credits, redemption, request. request_id replays the answer for ever. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/redemption.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "service/rules/point_rate.h"
#include "store/programs.h"
#include "store/shops.h"
#include "store/tokens.h"

typedef Beckon__V1__RedeemRequest redeem_request;

struct redeeming {
    const redeem_request *request;
    struct merchant merchant;
    struct bytes id;
    struct request fresh;
    struct shop shop;
    struct redemption redemption;
    struct account account;
    struct ledger ledger;
    int64_t step; /* an amount is worth whole minor units when it is a multiple of it */
};

/* ---- form ------------------------------------------------------------------------------------ */

static enum outcome check_form(struct batch *batch, struct command_call *call,
                               struct redeeming *redeeming)
{
    const redeem_request *request = redeeming->request;
    struct redemption *redemption = &redeeming->redemption;
    char receipt[RECEIPT_BYTES_MAX + 1];

    enum outcome outcome = form_request_id(call, request->request_id, &redeeming->id);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_unit(call, request->unit, "unit", &redemption->unit);
    if (outcome != OUTCOME_OK) return outcome;
    if (request->amount <= 0 || request->amount > LIMIT_AMOUNT_MINOR)
        return form_refuse(call, OUTCOME_AMOUNT_INVALID, "amount", "1..1000000000000");
    redemption->amount = request->amount;
    outcome =
        form_text(call, request->receipt_number, "receipt_number", 1, RECEIPT_BYTES_MAX, receipt);
    if (outcome != OUTCOME_OK)
        return form_refuse(call, OUTCOME_RECEIPT_INVALID, "receipt_number", "1..40 bytes");
    redemption->receipt.size = (uint8_t)strlen(receipt);
    memcpy(redemption->receipt.text, receipt, redemption->receipt.size);
    outcome = object_merchant(&batch->reader, &redeeming->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = object_shop(&batch->reader, call, request->shop_id, "shop_id",
                          &redemption->receipt.shop);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(shops_get(&batch->reader, redemption->receipt.shop, &redeeming->shop),
                           OUTCOME_SHOP_UNKNOWN);
}

static void fill_fingerprint(const struct batch *batch, struct redeeming *redeeming)
{
    const redeem_request *request = redeeming->request;
    struct fingerprint fingerprint;

    fingerprint_begin(&fingerprint, "redeem");
    fingerprint_number(&fingerprint, (int64_t)request->member_case);
    if (request->member_case == BECKON__V1__REDEEM_REQUEST__MEMBER_PHONE)
        fingerprint_text(&fingerprint, request->phone);
    else if (request->member_case == BECKON__V1__REDEEM_REQUEST__MEMBER_CODE)
        fingerprint_text(&fingerprint, request->code);
    else
        fingerprint_number(&fingerprint, request->member_number);
    fingerprint_number(&fingerprint, redeeming->redemption.unit);
    fingerprint_number(&fingerprint, request->amount);
    fingerprint_number(&fingerprint, redeeming->redemption.receipt.shop);
    fingerprint_text(&fingerprint, request->receipt_number);
    fingerprint_end(&fingerprint, batch->reader.store, redeeming->fresh.fingerprint);
}

static enum outcome answer_again(struct batch *batch, struct command_call *call,
                                 const struct redeeming *redeeming, const struct request *known,
                                 Beckon__V1__RedeemResponse **ret_reply)
{
    struct redemption redemption;
    if (memcmp(known->fingerprint, redeeming->fresh.fingerprint, FINGERPRINT_BYTES) != 0)
        return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
    enum outcome outcome = command_outcome(
        redemptions_get(&batch->reader, (uint32_t)known->object, &redemption),
        OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    *ret_reply = reply_message(call, &beckon__v1__redeem_response__descriptor);
    if (*ret_reply == NULL) return OUTCOME_BUSY;
    return redemption_message(call, &redemption, redeeming->shop.shop_id, false,
                              &(*ret_reply)->redemption);
}

/* ---- what may be spent ----------------------------------------------------------------------- */

static enum outcome load_member(struct batch *batch, struct command_call *call,
                                struct redeeming *redeeming, business_date today)
{
    const redeem_request *request = redeeming->request;
    struct member_name name = {.field = "member"};

    switch (request->member_case) {
    case BECKON__V1__REDEEM_REQUEST__MEMBER_MEMBER_NUMBER:
        name.number = request->member_number;
        name.field = "member_number";
        break;
    case BECKON__V1__REDEEM_REQUEST__MEMBER_PHONE:
        name.phone = request->phone;
        name.field = "phone";
        break;
    case BECKON__V1__REDEEM_REQUEST__MEMBER_CODE:
        name.code = request->code;
        name.field = "code";
        break;
    default:
        break;
    }
    return object_member(&batch->reader, call, &redeeming->merchant, &name, today,
                         &redeeming->redemption.member, &redeeming->account);
}

/* The value at the rate in force: so many points for so many minor units; cash one for one. */
static enum outcome price(struct batch *batch, struct command_call *call,
                          struct redeeming *redeeming, business_date today)
{
    struct redemption *redemption = &redeeming->redemption;
    const struct program *program = NULL;

    enum store_result found = programs_in_force_cached(batch, today, &program);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    bool cash = redemption->unit == UNIT_CASH;
    bool allowed = found == STORE_OK && (cash ? program->redeem_cash
                                              : program->redeem_points > 0 &&
                                                    program->redeem_minor > 0);
    if (!allowed) return form_refuse(call, OUTCOME_NOT_REDEEMABLE, "unit", NULL);
    int64_t points = cash ? 1 : program->redeem_points;
    int64_t minor = cash ? 1 : program->redeem_minor;
    redeeming->step = point_rate_step(points, minor);
    if (redemption->amount % redeeming->step != 0) {
        char step[48];
        snprintf(step, sizeof step, "%" PRId64 ", %" PRId64 ", ...", redeeming->step,
                 2 * redeeming->step);
        return form_refuse(call, OUTCOME_AMOUNT_STEP, "amount", reply_text(call, step));
    }
    if (!point_rate_worth(points, minor, redemption->amount, &redemption->value_minor) ||
        redemption->value_minor > LIMIT_AMOUNT_MINOR)
        return form_refuse(call, OUTCOME_AMOUNT_INVALID, "amount", "1..1000000000000");
    return OUTCOME_OK;
}

static enum outcome refuse_above(struct command_call *call, enum outcome outcome, int64_t most,
                                 int64_t step)
{
    char text[48];
    snprintf(text, sizeof text, "<= %" PRId64, most - most % step);
    return form_refuse(call, outcome, "amount", reply_text(call, text));
}

/* Takes the amount out of the lots, in memory. */
static enum outcome take(struct batch *batch, struct command_call *call,
                         struct redeeming *redeeming, struct holder *holder)
{
    struct redemption *redemption = &redeeming->redemption;
    struct lots *lots = &holder->lots;
    struct occasion occasion = {
        .date = holder->today,
        .event = {EVENT_REDEMPTION, redemption->member, redemption->receipt, 0},
    };
    int64_t covered, left = redemption->amount;
    bool bounded;

    int64_t spendable = lots_spendable(lots, redemption->unit);
    if (redemption->amount > spendable)
        return refuse_above(call, OUTCOME_INSUFFICIENT_BALANCE, spendable, redeeming->step);
    enum outcome outcome = holder_load_available(&batch->reader, holder, redemption->unit,
                                                 PAY_ENTITY_ANY, left, &covered, &bounded);
    if (outcome != OUTCOME_OK) return outcome;
    while (left > 0 && redemption->lot_count < REDEMPTION_LOTS_MAX) {
        size_t lot = lots_first_available(lots, redemption->unit, PAY_ENTITY_ANY);
        if (lot == LOT_NONE) break;
        int64_t amount = lots->lot[lot].credit.remaining;
        if (amount > left) amount = left;
        redemption->lots[redemption->lot_count++] =
            (struct redemption_lot){.credit = lots->lot[lot].credit.number, .amount = amount};
        lot_redeem(lots, lot, amount, &occasion);
        left -= amount;
    }
    if (left > 0 || bounded) {
        int64_t taken = redemption->amount - left;
        return refuse_above(call, OUTCOME_LOTS_TOO_MANY, taken < covered ? taken : covered,
                            redeeming->step);
    }
    return OUTCOME_OK;
}

/* ---- the way --------------------------------------------------------------------------------- */

static enum outcome decide(struct batch *batch, struct command_call *call,
                           struct redeeming *redeeming, struct holder *holder)
{
    struct reader *reader = &batch->reader;
    business_date today = business_date_at(&redeeming->merchant, call->now_ms);
    uint32_t last;

    enum outcome outcome = load_member(batch, call, redeeming, today);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = price(batch, call, redeeming, today);
    if (outcome != OUTCOME_OK) return outcome;
    struct party member = {PARTY_MEMBER, redeeming->redemption.member};
    outcome = holder_open(reader, member, &redeeming->account, today, holder);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_settle(reader, holder);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = take(batch, call, redeeming, holder);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(redemptions_last(reader, &last), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (last == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    redeeming->redemption.number = last + 1;
    outcome = command_outcome(ledger_open(batch, &redeeming->ledger), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_ready(batch, holder);
    if (outcome != OUTCOME_OK) return outcome;
    return reply_reserve(call, redemption_message_bytes(redeeming->redemption.lot_count));
}

static enum outcome redeem_write(struct batch *batch, struct command_call *call,
                                 ProtobufCMessage **ret_reply)
{
    struct redeeming redeeming = {.request = (const redeem_request *)call->request};
    struct redemption *redemption = &redeeming.redemption;
    struct holder holder;
    struct request known;
    Beckon__V1__RedeemResponse *reply = NULL;

    enum outcome outcome = check_form(batch, call, &redeeming);
    if (outcome != OUTCOME_OK) return outcome;
    fill_fingerprint(batch, &redeeming);
    enum store_result found =
        requests_get(&batch->reader, REQUEST_REDEEM, redeeming.id, &known);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    if (found == STORE_OK) {
        outcome = answer_again(batch, call, &redeeming, &known, &reply);
        if (outcome == OUTCOME_OK) *ret_reply = &reply->base;
        return outcome;
    }
    outcome = decide(batch, call, &redeeming, &holder);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on this redemption must succeed. */
    redemption->recorded_at = call->now_ms;
    redemption->business_date = holder.today;
    redemption->entry = batch_fence(batch)->entry + holder.lots.movement_count -
                        redemption->lot_count + 1;
    event_tell_redemption(batch, TOLD_REDEMPTION_MADE, redemption);
    holder_post(batch, &redeeming.ledger, &holder);
    ledger_close(batch, &redeeming.ledger);
    assert(batch_fence(batch)->entry + 1 == redemption->entry + redemption->lot_count);
    redemptions_put(batch, redemption);
    redeeming.fresh.object = redemption->number;
    requests_put(batch, REQUEST_REDEEM, redeeming.id, &redeeming.fresh);
    reply = reply_message(call, &beckon__v1__redeem_response__descriptor);
    assert(reply != NULL); /* reserved */
    outcome = redemption_message(call, redemption, redeeming.shop.shop_id, false,
                                 &reply->redemption);
    assert(outcome == OUTCOME_OK);
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command redeem = {
    .request = &beckon__v1__redeem_request__descriptor,
    .reply = &beckon__v1__redeem_response__descriptor,
    .write = redeem_write,
};
