/* The form of programs: every rule part comes back as it was published; whatever cannot hold is
 * refused with its exact field, and nothing is published. */
#include "tests/service/command/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define RULE(index, id, trigger, whom, unit)                                                    \
    "program.rules[" index "].rule_id=" id " program.rules[" index "].trigger=" trigger         \
    " program.rules[" index "].beneficiary=" whom " program.rules[" index "].unit=" unit " "
#define R(index, rest) "program.rules[" index "]." rest " "
#define DATED "request_id=x program.from_date=2026-05-01 "
#define BUYER DATED RULE("0", "a", "PURCHASE", "BUYER", "POINTS")
#define RATED BUYER R("0", "rate_bp=100")
#define GUIDE DATED RULE("0", "a", "PERIOD_CLOSE", "SERVING_GUIDE", "CASH")
#define CLOSE GUIDE R("0", "kpi=NEW_MEMBERS") R("0", "period=MONTH")
#define WELCOME DATED RULE("0", "a", "REGISTRATION", "BUYER", "POINTS")
#define GIFT DATED R("0", "rule_id=a") R("0", "trigger=REGISTRATION") \
    R("0", "beneficiary=BUYER") R("0", "reward=GIFT")
#define LEVEL(index, id, threshold)                                                             \
    "program.tiers.levels[" index "].tier_id=" id                                               \
    " program.tiers.levels[" index "].threshold=" threshold " "
#define TIERS "program.tiers.basis=SPEND program.tiers.window_months=12 " \
    LEVEL("0", "silver", "0") LEVEL("1", "gold", "500000")

/* A request with a field that cannot hold. */
#define INVALID(asked, named) \
    REFUSES("admin", publish_program, asked, OUTCOME_PROGRAM_INVALID, "program." named)

/* Requests say true, replies 1. */
#define SETTINGS(yes)                                                                           \
    "program.inherit_serving_guide=" yes " program.binding_validity_days=365 "                  \
    "program.binding_protection_days=90 program.redemption.points=10 "                          \
    "program.redemption.minor=100 program.redeem_cash=" yes " program.restore_grace_days=7 "    \
    "program.adjust_limit_points=500 program.adjust_limit_minor=20000 "                         \
    "program.fraud.registrations_per_ten_minutes=5 program.fraud.open_from_minutes=540 "        \
    "program.fraud.open_until_minutes=1320 program.fraud.refund_cycles=3 "                      \
    "program.fraud.refund_cycle_days=30 program.fraud.spike_days=2 "                            \
    "program.fraud.spike_factor=5 program.fraud.spike_minimum=10 "                              \
    "program.settlement.rate_points=10 program.settlement.rate_minor=100 "                      \
    "program.settlement.minimum_payout_minor=5000 program.settlement.tax_treatment=BONUS "      \
    "program.tiers.basis=POINTS "                                                               \
    "program.tiers.window_months=12 program.tiers.review=YEARLY program.tiers.review_month=2 "  \
    "program.tiers.review_day=28 program.tiers.fall=ONE_STEP "                                  \
    "program.tiers.levels[0].tier_id=silver program.tiers.levels[0].title_zh=银卡 "               \
    "program.tiers.levels[1].tier_id=gold program.tiers.levels[1].title_en=Gold "               \
    "program.tiers.levels[1].threshold=1000 program.tiers.levels[1].multiplier_bp=15000 "       \
    "program.tiers.levels[1].rights[0]=免费清洗 program.tiers.levels[1].rights[1]=Cleaning "
