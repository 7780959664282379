/* What is told of objects that several commands are about. */
#include <assert.h>
#include <string.h>

#include "service/command/event.h"
#include "store/disputes.h"
#include "store/period_closes.h"
#include "store/redemptions.h"
#include "store/refund.h"
#include "store/review.h"

void event_tell_purchase(struct batch *batch, const struct purchase *purchase)
{
    assert(purchase->member != 0);
    events_tell(batch, &(struct told_event){
        .kind = TOLD_PURCHASE_RECORDED, .party = {PARTY_MEMBER, purchase->member},
        .receipt = purchase->receipt, .guide = purchase->serving_guide, .unit = UNIT_CASH,
        .amount = purchase->parts.amount_minor, .date = purchase->business_date});
}

void event_tell_refund(struct batch *batch, const struct refund *refund, uint32_t serving_guide)
{
    assert(refund->member != 0 && refund->state == REFUND_POSTED);
    events_tell(batch, &(struct told_event){
        .kind = TOLD_REFUND_RECORDED, .party = {PARTY_MEMBER, refund->member},
        .receipt = refund->purchase, .refund = refund->receipt, .guide = serving_guide,
        .unit = UNIT_CASH, .amount = refund->amount_minor, .date = refund->business_date});
}

void event_tell_redemption(struct batch *batch, enum told_kind kind,
                           const struct redemption *redemption)
{
    bool cancelled = kind == TOLD_REDEMPTION_CANCELLED;

    assert(redemption->number != 0);
    events_tell(batch, &(struct told_event){
        .kind = kind, .party = {PARTY_MEMBER, redemption->member},
        .receipt = redemption->receipt, .unit = redemption->unit,
        .amount = cancelled ? redemption->cancelled : redemption->amount,
        .object = redemption->number});
}

void event_tell_tier(struct batch *batch, uint32_t member, uint8_t from, uint8_t to,
                     business_date date)
{
    assert(member != 0);
    if (from == to) return;
    events_tell(batch, &(struct told_event){
        .kind = TOLD_TIER_CHANGED, .party = {PARTY_MEMBER, member}, .from_level = from,
        .to_level = to, .date = date});
}

void event_tell_review(struct batch *batch, const struct review *review)
{
    static const char *const states[] = {
        [REVIEW_OPEN] = "", [REVIEW_RELEASED] = "released", [REVIEW_VOIDED] = "voided"};
    struct told_event event = {
        .kind = review->state == REVIEW_OPEN ? TOLD_REVIEW_OPENED : TOLD_REVIEW_DECIDED,
        .object = review->number, .guide = review->guide};

    assert(review->number != 0 && review->state <= REVIEW_VOIDED);
    if (review->event.member != 0)
        event.party = (struct party){PARTY_MEMBER, review->event.member};
    event_text(&event, states[review->state]);
    events_tell(batch, &event);
}

void event_tell_dispute(struct batch *batch, const struct dispute *dispute)
{
    assert(dispute->run != 0 && dispute->number != 0);
    events_tell(batch, &(struct told_event){
        .kind = dispute->state == DISPUTE_OPEN ? TOLD_DISPUTE_OPENED : TOLD_DISPUTE_DECIDED,
        .party = dispute->payee, .object = dispute->run, .part = dispute->number});
}

void event_tell_period(struct batch *batch, const struct period_close *close)
{
    struct told_event event = {.kind = TOLD_PERIOD_CLOSED, .date = close->name.start};

    assert(close->computed_at != 0);
    event_text(&event, close->name.rule_id);
    events_tell(batch, &event);
}

void event_tell_employment(struct batch *batch, enum told_kind kind, uint32_t guide, uint32_t shop,
                           business_date date)
{
    assert(guide != 0);
    events_tell(batch, &(struct told_event){
        .kind = kind, .party = {PARTY_GUIDE, guide}, .shop = shop, .date = date});
}

void event_tell_payment(struct batch *batch, bool paid, struct party payee, int64_t amount_minor,
                        uint32_t run)
{
    assert(run != 0 && amount_minor > 0);
    events_tell(batch, &(struct told_event){
        .kind = paid ? TOLD_SETTLEMENT_PAID : TOLD_SETTLEMENT_UNPAID, .party = payee,
        .unit = UNIT_CASH, .amount = amount_minor, .object = run});
}
