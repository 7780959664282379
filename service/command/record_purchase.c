/* Records one purchase and what it earns.
 *
 * Happy path: form -> seen before? -> buyer, binding, her purchase day -> rules -> LINE ->
 * purchase, entries, credits, accounts, her day and the counters (count.h) -> the refunds that
 * waited for it.
 * A repeat (same shop and receipt) is answered from the record; other content is refused. */
#include "service/command/record_purchase.h"

#include <assert.h>
#include <string.h>

#include "service/command/buying.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/purchase_form.h"
#include "service/command/purchase_message.h"
#include "service/command/record_refund.h"
#include "service/command/reply.h"
#include "service/command/screen.h"
#include "store/programs.h"
#include "store/purchases.h"
#include "store/shops.h"

/* What is bought, and what recording it needs beside. */
struct recording {
    struct buying buying;
    char shop_id[SHOP_ID_BYTES_MAX + 1];
    struct screening screening;
};

/* ---- seen before ----------------------------------------------------------------------------- */

static void fill_fingerprint(const struct batch *batch, struct recording *recording)
{
    const Beckon__V1__RecordPurchaseRequest *request = recording->buying.request;
    struct fingerprint fingerprint;

    fingerprint_begin(&fingerprint, "purchase");
    purchase_form_fingerprint(&fingerprint, &recording->buying.purchase.parts,
                              recording->buying.lines);
    fingerprint_number(&fingerprint, (int64_t)request->buyer_case);
    switch (request->buyer_case) {
    case BECKON__V1__RECORD_PURCHASE_REQUEST__BUYER_MEMBER_NUMBER:
        fingerprint_number(&fingerprint, request->member_number);
        break;
    case BECKON__V1__RECORD_PURCHASE_REQUEST__BUYER_PHONE:
        fingerprint_text(&fingerprint, request->phone);
        break;
    case BECKON__V1__RECORD_PURCHASE_REQUEST__BUYER_CODE:
        fingerprint_text(&fingerprint, request->code);
        break;
    default:
        break;
    }
    /* Absent is a value of its own: the service's clock differs between first and repeat. */
    fingerprint_number(&fingerprint, request->occurred_at == NULL
                                         ? -1
                                         : (int64_t)recording->buying.purchase.occurred_at);
    purchase_form_fingerprint_sellers(&fingerprint, &recording->buying.purchase);
    fingerprint_end(&fingerprint, batch->reader.store, recording->buying.purchase.fingerprint);
}

