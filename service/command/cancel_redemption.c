/* Gives back what a redemption took and nobody gave back yet. */
#include <assert.h>
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/event.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/redemption.h"
#include "service/command/reply.h"
#include "store/accounts.h"
#include "store/tokens.h"

static enum outcome reply_with(struct command_call *call, const struct redemption *redemption,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__CancelRedemptionResponse *reply =
        reply_message(call, &beckon__v1__cancel_redemption_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->redemption_number = redemption->number;
    reply->restored = redemption->cancelled;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

/* Loads the member and gives back, in memory. */
static enum outcome restore(struct batch *batch, struct command_call *call,
                            struct redemption *redemption, struct account *account,
                            struct holder *holder)
{
    struct reader *reader = &batch->reader;
    struct party member = {PARTY_MEMBER, redemption->member};
    struct merchant merchant;
    uint16_t grace_days;

    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    business_date today = business_date_at(&merchant, call->now_ms);
    outcome = redemption_grace(batch, today, &grace_days);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(accounts_get(reader, member, account), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_open(reader, member, account, today, holder);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_settle(reader, holder);
    if (outcome != OUTCOME_OK) return outcome;
    struct occasion occasion = {
        .date = today,
        .event = {EVENT_REDEMPTION, redemption->member, redemption->receipt, 0},
    };
    int64_t amount = redemption->amount - redemption->restored;
    outcome = redemption_restore(reader, holder, redemption, amount, &occasion, grace_days);
    if (outcome != OUTCOME_OK) return outcome;
    redemption->cancelled = amount;
    redemption->cancelled_at = call->now_ms;
    return holder_ready(batch, holder);
}

static enum outcome cancel_redemption_write(struct batch *batch, struct command_call *call,
                                            ProtobufCMessage **ret_reply)
{
    const Beckon__V1__CancelRedemptionRequest *request =
        (const Beckon__V1__CancelRedemptionRequest *)call->request;
    struct request known, fresh = {.object = request->redemption_number};
    struct fingerprint fingerprint;
    struct redemption redemption;
    struct account account;
    struct holder holder;
    struct ledger ledger;
    struct bytes id;

    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome != OUTCOME_OK) return outcome;
    fingerprint_begin(&fingerprint, "cancel redemption");
    fingerprint_number(&fingerprint, request->redemption_number);
    fingerprint_end(&fingerprint, batch->reader.store, fresh.fingerprint);
    enum store_result found =
        requests_get(&batch->reader, REQUEST_CANCEL_REDEMPTION, id, &known);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    if (found == STORE_OK &&
        memcmp(known.fingerprint, fresh.fingerprint, FINGERPRINT_BYTES) != 0)
        return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
    outcome = command_outcome(
        redemptions_get(&batch->reader, request->redemption_number, &redemption),
        OUTCOME_REDEMPTION_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "redemption_number", NULL);
    outcome = redemption_visible(call, &redemption);
    if (outcome != OUTCOME_OK) return outcome;
    if (found == STORE_OK) return reply_with(call, &redemption, ret_reply);
    if (redemption.restored == redemption.amount)
        return form_refuse(call, OUTCOME_REDEMPTION_CANCELLED, "redemption_number", NULL);
    outcome = restore(batch, call, &redemption, &account, &holder);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(ledger_open(batch, &ledger), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, REPLY_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    assert(holder.lots.movement_count > 0);
    event_tell_redemption(batch, TOLD_REDEMPTION_CANCELLED, &redemption);
    holder_post(batch, &ledger, &holder);
    ledger_close(batch, &ledger);
    redemptions_put(batch, &redemption);
    requests_put(batch, REQUEST_CANCEL_REDEMPTION, id, &fresh);
    outcome = reply_with(call, &redemption, ret_reply);
    assert(outcome == OUTCOME_OK);
    return OUTCOME_OK;
}

const struct command cancel_redemption = {
    .request = &beckon__v1__cancel_redemption_request__descriptor,
    .reply = &beckon__v1__cancel_redemption_response__descriptor,
    .write = cancel_redemption_write,
};
