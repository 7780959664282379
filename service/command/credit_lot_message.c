#include "service/command/credit_lot_message.h"

#include <assert.h>

#include "service/command/account_access.h"
#include "service/command/reply.h"
#include "service/command/review_message.h"
#include "store/credit.h"
#include "store/ledger.h"
#include "store/programs_kept.h"
#include "store/shops.h"

static_assert((int)CREDIT_DONE == (int)BECKON__V1__CREDIT_STATE__CREDIT_STATE_DONE,
              "same numbers");
static_assert((int)ADJUSTMENT_REJECTED ==
                  (int)BECKON__V1__ADJUSTMENT_STATE__ADJUSTMENT_STATE_REJECTED, "same numbers");
static_assert((int)ADJUSTMENT_RELEASE ==
                  (int)BECKON__V1__ADJUSTMENT_KIND__ADJUSTMENT_KIND_RELEASE, "same numbers");

static_assert((int)EVENT_REGISTRATION ==
                  (int)BECKON__V1__CREDIT_EVENT__CREDIT_EVENT_REGISTRATION, "same numbers");
static_assert((int)EVENT_PURCHASE == (int)BECKON__V1__CREDIT_EVENT__CREDIT_EVENT_PURCHASE,
              "same numbers");
static_assert((int)EVENT_PERIOD_CLOSE ==
                  (int)BECKON__V1__CREDIT_EVENT__CREDIT_EVENT_PERIOD_CLOSE, "same numbers");
static_assert((int)EVENT_DECISION == (int)BECKON__V1__CREDIT_EVENT__CREDIT_EVENT_DECISION,
              "same numbers");

struct credit credit_as_of(const struct credit *credit, business_date today)
{
    struct credit now = *credit;
    if (now.state == CREDIT_PENDING && credit_due_on(&now) <= today)
        now.state = CREDIT_AVAILABLE;
    if (now.state == CREDIT_AVAILABLE && credit_due_on(&now) <= today) {
        now.expired += now.remaining;
        now.remaining = 0;
        now.state = CREDIT_DONE;
    }
    assert(credit_balanced(&now));
    return now;
}

static enum outcome fill_rule(struct reader *reader, struct command_call *call,
                              const struct credit *credit, struct program *program,
                              Beckon__V1__CreditLot *message)
{
    if (credit->program_version == 0) return OUTCOME_OK;
    if (program->version != credit->program_version) {
        program->version = 0; /* of no use if the read fails */
        enum outcome outcome = command_outcome(
            programs_get_kept(reader, credit->program_version, program), OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (credit->rule >= program->rule_count) return OUTCOME_STORE_DAMAGED;
    const struct rule *rule = &program->rules[credit->rule];
    message->rule_id = reply_text(call, rule->id);
    message->title_zh = reply_text(call, rule->title_zh);
    message->title_en = reply_text(call, rule->title_en);
    bool full = message->rule_id == NULL || message->title_zh == NULL || message->title_en == NULL;
    return full ? OUTCOME_BUSY : OUTCOME_OK;
}

static enum outcome fill_shop(struct reader *reader, struct command_call *call, uint32_t number,
                              Beckon__V1__CreditLot *message)
{
    struct shop shop;

    enum outcome outcome =
        command_outcome(shops_get(reader, number, &shop), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    message->shop_id = reply_text(call, shop.shop_id);
    message->shop_name = reply_text(call, shop.name);
    return message->shop_id != NULL && message->shop_name != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

/* What it was given for, and where: the entry that made it says so. */
static enum outcome fill_event(struct reader *reader, struct command_call *call,
                               struct party party, const struct credit *credit,
                               Beckon__V1__CreditLot *message)
{
    struct entry entry;

    enum outcome outcome =
        command_outcome(entries_get(reader, credit->number, &entry), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    const struct event *event = &entry.event;
    message->event = (Beckon__V1__CreditEvent)event->kind;
    message->of_friend = party.kind == PARTY_MEMBER && event->member != 0 &&
                         event->member != party.number;
    uint32_t shop = credit->shop;
    if (event->receipt.size > 0) shop = event_shop_visible(call, event) ? event->receipt.shop : 0;
    if (event->receipt.size > 0 && event_papers_visible(call, event)) {
        message->receipt_number =
            reply_text_of(call, event->receipt.text, event->receipt.size);
        if (message->receipt_number == NULL) return OUTCOME_BUSY;
    }
    return shop != 0 ? fill_shop(reader, call, shop, message) : OUTCOME_OK;
}

enum outcome credit_lot_message(struct reader *reader, struct command_call *call,
                                struct party party, const struct credit *credit,
                                struct program *program, Beckon__V1__CreditLot **ret)
{
    Beckon__V1__CreditLot *message = reply_message(call, &beckon__v1__credit_lot__descriptor);
    if (message == NULL) return OUTCOME_BUSY;
    message->credit_number = credit->number;
    message->account = reply_party(call, party);
    message->unit = reply_unit(credit->unit);
    message->state = (Beckon__V1__CreditState)credit->state;
    message->held = (credit->flags & CREDIT_HELD) != 0;
    message->posted = credit->posted;
    message->remaining = credit->remaining;
    message->redeemed = credit->redeemed;
    message->expired = credit->expired;
    message->settled = credit->settled;
    message->voided = credit->voided;
    message->reversed = credit->reversed;
    message->program_version = credit->program_version;
    message->business_date = reply_date(call, credit->business_date);
    message->matures_on = reply_date(call, credit->matures_on);
    message->expires_on = reply_date(call, credit->expires_on);
    if (review_told(call)) message->review_number = credit->review;
    if (message->account == NULL || message->business_date == NULL ||
        message->matures_on == NULL || message->expires_on == NULL)
        return OUTCOME_BUSY;
    *ret = message;
    enum outcome outcome = fill_rule(reader, call, credit, program, message);
    return outcome == OUTCOME_OK ? fill_event(reader, call, party, credit, message) : outcome;
}

Beckon__V1__Adjustment *adjustment_message(struct command_call *call,
                                           const struct adjustment *adjustment, bool at_once)
{
    Beckon__V1__Adjustment *message = reply_message(call, &beckon__v1__adjustment__descriptor);
    if (message == NULL) return NULL;
    bool waits = at_once && adjustment->proposed;
    message->adjustment_number = adjustment->number;
    message->kind = (Beckon__V1__AdjustmentKind)adjustment->kind;
    message->account = reply_party(call, adjustment->party);
    message->unit = reply_unit(adjustment->unit);
    message->amount = adjustment->amount;
    message->reason = reply_text(call, adjustment->reason);
    message->state = waits ? BECKON__V1__ADJUSTMENT_STATE__ADJUSTMENT_STATE_PROPOSED
                           : (Beckon__V1__AdjustmentState)adjustment->state;
    message->created_at = reply_time(call, adjustment->created_at);
    message->created_by_token = adjustment->created_by;
    if (message->account == NULL || message->reason == NULL || message->created_at == NULL)
        return NULL;
    if (waits) return message;
    message->entry_number = adjustment->entry;
    message->credit_number = adjustment->credit;
    if (adjustment->decided_at == 0) return message;
    message->decided_at = reply_time(call, adjustment->decided_at);
    message->decided_by_token = adjustment->decided_by;
    message->decision_reason = reply_text(call, adjustment->decision_reason);
    if (message->decided_at == NULL || message->decision_reason == NULL) return NULL;
    return message;
}
