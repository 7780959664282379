#include "service/command/earn.h"

#include <assert.h>

#include "service/command/caps.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/tier.h"
#include "store/accounts.h"
#include "store/programs.h"

static_assert((int)PERSON_ATTRIBUTES_MAX == (int)ATTRIBUTES_MAX, "rules see every attribute");

enum outcome earn_load_program(struct batch *batch, struct earning *earning)
{
    enum store_result found =
        programs_in_force_cached(batch, earning->business_date, &earning->program);
    if (found == STORE_OK) return OUTCOME_OK;
    earning->program = NULL;
    return found == STORE_ABSENT ? OUTCOME_OK : command_outcome(found, OUTCOME_INTERNAL);
}

/* ---- the buyer ------------------------------------------------------------------------------- */

enum outcome earn_settle(struct reader *reader, struct earning *earning)
{
    struct earner *buyer = &earning->earners[EARNER_BUYER];

    if (buyer->account.next_due > earning->today) return OUTCOME_OK;
    earning->by_lots[EARNER_BUYER] = true;
    struct holder *holder = &earning->holders[EARNER_BUYER];
    enum outcome outcome =
        holder_open(reader, buyer->party, &buyer->account, earning->today, holder);
    return outcome == OUTCOME_OK ? holder_settle(reader, holder) : outcome;
}

static struct person person_of(const struct profile *profile)
{
    struct person person = {.gender = profile->gender,
                            .attribute_count = profile->attribute_count};

    person_set_birthday(&person, profile->birthday);
    for (size_t i = 0; i < profile->attribute_count; i++) {
        person.attributes[i].name = profile->attributes[i].name;
        person.attributes[i].value = profile->attributes[i].value;
    }
    return person;
}

/* Her profile, where a rule asks for it: the one at hand, or hers. An erased one is empty. */
static enum outcome load_profile(struct reader *reader, struct earning *earning,
                                 const struct earn_event *event, struct profile *ret)
{
    struct party buyer = earning->earners[EARNER_BUYER].party;

    if (event->profile != NULL) {
        *ret = *event->profile;
        return OUTCOME_OK;
    }
    *ret = (struct profile){0};
    return command_outcome(earning->batch != NULL
                               ? profiles_get_in_batch(earning->batch, buyer, ret)
                               : profiles_get(reader, buyer, ret),
                           OUTCOME_OK);
}

/* ---- the others ------------------------------------------------------------------------------ */

/* Loads one earner's account, and a guide's employment on the date. */
static enum outcome earner_load(struct reader *reader, struct earning *earning,
                                struct earner *earner, enum outcome absent)
{
    const struct earner *buyer = &earning->earners[EARNER_BUYER];
    struct guide_on_date guide;

    if (earner->party.kind == PARTY_NONE) return OUTCOME_OK;
    enum outcome outcome =
        command_outcome(accounts_get(reader, earner->party, &earner->account), absent);
    if (outcome != OUTCOME_OK) return outcome;
    if (earner->party.kind != PARTY_GUIDE) {
        earner->erased = earner->account.status != ACCOUNT_ACTIVE;
        return OUTCOME_OK;
    }
    outcome = object_guide_on(reader, earner->party.number, &earner->account,
                              earning->business_date, &guide);
    if (outcome != OUTCOME_OK) return outcome;
    earner->active = guide.employed;
    earner->shop = guide.shop;
    earner->pay_entity = guide.pay_entity;
    earner->self = buyer->account.self_guide == earner->party.number;
    return OUTCOME_OK;
}

static enum outcome load_earners(struct reader *reader, struct command_call *call,
                                 struct earning *earning, const struct earn_event *event)
{
    struct earner *earners = earning->earners;

    assert(event->seller_count <= SELLERS_MAX);
    earners[EARNER_REFERRER].party = event->referrer;
    if (event->serving_guide != 0)
        earners[EARNER_SERVING].party = (struct party){PARTY_GUIDE, event->serving_guide};
    for (size_t i = 0; i < event->seller_count; i++)
        earners[EARNER_SELLER + i].party = (struct party){PARTY_GUIDE, event->sellers[i].guide};
    for (int i = EARNER_REFERRER; i < EARNER_COUNT; i++)
        if (earners[i].party.kind != PARTY_NONE) accounts_want(reader, earners[i].party);
    for (int i = EARNER_REFERRER; i < EARNER_COUNT; i++) {
        bool seller = i >= EARNER_SELLER;
        enum outcome outcome = earner_load(reader, earning, &earners[i],
                                           seller ? OUTCOME_GUIDE_UNKNOWN : OUTCOME_STORE_DAMAGED);
        if (outcome == OUTCOME_GUIDE_UNKNOWN)
            return form_refuse(call, outcome, "sellers.guide_number", NULL);
        if (outcome != OUTCOME_OK) return outcome;
    }
    return OUTCOME_OK;
}

