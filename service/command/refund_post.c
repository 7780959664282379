#include "service/command/refund_post.h"

#include <assert.h>

#include "service/command/business_time.h"
#include "service/command/event.h"
#include "service/command/objects.h"
#include "service/command/redemption.h"
#include "service/postings/recall.h"
#include "service/rules/reward.h"
#include "store/accounts.h"
#include "store/programs.h"

/* One credit of the purchase that something is asked of. */
struct asking {
    struct holder *holder;
    struct recall recall;
};

struct askings {
    size_t count;
    struct asking list[AWARDS_MAX];
};

/* ---- loading --------------------------------------------------------------------------------- */

static enum outcome load_purchase(struct reader *reader, struct refunding *refunding)
{
    const struct receipt *receipt = &refunding->refund->purchase;

    enum outcome outcome = command_outcome(
        purchases_get(reader, receipt, &refunding->purchase), OUTCOME_PURCHASE_UNKNOWN);
    if (outcome != OUTCOME_OK) return outcome;
    refunding->lines.count = 0;
    if (refunding->purchase.line_count == 0) return OUTCOME_OK;
    return command_outcome(purchase_lines_get(reader, receipt, &refunding->lines),
                           OUTCOME_STORE_DAMAGED);
}

/* The holder of this party, opened and settled unless it is there. */
static enum outcome holder_of(struct reader *reader, struct refunding *refunding,
                              struct party party, business_date today, struct holder **ret)
{
    for (size_t i = 0; i < refunding->holder_count; i++) {
        struct party known = refunding->holder[i].party;
        if (known.kind != party.kind || known.number != party.number) continue;
        *ret = &refunding->holder[i];
        return OUTCOME_OK;
    }
    if (refunding->holder_count == REFUND_HOLDERS_MAX) return OUTCOME_STORE_DAMAGED;
    struct account *account = &refunding->account[refunding->holder_count];
    struct holder *holder = &refunding->holder[refunding->holder_count];
    enum outcome outcome =
        command_outcome(accounts_get(reader, party, account), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) outcome = holder_open(reader, party, account, today, holder);
    if (outcome == OUTCOME_OK) outcome = holder_settle(reader, holder);
    if (outcome != OUTCOME_OK) return outcome;
    refunding->holder_count++;
    *ret = holder;
    return OUTCOME_OK;
}

static enum outcome load_holders(struct reader *reader, struct refunding *refunding,
                                 business_date today)
{
    const struct purchase *purchase = &refunding->purchase;
    struct holder *holder;

    refunding->holder_count = 0;
    enum outcome outcome = holder_of(
        reader, refunding, (struct party){PARTY_MEMBER, purchase->member}, today, &holder);
    for (uint16_t i = 0; i < purchase->award_count && outcome == OUTCOME_OK; i++)
        if (purchase->awards[i].credit != 0)
            outcome = holder_of(reader, refunding, purchase->awards[i].party, today, &holder);
    return outcome;
}

size_t refund_movement_count(const struct refunding *refunding)
{
    size_t count = 0;
    for (size_t i = 0; i < refunding->holder_count; i++)
        count += refunding->holder[i].lots.movement_count;
    return count;
}

static struct occasion occasion_of(const struct refunding *refunding)
{
    return (struct occasion){
        .date = refunding->refund->business_date,
        .event = {EVENT_REFUND, refunding->purchase.member, refunding->refund->receipt, 0},
    };
}

/* ---- giving back ----------------------------------------------------------------------------- */

/* What this refund gives back of one redemption: the share to date less what refunds gave before,
 * at most what nobody gave back yet. */
static enum outcome give_back_one(struct reader *reader, struct refunding *refunding,
                                  struct redemption *redemption, business_date today,
                                  uint16_t grace_days)
{
    struct refund *refund = refunding->refund;
    struct occasion occasion = occasion_of(refunding);
    struct holder *holder;
    int64_t given = redemption->restored - redemption->cancelled;
    int64_t amount = clawback_given_back(redemption->amount, &refunding->purchase) - given;
    int64_t left = redemption->amount - redemption->restored;

    if (amount > left) amount = left;
    if (amount <= 0) return OUTCOME_OK;
    struct party member = {PARTY_MEMBER, redemption->member};
    enum outcome outcome = holder_of(reader, refunding, member, today, &holder);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = redemption_restore(reader, holder, redemption, amount, &occasion, grace_days);
    if (outcome != OUTCOME_OK) return outcome;
    refund->returns[refund->return_count++] =
        (struct refund_return){redemption->number, redemption->unit, amount};
    refunding->redemption_count++;
    return OUTCOME_OK;
}

