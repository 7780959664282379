/* What a program asks for, as one hash. The parts of the first published programs come always and
 * in their old order; each later part comes as (tag, value) where it says anything, so that old
 * requests replay. Tags are never used again. */
#include <string.h>

#include "service/command/program_form.h"

static void part(struct fingerprint *fingerprint, int64_t tag, int64_t value, int64_t absent)
{
    if (value == absent) return;
    fingerprint_number(fingerprint, tag);
    fingerprint_number(fingerprint, value);
}

static void text_part(struct fingerprint *fingerprint, int64_t tag, const char *text)
{
    if (text[0] == '\0') return;
    fingerprint_number(fingerprint, tag);
    fingerprint_text(fingerprint, text);
}

static void rule_pools(struct fingerprint *fingerprint, const struct program *program,
                       const struct rule *rule)
{
    part(fingerprint, 1, rule->brackets.count, 0);
    for (size_t i = 0; i < rule->brackets.count; i++) {
        const struct bracket *bracket = &program->brackets[rule->brackets.start + i];
        fingerprint_number(fingerprint, bracket->to);
        fingerprint_number(fingerprint, bracket->fixed_amount);
        fingerprint_number(fingerprint, bracket->rate_bp);
    }
    part(fingerprint, 2, rule->shops.count, 0);
    for (size_t i = 0; i < rule->shops.count; i++)
        fingerprint_number(fingerprint, program->shops[rule->shops.start + i]);
    part(fingerprint, 3, rule->categories.count, 0);
    for (size_t i = 0; i < rule->categories.count; i++) {
        char text[LINE_TEXT_BYTES_MAX + 1] = {0};
        memcpy(text, program->categories[rule->categories.start + i], LINE_TEXT_BYTES_MAX);
        fingerprint_text(fingerprint, text);
    }
}

static void rule_parts(struct fingerprint *fingerprint, const struct rule *rule)
{
    part(fingerprint, 4, rule->reward, REWARD_AMOUNT);
    text_part(fingerprint, 5, rule->benefit_zh);
    text_part(fingerprint, 6, rule->benefit_en);
    part(fingerprint, 7, rule->benefit_valid_days, 0);
    part(fingerprint, 8, rule->bracket_mode, BRACKETS_WHOLE);
    part(fingerprint, 9, rule->tier_multiplier, false);
    part(fingerprint, 10, rule->tiers, 0);
    part(fingerprint, 11, rule->weekdays, 0);
    part(fingerprint, 12, rule->minimum_minor, 0);
    part(fingerprint, 13, rule->first_purchase, false);
    part(fingerprint, 14, rule->within_days, 0);
    part(fingerprint, 15, rule->birthday, BIRTHDAY_ANY);
    part(fingerprint, 16, rule->age_from, 0);
    part(fingerprint, 17, rule->age_to, 0);
    text_part(fingerprint, 18, rule->gender);
    text_part(fingerprint, 19, rule->attribute);
    text_part(fingerprint, 20, rule->attribute_value);
    part(fingerprint, 21, rule->window_from, DATE_ALWAYS);
    part(fingerprint, 22, rule->window_to, DATE_NEVER);
    part(fingerprint, 23, rule->cap_per_referee, 0);
    part(fingerprint, 24, rule->cap_per_beneficiary, 0);
    part(fingerprint, 25, rule->cap_period, PERIOD_NONE);
    part(fingerprint, 26, rule->budget, 0);
    part(fingerprint, 27, rule->hold_days, 0);
    part(fingerprint, 28, rule->expiry, EXPIRY_NEVER);
    part(fingerprint, 29, rule->expiry_count, 0);
    part(fingerprint, 30, rule->return_policy, RETURN_CARRY_FORWARD);
    part(fingerprint, 31, rule->kpi, KPI_NONE);
    part(fingerprint, 32, rule->period, PERIOD_NONE);
    part(fingerprint, 33, rule->wait_days, 0);
    part(fingerprint, 34, rule->minimum_n, 0);
    part(fingerprint, 35, rule->leavers, false);
}

