#include "service/command/program_message.h"

#include <assert.h>
#include <string.h>

#include "service/command/reply.h"
#include "store/shops.h"

/* The API's numbers and the store's are the same. */
#define SAME(store, api) static_assert((int)(store) == (int)BECKON__V1__##api, "same numbers")
SAME(TIER_BASIS_POINTS, TIER_BASIS__TIER_BASIS_POINTS);
SAME(TIER_BASIS_SPEND, TIER_BASIS__TIER_BASIS_SPEND);
SAME(TIER_REVIEW_YEARLY, TIER_REVIEW__TIER_REVIEW_YEARLY);
SAME(TIER_REVIEW_ANNIVERSARY, TIER_REVIEW__TIER_REVIEW_ANNIVERSARY);
SAME(TIER_FALL_ONE_STEP, TIER_FALL__TIER_FALL_ONE_STEP);

/* ---- bytes ----------------------------------------------------------------------------------- */

/* An allocation is rounded up to 16 bytes. */
enum { ROUND = 16 };
#define TEXT_BYTES(max) ((max) + 1 + ROUND)

enum {
    RULE_BYTES = sizeof(Beckon__V1__Rule) + sizeof(void *) + 5 * ROUND +
                 TEXT_BYTES(RULE_ID_BYTES_MAX) + 2 * TEXT_BYTES(RULE_TITLE_BYTES_MAX) +
                 2 * TEXT_BYTES(BENEFIT_NAME_BYTES_MAX) + 3 * TEXT_BYTES(ATTRIBUTE_BYTES_MAX) +
                 2 * TEXT_BYTES(10) + PROGRAM_TIERS_MAX * sizeof(void *) + 7 * sizeof(int),
    TIER_BYTES = sizeof(Beckon__V1__Tier) + 2 * sizeof(void *) + 2 * ROUND +
                 TEXT_BYTES(RULE_ID_BYTES_MAX) + 2 * TEXT_BYTES(RULE_TITLE_BYTES_MAX) +
                 TIER_RIGHTS_MAX * (TEXT_BYTES(BENEFIT_NAME_BYTES_MAX) + sizeof(void *)),
    BRACKET_BYTES = sizeof(Beckon__V1__Bracket) + sizeof(void *) + ROUND,
    CATEGORY_BYTES = TEXT_BYTES(LINE_TEXT_BYTES_MAX) + sizeof(void *),
    HEAD_BYTES = 4096, /* the program itself, its title and dates, settings, the reply */
};

size_t program_message_bytes(const struct program *program)
{
    /* A rule names tiers by ids of its own. */
    size_t tier_ids = program->rule_count * program->tier_count *
                      (size_t)TEXT_BYTES(RULE_ID_BYTES_MAX);
    return HEAD_BYTES + (size_t)program->rule_count * RULE_BYTES + tier_ids +
           (size_t)program->tier_count * TIER_BYTES +
           (size_t)program->bracket_count * BRACKET_BYTES +
           (size_t)program->category_count * CATEGORY_BYTES +
           (size_t)program->shop_count * sizeof(void *);
}

/* ---- shops ----------------------------------------------------------------------------------- */

/* Goes on after a shop that has to be fetched first, so that all are fetched at once. */
enum outcome program_shop_ids(struct reader *reader, struct command_call *call,
                              const struct program *program, const char ***ret_shop_ids)
{
    enum outcome worst = OUTCOME_OK;
    const char **ids = reply_alloc(call, (program->shop_count + 1u) * sizeof *ids);

    if (ids == NULL) return OUTCOME_BUSY;
    for (size_t i = 0; i < program->shop_count; i++) {
        struct shop shop;
        enum outcome outcome =
            command_outcome(shops_get(reader, program->shops[i], &shop), OUTCOME_STORE_DAMAGED);
        if (outcome == OUTCOME_OK) ids[i] = reply_text(call, shop.shop_id);
        if (outcome == OUTCOME_OK && ids[i] == NULL) outcome = OUTCOME_BUSY;
        if (worst == OUTCOME_OK || worst == OUTCOME_AGAIN)
            worst = outcome != OUTCOME_OK ? outcome : worst;
    }
    if (worst == OUTCOME_OK) *ret_shop_ids = ids;
    return worst;
}

/* ---- messages -------------------------------------------------------------------------------- */

bool program_message_text(struct command_call *call, const char *text, char **ret_field)
{
    if (text[0] == '\0') return true; /* protobuf-c's own empty text stays */
    char *copy = reply_text(call, text);
    if (copy != NULL) *ret_field = copy;
    return copy != NULL;
}

static Beckon__V1__Tier *tier_message(struct command_call *call, const struct tier *tier)
{
    Beckon__V1__Tier *message = reply_message(call, &beckon__v1__tier__descriptor);
    if (message == NULL) return NULL;
    message->threshold = tier->threshold;
    message->multiplier_bp = tier->multiplier_bp;
    if (!program_message_text(call, tier->id, &message->tier_id) ||
        !program_message_text(call, tier->title_zh, &message->title_zh) ||
        !program_message_text(call, tier->title_en, &message->title_en))
        return NULL;
    message->rights = reply_alloc(call, (tier->right_count + 1u) * sizeof *message->rights);
    if (message->rights == NULL) return NULL;
    for (size_t i = 0; i < tier->right_count; i++) {
        message->rights[i] = reply_text(call, tier->rights[i]);
        if (message->rights[i] == NULL) return NULL;
    }
    message->n_rights = tier->right_count;
    return message;
}