/* Before anything is asked, so that what the buyer gets back is there to be asked. Redemptions of
 * more lots than one command moves wait for the next refund, or for CancelRedemption. */
static enum outcome give_back(struct batch *batch, struct refunding *refunding,
                              business_date today)
{
    uint32_t numbers[REFUND_RETURNS_MAX];
    uint16_t grace_days;
    size_t count, lots = 0;

    refunding->redemption_count = 0;
    enum outcome outcome = command_outcome(
        redemptions_of(&batch->reader, &refunding->purchase.receipt, 0, numbers,
                       REFUND_RETURNS_MAX, &count),
        OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK || count == 0) return outcome;
    outcome = redemption_grace(batch, today, &grace_days);
    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++) {
        struct redemption *redemption = &refunding->redemption[refunding->redemption_count];
        outcome = command_outcome(redemptions_get(&batch->reader, numbers[i], redemption),
                                  OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK) return outcome;
        lots += redemption->lot_count;
        if (lots > LOTS_PER_COMMAND_MAX) return OUTCOME_OK;
        outcome = give_back_one(&batch->reader, refunding, redemption, today, grace_days);
    }
    return outcome;
}

/* ---- deciding -------------------------------------------------------------------------------- */

/* What one credit is asked for, and what it gives of itself. */
static enum outcome ask_credit(struct reader *reader, struct refunding *refunding,
                               const struct program *program, const struct award *award,
                               business_date today, struct askings *askings)
{
    struct refund *refund = refunding->refund;
    struct occasion occasion = occasion_of(refunding);
    struct holder *holder;
    size_t lot;

    const struct rule *rule = &program->rules[award->rule];
    enum outcome outcome = holder_of(reader, refunding, award->party, today, &holder);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = holder_load(reader, holder, award->credit, OUTCOME_STORE_DAMAGED, &lot);
    if (outcome != OUTCOME_OK) return outcome;
    struct clawback_share share =
        clawback_share_of_rule(&refunding->purchase, &refunding->lines, program, rule);
    int64_t reversal = clawback_reversal(holder->lots.lot[lot].credit.posted, share,
                                         rule->rounding);
    struct refund_taking *taking = &refund->takings[refund->taking_count];
    struct asking *asking = &askings->list[askings->count];
    *taking = (struct refund_taking){
        .credit = award->credit, .party = award->party, .unit = award->unit};
    if (!recall_begin(&holder->lots, lot, reversal, rule->return_policy, &occasion, taking,
                      &asking->recall))
        return OUTCOME_OK;
    asking->holder = holder;
    askings->count++;
    refund->taking_count++;
    return OUTCOME_OK;
}

/* What the buyer's tier points lose: the points each rule counted for are reversed to date as its
 * credit is, capped ones and those that gave nothing too. Records older than tiers counted none. */
static void take_tier_points(struct refunding *refunding, const struct program *program)
{
    struct purchase *purchase = &refunding->purchase;
    int64_t left = 0;

    for (uint16_t i = 0; i < purchase->award_count; i++) {
        const struct rule *rule = &program->rules[purchase->awards[i].rule];
        int64_t points = reward_tier_points(program, &purchase->awards[i], 1);
        struct clawback_share share =
            clawback_share_of_rule(purchase, &refunding->lines, program, rule);
        left += points - clawback_reversal(points, share, rule->rounding);
    }
    int64_t taken = purchase->tier_points > left ? purchase->tier_points - left : 0;
    refunding->refund->tier_points = taken;
    purchase->tier_points -= taken;
    refunding->account[0].tier_points -= taken;
}

static enum outcome ask_credits(struct batch *batch, struct refunding *refunding,
                                business_date today, struct askings *askings)
{
    const struct purchase *purchase = &refunding->purchase;
    const struct program *program;

    askings->count = 0;
    refunding->refund->tier_points = 0;
    if (purchase->award_count == 0) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(programs_get_cached(batch, purchase->program_version, &program),
                        OUTCOME_STORE_DAMAGED);
    for (uint16_t i = 0; i < purchase->award_count && outcome == OUTCOME_OK; i++) {
        if (purchase->awards[i].rule >= program->rule_count) return OUTCOME_STORE_DAMAGED;
        if (purchase->awards[i].credit != 0)
            outcome = ask_credit(&batch->reader, refunding, program, &purchase->awards[i], today,
                                 askings);
    }
    if (outcome == OUTCOME_OK) take_tier_points(refunding, program);
    return outcome;
}

/* One movement is set aside for the debt of each credit that may need one. */
static enum outcome follow_policies(struct reader *reader, struct refunding *refunding,
                                    struct askings *askings, size_t movements_max)
{
    struct occasion occasion = occasion_of(refunding);
    size_t used = refund_movement_count(refunding);

