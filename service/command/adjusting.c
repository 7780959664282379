#include "service/command/adjusting.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/credit_lot_message.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/reply.h"
#include "store/accounts.h"
#include "store/reviews.h"
#include "store/tokens.h"

enum outcome adjusting_begin(struct batch *batch, struct command_call *call,
                             struct adjustment *adjustment)
{
    uint32_t last;
    enum outcome outcome =
        command_outcome(adjustments_last(&batch->reader, &last), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (last == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    adjustment->number = last + 1;
    adjustment->created_at = call->now_ms;
    adjustment->created_by = call->principal.token;
    return OUTCOME_OK;
}

/* Opens the account's holder with everything due posted, in memory. */
static enum outcome open_settled(struct batch *batch, struct command_call *call,
                                 struct adjusting *adjusting)
{
    struct reader *reader = &batch->reader;
    struct party party = adjusting->adjustment.party;
    struct merchant merchant;

    enum outcome outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(accounts_get(reader, party, &adjusting->account),
                              OUTCOME_ACCOUNT_UNKNOWN);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "account", NULL);
    outcome = holder_open(reader, party, &adjusting->account,
                          business_date_at(&merchant, call->now_ms), &adjusting->holder);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_settle(reader, &adjusting->holder);
    adjusting->movement = adjusting->holder.lots.movement_count;
    adjusting->lot = LOT_NONE;
    return outcome;
}

static struct occasion decision(const struct adjusting *adjusting)
{
    struct party party = adjusting->adjustment.party;
    return (struct occasion){
        .date = adjusting->holder.today,
        .event = {.kind = EVENT_DECISION,
                  .member = party.kind == PARTY_MEMBER ? party.number : 0},
    };
}

/* ---- balances -------------------------------------------------------------------------------- */

static enum outcome give(struct batch *batch, struct adjusting *adjusting)
{
    const struct adjustment *adjustment = &adjusting->adjustment;
    struct occasion occasion = decision(adjusting);
    struct guide_on_date guide = {0};

    if (adjustment->party.kind == PARTY_GUIDE) {
        enum outcome outcome =
            object_guide_on(&batch->reader, adjustment->party.number, &adjusting->account,
                            occasion.date, &guide);
        if (outcome != OUTCOME_OK) return outcome;
        /* Who has left is still owed by whom he worked for last. */
        if (!guide.employed) {
            guide.shop = adjusting->account.shop;
            guide.pay_entity = adjusting->account.pay_entity;
        }
    }
    struct credit credit = {
        .unit = adjustment->unit, .state = CREDIT_AVAILABLE, .posted = adjustment->amount,
        .remaining = adjustment->amount, .business_date = occasion.date,
        .matures_on = occasion.date, .expires_on = DATE_NEVER, .shop = guide.shop,
        .pay_entity = guide.pay_entity,
    };
    adjusting->lot = lot_accrue(&adjusting->holder.lots, &credit, &occasion);
    return OUTCOME_OK;
}

static enum outcome refuse_above(struct command_call *call, enum outcome outcome, int64_t most)
{
    char text[48];
    snprintf(text, sizeof text, ">= %" PRId64, -most);
    return form_refuse(call, outcome, "amount", reply_text(call, text));
}

static enum outcome take(struct batch *batch, struct command_call *call,
                         struct adjusting *adjusting)
{
    enum unit unit = adjusting->adjustment.unit;
    struct lots *lots = &adjusting->holder.lots;
    struct occasion occasion = decision(adjusting);
    int64_t amount = -adjusting->adjustment.amount, left = amount, covered;
    size_t taken_count = 0;
    bool bounded;

    if (amount > lots_spendable(lots, unit))
        return refuse_above(call, OUTCOME_INSUFFICIENT_BALANCE, lots_spendable(lots, unit));
    enum outcome outcome = holder_load_available(&batch->reader, &adjusting->holder, unit,
                                                 PAY_ENTITY_ANY, amount, &covered, &bounded);
    if (outcome != OUTCOME_OK) return outcome;
    while (left > 0 && taken_count++ < LOTS_PER_COMMAND_MAX) {
        size_t lot = lots_first_available(lots, unit, PAY_ENTITY_ANY);
        if (lot == LOT_NONE) break;
        int64_t part = lots->lot[lot].credit.remaining;
        if (part > left) part = left;
        lot_adjust_out(lots, lot, part, &occasion);
        left -= part;
    }
    if (left == 0 && !bounded) return OUTCOME_OK;
    int64_t taken = amount - left;
    return refuse_above(call, OUTCOME_LOTS_TOO_MANY, taken < covered ? taken : covered);
}

static enum outcome ready(struct batch *batch, struct adjusting *adjusting)
{
    enum outcome outcome =
        command_outcome(ledger_open(batch, &adjusting->ledger), OUTCOME_INTERNAL);
    return outcome == OUTCOME_OK ? holder_ready(batch, &adjusting->holder) : outcome;
}

enum outcome adjusting_balance(struct batch *batch, struct command_call *call,
                               struct adjusting *adjusting)
{
    assert(adjusting->adjustment.amount != 0);
    assert(adjusting->adjustment.kind == ADJUSTMENT_BALANCE);
    enum outcome outcome = open_settled(batch, call, adjusting);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = adjusting->adjustment.amount > 0 ? give(batch, adjusting)
                                               : take(batch, call, adjusting);
    return outcome == OUTCOME_OK ? ready(batch, adjusting) : outcome;
}

void adjusting_post(struct batch *batch, struct adjusting *adjusting)
{
    struct adjustment *adjustment = &adjusting->adjustment;
    struct lots *lots = &adjusting->holder.lots;
    assert(adjusting->movement < lots->movement_count);
    adjustment->entry = batch_fence(batch)->entry + adjusting->movement + 1;
    adjustment->state = ADJUSTMENT_POSTED;
    holder_post(batch, &adjusting->ledger, &adjusting->holder);
    ledger_close(batch, &adjusting->ledger);
    if (adjusting->lot != LOT_NONE) adjustment->credit = lots->lot[adjusting->lot].credit.number;
    adjustments_put(batch, adjustment);
}

/* ---- holds ----------------------------------------------------------------------------------- */

/* `in_review`: an undecided review holds it, and whoever decides that releases it. */
static enum outcome check_flag(struct command_call *call, enum adjustment_kind kind,
                               const struct credit *credit, bool in_review)
{
    bool held = (credit->flags & CREDIT_HELD) != 0;
    enum outcome outcome = OUTCOME_OK;
    if (kind == ADJUSTMENT_HOLD && credit->state == CREDIT_DONE)
        outcome = OUTCOME_CREDIT_FINISHED;
    else if (kind == ADJUSTMENT_HOLD && held) outcome = OUTCOME_CREDIT_IS_HELD;
    else if (kind == ADJUSTMENT_HOLD && credit_frozen(credit))
        outcome = OUTCOME_CREDIT_IN_SETTLEMENT;
    else if (kind == ADJUSTMENT_RELEASE && (!held || credit->state == CREDIT_DONE))
        outcome = OUTCOME_CREDIT_NOT_HELD;
    else if (kind == ADJUSTMENT_RELEASE && in_review)
        outcome = OUTCOME_CREDIT_IN_REVIEW;
    return outcome == OUTCOME_OK ? outcome : form_refuse(call, outcome, "credit_number", NULL);
}

/* Before the LINE: holds or releases a credit, as adjustment.kind says. */
static enum outcome flag(struct batch *batch, struct command_call *call, uint64_t number,
                         struct adjusting *adjusting)
{
    struct adjustment *adjustment = &adjusting->adjustment;
    struct holder *holder = &adjusting->holder;
    struct entry entry;
    size_t lot;