#define CONDITIONS(yes)                                                                         \
    R("0", "rule_id=all") R("0", "title_zh=全部") R("0", "title_en=All")                          \
    R("0", "trigger=PURCHASE") R("0", "beneficiary=SELLING_GUIDE") R("0", "unit=CASH")          \
    R("0", "brackets[0].to=100000") R("0", "brackets[1].from=100000")                           \
    R("0", "brackets[1].to=200000") R("0", "brackets[1].rate_bp=10000")                         \
    R("0", "brackets[2].from=200000") R("0", "brackets[2].rate_bp=50")                          \
    R("0", "bracket_mode=MARGINAL") R("0", "tier_multiplier=" yes)                              \
    R("0", "rounding=HALF_UP") R("0", "referrer=GUIDE") R("0", "code=OWN")                      \
    R("0", "shop_ids[0]=S2") R("0", "shop_ids[1]=S1") R("0", "categories[0]=戒指")                \
    R("0", "categories[1]=necklace") R("0", "tier_ids[0]=gold") R("0", "weekdays[0]=MONDAY")    \
    R("0", "weekdays[1]=SUNDAY") R("0", "minimum_minor=5000") R("0", "first_purchase=" yes)     \
    R("0", "within_days=30") R("0", "birthday=WEEK") R("0", "age_from=18")                      \
    R("0", "age_until=30") R("0", "gender=f") R("0", "attribute=skin")                          \
    R("0", "attribute_value=dry") R("0", "window_from_date=2026-06-01")                         \
    R("0", "window_until_date=2026-06-19") R("0", "cap_per_referee=1000")                       \
    R("0", "cap_per_beneficiary=5000") R("0", "cap_period=MONTH") R("0", "budget=100000")       \
    R("0", "hold_days=7") R("0", "expiry=DAYS") R("0", "expiry_count=365")                      \
    R("0", "return_policy=WITHIN_BALANCE")
#define OTHERS(yes)                                                                             \
    R("1", "rule_id=gift") R("1", "trigger=REGISTRATION") R("1", "beneficiary=BUYER")           \
    R("1", "reward=COUPON") R("1", "benefit_zh=新人券") R("1", "benefit_en=Welcome")               \
    R("1", "benefit_valid_days=30")                                                             \
    RULE("2", "year", "PERIOD_CLOSE", "SERVING_GUIDE", "CASH") R("2", "kpi=REPURCHASE_RATE")    \
    R("2", "period=YEAR") R("2", "wait_days=45") R("2", "minimum_n=20")                         \
    R("2", "include_leavers=" yes) R("2", "brackets[0].to=3000")                                \
    R("2", "brackets[1].from=3000") R("2", "brackets[1].fixed_amount=50000")
#define WHOLE_SAID(yes)                                                                         \
    "program.from_date=2026-05-01 program.title=Everything " SETTINGS(yes) CONDITIONS(yes)      \
    OTHERS(yes)
#define WHOLE WHOLE_SAID("true")
#define WHOLE_BACK WHOLE_SAID("1")

