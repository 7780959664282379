#include "store/program_codec.h"

#include <assert.h>
#include <string.h>

#include "cold.pb-c.h"
#include "store/kv.h"
#include "store/table.h"

static_assert((int)PROGRAM_BYTES_MAX <= (int)KV_VALUE_BYTES_MAX, "a version is one record");

enum { GRACE_DAYS_DEFAULT = 30 };

/* ---- reading --------------------------------------------------------------------------------- */

/* Is each of the rule's choices one the enums know? */
static bool rule_known(const Beckon__Store__ColdRule *cold)
{
    return cold->trigger >= TRIGGER_REGISTRATION && cold->trigger <= TRIGGER_PERIOD_CLOSE &&
           cold->beneficiary >= BENEFICIARY_BUYER &&
           cold->beneficiary <= BENEFICIARY_SELLING_GUIDE && cold->reward <= REWARD_GIFT &&
           cold->unit < UNIT_COUNT && cold->formula <= FORMULA_BRACKETS &&
           (cold->formula == FORMULA_NONE) == (cold->reward != REWARD_AMOUNT) &&
           cold->bracket_mode <= BRACKETS_MARGINAL && cold->rounding >= ROUNDING_FLOOR &&
           cold->rounding <= ROUNDING_HALF_UP && cold->referrer_condition <= REFERRER_NONE &&
           cold->code_condition <= CODE_INHERITED && cold->birthday <= BIRTHDAY_MONTH &&
           cold->cap_period <= PERIOD_YEAR && cold->expiry <= EXPIRY_END_OF_NEXT_YEAR &&
           cold->return_policy <= RETURN_ONLY_PENDING && cold->kpi <= KPI_ACTIVATED_MEMBERS &&
           cold->period <= PERIOD_YEAR;
}

/* Do its numbers fit their fields? */
static bool rule_fits(const Beckon__Store__ColdRule *cold)
{
    return cold->benefit_valid_days <= UINT16_MAX && cold->tiers <= UINT8_MAX &&
           cold->weekdays < 1 << 7 && cold->within_days <= UINT16_MAX &&
           cold->age_from <= UINT8_MAX && cold->age_to <= UINT8_MAX &&
           cold->hold_days <= UINT16_MAX && cold->expiry_count <= UINT16_MAX &&
           cold->wait_days <= UINT16_MAX;
}

/* A run that lies in its pool. */
static bool part_read(uint32_t start, uint32_t count, size_t pool, struct pool_part *ret)
{
    if (start > pool || count > pool - start) return false;
    *ret = (struct pool_part){(uint16_t)start, (uint16_t)count};
    return true;
}

static bool rule_texts(const Beckon__Store__ColdRule *cold, struct rule *ret)
{
    return table_copy_text(ret->id, sizeof ret->id, cold->rule_id) &&
           table_copy_text(ret->title_zh, sizeof ret->title_zh, cold->title_zh) &&
           table_copy_text(ret->title_en, sizeof ret->title_en, cold->title_en) &&
           table_copy_text(ret->benefit_zh, sizeof ret->benefit_zh, cold->benefit_zh) &&
           table_copy_text(ret->benefit_en, sizeof ret->benefit_en, cold->benefit_en) &&
           table_copy_text(ret->gender, sizeof ret->gender, cold->gender) &&
           table_copy_text(ret->attribute, sizeof ret->attribute, cold->attribute) &&
           table_copy_text(ret->attribute_value, sizeof ret->attribute_value,
                           cold->attribute_value);
}

