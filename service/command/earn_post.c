/* What was decided becomes entries, credits, accounts. */
#include <assert.h>

#include "service/command/caps.h"
#include "service/command/earn.h"
#include "service/rules/lifetime.h"
#include "store/accounts.h"
#include "store/credit.h"
#include "store/debts.h"
#include "store/programs.h"

/* The earner whose account a party is: a guide who both referred and serves has one account. */
static size_t earner_of(const struct earning *earning, struct party party)
{
    size_t i = 0;
    while (i < EARNER_COUNT && (earning->earners[i].party.kind != party.kind ||
                                earning->earners[i].party.number != party.number))
        i++;
    assert(i < EARNER_COUNT);
    return i;
}

/* Is a credit of this date the latest a rule has made? Programs before it are then closed. */
static enum outcome rule_credit_date_check(struct batch *batch, struct earning *earning)
{
    business_date latest;

    enum store_result found = rule_credit_date_get(&batch->reader, &latest);
    if (found != STORE_OK && found != STORE_ABSENT)
        return command_outcome(found, OUTCOME_INTERNAL);
    earning->rule_credit_date_moves = found == STORE_ABSENT || earning->business_date > latest;
    return OUTCOME_OK;
}

/* What a review holds pays no debts: it is not available to its owner. */
static bool held_by_review(const struct earning *earning, size_t earner)
{
    return earning->review != 0 && earner != EARNER_BUYER;
}

static bool owes(const struct account *account, enum unit unit)
{
    return account->balance[unit].debt > 0;
}

/* Has what the rule gives matured by now? Of an event recorded late it may have, holding or not. */
static bool matured(const struct earning *earning, const struct award *award)
{
    const struct rule *rule = &earning->program->rules[award->rule];
    return lifetime_of(rule, earning->business_date).matures_on <= earning->today;
}

/* Awards as lots of those whose accounts are under change already, or owe something that a credit
 * available by now pays; all others are posted as they are. */
static enum outcome open_holders(struct batch *batch, struct earning *earning)
{
    for (size_t i = 0; i < earning->award_count; i++) {
        const struct award *award = &earning->awards[i];
        if (award->amount == 0) continue;
        size_t e = earner_of(earning, award->party);
        struct account *account = &earning->earners[e].account;
        bool pays = owes(account, award->unit) && matured(earning, award);
        if (earning->by_lots[e] || !pays || held_by_review(earning, e)) continue;
        enum outcome outcome = holder_open(&batch->reader, award->party, account, earning->today,
                                           &earning->holders[e]);
        if (outcome != OUTCOME_OK) return outcome;
        earning->by_lots[e] = true;
    }
    return OUTCOME_OK;
}

static size_t make_postings(const struct earning *earning, struct posting *ret_postings)
{
    struct accrual_facts facts = {.event = earning->event,
                                  .business_date = earning->business_date,
                                  .program = earning->program};
    size_t count =
        accrual_postings(earning->awards, earning->award_count, &facts, ret_postings);

    for (size_t i = 0; i < count; i++) {
        if (ret_postings[i].entry.party.kind != PARTY_GUIDE) continue;
        const struct earner *earner =
            &earning->earners[earner_of(earning, ret_postings[i].entry.party)];
        ret_postings[i].credit.shop = earner->shop;
        ret_postings[i].credit.pay_entity = earner->pay_entity;
    }
    return count;
}

/* Takes in memory what goes through lots. What time has already done to an event recorded late
 * happens at once: debts it pays and room that gives back don't depend on when the ticker runs. */
static void accrue_lots(struct earning *earning)
{
    struct occasion occasion = {.date = earning->business_date, .event = earning->event};
    struct posting postings[AWARDS_MAX];
    size_t count = make_postings(earning, postings);

    for (size_t i = 0; i < count; i++) {
        size_t e = earner_of(earning, postings[i].entry.party);
        if (!earning->by_lots[e]) continue;
        size_t lot = lot_accrue(&earning->holders[e].lots, &postings[i].credit, &occasion);
        earning->lot_of[postings[i].award] = (uint16_t)lot;
        holder_catch_up(&earning->holders[e]);
    }
}

enum outcome earn_ready(struct batch *batch, struct earning *earning)
{
    size_t movement_count = earning->award_count * (earning->review != 0 ? 2 : 1);

