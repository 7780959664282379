/* Tiers: which one a member has reached, keeps at the review, and what is missing. Pure; domain.md
 * 4, "Tiers".
 *
 * A tier is measured by tier points or rolling spend ("measure"). It rises at once and falls only
 * at a review: on one date a year, or on the anniversary of her registration. A tier stored by an
 * older version counts as the highest where the version in force has fewer. */
#ifndef BECKON_SERVICE_RULES_TIERS_H
#define BECKON_SERVICE_RULES_TIERS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/program.h"
#include "store/record.h"

/* Has the program tiers at all? `program` may be NULL: none in force. */
bool tiers_kept(const struct program *program);
/* Does the measure count days of a window, or all her tier points? */
bool tiers_windowed(const struct program *program);
/* The window's first date where it ends with `date`: dates after date minus N months count. */
business_date tiers_window_from(const struct program *program, business_date date);
/* The tier as this program has it. */
uint8_t tiers_clamp(const struct program *program, uint8_t tier);

/* The highest tier with a threshold not above the measure. */
uint8_t tiers_reached(const struct program *program, int64_t measure);
/* What a review makes of her tier: the one reached, or one step down at most. */
uint8_t tiers_reviewed(const struct program *program, uint8_t tier, int64_t measure);
/* The first review after a date; DATE_NEVER where the program has none. The anniversary of a
 * February 29 is February 28 in common years, and so is a yearly date. */
business_date tiers_next_review(const struct program *program, business_date registered_on,
                                business_date after);

/* What her card says; amounts in tier points or minor units. */
struct tier_outlook {
    uint8_t tier;
    int64_t measure;         /* today */
    int64_t missing_to_next; /* 0 with the highest */
    int64_t missing_to_keep; /* for what counts on review_on; 0: hers already, or no review */
    business_date review_on; /* DATE_NEVER: none ahead */
};
/* measure: of a window that ends today; kept: of one that ends with the review. */
struct tier_outlook tiers_outlook(const struct program *program, uint8_t tier, int64_t measure,
                                  int64_t kept, business_date review_on);

#endif
