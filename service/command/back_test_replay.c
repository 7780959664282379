#include "service/command/back_test_replay.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "service/command/business_time.h"
#include "service/command/objects.h"
#include "service/limits.h"
#include "store/accounts.h"
#include "store/date.h"
#include "store/programs.h"
#include "store/purchases.h"

enum { KEPT_FIRST = 1024 };

enum outcome replay_begin(struct replay *replay)
{
    size_t events = replay->events.count, members = (size_t)replay->events.member_max + 1;

    if (members > LIMIT_BACK_TEST_EVENTS) return OUTCOME_BACK_TEST_TOO_LARGE;
    replay->purchases = calloc(events + 1, sizeof *replay->purchases);
    replay->members = calloc(members, sizeof *replay->members);
    replay->programs = calloc(REPLAY_PROGRAMS_MAX, sizeof *replay->programs);
    replay->holders = calloc(EARNER_COUNT, sizeof *replay->holders);
    if (replay->purchases == NULL || replay->members == NULL || replay->programs == NULL ||
        replay->holders == NULL)
        return OUTCOME_BUSY;
    for (size_t i = 0; i < members; i++)
        replay->members[i] = (struct replay_member){
            .review_on = DATE_NEVER, .last_day = DATE_ALWAYS, .last_event = BACK_TEST_NO_EVENT,
        };
    return OUTCOME_OK;
}

void replay_clear(struct replay *replay)
{
    back_test_events_clear(&replay->events);
    back_test_counters_clear(&replay->counters);
    back_test_totals_clear(&replay->totals);
    free(replay->purchases);
    free(replay->members);
    free(replay->programs);
    free(replay->kept);
    free(replay->holders);
}

/* ---- programs -------------------------------------------------------------------------------- */

static enum outcome number_rules(struct replay *replay, struct replay_program *program)
{
    for (uint16_t i = 0; i < program->program.rule_count; i++)
        if (!back_test_totals_rule(&replay->totals, program->program.rules[i].id,
                                   &program->rules[i]))
            return OUTCOME_BACK_TEST_TOO_LARGE;
    return OUTCOME_OK;
}

enum outcome replay_version(struct reader *reader, struct replay *replay, uint32_t version,
                            struct replay_program **ret)
{
    for (size_t i = 0; i < REPLAY_PROGRAMS_MAX; i++) {
        if (replay->programs[i].program.version != version) continue;
        *ret = &replay->programs[i];
        return OUTCOME_OK;
    }
    struct replay_program *slot = &replay->programs[replay->program_next];
    slot->program.version = 0;
    enum outcome outcome =
        command_outcome(programs_get(reader, version, &slot->program), OUTCOME_STORE_DAMAGED);
    if (outcome == OUTCOME_OK) outcome = number_rules(replay, slot);
    if (outcome != OUTCOME_OK) {
        slot->program.version = 0;
        return outcome;
    }
    replay->program_next = (replay->program_next + 1) % REPLAY_PROGRAMS_MAX;
    *ret = slot;
    return OUTCOME_OK;
}

enum outcome replay_program_of(struct reader *reader, struct replay *replay, business_date date,
                               uint32_t version, struct replay_program **ret)
{
    *ret = NULL;
    if (date >= replay->from) {
        *ret = replay->draft;
        return OUTCOME_OK;
    }
    return version == 0 ? OUTCOME_OK : replay_version(reader, replay, version, ret);
}

/* ---- adding up ------------------------------------------------------------------------------- */

static enum outcome add_awards(struct replay *replay, const struct replay_program *program,
                               business_date date, bool draft, const struct award *awards,
                               size_t award_count)
{
    if (date < replay->from || date >= replay->to) return OUTCOME_OK;
    for (size_t i = 0; i < award_count; i++) {
        struct back_test_row row = {
            .rule = program->rules[awards[i].rule], .unit = awards[i].unit,
            .kind = awards[i].party.kind, .month = date_month_start(date),
        };
        if (awards[i].amount > 0 &&
            !back_test_totals_add(&replay->totals, &row, draft, awards[i].amount, 0))
            return OUTCOME_BACK_TEST_TOO_LARGE;
    }
    return OUTCOME_OK;
}

/* What was really given, by the version it was recorded with. Numbers the rules' ids as it goes, so
 * it comes first: nothing else has changed when a version has to be fetched. */
static enum outcome add_recorded(struct reader *reader, struct replay *replay, business_date date,
                                 uint32_t version, const struct award *awards, size_t award_count)
{
    struct replay_program *program;

    if (version == 0 || award_count == 0) return OUTCOME_OK;
    enum outcome outcome = replay_version(reader, replay, version, &program);
    return outcome == OUTCOME_OK
               ? add_awards(replay, program, date, false, awards, award_count)
               : outcome;
}

