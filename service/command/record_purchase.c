/* Records one purchase and what it earns.
 *
 * Happy path: form -> seen before? -> buyer, binding, her purchase day -> rules -> LINE ->
 * purchase, entries, credits, accounts, her day and the counters (count.h) -> the refunds that
 * waited for it.
 * A repeat (same shop and receipt) is answered from the record; other content is refused. */
#include "service/command/record_purchase.h"

#include <assert.h>
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/count.h"
#include "service/command/earn.h"
#include "service/command/form.h"
#include "service/command/lots.h"
#include "service/command/objects.h"
#include "service/command/purchase_form.h"
#include "service/command/purchase_message.h"
#include "service/command/record_refund.h"
#include "service/command/reply.h"
#include "service/command/screen.h"
#include "service/command/tier.h"
#include "service/rules/base.h"
#include "store/programs.h"
#include "store/purchases.h"
#include "store/shops.h"

/* Everything one purchase needs on its way. */
struct recording {
    const Beckon__V1__RecordPurchaseRequest *request;
    struct merchant merchant;
    char shop_id[SHOP_ID_BYTES_MAX + 1];
    struct purchase purchase;
    struct purchase_lines lines;
    struct earning earning;
    struct counting counting;
    bool first_purchase; /* nothing of hers was recorded before */
    struct screening screening;
};

/* ---- form ------------------------------------------------------------------------------------ */

static enum outcome check_form(struct batch *batch, struct command_call *call,
                               struct recording *recording)
{
    const Beckon__V1__RecordPurchaseRequest *request = recording->request;
    struct purchase *purchase = &recording->purchase;
    char receipt[RECEIPT_BYTES_MAX + 1];

    enum outcome outcome = purchase_form_parts(call, request, &purchase->parts);
    if (outcome != OUTCOME_OK) return outcome;
    outcome =
        form_text(call, request->receipt_number, "receipt_number", 1, RECEIPT_BYTES_MAX, receipt);
    if (outcome != OUTCOME_OK)
        return form_refuse(call, OUTCOME_RECEIPT_INVALID, "receipt_number", "1..40 bytes");
    purchase->receipt.size = (uint8_t)strlen(receipt);
    memcpy(purchase->receipt.text, receipt, purchase->receipt.size);

    outcome = object_merchant(&batch->reader, &recording->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    if (request->currency[0] != '\0' &&
        strcmp(request->currency, recording->merchant.currency) != 0)
        return form_refuse(call, OUTCOME_CURRENCY_MISMATCH, "currency",
                           reply_text(call, recording->merchant.currency));
    outcome = business_time_occurred(call, request->occurred_at, "occurred_at",
                                     &purchase->occurred_at);
    if (outcome != OUTCOME_OK) return outcome;
    purchase->recorded_at = call->now_ms;
    purchase->business_date = business_date_at(&recording->merchant, purchase->occurred_at);
    outcome = purchase_form_lines(call, request, &purchase->parts, &recording->lines);
    if (outcome != OUTCOME_OK) return outcome;
    purchase->line_count = (uint8_t)recording->lines.count;
    outcome = purchase_form_sellers(call, request, purchase);
    if (outcome != OUTCOME_OK) return outcome;
    return object_shop(&batch->reader, call, request->shop_id, "shop_id",
                       &purchase->receipt.shop);
}

static void fill_fingerprint(const struct batch *batch, struct recording *recording)
{
    const Beckon__V1__RecordPurchaseRequest *request = recording->request;
    struct fingerprint fingerprint;

    fingerprint_begin(&fingerprint, "purchase");
    purchase_form_fingerprint(&fingerprint, &recording->purchase.parts, &recording->lines);
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
                                         : (int64_t)recording->purchase.occurred_at);
    purchase_form_fingerprint_sellers(&fingerprint, &recording->purchase);
    fingerprint_end(&fingerprint, batch->reader.store, recording->purchase.fingerprint);
}

