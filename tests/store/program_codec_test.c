/* Program versions in the store: all that fits comes back, what older services wrote reads with
 * defaults, and damage is seen. */
#include "store/program_codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cold.pb-c.h"

static void fill_text(char *text, size_t size)
{
    memset(text, 'x', size - 1);
    text[size - 1] = '\0';
}

static void fill_rule(struct rule *rule)
{
    *rule = (struct rule){
        .trigger = TRIGGER_PERIOD_CLOSE, .beneficiary = BENEFICIARY_SELLING_GUIDE,
        .benefit_valid_days = UINT16_MAX, .unit = UNIT_CASH, .formula = FORMULA_BRACKETS,
        .fixed_amount = INT64_MAX, .rate_bp = INT32_MAX, .bracket_mode = BRACKETS_MARGINAL,
        .brackets = {1, PROGRAM_BRACKETS_MAX - 1}, .tier_multiplier = true,
        .rounding = ROUNDING_HALF_UP, .referrer = REFERRER_NONE, .code = CODE_INHERITED,
        .shops = {2, PROGRAM_SHOPS_MAX - 2}, .categories = {3, PROGRAM_CATEGORIES_MAX - 3},
        .tiers = UINT8_MAX, .weekdays = 127, .minimum_minor = INT64_MAX, .first_purchase = true,
        .within_days = UINT16_MAX, .birthday = BIRTHDAY_MONTH, .age_from = UINT8_MAX,
        .age_to = UINT8_MAX, .window_from = DATE_NEVER, .window_to = DATE_ALWAYS,
        .cap_per_referee = INT64_MAX, .cap_per_beneficiary = INT64_MAX,
        .cap_period = PERIOD_YEAR, .budget = INT64_MAX, .hold_days = UINT16_MAX,
        .expiry = EXPIRY_END_OF_NEXT_YEAR, .expiry_count = UINT16_MAX,
        .return_policy = RETURN_ONLY_PENDING, .kpi = KPI_ACTIVATED_MEMBERS,
        .period = PERIOD_YEAR, .wait_days = UINT16_MAX, .minimum_n = UINT32_MAX, .leavers = true,
    };
    fill_text(rule->id, sizeof rule->id);
    fill_text(rule->title_zh, sizeof rule->title_zh);
    fill_text(rule->title_en, sizeof rule->title_en);
    fill_text(rule->benefit_zh, sizeof rule->benefit_zh);
    fill_text(rule->benefit_en, sizeof rule->benefit_en);
    fill_text(rule->gender, sizeof rule->gender);
    fill_text(rule->attribute, sizeof rule->attribute);
    fill_text(rule->attribute_value, sizeof rule->attribute_value);
}

static void fill_tier(struct tier *tier)
{
    *tier = (struct tier){.threshold = INT64_MAX, .multiplier_bp = INT32_MAX,
                          .right_count = TIER_RIGHTS_MAX};
    fill_text(tier->id, sizeof tier->id);
    fill_text(tier->title_zh, sizeof tier->title_zh);
    fill_text(tier->title_en, sizeof tier->title_en);
    for (size_t i = 0; i < TIER_RIGHTS_MAX; i++)
        fill_text(tier->rights[i], sizeof tier->rights[i]);
}