/* The program's pools are read already. */
static bool rule_read(const Beckon__Store__ColdRule *cold, const struct program *program,
                      struct rule *ret)
{
    if (!rule_known(cold) || !rule_fits(cold)) return false;
    *ret = (struct rule){
        .trigger = (enum rule_trigger)cold->trigger,
        .beneficiary = (enum rule_beneficiary)cold->beneficiary,
        .reward = (enum rule_reward)cold->reward,
        .benefit_valid_days = (uint16_t)cold->benefit_valid_days,
        .unit = (enum unit)cold->unit,
        .formula = (enum rule_formula)cold->formula,
        .fixed_amount = cold->fixed_amount,
        .rate_bp = cold->rate_bp,
        .bracket_mode = (enum bracket_mode)cold->bracket_mode,
        .tier_multiplier = cold->tier_multiplier,
        .rounding = (enum rounding)cold->rounding,
        .referrer = (enum referrer_condition)cold->referrer_condition,
        .code = (enum code_condition)cold->code_condition,
        .tiers = (uint8_t)cold->tiers,
        .weekdays = (uint8_t)cold->weekdays,
        .minimum_minor = cold->minimum_minor,
        .first_purchase = cold->first_purchase,
        .within_days = (uint16_t)cold->within_days,
        .birthday = (enum birthday_condition)cold->birthday,
        .age_from = (uint8_t)cold->age_from, .age_to = (uint8_t)cold->age_to,
        .window_from = cold->windowed ? cold->window_from : DATE_ALWAYS,
        .window_to = cold->windowed ? cold->window_to : DATE_NEVER,
        .cap_per_referee = cold->cap_per_referee,
        .cap_per_beneficiary = cold->cap_per_beneficiary,
        .cap_period = (enum period_kind)cold->cap_period,
        .budget = cold->budget,
        .hold_days = (uint16_t)cold->hold_days,
        .expiry = (enum rule_expiry)cold->expiry,
        .expiry_count = (uint16_t)cold->expiry_count,
        .return_policy = (enum return_policy)cold->return_policy,
        .kpi = (enum rule_kpi)cold->kpi,
        .period = (enum period_kind)cold->period,
        .wait_days = (uint16_t)cold->wait_days,
        .minimum_n = cold->minimum_n,
        .leavers = cold->leavers,
    };
    return rule_texts(cold, ret) &&
           part_read(cold->bracket_start, cold->bracket_count, program->bracket_count,
                     &ret->brackets) &&
           part_read(cold->shop_start, cold->shop_count, program->shop_count, &ret->shops) &&
           part_read(cold->category_start, cold->category_count, program->category_count,
                     &ret->categories);
}

/* Arrays that are zero-padded and may be full, without a closing zero. */
static bool padded_text(const char *text, char *ret, size_t ret_size)
{
    size_t size = strlen(text);
    if (size > ret_size) return false;
    memcpy(ret, text, size);
    return true;
}

static bool pools_read(const Beckon__Store__ColdProgram *cold, struct program *ret)
{
    if (cold->n_brackets > PROGRAM_BRACKETS_MAX || cold->n_shops > PROGRAM_SHOPS_MAX ||
        cold->n_categories > PROGRAM_CATEGORIES_MAX)
        return false;
    for (size_t i = 0; i < cold->n_brackets; i++) {
        const Beckon__Store__ColdBracket *from = cold->brackets[i];
        if (from->rate_bp > INT32_MAX) return false;
        ret->brackets[i] = (struct bracket){from->from, from->to, from->fixed_amount,
                                            (int32_t)from->rate_bp};
    }
    for (size_t i = 0; i < cold->n_shops; i++) ret->shops[i] = cold->shops[i];
    for (size_t i = 0; i < cold->n_categories; i++) {
        if (!padded_text(cold->categories[i], ret->categories[i], sizeof ret->categories[i]))
            return false;
    }
    ret->bracket_count = (uint16_t)cold->n_brackets;
    ret->shop_count = (uint16_t)cold->n_shops;
    ret->category_count = (uint16_t)cold->n_categories;
    return true;
}