    enum outcome outcome = command_outcome(entries_get(&batch->reader, number, &entry),
                                           OUTCOME_CREDIT_UNKNOWN);
    bool account = outcome == OUTCOME_OK && entry.credit == number &&
                   (entry.party.kind == PARTY_MEMBER || entry.party.kind == PARTY_GUIDE);
    if (outcome == OUTCOME_OK && !account) outcome = OUTCOME_CREDIT_UNKNOWN;
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "credit_number", NULL);
    adjustment->party = entry.party;
    outcome = open_settled(batch, call, adjusting);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_load(&batch->reader, holder, number, OUTCOME_CREDIT_UNKNOWN, &lot);
    if (outcome != OUTCOME_OK) return form_refuse(call, outcome, "credit_number", NULL);
    const struct credit *credit = &holder->lots.lot[lot].credit;
    enum store_result open =
        credit->review != 0 ? reviews_is_open(&batch->reader, credit->review) : STORE_ABSENT;
    if (open != STORE_OK && open != STORE_ABSENT) return command_outcome(open, OUTCOME_INTERNAL);
    outcome = check_flag(call, adjustment->kind, credit, open == STORE_OK);
    if (outcome != OUTCOME_OK) return outcome;
    struct occasion occasion = decision(adjusting);
    adjustment->unit = holder->lots.lot[lot].credit.unit;
    adjustment->amount = holder->lots.lot[lot].credit.remaining;
    adjusting->lot = lot;
    if (adjustment->kind == ADJUSTMENT_HOLD) {
        lot_hold(&holder->lots, lot, 0, &occasion);
    } else {
        lot_release(&holder->lots, lot, &occasion);
        holder_catch_up(holder);
    }
    return ready(batch, adjusting);
}

enum outcome adjusting_flag_whole(struct batch *batch, struct command_call *call,
                                  const struct flag_request *request, struct adjustment *ret)
{
    enum request_kind kind =
        request->kind == ADJUSTMENT_HOLD ? REQUEST_HOLD_CREDIT : REQUEST_RELEASE_CREDIT;
    struct adjusting adjusting;
    struct fingerprint fingerprint;
    struct request known, fresh;
    struct bytes id;

    adjusting.adjustment = (struct adjustment){.kind = request->kind};
    enum outcome outcome = form_request_id(call, request->request_id, &id);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = form_text(call, request->reason, "reason", 1, REASON_BYTES_MAX,
                        adjusting.adjustment.reason);
    if (outcome != OUTCOME_OK) return outcome;
    fingerprint_begin(&fingerprint, request->kind == ADJUSTMENT_HOLD ? "hold" : "release");
    fingerprint_number(&fingerprint, (int64_t)request->credit);
    fingerprint_text(&fingerprint, request->reason);
    fingerprint_end(&fingerprint, batch->reader.store, fresh.fingerprint);
    enum store_result found = requests_get(&batch->reader, kind, id, &known);
    if (found == STORE_OK) {
        if (memcmp(known.fingerprint, fresh.fingerprint, FINGERPRINT_BYTES) != 0)
            return form_refuse(call, OUTCOME_REQUEST_ID_REUSED, "request_id", NULL);
        return command_outcome(adjustments_get(&batch->reader, (uint32_t)known.object, ret),
                               OUTCOME_STORE_DAMAGED);
    }
    if (found != STORE_ABSENT) return command_outcome(found, OUTCOME_INTERNAL);
    outcome = adjusting_begin(batch, call, &adjusting.adjustment);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = flag(batch, call, request->credit, &adjusting);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    adjusting_post(batch, &adjusting);
    fresh.object = adjusting.adjustment.number;
    requests_put(batch, kind, id, &fresh);
    *ret = adjusting.adjustment;
    return OUTCOME_OK;
}