/* Every text, pool and number as large as its field. */
static void fill_program(struct program *program)
{
    memset(program, 0, sizeof *program);
    program->version = UINT32_MAX;
    program->from = DATE_NEVER;
    program->published_at = UINT64_MAX;
    memset(program->fingerprint, 0xff, sizeof program->fingerprint);
    memset(program->title, 'x', sizeof program->title);
    program->inherit_serving_guide = program->redeem_cash = true;
    program->binding_validity_days = program->binding_protection_days = UINT16_MAX;
    program->redeem_points = program->redeem_minor = UINT32_MAX;
    program->restore_grace_days = UINT16_MAX;
    program->adjust_limit[UNIT_POINTS] = program->adjust_limit[UNIT_CASH] = INT64_MAX;
    program->fraud = (struct fraud_settings){UINT16_MAX, 1439, 1440, 1, 2, 3, 4, UINT16_MAX};
    program->settlement.rate_points = UINT32_MAX;
    program->settlement.rate_minor = program->settlement.minimum_payout_minor = INT64_MAX;
    fill_text(program->settlement.tax_treatment, sizeof program->settlement.tax_treatment);
    program->tier_basis = TIER_BASIS_SPEND;
    program->tier_window_months = UINT16_MAX;
    program->tier_review = TIER_REVIEW_ANNIVERSARY;
    program->tier_review_month = 12;
    program->tier_review_day = 31;
    program->tier_fall = TIER_FALL_ONE_STEP;
    program->tier_count = PROGRAM_TIERS_MAX;
    for (size_t i = 0; i < PROGRAM_TIERS_MAX; i++) fill_tier(&program->tiers[i]);
    program->rule_count = RULES_MAX;
    for (size_t i = 0; i < RULES_MAX; i++) fill_rule(&program->rules[i]);
    program->bracket_count = PROGRAM_BRACKETS_MAX;
    program->shop_count = PROGRAM_SHOPS_MAX;
    program->category_count = PROGRAM_CATEGORIES_MAX;
    for (size_t i = 0; i < PROGRAM_BRACKETS_MAX; i++)
        program->brackets[i] = (struct bracket){INT64_MAX - 1, INT64_MAX, INT64_MAX, INT32_MAX};
    for (size_t i = 0; i < PROGRAM_SHOPS_MAX; i++) program->shops[i] = UINT32_MAX - (uint32_t)i;
    memset(program->categories, 'x', sizeof program->categories);
}

static struct program filled, read_back;
static uint8_t data[PROGRAM_BYTES_MAX];

static void the_fullest_program_comes_back_whole(void **state)
{
    (void)state;
    fill_program(&filled);
    size_t size = program_encode(&filled, data);
    assert_true(program_decode((struct bytes){data, size}, &read_back));
    assert_memory_equal(&read_back.rules, &filled.rules, sizeof filled.rules);
    assert_memory_equal(&read_back.tiers, &filled.tiers, sizeof filled.tiers);
    assert_memory_equal(&read_back.brackets, &filled.brackets, sizeof filled.brackets);
    assert_memory_equal(&read_back.shops, &filled.shops, sizeof filled.shops);
    assert_memory_equal(&read_back.categories, &filled.categories, sizeof filled.categories);
    assert_memory_equal(&read_back.fraud, &filled.fraud, sizeof filled.fraud);
    assert_memory_equal(read_back.title, filled.title, sizeof filled.title);
    /* Whatever the tables above left out: the same bytes again. */
    uint8_t again[PROGRAM_BYTES_MAX];
    assert_int_equal(program_encode(&read_back, again), size);
    assert_memory_equal(again, data, size);
    assert_int_equal(read_back.adjust_limit[UNIT_CASH], INT64_MAX);
    assert_int_equal(read_back.tier_review_day, 31);
    assert_int_equal(read_back.redeem_minor, UINT32_MAX);
}

/* As the first services wrote them: twelve fields of a rule, seven of a program. */
static void a_program_of_an_older_service_reads_with_defaults(void **state)
{
    (void)state;
    Beckon__Store__ColdRule rule = BECKON__STORE__COLD_RULE__INIT, *rules[] = {&rule};
    rule.rule_id = (char[]){"old"};
    rule.trigger = TRIGGER_PURCHASE;
    rule.beneficiary = BENEFICIARY_BUYER;
    rule.formula = FORMULA_RATE;
    rule.rate_bp = 100000; /* was allowed then */
    rule.rounding = ROUNDING_FLOOR;
    Beckon__Store__ColdProgram cold = BECKON__STORE__COLD_PROGRAM__INIT;
    uint8_t fingerprint[FINGERPRINT_BYTES] = {1};
    cold.version = 7;
    cold.fingerprint.data = fingerprint;
    cold.fingerprint.len = sizeof fingerprint;
    cold.rules = rules;
    cold.n_rules = 1;
    size_t size = beckon__store__cold_program__pack(&cold, data);
    assert_true(program_decode((struct bytes){data, size}, &read_back));
    assert_int_equal(read_back.version, 7);
    assert_int_equal(read_back.restore_grace_days, 30);
    assert_int_equal(read_back.adjust_limit[UNIT_POINTS], 0);
    assert_int_equal(read_back.settlement.rate_points, 0);
    assert_int_equal(read_back.tier_count, 0);
    assert_int_equal(read_back.rules[0].rate_bp, 100000);
    assert_int_equal(read_back.rules[0].reward, REWARD_AMOUNT);
    assert_int_equal(read_back.rules[0].return_policy, RETURN_CARRY_FORWARD);
    assert_int_equal(read_back.rules[0].expiry, EXPIRY_NEVER);
    assert_int_equal(read_back.rules[0].window_from, DATE_ALWAYS);
    assert_int_equal(read_back.rules[0].window_to, DATE_NEVER);
    /* What is written anew says the same. */
    size = program_encode(&read_back, data);
    struct program again;
    assert_true(program_decode((struct bytes){data, size}, &again));
    assert_memory_equal(&again.rules[0], &read_back.rules[0], sizeof again.rules[0]);
}