static bool tier_read(const Beckon__Store__ColdTier *cold, struct tier *ret)
{
    if (cold->n_rights > TIER_RIGHTS_MAX || cold->multiplier_bp > INT32_MAX) return false;
    ret->threshold = cold->threshold;
    ret->multiplier_bp = (int32_t)cold->multiplier_bp;
    ret->right_count = (uint8_t)cold->n_rights;
    for (size_t i = 0; i < cold->n_rights; i++) {
        if (!table_copy_text(ret->rights[i], sizeof ret->rights[i], cold->rights[i])) return false;
    }
    return table_copy_text(ret->id, sizeof ret->id, cold->tier_id) &&
           table_copy_text(ret->title_zh, sizeof ret->title_zh, cold->title_zh) &&
           table_copy_text(ret->title_en, sizeof ret->title_en, cold->title_en);
}

static bool tiers_read(const Beckon__Store__ColdTierSettings *cold, struct program *ret)
{
    if (cold == NULL) return true;
    if (cold->basis > TIER_BASIS_SPEND || cold->review > TIER_REVIEW_ANNIVERSARY ||
        cold->fall > TIER_FALL_ONE_STEP || cold->window_months > UINT16_MAX ||
        cold->review_month > 12 || cold->review_day > 31 || cold->n_tiers > PROGRAM_TIERS_MAX)
        return false;
    ret->tier_basis = (enum tier_basis)cold->basis;
    ret->tier_window_months = (uint16_t)cold->window_months;
    ret->tier_review = (enum tier_review)cold->review;
    ret->tier_review_month = (uint8_t)cold->review_month;
    ret->tier_review_day = (uint8_t)cold->review_day;
    ret->tier_fall = (enum tier_fall)cold->fall;
    ret->tier_count = (uint8_t)cold->n_tiers;
    for (size_t i = 0; i < cold->n_tiers; i++) {
        if (!tier_read(cold->tiers[i], &ret->tiers[i])) return false;
    }
    return true;
}

static bool fraud_read(const Beckon__Store__ColdFraudSettings *cold, struct fraud_settings *ret)
{
    if (cold == NULL) return true;
    if (cold->registrations_per_ten_minutes > UINT16_MAX || cold->open_from_minutes > 1440 ||
        cold->open_to_minutes > 1440 || cold->refund_cycles > UINT16_MAX ||
        cold->refund_cycle_days > REFUND_CYCLE_DAYS_MAX ||
        (cold->refund_cycles != 0 && cold->refund_cycle_days == 0) ||
        cold->spike_days > UINT16_MAX || cold->spike_factor > UINT16_MAX ||
        cold->spike_minimum > UINT16_MAX)
        return false;
    *ret = (struct fraud_settings){
        .registrations_per_ten_minutes = (uint16_t)cold->registrations_per_ten_minutes,
        .open_from_minutes = (uint16_t)cold->open_from_minutes,
        .open_to_minutes = (uint16_t)cold->open_to_minutes,
        .refund_cycles = (uint16_t)cold->refund_cycles,
        .refund_cycle_days = (uint16_t)cold->refund_cycle_days,
        .spike_days = (uint16_t)cold->spike_days,
        .spike_factor = (uint16_t)cold->spike_factor,
        .spike_minimum = (uint16_t)cold->spike_minimum,
    };
    return true;
}

static bool settlement_read(const Beckon__Store__ColdSettlementSettings *cold,
                            struct settlement_settings *ret)
{
    if (cold == NULL) return true;
    if (cold->rate_minor < 0 || (cold->rate_points == 0) != (cold->rate_minor == 0) ||
        cold->minimum_payout_minor < 0)
        return false;
    ret->rate_points = cold->rate_points;
    ret->rate_minor = cold->rate_minor;
    ret->minimum_payout_minor = cold->minimum_payout_minor;
    return table_copy_text(ret->tax_treatment, sizeof ret->tax_treatment, cold->tax_treatment);
}