static bool tiers_set(struct command_call *call, const struct program *program,
                      Beckon__V1__Program *ret)
{
    if (program->tier_count == 0) return true;
    Beckon__V1__TierSettings *message =
        reply_message(call, &beckon__v1__tier_settings__descriptor);
    if (message == NULL) return false;
    message->basis = (Beckon__V1__TierBasis)program->tier_basis;
    message->window_months = program->tier_window_months;
    message->review = (Beckon__V1__TierReview)program->tier_review;
    message->review_month = program->tier_review_month;
    message->review_day = program->tier_review_day;
    message->fall = (Beckon__V1__TierFall)program->tier_fall;
    message->levels = reply_alloc(call, program->tier_count * sizeof *message->levels);
    if (message->levels == NULL) return false;
    for (size_t i = 0; i < program->tier_count; i++) {
        message->levels[i] = tier_message(call, &program->tiers[i]);
        if (message->levels[i] == NULL) return false;
    }
    message->n_levels = program->tier_count;
    ret->tiers = message;
    return true;
}

static bool fraud_set(struct command_call *call, const struct fraud_settings *fraud,
                      Beckon__V1__Program *ret)
{
    static const struct fraud_settings off;
    if (memcmp(fraud, &off, sizeof off) == 0) return true; /* uint16s: no padding */
    Beckon__V1__FraudSettings *message =
        reply_message(call, &beckon__v1__fraud_settings__descriptor);
    if (message == NULL) return false;
    message->registrations_per_ten_minutes = fraud->registrations_per_ten_minutes;
    message->open_from_minutes = fraud->open_from_minutes;
    message->open_until_minutes = fraud->open_to_minutes;
    message->refund_cycles = fraud->refund_cycles;
    message->refund_cycle_days = fraud->refund_cycle_days;
    message->spike_days = fraud->spike_days;
    message->spike_factor = fraud->spike_factor;
    message->spike_minimum = fraud->spike_minimum;
    ret->fraud = message;
    return true;
}

static bool settlement_set(struct command_call *call, const struct settlement_settings *settlement,
                           Beckon__V1__Program *ret)
{
    if (settlement->rate_points == 0 && settlement->minimum_payout_minor == 0 &&
        settlement->tax_treatment[0] == '\0')
        return true;
    Beckon__V1__SettlementSettings *message =
        reply_message(call, &beckon__v1__settlement_settings__descriptor);
    if (message == NULL) return false;
    message->rate_points = settlement->rate_points;
    message->rate_minor = settlement->rate_minor;
    message->minimum_payout_minor = settlement->minimum_payout_minor;
    ret->settlement = message;
    return program_message_text(call, settlement->tax_treatment, &message->tax_treatment);
}

static bool redemption_set(struct command_call *call, const struct program *program,
                           Beckon__V1__Program *ret)
{
    if (program->redeem_points == 0) return true;
    ret->redemption = reply_message(call, &beckon__v1__redemption_rate__descriptor);
    if (ret->redemption == NULL) return false;
    ret->redemption->points = program->redeem_points;
    ret->redemption->minor = program->redeem_minor;
    return true;
}

Beckon__V1__Program *program_message_head(struct command_call *call,
                                          const struct program *program)
{
    Beckon__V1__Program *message = reply_message(call, &beckon__v1__program__descriptor);
    if (message == NULL) return NULL;
    message->version = program->version;
    message->from_date = reply_date(call, program->from);
    message->title = reply_text_of(call, program->title, strnlen(program->title, NAME_BYTES_MAX));
    if (message->from_date == NULL || message->title == NULL) return NULL;
    if (program->published_at != 0) {
        message->published_at = reply_time(call, program->published_at);
        if (message->published_at == NULL) return NULL;
    }
    message->inherit_serving_guide = program->inherit_serving_guide;
    message->binding_validity_days = program->binding_validity_days;
    message->binding_protection_days = program->binding_protection_days;
    message->redeem_cash = program->redeem_cash;
    message->restore_grace_days = program->restore_grace_days;
    message->adjust_limit_points = program->adjust_limit[UNIT_POINTS];
    message->adjust_limit_minor = program->adjust_limit[UNIT_CASH];
    return redemption_set(call, program, message) && fraud_set(call, &program->fraud, message) &&
                   settlement_set(call, &program->settlement, message)
               ? message : NULL;
}

Beckon__V1__Program *program_message(struct command_call *call, const struct program *program,
                                     const char **shop_ids)
{
    Beckon__V1__Program *message = program_message_head(call, program);
    if (message == NULL || !tiers_set(call, program, message)) return NULL;
    message->rules = reply_alloc(call, (program->rule_count + 1u) * sizeof *message->rules);
    if (message->rules == NULL) return NULL;
    for (size_t i = 0; i < program->rule_count; i++) {
        message->rules[i] = program_message_rule(call, program, &program->rules[i], shop_ids);
        if (message->rules[i] == NULL) return NULL;
    }
    message->n_rules = program->rule_count;
    return message;
}
