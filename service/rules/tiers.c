#include "service/rules/tiers.h"

#include <assert.h>
#include <stddef.h>

#include "store/date.h"

bool tiers_kept(const struct program *program)
{
    return program != NULL && program->tier_basis != TIER_BASIS_NONE && program->tier_count > 0;
}

bool tiers_windowed(const struct program *program)
{
    return program->tier_window_months > 0;
}

business_date tiers_window_from(const struct program *program, business_date date)
{
    assert(tiers_windowed(program));
    return date_add_months(date, -(int)program->tier_window_months) + 1;
}

uint8_t tiers_clamp(const struct program *program, uint8_t tier)
{
    assert(tiers_kept(program));
    return tier < program->tier_count ? tier : (uint8_t)(program->tier_count - 1);
}

uint8_t tiers_reached(const struct program *program, int64_t measure)
{
    uint8_t tier = 0;

    assert(tiers_kept(program) && program->tiers[0].threshold == 0);
    while (tier + 1 < program->tier_count && measure >= program->tiers[tier + 1].threshold) tier++;
    return tier;
}

uint8_t tiers_reviewed(const struct program *program, uint8_t tier, int64_t measure)
{
    uint8_t reached = tiers_reached(program, measure);

    tier = tiers_clamp(program, tier);
    if (reached >= tier || program->tier_fall == TIER_FALL_TO_REACHED) return reached;
    return (uint8_t)(tier - 1);
}

/* That day of the year, or its month's last where it has no such day. */
static business_date day_in(int year, int month, int day)
{
    business_date start = date_from_civil(year, month, 1);
    business_date last = date_add_months(start, 1) - 1;
    return start + day - 1 < last ? start + day - 1 : last;
}

business_date tiers_next_review(const struct program *program, business_date registered_on,
                                business_date after)
{
    int year, month, day, ignored;

    if (!tiers_kept(program) || program->tier_review == TIER_REVIEW_NEVER) return DATE_NEVER;
    if (program->tier_review == TIER_REVIEW_ANNIVERSARY) {
        date_to_civil(registered_on, &ignored, &month, &day);
        if (after < registered_on) after = registered_on; /* the day itself is no anniversary */
    } else {
        month = program->tier_review_month;
        day = program->tier_review_day;
    }
    int month_after, day_after;
    date_to_civil(after, &year, &month_after, &day_after);
    business_date date = day_in(year, month, day);
    return date > after ? date : day_in(year + 1, month, day);
}

struct tier_outlook tiers_outlook(const struct program *program, uint8_t tier, int64_t measure,
                                  int64_t kept, business_date review_on)
{
    tier = tiers_clamp(program, tier);
    struct tier_outlook outlook = {.tier = tier, .measure = measure, .review_on = review_on};

    if (tier + 1 < program->tier_count && measure < program->tiers[tier + 1].threshold)
        outlook.missing_to_next = program->tiers[tier + 1].threshold - measure;
    if (review_on != DATE_NEVER && kept < program->tiers[tier].threshold)
        outlook.missing_to_keep = program->tiers[tier].threshold - kept;
    assert(outlook.missing_to_next >= 0 && outlook.missing_to_keep >= 0);
    return outlook;
}
