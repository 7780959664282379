#include "service/command/buying.h"

#include <string.h>

#include "service/command/business_time.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/purchase_form.h"
#include "service/command/reply.h"
#include "service/command/tier.h"
#include "service/rules/base.h"

/* ---- form ------------------------------------------------------------------------------------ */

enum outcome buying_check_form(struct reader *reader, struct command_call *call,
                               struct buying *buying)
{
    const Beckon__V1__RecordPurchaseRequest *request = buying->request;
    struct purchase *purchase = &buying->purchase;
    char receipt[RECEIPT_BYTES_MAX + 1];

    enum outcome outcome = purchase_form_parts(call, request, &purchase->parts);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_text(call, request->receipt_number, "receipt_number", buying->quoted ? 0 : 1,
                        RECEIPT_BYTES_MAX, receipt);
    if (outcome != OUTCOME_OK)
        return form_refuse(call, OUTCOME_RECEIPT_INVALID, "receipt_number", "1..40 bytes");
    purchase->receipt.size = (uint8_t)strlen(receipt);
    memcpy(purchase->receipt.text, receipt, purchase->receipt.size);

    outcome = object_merchant(reader, &buying->merchant);
    if (outcome != OUTCOME_OK) return outcome;
    if (request->currency[0] != '\0' &&
        strcmp(request->currency, buying->merchant.currency) != 0)
        return form_refuse(call, OUTCOME_CURRENCY_MISMATCH, "currency",
                           reply_text(call, buying->merchant.currency));
    outcome = business_time_occurred(call, request->occurred_at, "occurred_at",
                                     &purchase->occurred_at);
    if (outcome != OUTCOME_OK) return outcome;
    purchase->recorded_at = call->now_ms;
    purchase->business_date = buying->as_of != DATE_NEVER
                                  ? buying->as_of
                                  : business_date_at(&buying->merchant, purchase->occurred_at);
    outcome = purchase_form_lines(call, request, &purchase->parts, buying->lines);
    if (outcome != OUTCOME_OK) return outcome;
    purchase->line_count = (uint8_t)buying->lines->count;
    outcome = purchase_form_sellers(call, request, purchase);
    if (outcome != OUTCOME_OK) return outcome;
    return object_shop(reader, call, request->shop_id, "shop_id", &purchase->receipt.shop);
}

/* ---- the buyer ------------------------------------------------------------------------------- */

enum outcome buying_find_buyer(struct reader *reader, struct command_call *call,
                               struct buying *buying)
{
    const Beckon__V1__RecordPurchaseRequest *request = buying->request;
    struct member_name name = {.field = "buyer"};
    struct earner *buyer = &buying->earning.earners[EARNER_BUYER];

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
        object_member(reader, call, &buying->merchant, &name,
                      buying->purchase.business_date, &buyer->party.number, &buyer->account);
    buying->purchase.member = buyer->party.number;
    buying->earning.business_date = buying->purchase.business_date;
    buying->earning.today = business_date_at(&buying->merchant, call->now_ms);
    return outcome;
}

/* What she buys, who sold it, and what that earns. */
static enum outcome decide_earning(struct reader *reader, struct command_call *call,
                                   struct buying *buying, bool inherited)
{
    struct purchase *purchase = &buying->purchase;
    struct earning *earning = &buying->earning;
    const struct account *account = &earning->earners[EARNER_BUYER].account;
    struct earn_event event = {
        .referrer = account->referrer, .serving_guide = purchase->serving_guide,
        .serving_inherited = inherited, .shop = purchase->receipt.shop,
        .amount_minor = purchase->parts.amount_minor, .base_minor = purchase->base_minor,
        .lines = buying->lines, .seller_count = purchase->seller_count,
        .sellers = purchase->sellers, .days_recorded = purchase->days_recorded,
        .first_purchase = buying->first_purchase,
    };

    earning->event = (struct event){EVENT_PURCHASE, purchase->member, purchase->receipt, 0};
    return earn_decide(reader, call, earning, &event);
}

/* Her tier rises after the awards: theirs is the multiplier of the one before. */
static enum outcome decide_tier(struct reader *reader, struct buying *buying)
{
    struct purchase *purchase = &buying->purchase;
    struct account *account = &buying->earning.earners[EARNER_BUYER].account;
    struct purchase_day *day = &buying->counting->day;
    int64_t points = buying->earning.tier_points;

    purchase->tier_points = points;
    if (__builtin_add_overflow(account->tier_points, points, &account->tier_points) ||
        __builtin_add_overflow(day->tier_points, points, &day->tier_points))
        return OUTCOME_STORE_DAMAGED;
    return tier_rise(reader, buying->earning.program, purchase->member, purchase->business_date,
                     day, account);
}

enum outcome buying_decide(struct reader *reader, struct command_call *call,
                           struct buying *buying)
{
    struct purchase *purchase = &buying->purchase;
    struct earning *earning = &buying->earning;
    struct account *account = &earning->earners[EARNER_BUYER].account;
    bool inherited;

    enum outcome outcome = earn_settle(reader, earning);
    if (outcome != OUTCOME_OK) return outcome;
    purchase->program_version = earning->program != NULL ? earning->program->version : 0;
    purchase->tier = account->tier;
    buying->first_purchase = account->purchase_count == 0;

    outcome = object_serving_on(reader, purchase->member, account, purchase->business_date,
                                &purchase->serving_guide, &inherited);
    if (outcome != OUTCOME_OK) return outcome;
    purchase->base_minor = base_of(&purchase->parts);
    outcome = count_purchase(reader, account, purchase, earning->today, buying->counting);
    if (outcome != OUTCOME_OK) return outcome;
    purchase->days_recorded = account->days_recorded;
    outcome = decide_earning(reader, call, buying, inherited);
    return outcome == OUTCOME_OK ? decide_tier(reader, buying) : outcome;
}