static bool damaged(void (*damage)(Beckon__Store__ColdProgram *cold))
{
    fill_program(&filled);
    size_t size = program_encode(&filled, data);
    Beckon__Store__ColdProgram *cold = beckon__store__cold_program__unpack(NULL, size, data);
    assert_non_null(cold);
    damage(cold);
    uint8_t bad[2 * PROGRAM_BYTES_MAX];
    size = beckon__store__cold_program__pack(cold, bad);
    beckon__store__cold_program__free_unpacked(cold, NULL);
    return !program_decode((struct bytes){bad, size}, &read_back);
}

static void nothing(Beckon__Store__ColdProgram *cold) { (void)cold; }
static void trigger(Beckon__Store__ColdProgram *cold) { cold->rules[3]->trigger = 5; }
static void unit(Beckon__Store__ColdProgram *cold) { cold->rules[3]->unit = 2; }
static void formula(Beckon__Store__ColdProgram *cold) { cold->rules[3]->formula = 0; }
static void policy(Beckon__Store__ColdProgram *cold) { cold->rules[3]->return_policy = 4; }
static void hold(Beckon__Store__ColdProgram *cold) { cold->rules[3]->hold_days = 65536; }
static void weekdays(Beckon__Store__ColdProgram *cold) { cold->rules[3]->weekdays = 128; }
static void run(Beckon__Store__ColdProgram *cold) { cold->rules[3]->bracket_start = 2; }
static void run_start(Beckon__Store__ColdProgram *cold) { cold->rules[3]->shop_start = 257; }
static void pool(Beckon__Store__ColdProgram *cold) { cold->rules[3]->category_count++; }
static void review(Beckon__Store__ColdProgram *cold) { cold->tiers->review_month = 13; }
static void open_minutes(Beckon__Store__ColdProgram *cold) { cold->fraud->open_to_minutes = 1441; }
static void rate(Beckon__Store__ColdProgram *cold) { cold->settlement->rate_points = 0; }
static void payout(Beckon__Store__ColdProgram *cold)
{
    cold->settlement->minimum_payout_minor = -1;
}
static void limits(Beckon__Store__ColdProgram *cold) { cold->n_adjust_limits = 1; }
static void grace(Beckon__Store__ColdProgram *cold) { cold->restore_grace_days = 65536; }
static void hash(Beckon__Store__ColdProgram *cold) { cold->fingerprint.len = 15; }

static void every_kind_of_damage_is_seen(void **state)
{
    (void)state;
    void (*const damages[])(Beckon__Store__ColdProgram *) = {
        trigger, unit, formula, policy, hold, weekdays, run, run_start, pool, review,
        open_minutes, rate, payout, limits, grace, hash,
    };
    assert_false(damaged(nothing));
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        if (!damaged(damages[i])) fail_msg("damage %zu was not seen", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fullest_program_comes_back_whole),
        cmocka_unit_test(a_program_of_an_older_service_reads_with_defaults),
        cmocka_unit_test(every_kind_of_damage_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