/* ---- seen before ----------------------------------------------------------------------------- */

static enum outcome answer_again(struct batch *batch, struct command_call *call,
                                 const struct recording *recording, const struct purchase *known,
                                 Beckon__V1__Purchase **ret_purchase)
{
    const struct program *program = NULL;

    if (memcmp(known->fingerprint, recording->purchase.fingerprint, FINGERPRINT_BYTES) != 0)
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

/* ---- the buyer ------------------------------------------------------------------------------- */

static enum outcome load_buyer(struct batch *batch, struct command_call *call,
                               struct recording *recording)
{
    const Beckon__V1__RecordPurchaseRequest *request = recording->request;
    struct member_name name = {.field = "buyer"};
    struct earner *buyer = &recording->earning.earners[EARNER_BUYER];

    switch (request->buyer_case) {
    case BECKON__V1__RECORD_PURCHASE_REQUEST__BUYER_MEMBER_NUMBER:
        name.number = request->member_number;
        name.field = "member_number";
        break;
    case BECKON__V1__RECORD_PURCHASE_REQUEST__BUYER_PHONE:
        name.phone = request->phone;
        name.field = "phone";
        break;
    case BECKON__V1__RECORD_PURCHASE_REQUEST__BUYER_CODE:
        name.code = request->code;
        name.field = "code";
        break;
    default:
        break;
    }
    buyer->party.kind = PARTY_MEMBER;
    enum outcome outcome =
        object_member(&batch->reader, call, &recording->merchant, &name,
                      recording->purchase.business_date, &buyer->party.number, &buyer->account);
    recording->purchase.member = buyer->party.number;
    return outcome;
}

/* What she buys, who sold it, and what that earns. */
static enum outcome decide_earning(struct batch *batch, struct command_call *call,
                                   struct recording *recording, bool inherited)
{
    struct purchase *purchase = &recording->purchase;
    struct earning *earning = &recording->earning;
    const struct account *account = &earning->earners[EARNER_BUYER].account;
    struct earn_event event = {
        .referrer = account->referrer, .serving_guide = purchase->serving_guide,
        .serving_inherited = inherited, .shop = purchase->receipt.shop,
        .amount_minor = purchase->parts.amount_minor, .base_minor = purchase->base_minor,
        .lines = &recording->lines, .seller_count = purchase->seller_count,
        .sellers = purchase->sellers, .days_recorded = purchase->days_recorded,
        .first_purchase = recording->first_purchase,
    };

    earning->event = (struct event){EVENT_PURCHASE, purchase->member, purchase->receipt};
    enum outcome outcome = earn_decide(&batch->reader, call, earning, &event);
    if (outcome == OUTCOME_OK) outcome = screen_purchase(batch, earning, &recording->screening);
    return outcome == OUTCOME_OK ? earn_ready(batch, earning) : outcome;
}

/* Her tier rises after the awards: theirs is the multiplier of the one before. */
static enum outcome decide_tier(struct batch *batch, struct recording *recording)
{
    struct purchase *purchase = &recording->purchase;
    struct account *account = &recording->earning.earners[EARNER_BUYER].account;
    struct purchase_day *day = &recording->counting.day;
    int64_t points = recording->earning.tier_points;

    purchase->tier_points = points;
    if (__builtin_add_overflow(account->tier_points, points, &account->tier_points) ||
        __builtin_add_overflow(day->tier_points, points, &day->tier_points))
        return OUTCOME_STORE_DAMAGED;
    return tier_rise(&batch->reader, recording->earning.program, purchase->member,
                     purchase->business_date, day, account);
}

static enum outcome decide(struct batch *batch, struct command_call *call,
                           struct recording *recording)
{
    struct purchase *purchase = &recording->purchase;
    struct earning *earning = &recording->earning;
    struct account *account = &earning->earners[EARNER_BUYER].account;
    bool inherited;

    earning->batch = batch;
    earning->business_date = purchase->business_date;
    earning->today = business_date_at(&recording->merchant, call->now_ms);
    enum outcome outcome = earn_load_program(batch, earning);
    if (outcome == OUTCOME_OK) outcome = earn_settle(&batch->reader, earning);
    if (outcome != OUTCOME_OK) return outcome;
    purchase->program_version = earning->program != NULL ? earning->program->version : 0;
    purchase->tier = account->tier;
    recording->first_purchase = account->purchase_count == 0;

    outcome = object_serving_on(&batch->reader, purchase->member, account,
                                purchase->business_date, &purchase->serving_guide, &inherited);
    if (outcome != OUTCOME_OK) return outcome;
    purchase->base_minor = base_of(&purchase->parts);
    outcome = count_purchase(&batch->reader, account, purchase, &recording->counting);
    if (outcome != OUTCOME_OK) return outcome;
    purchase->days_recorded = account->days_recorded;
    outcome = decide_earning(batch, call, recording, inherited);
    return outcome == OUTCOME_OK ? decide_tier(batch, recording) : outcome;
}

/* ---- the way --------------------------------------------------------------------------------- */

static enum outcome load_shop_id(struct batch *batch, struct recording *recording)
{
    struct shop shop;

    if (recording->request->shop_id[0] != '\0') {
        strncpy(recording->shop_id, recording->request->shop_id, SHOP_ID_BYTES_MAX);
        return OUTCOME_OK;
    }
    enum outcome outcome = command_outcome(
        shops_get(&batch->reader, recording->purchase.receipt.shop, &shop), OUTCOME_SHOP_UNKNOWN);
    if (outcome == OUTCOME_OK) memcpy(recording->shop_id, shop.shop_id, sizeof shop.shop_id);
    return outcome;
}

enum outcome purchase_record(struct batch *batch, struct command_call *call,
                             const Beckon__V1__RecordPurchaseRequest *request,
                             Beckon__V1__Purchase **ret_purchase)
{
    struct holder holders[EARNER_COUNT]; /* large, and touched where somebody needs one */
    struct recording recording = {.request = request, .earning.holders = holders};
    struct purchase *purchase = &recording.purchase;
    struct purchase known;
    struct refunds_waiting waiting;

    enum outcome outcome = check_form(batch, call, &recording);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = load_shop_id(batch, &recording);
    if (outcome != OUTCOME_OK) return outcome;
    fill_fingerprint(batch, &recording);

    enum store_result seen = purchases_get(&batch->reader, &purchase->receipt, &known);
    if (seen == STORE_OK) return answer_again(batch, call, &recording, &known, ret_purchase);
    if (seen != STORE_ABSENT) return command_outcome(seen, OUTCOME_INTERNAL);

    outcome = load_buyer(batch, call, &recording);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = decide(batch, call, &recording);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = refunds_waiting_for(&batch->reader, &purchase->receipt, &waiting);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, purchase_message_bytes(recording.earning.award_count));
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on this purchase must succeed. */
    uint64_t last_entry = batch_fence(batch)->entry;
    earn_post(batch, &recording.earning);
    screen_put(batch, &recording.earning, &recording.screening);
    purchase->verdicts = recording.earning.verdicts;
    purchase->award_count = (uint16_t)recording.earning.award_count;
    memcpy(purchase->awards, recording.earning.awards, sizeof purchase->awards);
    purchases_put(batch, purchase);
    if (recording.lines.count > 0)
        purchase_lines_put(batch, &purchase->receipt, &recording.lines);
    count_put(batch, &recording.counting);
    if (!recording.merchant.fixed) {
        recording.merchant.fixed = true;
        merchants_put(batch, &recording.merchant);
    }
    outcome = purchase_message(&batch->reader, call, purchase, recording.shop_id,
                               recording.earning.program, false, ret_purchase);
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