/* ---- events ---------------------------------------------------------------------------------- */

/* What one event is decided from, all read before anything is counted. */
struct replayed {
    struct purchase purchase;
    struct purchase_lines lines;
    struct registration registration;
    struct replay_program *program;
    struct earning earning;
};

static enum outcome load_buyer(struct reader *reader, struct replay *replay,
                               const struct back_test_event *event, struct earning *earning)
{
    struct earner *buyer = &earning->earners[EARNER_BUYER];
    const struct replay_member *member = &replay->members[event->member];

    buyer->party = (struct party){PARTY_MEMBER, event->member};
    enum outcome outcome = command_outcome(accounts_get(reader, buyer->party, &buyer->account),
                                           OUTCOME_STORE_DAMAGED);
    buyer->account.tier = member->tier;
    buyer->account.tier_points = member->tier_points;
    earning->business_date = event->date;
    earning->today = business_date_at(&replay->merchant, event->recorded_at);
    earning->holders = replay->holders;
    return outcome;
}

static enum outcome award(struct reader *reader, struct replay *replay, struct replayed *replayed,
                          struct earn_event *event)
{
    struct earning *earning = &replayed->earning;
    const struct account *account = &earning->earners[EARNER_BUYER].account;

    earning->program = replayed->program != NULL ? &replayed->program->program : NULL;
    event->referrer = account->referrer;
    return earn_award(reader, replay->call, earning, event);
}

static enum outcome replay_registration(struct reader *reader, struct replay *replay,
                                        const struct back_test_event *event,
                                        struct replayed *replayed)
{
    struct earning *earning = &replayed->earning;
    struct registration *registration = &replayed->registration;
    struct earn_event facts = {0};

    enum outcome outcome = load_buyer(reader, replay, event, earning);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = command_outcome(registrations_get(reader, event->member, registration),
                              OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = replay_program_of(reader, replay, event->date, registration->program_version,
                                &replayed->program);
    if (outcome != OUTCOME_OK) return outcome;
    const struct account *account = &earning->earners[EARNER_BUYER].account;
    outcome = object_serving_on(reader, event->member, account, event->date, &facts.serving_guide,
                                &facts.serving_inherited);
    if (outcome != OUTCOME_OK) return outcome;
    earning->event = (struct event){.kind = EVENT_REGISTRATION, .member = event->member};
    facts.shop = account->registered_shop;
    outcome = award(reader, replay, replayed, &facts);
    if (outcome != OUTCOME_OK) return outcome;
    return add_recorded(reader, replay, event->date, registration->program_version,
                        registration->awards, registration->award_count);
}

static enum outcome load_purchase(struct reader *reader, struct replay *replay,
                                  const struct back_test_event *event, struct purchase *ret,
                                  struct purchase_lines *ret_lines)
{
    struct receipt receipt = back_test_receipt(&replay->events, event);

    ret_lines->count = 0;
    enum outcome outcome =
        command_outcome(purchases_get(reader, &receipt, ret), OUTCOME_STORE_DAMAGED);
    if (outcome != OUTCOME_OK || ret->line_count == 0) return outcome;
    return command_outcome(purchase_lines_get(reader, &receipt, ret_lines),
                           OUTCOME_STORE_DAMAGED);
}

/* Her distinct purchase days, this one's included: kept with the purchase, but not in the oldest
 * records. */
static uint32_t days_of(const struct replay *replay, uint32_t number, business_date date,
                        uint32_t recorded)
{
    const struct replay_member *member = &replay->members[number];

    if (recorded != 0) return recorded;
    for (uint32_t i = member->last_event; i != BACK_TEST_NO_EVENT;
         i = replay->purchases[i].previous)
        if (replay->events.events[i].date == date) return member->days;
    return member->days + 1;
}

static enum outcome replay_purchase(struct reader *reader, struct replay *replay,
                                    const struct back_test_event *event,
                                    struct replayed *replayed)
{
    struct purchase *purchase = &replayed->purchase;
    struct earning *earning = &replayed->earning;
    uint32_t serving;