static enum outcome answer_again(struct batch *batch, struct command_call *call,
                                 const struct recording *recording, const struct purchase *known,
                                 Beckon__V1__Purchase **ret_purchase)
{
    const struct program *program = NULL;

    if (memcmp(known->fingerprint, recording->buying.purchase.fingerprint, FINGERPRINT_BYTES) != 0)
        return form_refuse(call, OUTCOME_RECEIPT_REUSED, "receipt_number", NULL);
    if (known->program_version != 0) {
        enum outcome outcome = command_outcome(
            programs_get_cached(batch, known->program_version, &program), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
    }
    enum outcome outcome = reply_reserve(call, purchase_message_bytes(known->award_count));
    if (outcome != OUTCOME_OK) return outcome;
    return purchase_message(&batch->reader, call, known, recording->shop_id, program, false,
                            ret_purchase);
}

/* ---- the way --------------------------------------------------------------------------------- */

static enum outcome load_shop_id(struct batch *batch, struct recording *recording)
{
    struct shop shop;

    if (recording->buying.request->shop_id[0] != '\0') {
        strncpy(recording->shop_id, recording->buying.request->shop_id, SHOP_ID_BYTES_MAX);
        return OUTCOME_OK;
    }
    enum outcome outcome = command_outcome(
        shops_get(&batch->reader, recording->buying.purchase.receipt.shop, &shop),
        OUTCOME_SHOP_UNKNOWN);
    if (outcome == OUTCOME_OK) memcpy(recording->shop_id, shop.shop_id, sizeof shop.shop_id);
    return outcome;
}

/* The version in force and what the rules make of it, then what posting needs. */
static enum outcome decide(struct batch *batch, struct command_call *call,
                           struct recording *recording)
{
    struct buying *buying = &recording->buying;

    buying->earning.batch = batch;
    enum outcome outcome = buying_find_buyer(&batch->reader, call, buying);
    if (outcome == OUTCOME_OK) outcome = earn_load_program(batch, &buying->earning);
    if (outcome == OUTCOME_OK) outcome = buying_decide(&batch->reader, call, buying);
    if (outcome == OUTCOME_OK)
        outcome = screen_purchase(batch, buying->first_purchase, &buying->earning,
                                  &recording->screening);
    return outcome == OUTCOME_OK ? earn_ready(batch, &buying->earning) : outcome;
}

enum outcome purchase_record(struct batch *batch, struct command_call *call,
                             const Beckon__V1__RecordPurchaseRequest *request,
                             Beckon__V1__Purchase **ret_purchase)
{
    /* Large, and touched where somebody needs them: clearing them would cost more than rules. */
    struct holder holders[EARNER_COUNT];
    struct purchase_lines lines;
    struct counting counting;
    struct recording recording = {
        .buying = {.request = request, .as_of = DATE_NEVER, .lines = &lines,
                   .counting = &counting, .earning.holders = holders},
    };
    struct buying *buying = &recording.buying;
    struct purchase *purchase = &buying->purchase;
    struct purchase known;
    struct refunds_waiting waiting;

    enum outcome outcome = buying_check_form(&batch->reader, call, buying);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = load_shop_id(batch, &recording);
    if (outcome != OUTCOME_OK) return outcome;
    fill_fingerprint(batch, &recording);

    enum store_result seen = purchases_get(&batch->reader, &purchase->receipt, &known);
    if (seen == STORE_OK) return answer_again(batch, call, &recording, &known, ret_purchase);
    if (seen != STORE_ABSENT) return command_outcome(seen, OUTCOME_INTERNAL);

    outcome = decide(batch, call, &recording);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = refunds_waiting_for(&batch->reader, &purchase->receipt, &waiting);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, purchase_message_bytes(buying->earning.award_count));
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on this purchase must succeed. */
    uint64_t last_entry = batch_fence(batch)->entry;
    buying->earning.ledger.beside = &counting.kpi;
    event_tell_purchase(batch, purchase);
    earn_post(batch, &buying->earning);
    event_tell_tier(batch, purchase->member, purchase->tier,
                    buying->earning.earners[EARNER_BUYER].account.tier, purchase->business_date);
    screen_put(batch, &buying->earning, &recording.screening);
    purchase->verdicts = buying->earning.verdicts;
    purchase->award_count = (uint16_t)buying->earning.award_count;
    memcpy(purchase->awards, buying->earning.awards, sizeof purchase->awards);
    purchases_put(batch, purchase);
    if (lines.count > 0) purchase_lines_put(batch, &purchase->receipt, &lines);
    count_put(batch, &counting);
    if (!buying->merchant.fixed) {
        buying->merchant.fixed = true;
        merchants_put(batch, &buying->merchant);
    }
    outcome = purchase_message(&batch->reader, call, purchase, recording.shop_id,
                               buying->earning.program, false, ret_purchase);
    assert(outcome == OUTCOME_OK); /* reserved above, entries are in the write set */
    size_t posted = batch_fence(batch)->entry - last_entry;
    return refunds_post_waiting(
        batch, call->now_ms, &waiting,
        posted < COMMAND_MOVEMENTS_MAX ? COMMAND_MOVEMENTS_MAX - posted : 0);
}

static enum outcome record_purchase_write(struct batch *batch, struct command_call *call,
                                          ProtobufCMessage **ret_reply)
{
    Beckon__V1__Purchase *purchase;

    enum outcome outcome = purchase_record(
        batch, call, (const Beckon__V1__RecordPurchaseRequest *)call->request, &purchase);
    if (outcome != OUTCOME_OK) return outcome;
    Beckon__V1__RecordPurchaseResponse *reply =
        reply_message(call, &beckon__v1__record_purchase_response__descriptor);
    assert(reply != NULL); /* part of what was reserved */
    reply->purchase = purchase;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command record_purchase = {
    .request = &beckon__v1__record_purchase_request__descriptor,
    .reply = &beckon__v1__record_purchase_response__descriptor,
    .write = record_purchase_write,
};
