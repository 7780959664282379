/* The tiers of a program: they begin at 0 and rise, and only a review lets members fall. */
#include <stdio.h>
#include <string.h>

#include "service/command/program_form.h"
#include "service/limits.h"

enum { WINDOW_MONTHS_MAX = 120, MULTIPLIER_ONE_BP = 10000 };

static void form_tier(struct program_form *form, const Beckon__V1__Tier *message, size_t index)
{
    struct tier *tier = &form->program->tiers[index];

    program_id(form, "tier_id", message->tier_id, tier->id);
    for (size_t k = 0; k < index; k++)
        if (strcmp(form->program->tiers[k].id, tier->id) == 0)
            program_refuse(form, OUTCOME_PROGRAM_INVALID, "tier_id", "distinct");
    program_text(form, "title_zh", message->title_zh, 0, RULE_TITLE_BYTES_MAX, tier->title_zh);
    program_text(form, "title_en", message->title_en, 0, RULE_TITLE_BYTES_MAX, tier->title_en);
    int64_t least = index == 0 ? 0 : tier[-1].threshold + 1;
    tier->threshold = program_number(form, "threshold", message->threshold, least,
                                     index == 0 ? 0 : LIMIT_AMOUNT_MINOR);
    tier->multiplier_bp = (int32_t)program_number(form, "multiplier_bp", message->multiplier_bp, 0,
                                                  LIMIT_MULTIPLIER_BP);
    if (tier->multiplier_bp == 0) tier->multiplier_bp = MULTIPLIER_ONE_BP;
    if (message->n_rights > TIER_RIGHTS_MAX) {
        program_invalid(form, "rights", "0..%d", (int)TIER_RIGHTS_MAX);
        return;
    }
    for (size_t k = 0; k < message->n_rights && form->outcome == OUTCOME_OK; k++) {
        program_text(form, program_field(form, "rights", k), message->rights[k], 1,
                     BENEFIT_NAME_BYTES_MAX, tier->rights[k]);
    }
    tier->right_count = (uint8_t)message->n_rights;
}

/* A date that every year has: February has 28 days. */
static void form_review(struct program_form *form, const Beckon__V1__TierSettings *message)
{
    static const uint8_t MONTH_DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct program *program = form->program;

    program->tier_review = (enum tier_review)program_choice(
        form, "tiers.review", (int)message->review, 0, TIER_REVIEW_ANNIVERSARY,
        "NEVER, YEARLY, ANNIVERSARY");
    bool yearly = program->tier_review == TIER_REVIEW_YEARLY;
    int64_t month = program_number(form, "tiers.review_month", message->review_month,
                                   yearly ? 1 : 0, yearly ? 12 : 0);
    int64_t day = program_number(form, "tiers.review_day", message->review_day, yearly ? 1 : 0,
                                 yearly ? MONTH_DAYS[month - 1] : 0);
    program->tier_review_month = (uint8_t)month;
    program->tier_review_day = (uint8_t)day;
    int fall = program->tier_review == TIER_REVIEW_NEVER ? TIER_FALL_TO_REACHED
                                                         : TIER_FALL_ONE_STEP;
    program->tier_fall = (enum tier_fall)program_choice(
        form, "tiers.fall", (int)message->fall, 0, fall,
        fall == TIER_FALL_TO_REACHED ? "only with a review" : "TO_REACHED, ONE_STEP");
}

void program_form_tiers(struct program_form *form, const Beckon__V1__TierSettings *message)
{
    struct program *program = form->program;

    program->tier_basis = (enum tier_basis)program_choice(
        form, "tiers.basis", (int)message->basis, TIER_BASIS_POINTS, TIER_BASIS_SPEND,
        "POINTS, SPEND");
    program->tier_window_months = (uint16_t)program_number(
        form, "tiers.window_months", message->window_months,
        program->tier_basis == TIER_BASIS_SPEND ? 1 : 0, WINDOW_MONTHS_MAX);
    form_review(form, message);
    if (message->n_levels == 0 || message->n_levels > PROGRAM_TIERS_MAX) {
        program_invalid(form, "tiers.levels", "1..%d", (int)PROGRAM_TIERS_MAX);
        return;
    }
    for (size_t i = 0; i < message->n_levels && form->outcome == OUTCOME_OK; i++) {
        snprintf(form->where, sizeof form->where, "tiers.levels[%zu].", i);
        form_tier(form, message->levels[i], i);
    }
    program->tier_count = (uint8_t)message->n_levels;
}
