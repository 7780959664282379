#include "service/command/event.h"

#include <assert.h>
#include <string.h>

static const char *const names[TOLD_KIND_COUNT] = {
    [TOLD_NONE] = "",
    [TOLD_MEMBER_REGISTERED] = "member.registered",
    [TOLD_MEMBER_UPDATED] = "member.updated",
    [TOLD_MEMBER_ERASED] = "member.erased",
    [TOLD_MEMBER_BIRTHDAY] = "member.birthday",
    [TOLD_MEMBER_ASSIGNED] = "member.assigned",
    [TOLD_PURCHASE_RECORDED] = "purchase.recorded",
    [TOLD_REFUND_RECORDED] = "refund.recorded",
    [TOLD_CREDIT_ACCRUED] = "credit.accrued",
    [TOLD_CREDIT_MATURED] = "credit.matured",
    [TOLD_CREDIT_EXPIRED] = "credit.expired",
    [TOLD_CREDIT_REVERSED] = "credit.reversed",
    [TOLD_CREDIT_VOIDED] = "credit.voided",
    [TOLD_CREDIT_ADJUSTED] = "credit.adjusted",
    [TOLD_CREDIT_HELD] = "credit.held",
    [TOLD_CREDIT_RELEASED] = "credit.released",
    [TOLD_REDEMPTION_MADE] = "redemption.made",
    [TOLD_REDEMPTION_CANCELLED] = "redemption.cancelled",
    [TOLD_DEBT_PAID] = "debt.paid",
    [TOLD_DEBT_FORGIVEN] = "debt.forgiven",
    [TOLD_TIER_CHANGED] = "tier.changed",
    [TOLD_SETTLEMENT_SUBMITTED] = "settlement.submitted",
    [TOLD_SETTLEMENT_APPROVED] = "settlement.approved",
    [TOLD_SETTLEMENT_REJECTED] = "settlement.rejected",
    [TOLD_SETTLEMENT_CANCELLED] = "settlement.cancelled",
    [TOLD_SETTLEMENT_CLOSED] = "settlement.closed",
    [TOLD_SETTLEMENT_PAID] = "settlement.paid",
    [TOLD_SETTLEMENT_UNPAID] = "settlement.unpaid",
    [TOLD_REVIEW_OPENED] = "review.opened",
    [TOLD_REVIEW_DECIDED] = "review.decided",
    [TOLD_PERIOD_CLOSED] = "period.closed",
    [TOLD_GUIDE_CREATED] = "guide.created",
    [TOLD_GUIDE_UPDATED] = "guide.updated",
    [TOLD_GUIDE_TRANSFERRED] = "guide.transferred",
    [TOLD_GUIDE_LEFT] = "guide.left",
    [TOLD_GUIDE_ERASED] = "guide.erased",
    [TOLD_BENEFIT_GRANTED] = "benefit.granted",
    [TOLD_BENEFIT_HANDED_OUT] = "benefit.handed_out",
    [TOLD_DISPUTE_OPENED] = "dispute.opened",
    [TOLD_DISPUTE_DECIDED] = "dispute.decided",
    [TOLD_PROGRAM_PUBLISHED] = "program.published",
    [TOLD_CREDIT_RESTORED] = "credit.restored",
    [TOLD_WEBHOOK_DISABLED] = "webhook.disabled",
};

const char *event_name(enum told_kind kind)
{
    assert(kind > TOLD_NONE && kind < TOLD_KIND_COUNT);
    assert(names[kind] != NULL);
    return names[kind];
}

void event_tell(struct batch *batch, enum told_kind kind, struct party party, uint64_t object)
{
    struct told_event event = {.kind = kind, .party = party, .object = object};
    events_tell(batch, &event);
}

void event_tell_run(struct batch *batch, enum told_kind kind, uint32_t run)
{
    struct told_event event = {.kind = kind, .object = run};
    assert(run != 0);
    events_tell(batch, &event);
}

void event_text(struct told_event *event, const char *text)
{
    size_t size = strnlen(text, TOLD_TEXT_BYTES_MAX);
    memset(event->text, 0, sizeof event->text);
    memcpy(event->text, text, size);
}