    enum outcome outcome = load_purchase(reader, replay, event, purchase, &replayed->lines);
    if (outcome == OUTCOME_OK) outcome = load_buyer(reader, replay, event, earning);
    if (outcome != OUTCOME_OK) return outcome;
    const struct account *account = &earning->earners[EARNER_BUYER].account;
    /* First: it may load versions over the one this purchase is decided by. */
    outcome = replay_review(reader, replay, event->member, account->registered_on, earning->today);
    if (outcome != OUTCOME_OK) return outcome;
    earning->earners[EARNER_BUYER].account.tier = replay->members[event->member].tier;
    outcome = replay_program_of(reader, replay, event->date, purchase->program_version,
                                &replayed->program);
    if (outcome != OUTCOME_OK) return outcome;
    struct earn_event facts = {
        .serving_guide = purchase->serving_guide, .shop = purchase->receipt.shop,
        .amount_minor = purchase->parts.amount_minor, .base_minor = purchase->base_minor,
        .lines = &replayed->lines, .seller_count = purchase->seller_count,
        .sellers = purchase->sellers,
        .days_recorded = days_of(replay, event->member, event->date, purchase->days_recorded),
        .first_purchase = purchase->previous.size == 0,
    };
    outcome = object_serving_on(reader, event->member, account, event->date, &serving,
                                &facts.serving_inherited);
    if (outcome != OUTCOME_OK) return outcome;
    earning->event = (struct event){EVENT_PURCHASE, event->member, purchase->receipt, 0};
    outcome = award(reader, replay, replayed, &facts);
    if (outcome != OUTCOME_OK) return outcome;
    return add_recorded(reader, replay, event->date, purchase->program_version, purchase->awards,
                        purchase->award_count);
}

/* ---- after everything is read ---------------------------------------------------------------- */

/* Tier points of one award: as reward_tier_points counts it. */
static int64_t points_of(const struct program *program, const struct award *award)
{
    return reward_tier_points(program, award, 1);
}

/* Remembers the awards of a purchase that refunds will come to. */
static enum outcome keep(struct replay *replay, size_t place, const struct replayed *replayed)
{
    const struct earning *earning = &replayed->earning;
    size_t wanted = replay->kept_count + earning->award_count;

    if (wanted > LIMIT_BACK_TEST_EVENTS) return OUTCOME_BACK_TEST_TOO_LARGE;
    if (wanted > replay->kept_room) {
        size_t room = replay->kept_room == 0 ? KEPT_FIRST : 2 * replay->kept_room;
        while (room < wanted) room *= 2;
        struct replay_kept *kept = realloc(replay->kept, room * sizeof *kept);
        if (kept == NULL) return OUTCOME_BUSY;
        replay->kept = kept;
        replay->kept_room = room;
    }
    replay->purchases[place].kept_first = (uint32_t)replay->kept_count;
    replay->purchases[place].kept_count = (uint16_t)earning->award_count;
    for (size_t i = 0; i < earning->award_count; i++)
        replay->kept[replay->kept_count++] = (struct replay_kept){
            .award = earning->awards[i],
            .tier_points = points_of(earning->program, &earning->awards[i]),
        };
    return OUTCOME_OK;
}

static void count_purchase_for_tier(struct replay *replay, size_t place,
                                    const struct back_test_event *event,
                                    const struct replayed *replayed)
{
    struct replay_member *member = &replay->members[event->member];
    struct replay_purchase *counted = &replay->purchases[place];

    member->days = days_of(replay, event->member, event->date, replayed->purchase.days_recorded);
    counted->previous = member->last_event;
    counted->base_minor = replayed->purchase.base_minor;
    counted->tier_points = replayed->program != NULL ? replayed->earning.tier_points : 0;
    member->last_event = (uint32_t)place;
    member->tier_points += counted->tier_points;
    if (event->date > member->last_day) member->last_day = event->date;
    if (replayed->program != NULL)
        replay_rise(replay, &replayed->program->program, event->member,
                    replayed->earning.earners[EARNER_BUYER].account.registered_on, event->date);
}

static enum outcome decide(struct replay *replay, size_t place,
                           const struct back_test_event *event, struct replayed *replayed)
{
    struct earning *earning = &replayed->earning;
    enum outcome outcome = OUTCOME_OK;

    if (replayed->program != NULL) {
        outcome = replay_cut(replay, replayed->program, earning, earning->awards,
                             earning->award_count);
        if (outcome == OUTCOME_OK)
            outcome = add_awards(replay, replayed->program, event->date, true, earning->awards,
                                 earning->award_count);
        if (outcome == OUTCOME_OK && event->refunded) outcome = keep(replay, place, replayed);
        if (outcome != OUTCOME_OK) return outcome;
    }
    if (event->kind == EVENT_PURCHASE) count_purchase_for_tier(replay, place, event, replayed);
    return outcome;
}

enum outcome replay_event(struct reader *reader, struct replay *replay)
{
    struct replayed replayed = {0};
    size_t place = replay->next;
    enum outcome outcome;

    assert(place < replay->events.count);
    const struct back_test_event *event = &replay->events.events[place];
    if (event->kind == EVENT_REFUND) {
        outcome = replay_refund(reader, replay, event);
    } else {
        outcome = event->kind == EVENT_PURCHASE
                      ? replay_purchase(reader, replay, event, &replayed)
                      : replay_registration(reader, replay, event, &replayed);
        if (outcome == OUTCOME_OK) outcome = decide(replay, place, event, &replayed);
    }
    if (outcome == OUTCOME_OK) replay->next++;
    return outcome;
}