static bool settings_read(const Beckon__Store__ColdProgram *cold, struct program *ret)
{
    if (cold->binding_validity_days > UINT16_MAX || cold->binding_protection_days > UINT16_MAX ||
        cold->restore_grace_days > UINT16_MAX ||
        (cold->n_adjust_limits != 0 && cold->n_adjust_limits != UNIT_COUNT))
        return false;
    ret->inherit_serving_guide = cold->inherit_serving_guide;
    ret->binding_validity_days = (uint16_t)cold->binding_validity_days;
    ret->binding_protection_days = (uint16_t)cold->binding_protection_days;
    ret->redeem_points = cold->redeem_points;
    ret->redeem_minor = cold->redeem_minor;
    ret->redeem_cash = cold->redeem_cash;
    ret->restore_grace_days =
        (uint16_t)(cold->restore_grace_days != 0 ? cold->restore_grace_days : GRACE_DAYS_DEFAULT);
    for (size_t i = 0; i < cold->n_adjust_limits; i++)
        ret->adjust_limit[i] = cold->adjust_limits[i];
    return fraud_read(cold->fraud, &ret->fraud) &&
           settlement_read(cold->settlement, &ret->settlement) && tiers_read(cold->tiers, ret);
}

static bool program_read(const Beckon__Store__ColdProgram *cold, struct program *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->version = cold->version;
    ret->from = cold->from_date;
    ret->published_at = cold->published_at;
    if (cold->fingerprint.len != sizeof ret->fingerprint) return false;
    memcpy(ret->fingerprint, cold->fingerprint.data, sizeof ret->fingerprint);
    if (!padded_text(cold->title, ret->title, sizeof ret->title)) return false;
    if (!settings_read(cold, ret) || !pools_read(cold, ret)) return false;
    if (cold->n_rules > RULES_MAX) return false;
    for (size_t i = 0; i < cold->n_rules; i++) {
        if (!rule_read(cold->rules[i], ret, &ret->rules[i])) return false;
    }
    ret->rule_count = (uint16_t)cold->n_rules;
    return true;
}

