/* Corrects a balance by hand, or proposes to: above the program's limit another person decides. */
#include <assert.h>
#include <string.h>

#include "service/command/adjusting.h"
#include "service/command/audit.h"
#include "service/command/business_time.h"
#include "service/command/commands.h"
#include "service/command/credit_lot_message.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "service/limits.h"
#include "store/accounts.h"
#include "store/programs.h"
#include "store/tokens.h"

typedef Beckon__V1__AdjustBalanceRequest adjust_request;

static enum outcome check_form(struct batch *batch, struct command_call *call,
                               struct adjustment *adjustment, struct bytes *ret_id,
                               uint8_t ret_fingerprint[FINGERPRINT_BYTES])
{
    const adjust_request *request = (const adjust_request *)call->request;
    struct fingerprint fingerprint;

    enum outcome outcome = form_request_id(call, request->request_id, ret_id);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_text(call, request->reason, "reason", 1, REASON_BYTES_MAX,
                        adjustment->reason);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_party(call, request->account, "account",
                         1u << PARTY_MEMBER | 1u << PARTY_GUIDE, &adjustment->party);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_unit(call, request->unit, "unit", &adjustment->unit);
    if (outcome != OUTCOME_OK) return outcome;
    if (request->amount == 0 || request->amount > LIMIT_AMOUNT_MINOR ||
        request->amount < -LIMIT_AMOUNT_MINOR)
        return form_refuse(call, OUTCOME_AMOUNT_INVALID, "amount",
                           "-1000000000000..1000000000000, not 0");
    adjustment->amount = request->amount;
    fingerprint_begin(&fingerprint, "adjust");
    fingerprint_number(&fingerprint, adjustment->party.kind);
    fingerprint_number(&fingerprint, adjustment->party.number);
    fingerprint_number(&fingerprint, adjustment->unit);
    fingerprint_number(&fingerprint, adjustment->amount);
    fingerprint_text(&fingerprint, adjustment->reason);
    fingerprint_end(&fingerprint, batch->reader.store, ret_fingerprint);
    return OUTCOME_OK;
}

/* Must another person decide? Without a program in force, always. */
static enum outcome check_limit(struct batch *batch, struct command_call *call,
                                struct adjustment *adjustment)
{
    const struct program *program = NULL;
    struct account account;
    struct merchant merchant;

    enum outcome outcome = command_outcome(
        accounts_get(&batch->reader, adjustment->party, &account), OUTCOME_ACCOUNT_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "account", NULL);
    outcome = object_merchant(&batch->reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    business_date today = business_date_at(&merchant, call->now_ms);
    enum store_result found = programs_in_force_cached(batch, today, &program);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    int64_t limit = found == STORE_OK ? program->adjust_limit[adjustment->unit] : 0;
    adjustment->proposed = adjustment->amount > limit || adjustment->amount < -limit;
    return OUTCOME_OK;
}

static enum outcome reply_with(struct command_call *call, const struct adjustment *adjustment,
                               ProtobufCMessage **ret_reply)
{
    Beckon__V1__AdjustBalanceResponse *reply =
        reply_message(call, &beckon__v1__adjust_balance_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    reply->adjustment = adjustment_message(call, adjustment, true);
    *ret_reply = &reply->base;
    return reply->adjustment != NULL ? OUTCOME_OK : OUTCOME_BUSY;
}

static enum outcome answer_again(struct batch *batch, struct command_call *call,
                                 const struct request *known, const struct request *fresh,
                                 ProtobufCMessage **ret_reply)
{
    struct adjustment adjustment;
    if (memcmp(known->fingerprint, fresh->fingerprint, FINGERPRINT_BYTES) != 0)
        return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
    enum outcome outcome = command_outcome(
        adjustments_get(&batch->reader, (uint32_t)known->object, &adjustment),
        OUTCOME_STORE_DAMAGED);
    return outcome == OUTCOME_OK ? reply_with(call, &adjustment, ret_reply) : outcome;
}

static enum outcome adjust_balance_write(struct batch *batch, struct command_call *call,
                                         ProtobufCMessage **ret_reply)
{
    struct adjusting adjusting;
    struct adjustment *adjustment = &adjusting.adjustment;
    struct request known, fresh;
    struct bytes id;

    *adjustment = (struct adjustment){.kind = ADJUSTMENT_BALANCE};
    enum outcome outcome = check_form(batch, call, adjustment, &id, fresh.fingerprint);
    if (outcome != OUTCOME_OK) return outcome;
    enum store_result found = requests_get(&batch->reader, REQUEST_ADJUST_BALANCE, id, &known);
    if (found == STORE_OK) return answer_again(batch, call, &known, &fresh, ret_reply);
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = check_limit(batch, call, adjustment);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = adjusting_begin(batch, call, adjustment);
    if (outcome != OUTCOME_OK) return outcome;
    if (!adjustment->proposed) outcome = adjusting_balance(batch, call, &adjusting);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = reply_reserve(call, ADJUSTMENT_MESSAGE_BYTES);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    adjustment->state = ADJUSTMENT_PROPOSED;
    if (adjustment->proposed) adjustments_put(batch, adjustment);
    else adjusting_post(batch, &adjusting);
    audit_adjustment(call, adjustment);
    fresh.object = adjustment->number;
    requests_put(batch, REQUEST_ADJUST_BALANCE, id, &fresh);
    outcome = reply_with(call, adjustment, ret_reply);
    assert(outcome == OUTCOME_OK); /* reserved */
    return OUTCOME_OK;
}

const struct command adjust_balance = {
    .request = &beckon__v1__adjust_balance_request__descriptor,
    .reply = &beckon__v1__adjust_balance_response__descriptor,
    .write = adjust_balance_write,
    .audited = AUDIT_ADJUST_BALANCE,
};
