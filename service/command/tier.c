#include "service/command/tier.h"

#include <assert.h>

#include "store/accounts.h"
#include "store/programs.h"

/* What counts for a tier on a date, but for the day `without` (DATE_NEVER: every day). */
static enum outcome measure(struct reader *reader, const struct program *program, uint32_t member,
                            const struct account *account, business_date date,
                            business_date without, int64_t *ret_measure)
{
    struct purchase_days_sum sum;

    if (!tiers_windowed(program)) {
        *ret_measure = account->tier_points;
        return OUTCOME_OK;
    }
    enum store_result result = purchase_days_add_up(
        reader, member, tiers_window_from(program, date), date, without, &sum);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_INTERNAL);
    *ret_measure = program->tier_basis == TIER_BASIS_SPEND ? sum.base_minor : sum.tier_points;
    return OUTCOME_OK;
}

enum outcome tier_rise(struct reader *reader, const struct program *program, uint32_t member,
                       business_date date, const struct purchase_day *day,
                       struct account *account)
{
    int64_t measured;

    if (!tiers_kept(program)) return OUTCOME_OK;
    /* A version with fewer tiers than hers takes none away: she falls at a review alone. */
    uint8_t tier = tiers_clamp(program, account->tier);
    if (tier + 1 < program->tier_count) {
        business_date last = account->last_day;
        business_date as_of = last != DATE_NEVER && last > date ? last : date;
        enum outcome outcome = measure(reader, program, member, account, as_of, date, &measured);
        if (outcome != OUTCOME_OK) return outcome;
        if (tiers_windowed(program) && date >= tiers_window_from(program, as_of))
            measured += program->tier_basis == TIER_BASIS_SPEND ? day->base_minor
                                                                : day->tier_points;
        uint8_t reached = tiers_reached(program, measured);
        if (reached > tier) {
            account->tier = reached;
            account->tier_since = date;
        }
    }
    if (account->tier > 0 && account->tier_review_on == DATE_NEVER)
        account->tier_review_on = tiers_next_review(program, account->registered_on, date);
    return OUTCOME_OK;
}

static enum outcome review_one(struct reader *reader, uint32_t member, business_date on,
                               struct account *account)
{
    uint32_t version;
    struct program program;
    int64_t measured;

    enum store_result found = programs_in_force(reader, on, &version);
    if (found == STORE_OK) found = programs_get(reader, version, &program);
    account->tier_review_on = DATE_NEVER;
    if (found == STORE_ABSENT) return OUTCOME_OK;
    if (found != STORE_OK) return command_outcome(found, OUTCOME_INTERNAL);
    if (!tiers_kept(&program)) return OUTCOME_OK;

    enum outcome outcome =
        measure(reader, &program, member, account, on, DATE_NEVER, &measured);
    if (outcome != OUTCOME_OK) return outcome;
    uint8_t tier = tiers_reviewed(&program, account->tier, measured);
    if (tier != account->tier) account->tier_since = on;
    account->tier = tier;
    /* Who is in the lowest can't fall: her next rise sets a review again. */
    if (tier > 0)
        account->tier_review_on = tiers_next_review(&program, account->registered_on, on);
    return OUTCOME_OK;
}

enum outcome tier_review(struct reader *reader, uint32_t member, business_date today,
                         struct account *account)
{
    while (account->tier_review_on <= today) {
        business_date on = account->tier_review_on;
        enum outcome outcome = review_one(reader, member, on, account);
        if (outcome != OUTCOME_OK) return outcome;
        assert(account->tier_review_on > on);
    }
    return OUTCOME_OK;
}

enum outcome tier_outlook(struct reader *reader, const struct program *program, uint32_t member,
                          const struct account *account, business_date today,
                          struct tier_outlook *ret)
{
    int64_t measured, kept = 0;
    business_date review_on = account->tier_review_on;

    enum outcome outcome =
        measure(reader, program, member, account, today, DATE_NEVER, &measured);
    if (outcome == OUTCOME_OK && review_on != DATE_NEVER)
        outcome = measure(reader, program, member, account, review_on, DATE_NEVER, &kept);
    if (outcome != OUTCOME_OK) return outcome;
    *ret = tiers_outlook(program, account->tier, measured, kept, review_on);
    return OUTCOME_OK;
}