static void every_part_comes_back_as_it_was_published(void **state)
{
    (void)state;
    /* Every assignment of the request is asked for in the answer. */
    static const struct step steps[] = {
        ANSWERS_AGAIN("admin", publish_program, "request_id=p2 " WHOLE,
                      "program.version=2 " WHOLE_BACK),
        ANSWERS("admin", get_program, "version=2",
                "program.version=2 " WHOLE_BACK "program.rules#=3 program.rules[0].brackets#=3 "
                "program.rules[0].shop_ids#=2 program.rules[2].brackets#=2 "
                "program.tiers.levels[0].multiplier_bp=10000 program.rules[1].unit=UNSPECIFIED"),
        ANSWERS("admin", list_programs, "",
                "programs#=2 programs[1].version=2 programs[1].rules#=0 "
                "programs[1].redemption.points=10 !programs[1].tiers"),
        /* Each field is part of what a request_id means. */
        REFUSES("admin", publish_program, "request_id=p2 " WHOLE R("0", "hold_days=8"),
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        REFUSES("admin", publish_program, "request_id=p2 " WHOLE R("0", "brackets[2].rate_bp=51"),
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        REFUSES("admin", publish_program,
                "request_id=p2 " WHOLE "program.tiers.levels[1].rights[1]=None",
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        REFUSES("admin", publish_program, "request_id=p2 " WHOLE "program.fraud.spike_factor=6",
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
        REFUSES("admin", publish_program,
                "request_id=p2 " WHOLE "program.settlement.tax_treatment=WAGE",
                OUTCOME_REQUEST_ID_REUSED, "request_id"),
    };
    PLAY_ON(STAGE, steps);
}

static void what_is_not_said_has_its_default(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program, RATED,
                "program.restore_grace_days=30 program.rules[0].rounding=FLOOR "
                "!program.redemption !program.fraud !program.settlement !program.tiers "
                "!program.rules[0].window_from_date !program.rules[0].window_until_date"),
        ANSWERS("admin", publish_program,
                "request_id=y program.from_date=2026-05-01 "
                RULE("0", "a", "PERIOD_CLOSE", "SERVING_GUIDE", "CASH") R("0", "kpi=NEW_MEMBERS")
                R("0", "period=MONTH") R("0", "fixed_amount=5") R("0", "minimum_n=1"),
                "program.rules[0].wait_days=30"),
    };
    PLAY_ON(STAGE, steps);
}

static void a_validation_checks_everything_and_publishes_nothing(void **state)
{
    (void)state;
    static const struct step steps[] = {
        ANSWERS("admin", publish_program, "validate_only=true " WHOLE,
                "!program.version " WHOLE_BACK),
        ANSWERS("admin", list_programs, "", "programs#=1"),
        REFUSES("admin", publish_program,
                "validate_only=true program.from_date=2026-05-01 "
                RULE("0", "a", "PURCHASE", "BUYER", "POINTS") R("0", "rate_bp=10001"),
                OUTCOME_PROGRAM_INVALID, "program.rules[0].rate_bp"),
        ANSWERS("pos:1", record_purchase, "receipt_number=1 member_number=2 amount_minor=1000",
                "purchase.credits[0].amount=10"),
        REFUSES("admin", publish_program,
                "validate_only=true program.from_date=2026-01-01 "
                RULE("0", "a", "PURCHASE", "BUYER", "POINTS") R("0", "rate_bp=100"),
                OUTCOME_PROGRAM_RETROACTIVE, "program.from_date"),
        /* A validation leaves its request_id to the publication. */
        ANSWERS("admin", publish_program, RATED "validate_only=true", "!program.version"),
        ANSWERS("admin", publish_program, RATED R("0", "hold_days=1"), "program.version=2"),
    };
    PLAY_ON(STAGE, steps);
}

static void brackets_without_order_are_refused(void **state)
{
    (void)state;
#define FIRST BUYER R("0", "brackets[0].to=100") R("0", "brackets[0].rate_bp=1")
    static const struct step steps[] = {
        INVALID(BUYER R("0", "brackets[0].from=1") R("0", "brackets[0].rate_bp=1"),
                "rules[0].brackets[0].from"),
        INVALID(FIRST R("0", "brackets[1].from=99"), "rules[0].brackets[1].from"), /* overlap */
        INVALID(FIRST R("0", "brackets[1].from=101"), "rules[0].brackets[1].from"), /* gap */
        INVALID(FIRST, "rules[0].brackets[0].to"), /* the last is not open */
        INVALID(FIRST R("0", "brackets[1].from=100") R("0", "brackets[1].to=100")
                R("0", "brackets[2].from=100"), "rules[0].brackets[1].to"),
        INVALID(FIRST R("0", "brackets[1].from=100") R("0", "brackets[1].to=50")
                R("0", "brackets[2].from=50"), "rules[0].brackets[1].to"),
        INVALID(FIRST R("0", "brackets[1].from=100") R("0", "brackets[1].rate_bp=10001"),
                "rules[0].brackets[1].rate_bp"),
        INVALID(FIRST R("0", "brackets[1].from=100") R("0", "brackets[1].fixed_amount=-1"),
                "rules[0].brackets[1].fixed_amount"),
        INVALID(FIRST R("0", "brackets[1].from=100") R("0", "brackets[1].fixed_amount=1")
                R("0", "bracket_mode=MARGINAL"), "rules[0].brackets[1].fixed_amount"),
        INVALID(BUYER R("0", "brackets[0].from=0"), "rules[0].brackets"), /* gives nothing */
        INVALID(RATED R("0", "brackets[0].rate_bp=1"), "rules[0].brackets"),
        INVALID(RATED R("0", "bracket_mode=MARGINAL"), "rules[0].bracket_mode"),
        INVALID(WELCOME R("0", "brackets[0].fixed_amount=1"), "rules[0].brackets"),
        INVALID(BUYER R("0", "brackets[256].rate_bp=1"), "rules[0].brackets"),
        INVALID(CLOSE R("0", "brackets[0].rate_bp=1"), "rules[0].brackets[0].rate_bp"),
        INVALID(GUIDE R("0", "kpi=REPURCHASE_RATE") R("0", "period=YEAR")
                R("0", "brackets[0].to=10001") R("0", "brackets[1].from=10001")
                R("0", "brackets[1].fixed_amount=1"), "rules[0].brackets[1].from"),
        ANSWERS("admin", list_programs, "", "programs#=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void conditions_that_cannot_hold_are_refused(void **state)
{
    (void)state;
    static const struct step steps[] = {
        REFUSES("admin", publish_program, RATED R("0", "shop_ids[0]=S1") R("0", "shop_ids[1]=S9"),
                OUTCOME_SHOP_UNKNOWN, "program.rules[0].shop_ids[1]"),
        INVALID(RATED R("0", "shop_ids[0]=S1") R("0", "shop_ids[1]=S1"), "rules[0].shop_ids[1]"),
        INVALID(RATED R("0", "shop_ids[256]=S1"), "rules[0].shop_ids"),
        INVALID(RATED R("0", "categories[0]=a") R("0", "categories[1]=a"),
                "rules[0].categories[1]"),
        INVALID(RATED R("0", "categories[0]=''"), "rules[0].categories[0]"),
        INVALID(RATED R("0", "tier_ids[0]=gold"), "rules[0].tier_ids[0]"),
        INVALID(RATED TIERS R("0", "tier_ids[0]=gold") R("0", "tier_ids[1]=gold"),
                "rules[0].tier_ids[1]"),
        INVALID(RATED R("0", "tier_multiplier=true"), "rules[0].tier_multiplier"),
        INVALID(RATED R("0", "weekdays[0]=8"), "rules[0].weekdays[0]"),
        INVALID(RATED R("0", "weekdays[0]=1") R("0", "weekdays[1]=1"), "rules[0].weekdays[1]"),
        INVALID(RATED R("0", "minimum_minor=-1"), "rules[0].minimum_minor"),
        INVALID(RATED R("0", "within_days=3651"), "rules[0].within_days"),
        INVALID(RATED R("0", "birthday=4"), "rules[0].birthday"),
        INVALID(RATED R("0", "age_from=151"), "rules[0].age_from"),
        INVALID(RATED R("0", "age_from=30") R("0", "age_until=30"), "rules[0].age_until"),
        INVALID(RATED R("0", "attribute=skin"), "rules[0].attribute_value"),
        INVALID(RATED R("0", "attribute_value=dry"), "rules[0].attribute_value"),
        INVALID(RATED R("0", "window_from_date=2026-06-18") R("0", "window_until_date=2026-06-18"),
                "rules[0].window_until_date"),
        INVALID(RATED R("0", "window_from_date=2026-06-18") R("0", "window_until_date=2026-06-01"),
                "rules[0].window_until_date"),
        REFUSES("admin", publish_program, RATED R("0", "window_until_date=soon"),
                OUTCOME_DATE_INVALID, "program.rules[0].window_until_date"),
        INVALID(DATED RULE("0", "a", "REPURCHASE", "BUYER", "POINTS") R("0", "rate_bp=1")
                R("0", "first_purchase=true"), "rules[0].first_purchase"),
        INVALID(RATED RULE("0", "a", "PURCHASE", "REFERRER", "POINTS") R("0", "referrer=NONE"),
                "rules[0].referrer"),
        ANSWERS("admin", list_programs, "", "programs#=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void parts_of_other_triggers_are_refused(void **state)
{
    (void)state;
    static const struct step steps[] = {
        INVALID(WELCOME R("0", "fixed_amount=1") R("0", "minimum_minor=1"),
                "rules[0].minimum_minor"),
        INVALID(WELCOME R("0", "fixed_amount=1") R("0", "within_days=1"), "rules[0].within_days"),
        INVALID(WELCOME R("0", "fixed_amount=1") R("0", "categories[0]=x"),
                "rules[0].categories"),
        INVALID(WELCOME TIERS R("0", "fixed_amount=1") R("0", "tier_multiplier=true"),
                "rules[0].tier_multiplier"),
        INVALID(WELCOME R("0", "fixed_amount=1") R("0", "return_policy=UNLIMITED"),
                "rules[0].return_policy"),
        INVALID(WELCOME R("0", "fixed_amount=1") R("0", "beneficiary=SELLING_GUIDE"),
                "rules[0].beneficiary"),
        INVALID(RATED R("0", "kpi=NEW_MEMBERS"), "rules[0].kpi"),
        INVALID(RATED R("0", "period=MONTH"), "rules[0].period"),
        INVALID(RATED R("0", "wait_days=1"), "rules[0].wait_days"),
        INVALID(RATED R("0", "minimum_n=1"), "rules[0].minimum_n"),
        INVALID(RATED R("0", "include_leavers=true"), "rules[0].include_leavers"),
        INVALID(CLOSE R("0", "fixed_amount=1"), "rules[0].minimum_n"),
        INVALID(CLOSE R("0", "rate_bp=1"), "rules[0].rate_bp"),
        INVALID(GUIDE R("0", "fixed_amount=1") R("0", "minimum_n=1"), "rules[0].kpi"),
        INVALID(CLOSE R("0", "fixed_amount=1") R("0", "minimum_n=1") R("0", "period=DAY"),
                "rules[0].period"),
        INVALID(CLOSE R("0", "fixed_amount=1") R("0", "minimum_n=1")
                R("0", "beneficiary=SELLING_GUIDE"), "rules[0].beneficiary"),
        INVALID(CLOSE R("0", "fixed_amount=1") R("0", "minimum_n=1") R("0", "shop_ids[0]=S1"),
                "rules[0].shop_ids"),
        INVALID(CLOSE R("0", "fixed_amount=1") R("0", "minimum_n=1") R("0", "code=OWN"),
                "rules[0].code"),
        INVALID(CLOSE R("0", "fixed_amount=1") R("0", "minimum_n=1") R("0", "cap_per_referee=1"),
                "rules[0].cap_per_referee"),
        INVALID(GIFT, "rules[0].benefit_en"),
        INVALID(GIFT R("0", "benefit_zh=x") R("0", "unit=POINTS"), "rules[0].unit"),
        INVALID(GIFT R("0", "benefit_zh=x") R("0", "fixed_amount=1"), "rules[0].fixed_amount"),
        INVALID(GIFT R("0", "benefit_zh=x") R("0", "budget=1"), "rules[0].budget"),
        INVALID(GIFT R("0", "benefit_zh=x") R("0", "trigger=PURCHASE"), "rules[0].reward"),
        INVALID(GIFT R("0", "benefit_zh=x") R("0", "beneficiary=SERVING_GUIDE"),
                "rules[0].reward"),
        INVALID(RATED R("0", "benefit_zh=x"), "rules[0].reward"),
        ANSWERS("admin", list_programs, "", "programs#=1"),
    };
    PLAY_ON(STAGE, steps);
}

static void caps_lives_and_settings_out_of_bounds_are_refused(void **state)
{
    (void)state;
    static const struct step steps[] = {
        INVALID(RATED R("0", "cap_per_referee=-1"), "rules[0].cap_per_referee"),
        INVALID(RATED R("0", "cap_per_beneficiary=1"), "rules[0].cap_period"),
        INVALID(RATED R("0", "cap_per_beneficiary=1") R("0", "cap_period=QUARTER"),
                "rules[0].cap_period"),
        INVALID(RATED R("0", "cap_period=DAY"), "rules[0].cap_period"),
        INVALID(RATED R("0", "budget=1000000000001"), "rules[0].budget"),
        INVALID(RATED R("0", "hold_days=3651"), "rules[0].hold_days"),
        INVALID(RATED R("0", "expiry=DAYS"), "rules[0].expiry_count"),
        INVALID(RATED R("0", "expiry=MONTHS") R("0", "expiry_count=121"),
                "rules[0].expiry_count"),
        INVALID(RATED R("0", "expiry=END_OF_YEAR") R("0", "expiry_count=1"),
                "rules[0].expiry_count"),
        INVALID(RATED R("0", "expiry=5"), "rules[0].expiry"),
        INVALID(RATED "program.redemption.points=10", "redemption.minor"),
        INVALID(RATED "program.redemption.minor=10", "redemption.points"),
        INVALID(RATED "program.binding_validity_days=-1", "binding_validity_days"),
        INVALID(RATED "program.binding_validity_days=30 program.binding_protection_days=31",
                "binding_protection_days"),
        INVALID(RATED "program.restore_grace_days=3651", "restore_grace_days"),
        INVALID(RATED "program.adjust_limit_points=-1", "adjust_limit_points"),
        INVALID(RATED "program.fraud.open_from_minutes=1440", "fraud.open_from_minutes"),
        INVALID(RATED "program.fraud.open_from_minutes=600 program.fraud.open_until_minutes=1441",
                "fraud.open_until_minutes"),
        INVALID(RATED "program.fraud.refund_cycles=3", "fraud.refund_cycle_days"),
        INVALID(RATED "program.fraud.spike_days=3 program.fraud.spike_factor=1",
                "fraud.spike_factor"),
        INVALID(RATED "program.fraud.spike_minimum=3", "fraud.spike_minimum"),
        INVALID(RATED "program.settlement.rate_points=10", "settlement.rate_minor"),
        INVALID(RATED "program.settlement.rate_minor=100", "settlement.rate_points"),
        INVALID(RATED "program.settlement.rate_points=10 program.settlement.rate_minor=-1",
                "settlement.rate_minor"),
        INVALID(RATED "program.settlement.minimum_payout_minor=-1",
                "settlement.minimum_payout_minor"),
        INVALID(RATED "program.settlement.tax_treatment="
                "12345678901234567890123456789012345678901", "settlement.tax_treatment"),
        INVALID(RATED "program.tiers.basis=POINTS", "tiers.levels"),
        INVALID(RATED "program.tiers.window_months=1", "tiers.basis"),
        INVALID(RATED TIERS "program.tiers.window_months=0", "tiers.window_months"),
        INVALID(RATED TIERS LEVEL("0", "silver", "1"), "tiers.levels[0].threshold"),
        INVALID(RATED TIERS LEVEL("1", "gold", "0"), "tiers.levels[1].threshold"),
        INVALID(RATED TIERS LEVEL("1", "silver", "5"), "tiers.levels[1].tier_id"),
        INVALID(RATED TIERS "program.tiers.levels[1].multiplier_bp=100001",
                "tiers.levels[1].multiplier_bp"),
        INVALID(RATED TIERS "program.tiers.levels[1].rights[8]=x", "tiers.levels[1].rights"),
        INVALID(RATED TIERS "program.tiers.fall=ONE_STEP", "tiers.fall"),
        INVALID(RATED TIERS "program.tiers.review=YEARLY program.tiers.review_month=2 "
                "program.tiers.review_day=29", "tiers.review_day"),
        INVALID(RATED TIERS "program.tiers.review_month=2", "tiers.review_month"),
        ANSWERS("admin", list_programs, "", "programs#=1"),
    };
    PLAY_ON(STAGE, steps);
}

/* 32 rules, of which `sellers` pay selling guides, four credits each. */
#define SELL(index) RULE(index, "r" index, "PURCHASE", "SELLING_GUIDE", "CASH") \
    R(index, "rate_bp=1")
#define PLAIN(index) RULE(index, "r" index, "REPURCHASE", "BUYER", "CASH") R(index, "rate_bp=1")
#define SIXTEEN SELL("0") SELL("1") SELL("2") SELL("3") SELL("4") SELL("5") SELL("6") SELL("7") \
    SELL("8") SELL("9") SELL("10") SELL("11") SELL("12") SELL("13") SELL("14") SELL("15")

static void one_purchase_makes_at_most_64_credits(void **state)
{
    (void)state;
    static const struct step steps[] = {
        INVALID(DATED SIXTEEN PLAIN("16"), "rules"),
        ANSWERS("admin", publish_program, DATED SIXTEEN, "program.rules#=16"),
    };
    PLAY_ON(STAGE, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_comes_back_as_it_was_published),
        cmocka_unit_test(what_is_not_said_has_its_default),
        cmocka_unit_test(a_validation_checks_everything_and_publishes_nothing),
        cmocka_unit_test(brackets_without_order_are_refused),
        cmocka_unit_test(conditions_that_cannot_hold_are_refused),
        cmocka_unit_test(parts_of_other_triggers_are_refused),
        cmocka_unit_test(caps_lives_and_settings_out_of_bounds_are_refused),
        cmocka_unit_test(one_purchase_makes_at_most_64_credits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
