/* Tiers in a back-test: tier.c's rise and review, measured by what was replayed. */
#include <assert.h>

#include "service/command/back_test_replay.h"
#include "service/rules/tiers.h"
#include "store/programs.h"

/* What counts for her tier on a date: her purchases of the window, newest first, or all her tier
 * points. */
static int64_t measure(const struct replay *replay, const struct program *program, uint32_t number,
                       business_date date)
{
    const struct replay_member *member = &replay->members[number];
    int64_t sum = 0;

    if (!tiers_windowed(program)) return member->tier_points;
    business_date from = tiers_window_from(program, date);
    for (uint32_t i = member->last_event; i != BACK_TEST_NO_EVENT;
         i = replay->purchases[i].previous) {
        const struct replay_purchase *purchase = &replay->purchases[i];
        business_date on = replay->events.events[i].date;
        if (on < from || on > date) continue;
        sum += program->tier_basis == TIER_BASIS_SPEND ? purchase->base_minor
                                                       : purchase->tier_points;
    }
    return sum;
}

void replay_rise(struct replay *replay, const struct program *program, uint32_t number,
                 business_date registered_on, business_date date)
{
    struct replay_member *member = &replay->members[number];

    if (!tiers_kept(program)) return;
    uint8_t tier = tiers_clamp(program, member->tier);
    if (tier + 1 < program->tier_count) {
        business_date as_of = member->last_day > date ? member->last_day : date;
        uint8_t reached = tiers_reached(program, measure(replay, program, number, as_of));
        if (reached > tier) tier = reached;
    }
    member->tier = tier;
    if (tier > 0 && member->review_on == DATE_NEVER)
        member->review_on = tiers_next_review(program, registered_on, date);
}

/* The program in force on a review's date; NULL: none. */
static enum outcome program_on(struct reader *reader, struct replay *replay, business_date date,
                               struct replay_program **ret)
{
    uint32_t version = 0;

    if (date < replay->from) {
        enum store_result found = programs_in_force(reader, date, &version);
        if (found != STORE_OK && found != STORE_ABSENT)
            return command_outcome(found, OUTCOME_INTERNAL);
        if (found == STORE_ABSENT) version = 0;
    }
    return replay_program_of(reader, replay, date, version, ret);
}

enum outcome replay_review(struct reader *reader, struct replay *replay, uint32_t number,
                           business_date registered_on, business_date today)
{
    struct replay_member *member = &replay->members[number];

    while (member->review_on <= today) {
        business_date on = member->review_on;
        struct replay_program *program;
        enum outcome outcome = program_on(reader, replay, on, &program);
        if (outcome != OUTCOME_OK) return outcome;
        member->review_on = DATE_NEVER;
        if (program == NULL || !tiers_kept(&program->program)) return OUTCOME_OK;
        member->tier = tiers_reviewed(&program->program, member->tier,
                                      measure(replay, &program->program, number, on));
        if (member->tier > 0)
            member->review_on = tiers_next_review(&program->program, registered_on, on);
        assert(member->review_on > on);
    }
    return OUTCOME_OK;
}
