#include "service/command/earn.h"

#include <assert.h>

#include "service/command/objects.h"
#include "store/accounts.h"
#include "store/programs.h"

static bool party_same(struct party a, struct party b)
{
    return a.kind == b.kind && a.number == b.number;
}

/* Loads one earner's account, and a guide's employment on the date. */
static enum outcome earner_load(struct reader *reader, struct earner *earner,
                                const struct earner *buyer, business_date date)
{
    struct guide_on_date guide;

    if (earner->party.kind == PARTY_NONE) return OUTCOME_OK;
    enum outcome outcome = command_outcome(accounts_get(reader, earner->party, &earner->account),
                                           OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK || earner->party.kind != PARTY_GUIDE) return outcome;

    outcome = object_guide_on(reader, earner->party.number, &earner->account, date, &guide);
    if (outcome != OUTCOME_OK) return outcome;
    earner->active = guide.employed;
    earner->shop = guide.shop;
    earner->pay_entity = guide.pay_entity;
    earner->self = buyer->account.self_guide == earner->party.number;
    return OUTCOME_OK;
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

enum outcome earn_decide(struct batch *batch, struct earning *earning, struct party referrer,
                         uint32_t serving_guide, bool serving_inherited, int64_t base_minor,
                         uint32_t days_recorded)
{
    struct reader *reader = &batch->reader;
    struct earner *buyer = &earning->earners[EARNER_BUYER];
    struct earner *recommender = &earning->earners[EARNER_REFERRER];
    struct earner *serving = &earning->earners[EARNER_SERVING];

    recommender->party = referrer;
    if (serving_guide != 0) serving->party = (struct party){PARTY_GUIDE, serving_guide};
    earning->serving_inherited = serving_inherited;
    earning->award_count = 0;

    enum store_result found =
        programs_in_force_cached(batch, earning->business_date, &earning->program);
    if (found == STORE_ABSENT) earning->program = NULL;
    else if (found != STORE_OK) return command_outcome(found, OUTCOME_INTERNAL);

    if (recommender->party.kind != PARTY_NONE) accounts_want(reader, recommender->party);
    if (serving->party.kind != PARTY_NONE) accounts_want(reader, serving->party);
    enum outcome outcome = earner_load(reader, recommender, buyer, earning->business_date);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = earner_load(reader, serving, buyer, earning->business_date);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(ledger_open(batch, &earning->ledger), OUTCOME_INTERNAL);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = rule_credit_date_check(batch, earning);
    if (outcome != OUTCOME_OK || earning->program == NULL) return outcome;

    struct reward_facts facts = {
        .event = earning->event.kind, .base_minor = base_minor, .buyer = buyer->party.number,
        .referrer = referrer, .referrer_active = recommender->active,
        .referrer_self = recommender->self, .serving_guide = serving_guide,
        .serving_inherited = serving_inherited, .serving_active = serving->active,
        .serving_self = serving->self, .days_recorded = days_recorded,
    };
    earning->award_count = reward_awards(earning->program, &facts, earning->awards);
    return OUTCOME_OK;
}

/* The earner whose account a party is: a guide who both referred and serves has one account. */
static struct earner *earner_of(struct earning *earning, struct party party)
{
    for (int i = 0; i < EARNER_COUNT; i++)
        if (party_same(earning->earners[i].party, party)) return &earning->earners[i];
    return NULL;
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

void earn_post(struct batch *batch, struct earning *earning)
{
    struct posting postings[AWARDS_MAX];
    const struct earner *recommender = &earning->earners[EARNER_REFERRER];
    const struct earner *serving = &earning->earners[EARNER_SERVING];
    struct accrual_facts facts = {
        .event = earning->event, .business_date = earning->business_date,
        .program_version = earning->program != NULL ? earning->program->version : 0,
        .referrer_shop = recommender->shop, .referrer_pay_entity = recommender->pay_entity,
        .serving_shop = serving->shop, .serving_pay_entity = serving->pay_entity,
        .serving_guide = serving->party.number,
    };
    size_t count = accrual_postings(earning->awards, earning->award_count, &facts, postings);
    bool touched[EARNER_COUNT] = {[EARNER_BUYER] = true};

    for (size_t i = 0; i < count; i++) {
        struct earner *earner = earner_of(earning, postings[i].entry.party);
        assert(earner != NULL);
        touched[earner - earning->earners] = true;
        uint64_t number =
            ledger_post(batch, &earning->ledger, &earner->account, &postings[i].entry);
        postings[i].credit.number = number;
        earning->awards[postings[i].award].credit = number;
        if (earning->review != 0 && earner != &earning->earners[EARNER_BUYER])
            hold(batch, earning, earner, &postings[i]);
        credits_add(batch, earner->party, &postings[i].credit);
    }
    for (int i = 0; i < EARNER_COUNT; i++) {
        const struct earner *earner = &earning->earners[i];
        if (touched[i]) accounts_put(batch, earner->party, &earner->account);
    }
    if (count > 0) ledger_close(batch, &earning->ledger);
    if (count > 0 && earning->rule_credit_date_moves)
        rule_credit_date_put(batch, earning->business_date);
}
