#include "service/command/correcting.h"

#include <assert.h>
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/due.h"
#include "service/command/lots.h"
#include "service/command/objects.h"
#include "store/accounts.h"
#include "store/adjustments.h"
#include "store/disputes.h"
#include "store/settlement_lines.h"

enum { PORTION = 64 };

/* One correction on its way; large, on its command's stack. */
struct correcting {
    struct dispute dispute;
    business_date end;            /* of the run that shall take it */
    struct occasion occasion;
    struct adjustment adjustment;
    struct account account;
    struct ledger ledger;
    size_t lot;                   /* the credit it makes; LOT_NONE */
    size_t movement;              /* index of its first */
    struct holder holder;
};

/* ---- which ----------------------------------------------------------------------------------- */

static enum outcome next_waiting(struct reader *reader, const struct settlement_run *run,
                                 struct dispute *ret, bool *ret_found)
{
    uint32_t number, of = run->number;
    size_t count;

    enum store_result result =
        disputes_list_waiting(reader, of, REMEDY_NOW, 0, &number, 1, &count);
    if (result == STORE_OK && count == 0 && run->type == RUN_ADJUSTMENT) {
        of = run->corrects;
        result = disputes_list_waiting(reader, of, REMEDY_LATER, 0, &number, 1, &count);
    }
    *ret_found = result == STORE_OK && count == 1;
    if (*ret_found) result = disputes_get(reader, of, number, ret);
    return command_outcome(result, OUTCOME_STORE_DAMAGED);
}

/* ---- what moves ------------------------------------------------------------------------------ */

/* The shop of a guide's line names the credit, as that of a purchase would. */
static enum outcome give(struct batch *batch, struct correcting *correcting)
{
    const struct dispute *dispute = &correcting->dispute;
    struct line_name name = {dispute->payee, dispute->pay_entity};
    struct settlement_line line = {.shop = 0};

    enum store_result found =
        settlement_lines_get(&batch->reader, dispute->run, &name, &line);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    struct credit credit = {
        .unit = dispute->unit, .state = CREDIT_AVAILABLE, .posted = dispute->amount,
        .remaining = dispute->amount, .business_date = correcting->occasion.date,
        .matures_on = correcting->occasion.date, .expires_on = DATE_NEVER, .shop = line.shop,
        .pay_entity = dispute->pay_entity,
    };
    correcting->adjustment.amount = dispute->amount;
    correcting->lot = lot_accrue(&correcting->holder.lots, &credit, &correcting->occasion);
    return OUTCOME_OK;
}

/* May something be taken out of it, so that the run takes less? */
static bool takes_from(const struct correcting *correcting, const struct credit *credit)
{
    const struct dispute *dispute = &correcting->dispute;
    return settlement_takes(dispute->payee.kind, credit) && credit->settlement_run == 0 &&
           credit->unit == dispute->unit && credit->pay_entity == dispute->pay_entity &&
           credit->business_date < correcting->end;
}

/* Takes up to what is left to take out of one credit, which is free. */
static enum outcome take_from(struct batch *batch, struct correcting *correcting, uint64_t number)
{
    struct lots *lots = &correcting->holder.lots;
    size_t lot;

    enum outcome outcome = holder_load(&batch->reader, &correcting->holder, number,
                                       OUTCOME_STORE_DAMAGED, &lot);
    if (outcome != OUTCOME_OK) return outcome;
    const struct credit *credit = &lots->lot[lot].credit;
    int64_t left = correcting->dispute.posted + correcting->adjustment.amount -
                   correcting->dispute.amount;
    assert(left >= 0);
    if (left == 0 || !takes_from(correcting, credit)) return OUTCOME_OK;
    int64_t part = credit->remaining < left ? credit->remaining : left;
    lot_adjust_out(lots, lot, part, &correcting->occasion);
    correcting->adjustment.amount -= part;
    return OUTCOME_OK;
}

/* Walks the payee's credits in the order time acts on them, one command's worth of them. */
static enum outcome take(struct batch *batch, struct correcting *correcting)
{
    const struct dispute *dispute = &correcting->dispute;
    struct credit credits[PORTION];
    business_date filed_on = FILED_HELD;
    uint64_t number = 0;
    size_t count = PORTION, taken = 0;
    enum outcome outcome = OUTCOME_OK;