    enum outcome outcome =
        command_outcome(ledger_open(batch, &earning->ledger), OUTCOME_INTERNAL);
    if (outcome == OUTCOME_OK) outcome = rule_credit_date_check(batch, earning);
    for (size_t i = 0; i < earning->award_count && outcome == OUTCOME_OK; i++)
        outcome = command_outcome(ledger_expect(&batch->reader, earning->awards[i].party,
                                                earning->business_date),
                                  OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) outcome = open_holders(batch, earning);
    if (outcome != OUTCOME_OK) return outcome;
    accrue_lots(earning);
    for (int i = 0; i < EARNER_COUNT; i++) {
        if (!earning->by_lots[i]) continue;
        outcome = holder_ready(batch, &earning->holders[i]);
        if (outcome != OUTCOME_OK) return outcome;
        movement_count += earning->holders[i].lots.movement_count;
    }
    /* More only beside due work, which the ticker will have done soon. */
    return movement_count <= COMMAND_MOVEMENTS_MAX ? OUTCOME_OK : OUTCOME_BUSY;
}

/* Entry and flag: it stays where it is until a person decides. */
static void hold(struct batch *batch, struct earning *earning, struct earner *earner,
                 struct posting *posting)
{
    struct entry entry = posting->entry;
    enum side side = entry.to;

    assert(posting->credit.remaining > 0 && posting->credit.flags == 0);
    entry.kind = ENTRY_HOLD;
    entry.from = entry.to = side;
    entry.credit = posting->credit.number;
    ledger_post(batch, &earning->ledger, &earner->account, &entry);
    posting->credit.flags |= CREDIT_HELD;
    posting->credit.review = earning->review;
    if (side == SIDE_OWNER) earner->account.balance[entry.unit].held += entry.amount;
}

/* The way of nearly all awards: one entry, one credit. */
static void post_plain(struct batch *batch, struct earning *earning, struct posting *posting,
                       size_t e)
{
    struct earner *earner = &earning->earners[e];
    uint64_t number =
        ledger_post(batch, &earning->ledger, &earner->account, &posting->entry);

    posting->credit.number = number;
    earning->awards[posting->award].credit = number;
    if (held_by_review(earning, e)) hold(batch, earning, earner, posting);
    credits_add(batch, earner->party, &posting->credit);
    due_lower(batch, earner->party, &earner->account, credit_due_on(&posting->credit));
}

/* Her binding and her tier's review wait for a date too. */
static void lower_buyers_due(struct batch *batch, struct earning *earning)
{
    struct earner *buyer = &earning->earners[EARNER_BUYER];

    if (earning->by_lots[EARNER_BUYER]) return; /* holder_post computes it anew */
    due_lower(batch, buyer->party, &buyer->account, buyer->account.tier_review_on);
    due_lower(batch, buyer->party, &buyer->account, buyer->account.binding_until);
}

void earn_post(struct batch *batch, struct earning *earning)
{
    struct posting postings[AWARDS_MAX];
    size_t count = make_postings(earning, postings);
    bool touched[EARNER_COUNT] = {[EARNER_BUYER] = true}, moved = count > 0;

    for (size_t i = 0; i < count; i++) {
        size_t e = earner_of(earning, postings[i].entry.party);
        caps_take(batch, &earning->program->rules[postings[i].credit.rule], postings[i].entry.party,
                  &postings[i].credit);
        if (!earning->by_lots[e]) post_plain(batch, earning, &postings[i], e);
        touched[e] = true;
    }
    lower_buyers_due(batch, earning);
    for (int e = 0; e < EARNER_COUNT; e++) {
        struct earner *earner = &earning->earners[e];
        if (earning->by_lots[e]) {
            moved |= earning->holders[e].lots.movement_count > 0;
            holder_post(batch, &earning->ledger, &earning->holders[e]);
        } else if (touched[e]) {
            accounts_put(batch, earner->party, &earner->account);
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct award *award = &earning->awards[postings[i].award];
        size_t e = earner_of(earning, award->party);
        if (earning->by_lots[e])
            award->credit =
                earning->holders[e].lots.lot[earning->lot_of[postings[i].award]].credit.number;
        assert(award->credit != 0);
    }
    if (moved) ledger_close(batch, &earning->ledger);
    if (count > 0 && earning->rule_credit_date_moves)
        rule_credit_date_put(batch, earning->business_date);
}