static void rule_whole(struct fingerprint *fingerprint, const struct program *program,
                       const struct rule *rule)
{
    fingerprint_text(fingerprint, rule->id);
    fingerprint_text(fingerprint, rule->title_zh);
    fingerprint_text(fingerprint, rule->title_en);
    fingerprint_number(fingerprint, rule->trigger);
    fingerprint_number(fingerprint, rule->beneficiary);
    fingerprint_number(fingerprint, rule->unit);
    fingerprint_number(fingerprint, rule->formula);
    fingerprint_number(fingerprint, rule->fixed_amount);
    fingerprint_number(fingerprint, rule->rate_bp);
    fingerprint_number(fingerprint, rule->rounding);
    fingerprint_number(fingerprint, rule->referrer);
    fingerprint_number(fingerprint, rule->code);
    rule_pools(fingerprint, program, rule);
    rule_parts(fingerprint, rule);
}

static void settings_parts(struct fingerprint *fingerprint, const struct program *program)
{
    const struct fraud_settings *fraud = &program->fraud;
    const struct settlement_settings *settlement = &program->settlement;

    part(fingerprint, 101, program->binding_validity_days, 0);
    part(fingerprint, 102, program->binding_protection_days, 0);
    part(fingerprint, 103, program->redeem_points, 0);
    part(fingerprint, 104, program->redeem_minor, 0);
    part(fingerprint, 105, program->redeem_cash, false);
    part(fingerprint, 106, program->restore_grace_days, 30);
    part(fingerprint, 107, program->adjust_limit[UNIT_POINTS], 0);
    part(fingerprint, 108, program->adjust_limit[UNIT_CASH], 0);
    part(fingerprint, 109, fraud->registrations_per_ten_minutes, 0);
    part(fingerprint, 110, fraud->open_from_minutes, 0);
    part(fingerprint, 111, fraud->open_to_minutes, 0);
    part(fingerprint, 112, fraud->refund_cycles, 0);
    part(fingerprint, 113, fraud->refund_cycle_days, 0);
    part(fingerprint, 114, fraud->spike_days, 0);
    part(fingerprint, 115, fraud->spike_factor, 0);
    part(fingerprint, 116, fraud->spike_minimum, 0);
    part(fingerprint, 124, settlement->rate_points, 0);
    part(fingerprint, 125, settlement->rate_minor, 0);
    part(fingerprint, 126, settlement->minimum_payout_minor, 0);
    text_part(fingerprint, 127, settlement->tax_treatment);
}

static void tier_parts(struct fingerprint *fingerprint, const struct program *program)
{
    if (program->tier_count == 0) return;
    part(fingerprint, 117, program->tier_basis, TIER_BASIS_NONE);
    part(fingerprint, 118, program->tier_window_months, 0);
    part(fingerprint, 119, program->tier_review, TIER_REVIEW_NEVER);
    part(fingerprint, 120, program->tier_review_month, 0);
    part(fingerprint, 121, program->tier_review_day, 0);
    part(fingerprint, 122, program->tier_fall, TIER_FALL_TO_REACHED);
    part(fingerprint, 123, program->tier_count, 0);
    for (size_t i = 0; i < program->tier_count; i++) {
        const struct tier *tier = &program->tiers[i];
        fingerprint_text(fingerprint, tier->id);
        fingerprint_text(fingerprint, tier->title_zh);
        fingerprint_text(fingerprint, tier->title_en);
        fingerprint_number(fingerprint, tier->threshold);
        fingerprint_number(fingerprint, tier->multiplier_bp);
        fingerprint_number(fingerprint, tier->right_count);
        for (size_t k = 0; k < tier->right_count; k++)
            fingerprint_text(fingerprint, tier->rights[k]);
    }
}

void program_fingerprint(const struct store *store, const struct program *program,
                         uint8_t ret_hash[FINGERPRINT_BYTES])
{
    struct fingerprint fingerprint;

    fingerprint_begin(&fingerprint, "program");
    fingerprint_number(&fingerprint, program->from);
    fingerprint_text(&fingerprint, program->title);
    fingerprint_number(&fingerprint, program->inherit_serving_guide);
    for (size_t i = 0; i < program->rule_count; i++)
        rule_whole(&fingerprint, program, &program->rules[i]);
    settings_parts(&fingerprint, program);
    tier_parts(&fingerprint, program);
    fingerprint_end(&fingerprint, store, ret_hash);
}