/* ---- the rules ------------------------------------------------------------------------------- */

static struct reward_facts facts_of(const struct earning *earning, const struct earn_event *event)
{
    const struct earner *earners = earning->earners;
    const struct earner *buyer = &earners[EARNER_BUYER];
    struct reward_facts facts = {
        .event = earning->event.kind, .date = earning->business_date, .shop = event->shop,
        .amount_minor = event->amount_minor, .base_minor = event->base_minor,
        .buyer = buyer->party.number, .referrer = event->referrer,
        .referrer_active = earners[EARNER_REFERRER].active,
        .referrer_self = earners[EARNER_REFERRER].self,
        .referrer_erased = earners[EARNER_REFERRER].erased,
        .serving_guide = event->serving_guide,
        .serving_inherited = event->serving_inherited,
        .serving_active = earners[EARNER_SERVING].active,
        .serving_self = earners[EARNER_SERVING].self, .seller_count = event->seller_count,
        .days_recorded = event->days_recorded, .first_purchase = event->first_purchase,
        .registered_on = buyer->account.registered_on,
        .tier = tiers_kept(earning->program) ? tiers_clamp(earning->program, buyer->account.tier)
                                             : 0,
    };

    if (event->lines != NULL) {
        facts.line_count = event->lines->count;
        facts.lines = event->lines->lines;
    }
    for (size_t i = 0; i < event->seller_count; i++)
        facts.sellers[i] = (struct seller_facts){
            .guide = event->sellers[i].guide, .share_bp = event->sellers[i].share_bp,
            .active = earners[EARNER_SELLER + i].active, .self = earners[EARNER_SELLER + i].self,
        };
    return facts;
}

/* Room that the buyer's due work has just given back is room for this event already. */
static enum outcome relieve(struct earning *earning, struct cap_uses *uses)
{
    if (!earning->by_lots[EARNER_BUYER] || earning->batch == NULL) return OUTCOME_OK;
    const struct holder *holder = &earning->holders[EARNER_BUYER];
    for (size_t i = 0; i < holder->lots.lot_count; i++) {
        const struct lot *lot = &holder->lots.lot[i];
        int64_t amount = lot->credit.voided + lot->credit.reversed - lot->returned;
        if (amount == 0) continue;
        enum outcome outcome =
            caps_relieve(earning->batch, uses, holder->party, &lot->credit, amount);
        if (outcome != OUTCOME_OK) return outcome;
    }
    return OUTCOME_OK;
}

static enum outcome cut(struct reader *reader, struct earning *earning)
{
    const struct program *program = earning->program;
    struct cap_uses uses;

    cap_uses_of(program, earning->event.member, earning->business_date, earning->awards,
                earning->award_count, &uses);
    if (uses.count == 0) return OUTCOME_OK;
    enum outcome outcome = caps_load(reader, &uses);
    if (outcome == OUTCOME_OK) outcome = relieve(earning, &uses);
    if (outcome != OUTCOME_OK) return outcome;
    cap_cut(program, earning->event.member, earning->business_date, &uses, earning->awards,
            earning->award_count);
    return OUTCOME_OK;
}

enum outcome earn_award(struct reader *reader, struct command_call *call,
                        struct earning *earning, const struct earn_event *event)
{
    struct profile profile;
    struct person person;

    earning->award_count = 0;
    earning->verdicts.count = 0;
    enum outcome outcome = load_earners(reader, call, earning, event);
    if (outcome != OUTCOME_OK || earning->program == NULL) return outcome;

    struct reward_facts facts = facts_of(earning, event);
    if (condition_needs_person(earning->program, &facts)) {
        outcome = load_profile(reader, earning, event, &profile);
        if (outcome != OUTCOME_OK) return outcome;
        person = person_of(&profile);
        facts.person = &person;
    }
    earning->award_count =
        reward_awards(earning->program, &facts, earning->awards, &earning->verdicts);
    earning->tier_points =
        reward_tier_points(earning->program, earning->awards, earning->award_count);
    return OUTCOME_OK;
}

enum outcome earn_decide(struct reader *reader, struct command_call *call,
                         struct earning *earning, const struct earn_event *event)
{
    enum outcome outcome = earn_award(reader, call, earning, event);
    return outcome == OUTCOME_OK && earning->program != NULL ? cut(reader, earning) : outcome;
}