bool program_decode(struct bytes data, struct program *ret)
{
    Beckon__Store__ColdProgram *cold =
        beckon__store__cold_program__unpack(NULL, data.size, data.data);
    if (cold == NULL) return false;
    bool good = program_read(cold, ret);
    beckon__store__cold_program__free_unpacked(cold, NULL);
    return good;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void rule_texts_write(const struct rule *rule, Beckon__Store__ColdRule *ret)
{
    ret->rule_id = table_text(rule->id);
    ret->title_zh = table_text(rule->title_zh);
    ret->title_en = table_text(rule->title_en);
    ret->benefit_zh = table_text(rule->benefit_zh);
    ret->benefit_en = table_text(rule->benefit_en);
    ret->gender = table_text(rule->gender);
    ret->attribute = table_text(rule->attribute);
    ret->attribute_value = table_text(rule->attribute_value);
}

static void rule_conditions_write(const struct rule *rule, Beckon__Store__ColdRule *ret)
{
    ret->referrer_condition = rule->referrer;
    ret->code_condition = rule->code;
    ret->shop_start = rule->shops.start;
    ret->shop_count = rule->shops.count;
    ret->category_start = rule->categories.start;
    ret->category_count = rule->categories.count;
    ret->tiers = rule->tiers;
    ret->weekdays = rule->weekdays;
    ret->minimum_minor = rule->minimum_minor;
    ret->first_purchase = rule->first_purchase;
    ret->within_days = rule->within_days;
    ret->birthday = rule->birthday;
    ret->age_from = rule->age_from;
    ret->age_to = rule->age_to;
    ret->windowed = rule->window_from != DATE_ALWAYS || rule->window_to != DATE_NEVER;
    ret->window_from = ret->windowed ? rule->window_from : 0;
    ret->window_to = ret->windowed ? rule->window_to : 0;
}

static void rule_write(const struct rule *rule, Beckon__Store__ColdRule *ret)
{
    beckon__store__cold_rule__init(ret);
    rule_texts_write(rule, ret);
    rule_conditions_write(rule, ret);
    ret->trigger = rule->trigger;
    ret->beneficiary = rule->beneficiary;
    ret->reward = rule->reward;
    ret->benefit_valid_days = rule->benefit_valid_days;
    ret->unit = rule->unit;
    ret->formula = rule->formula;
    ret->fixed_amount = rule->fixed_amount;
    ret->rate_bp = rule->rate_bp;
    ret->bracket_mode = rule->bracket_mode;
    ret->bracket_start = rule->brackets.start;
    ret->bracket_count = rule->brackets.count;
    ret->tier_multiplier = rule->tier_multiplier;
    ret->rounding = rule->rounding;
    ret->cap_per_referee = rule->cap_per_referee;
    ret->cap_per_beneficiary = rule->cap_per_beneficiary;
    ret->cap_period = rule->cap_period;
    ret->budget = rule->budget;
    ret->hold_days = rule->hold_days;
    ret->expiry = rule->expiry;
    ret->expiry_count = rule->expiry_count;
    ret->return_policy = rule->return_policy;
    ret->kpi = rule->kpi;
    ret->period = rule->period;
    ret->wait_days = rule->wait_days;
    ret->minimum_n = rule->minimum_n;
    ret->leavers = rule->leavers;
    assert(rule_known(ret) && rule_fits(ret));
}

/* What the packed message points to while it is packed. */
struct cold {
    Beckon__Store__ColdProgram program;
    Beckon__Store__ColdRule rules[RULES_MAX], *rule_list[RULES_MAX];
    Beckon__Store__ColdBracket brackets[PROGRAM_BRACKETS_MAX],
        *bracket_list[PROGRAM_BRACKETS_MAX];
    uint32_t shops[PROGRAM_SHOPS_MAX];
    char categories[PROGRAM_CATEGORIES_MAX][LINE_TEXT_BYTES_MAX + 1];
    char *category_list[PROGRAM_CATEGORIES_MAX];
    Beckon__Store__ColdFraudSettings fraud;
    Beckon__Store__ColdSettlementSettings settlement;
    Beckon__Store__ColdTierSettings tier_settings;
    Beckon__Store__ColdTier tiers[PROGRAM_TIERS_MAX], *tier_list[PROGRAM_TIERS_MAX];
    char *rights[PROGRAM_TIERS_MAX][TIER_RIGHTS_MAX];
    char title[NAME_BYTES_MAX + 1];
    uint8_t fingerprint[FINGERPRINT_BYTES];
    int64_t adjust_limits[UNIT_COUNT];
};

static void pools_write(const struct program *program, struct cold *cold)
{
    for (size_t i = 0; i < program->bracket_count; i++) {
        const struct bracket *from = &program->brackets[i];
        Beckon__Store__ColdBracket *to = cold->bracket_list[i] = &cold->brackets[i];
        beckon__store__cold_bracket__init(to);
        to->from = from->from;
        to->to = from->to;
        to->fixed_amount = from->fixed_amount;
        to->rate_bp = (uint32_t)from->rate_bp;
    }
    memcpy(cold->shops, program->shops, sizeof cold->shops);
    for (size_t i = 0; i < program->category_count; i++) {
        memcpy(cold->categories[i], program->categories[i], LINE_TEXT_BYTES_MAX);
        cold->categories[i][LINE_TEXT_BYTES_MAX] = '\0';
        cold->category_list[i] = cold->categories[i];
    }
    cold->program.n_brackets = program->bracket_count;
    cold->program.brackets = cold->bracket_list;
    cold->program.n_shops = program->shop_count;
    cold->program.shops = cold->shops;
    cold->program.n_categories = program->category_count;
    cold->program.categories = cold->category_list;
}

static void fraud_write(const struct fraud_settings *from, Beckon__Store__ColdFraudSettings *to)
{
    beckon__store__cold_fraud_settings__init(to);
    to->registrations_per_ten_minutes = from->registrations_per_ten_minutes;
    to->open_from_minutes = from->open_from_minutes;
    to->open_to_minutes = from->open_to_minutes;
    to->refund_cycles = from->refund_cycles;
    to->refund_cycle_days = from->refund_cycle_days;
    to->spike_days = from->spike_days;
    to->spike_factor = from->spike_factor;
    to->spike_minimum = from->spike_minimum;
}

static void settlement_write(const struct settlement_settings *from,
                             Beckon__Store__ColdSettlementSettings *to)
{
    beckon__store__cold_settlement_settings__init(to);
    to->rate_points = from->rate_points;
    to->rate_minor = from->rate_minor;
    to->minimum_payout_minor = from->minimum_payout_minor;
    to->tax_treatment = table_text(from->tax_treatment);
}

static void tiers_write(const struct program *program, struct cold *cold)
{
    Beckon__Store__ColdTierSettings *settings = &cold->tier_settings;
    beckon__store__cold_tier_settings__init(settings);
    settings->basis = program->tier_basis;
    settings->window_months = program->tier_window_months;
    settings->review = program->tier_review;
    settings->review_month = program->tier_review_month;
    settings->review_day = program->tier_review_day;
    settings->fall = program->tier_fall;
    settings->n_tiers = program->tier_count;
    settings->tiers = cold->tier_list;
    for (size_t i = 0; i < program->tier_count; i++) {
        const struct tier *from = &program->tiers[i];
        Beckon__Store__ColdTier *to = cold->tier_list[i] = &cold->tiers[i];
        beckon__store__cold_tier__init(to);
        to->tier_id = table_text(from->id);
        to->title_zh = table_text(from->title_zh);
        to->title_en = table_text(from->title_en);
        to->threshold = from->threshold;
        to->multiplier_bp = (uint32_t)from->multiplier_bp;
        to->n_rights = from->right_count;
        to->rights = cold->rights[i];
        for (size_t k = 0; k < from->right_count; k++)
            cold->rights[i][k] = table_text(from->rights[k]);
    }
}

static void settings_write(const struct program *program, struct cold *cold)
{
    Beckon__Store__ColdProgram *to = &cold->program;
    to->inherit_serving_guide = program->inherit_serving_guide;
    to->binding_validity_days = program->binding_validity_days;
    to->binding_protection_days = program->binding_protection_days;
    to->redeem_points = program->redeem_points;
    to->redeem_minor = program->redeem_minor;
    to->redeem_cash = program->redeem_cash;
    to->restore_grace_days = program->restore_grace_days;
    memcpy(cold->adjust_limits, program->adjust_limit, sizeof cold->adjust_limits);
    to->n_adjust_limits = UNIT_COUNT;
    to->adjust_limits = cold->adjust_limits;
    fraud_write(&program->fraud, &cold->fraud);
    to->fraud = &cold->fraud;
    settlement_write(&program->settlement, &cold->settlement);
    to->settlement = &cold->settlement;
    if (program->tier_count == 0) return;
    tiers_write(program, cold);
    to->tiers = &cold->tier_settings;
}

size_t program_encode(const struct program *program, uint8_t ret_data[PROGRAM_BYTES_MAX])
{
    struct cold cold;

    assert(program->version != 0 && program->rule_count <= RULES_MAX);
    assert(program->tier_count <= PROGRAM_TIERS_MAX);
    beckon__store__cold_program__init(&cold.program);
    cold.program.version = program->version;
    cold.program.from_date = program->from;
    cold.program.published_at = program->published_at;
    memcpy(cold.fingerprint, program->fingerprint, sizeof cold.fingerprint);
    cold.program.fingerprint.len = sizeof cold.fingerprint;
    cold.program.fingerprint.data = cold.fingerprint;
    memcpy(cold.title, program->title, sizeof program->title);
    cold.title[sizeof program->title] = '\0';
    cold.program.title = cold.title;
    settings_write(program, &cold);
    pools_write(program, &cold);
    for (size_t i = 0; i < program->rule_count; i++) {
        rule_write(&program->rules[i], &cold.rules[i]);
        cold.rule_list[i] = &cold.rules[i];
    }
    cold.program.n_rules = program->rule_count;
    cold.program.rules = cold.rule_list;
    assert(beckon__store__cold_program__get_packed_size(&cold.program) <= PROGRAM_BYTES_MAX);
    return beckon__store__cold_program__pack(&cold.program, ret_data);
}