    for (size_t i = 0; i < askings->count; i++)
        if (askings->list[i].recall.rest > 0) used++;
    if (used > movements_max) return OUTCOME_BUSY;
    size_t lots_left = movements_max - used;
    for (size_t i = 0; i < askings->count; i++) {
        struct recall *recall = &askings->list[i].recall;
        int64_t covered;
        if (recall->rest > 0) {
            uint32_t pay_entity = recall->lots->lot[recall->lot].credit.pay_entity;
            enum outcome outcome = holder_load_available(
                reader, askings->list[i].holder, recall->taking->unit, pay_entity, recall->rest,
                &covered, &recall->more);
            if (outcome != OUTCOME_OK) return outcome;
        }
        recall_elsewhere(recall, &occasion, &lots_left);
        recall_end(recall, &occasion);
    }
    assert(refund_movement_count(refunding) <= movements_max);
    return OUTCOME_OK;
}

enum outcome refund_decide(struct batch *batch, struct refund *refund, uint64_t now_ms,
                           size_t movements_max, struct refunding *ret)
{
    struct reader *reader = &batch->reader;
    struct refunding *refunding = ret;
    struct askings askings;
    struct merchant merchant;

    assert(movements_max <= COMMAND_MOVEMENTS_MAX);
    refunding->refund = refund;
    refunding->holder_count = 0;
    enum outcome outcome = load_purchase(reader, refunding);
    if (outcome != OUTCOME_OK) return outcome;
    refunding->reject =
        clawback_fit(&refunding->purchase, &refunding->lines, refund, &refunding->misfit);
    if (refunding->reject != REFUND_REJECT_NONE) return OUTCOME_OK;

    refund->taking_count = refund->return_count = 0;
    refund->member = refunding->purchase.member;
    outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    business_date today = business_date_at(&merchant, now_ms);
    outcome = load_holders(reader, refunding, today);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = give_back(batch, refunding, today);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = ask_credits(batch, refunding, today, &askings);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = follow_policies(reader, refunding, &askings, movements_max);
    if (outcome != OUTCOME_OK) return outcome;
    struct counted_refund counted = {
        .purchase = &refunding->purchase, .business_date = refund->business_date,
        .amount_minor = refund->amount_minor, .base_minor = refund->base_minor,
        .tier_points = refund->tier_points, .full = refund->full,
    };
    outcome = count_refund(reader, &refunding->account[0], &counted, &refunding->counting);
    if (outcome == OUTCOME_OK && refund->full)
        outcome = screen_full_refund(reader, refund->member, &refunding->account[0],
                                     refund->business_date, &refunding->screen);
    if (outcome != OUTCOME_OK) return outcome;
    for (size_t i = 0; i < refunding->holder_count && outcome == OUTCOME_OK; i++)
        outcome = holder_ready(batch, &refunding->holder[i]);
    if (outcome != OUTCOME_OK) return outcome;
    return command_outcome(ledger_open(batch, &refunding->ledger), OUTCOME_INTERNAL);
}

/* ---- writing --------------------------------------------------------------------------------- */

void refund_write(struct batch *batch, uint64_t now_ms, struct refunding *refunding)
{
    struct refund *refund = refunding->refund;
    const struct purchase *purchase = &refunding->purchase;

    refund->settled_at = now_ms;
    refund->reject = refunding->reject;
    refund->state = refund->reject == REFUND_REJECT_NONE ? REFUND_POSTED : REFUND_REJECTED;
    if (refund->state == REFUND_POSTED) {
        assert(purchase->refunded_minor <= purchase->parts.amount_minor);
        assert(purchase->refunded_base_minor <= purchase->base_minor);
        bool moved = refund_movement_count(refunding) > 0;
        event_tell_refund(batch, refund, purchase->serving_guide);
        refunding->ledger.beside = &refunding->counting.kpi;
        for (size_t i = 0; i < refunding->holder_count; i++)
            holder_post(batch, &refunding->ledger, &refunding->holder[i]);
        if (moved) ledger_close(batch, &refunding->ledger);
        for (size_t i = 0; i < refunding->redemption_count; i++)
            redemptions_put(batch, &refunding->redemption[i]);
        purchases_put(batch, purchase);
        if (purchase->line_count > 0)
            purchase_lines_put(batch, &purchase->receipt, &refunding->lines);
        count_put(batch, &refunding->counting);
        if (refund->full) screen_full_refund_put(batch, refund->member, &refunding->screen);
    }
    refunds_put(batch, refund);
}