    if (dispute->credit != 0) outcome = take_from(batch, correcting, dispute->credit);
    while (count == PORTION && outcome == OUTCOME_OK) {
        outcome = command_outcome(credits_list(&batch->reader, dispute->payee, filed_on, number,
                                               credits, PORTION, &count), OUTCOME_STORE_DAMAGED);
        for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
            filed_on = credits[i].filed_on;
            number = credits[i].number + 1;
            bool done = dispute->posted + correcting->adjustment.amount == dispute->amount;
            if (done || taken == LOTS_PER_COMMAND_MAX) return OUTCOME_OK;
            if (!takes_from(correcting, &credits[i])) continue;
            outcome = take_from(batch, correcting, credits[i].number);
            taken++;
        }
    }
    return outcome;
}

/* ---- the way --------------------------------------------------------------------------------- */

static enum outcome begin(struct batch *batch, struct command_call *call,
                          const struct settlement_run *run, struct correcting *correcting)
{
    const struct dispute *dispute = &correcting->dispute;
    struct party payee = dispute->payee;
    struct adjustment *adjustment = &correcting->adjustment;
    uint32_t last;

    enum outcome outcome =
        command_outcome(adjustments_last(&batch->reader, &last), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    if (last == UINT32_MAX) return OUTCOME_NUMBERS_EXHAUSTED;
    *adjustment = (struct adjustment){
        .number = last + 1, .kind = ADJUSTMENT_BALANCE, .party = payee, .unit = dispute->unit,
        .state = ADJUSTMENT_POSTED, .created_at = call->now_ms,
        .created_by = dispute->decided_by,
    };
    memcpy(adjustment->reason, dispute->reason, sizeof adjustment->reason);
    correcting->end = run->end;
    correcting->lot = LOT_NONE;
    correcting->movement = correcting->holder.lots.movement_count;
    correcting->occasion = (struct occasion){
        .date = run->end - 1,
        .event = {.kind = EVENT_DECISION,
                  .member = payee.kind == PARTY_MEMBER ? payee.number : 0},
    };
    return OUTCOME_OK;
}

static void put(struct batch *batch, struct correcting *correcting)
{
    struct adjustment *adjustment = &correcting->adjustment;
    struct dispute *dispute = &correcting->dispute;
    struct lots *lots = &correcting->holder.lots;

    dispute->posted += adjustment->amount;
    assert(dispute->amount > 0 ? dispute->posted == dispute->amount
                               : dispute->posted >= dispute->amount);
    dispute->corrected = adjustment->amount == 0 || dispute->posted == dispute->amount;
    if (adjustment->amount != 0) {
        assert(correcting->movement < lots->movement_count);
        adjustment->entry = batch_fence(batch)->entry + correcting->movement + 1;
        if (dispute->entry == 0) dispute->entry = adjustment->entry;
        holder_post(batch, &correcting->ledger, &correcting->holder);
        ledger_close(batch, &correcting->ledger);
        if (correcting->lot != LOT_NONE)
            adjustment->credit = lots->lot[correcting->lot].credit.number;
        adjustments_put(batch, adjustment);
    }
    disputes_put(batch, dispute);
}

enum outcome correcting_step(struct batch *batch, struct command_call *call,
                             const struct settlement_run *run, bool *ret_more)
{
    struct correcting correcting; /* large, and touched as far as there are lots */
    struct reader *reader = &batch->reader;
    struct merchant merchant;
    bool due_more;

    enum outcome outcome = next_waiting(reader, run, &correcting.dispute, ret_more);
    if (outcome != OUTCOME_OK || !*ret_more) return outcome;
    const struct dispute *dispute = &correcting.dispute;
    outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    business_date today = business_date_at(&merchant, call->now_ms);
    outcome = command_outcome(accounts_get(reader, dispute->payee, &correcting.account),
                              OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    /* What is due comes first, in steps of its own. */
    if (correcting.account.next_due <= today)
        return due_account(batch, dispute->payee, today, &due_more);
    outcome = holder_open(reader, dispute->payee, &correcting.account, today, &correcting.holder);
    if (outcome == OUTCOME_OK) outcome = holder_settle(reader, &correcting.holder);
    if (outcome == OUTCOME_OK) outcome = begin(batch, call, run, &correcting);
    if (outcome == OUTCOME_OK)
        outcome = dispute->amount > 0 ? give(batch, &correcting) : take(batch, &correcting);
    if (outcome == OUTCOME_OK)
        outcome = command_outcome(ledger_open(batch, &correcting.ledger), OUTCOME_INTERNAL);
    if (outcome == OUTCOME_OK) outcome = holder_ready(batch, &correcting.holder);
    if (outcome != OUTCOME_OK) return outcome;

    /* From here on nothing is refused. */
    put(batch, &correcting);
    return OUTCOME_OK;
}
