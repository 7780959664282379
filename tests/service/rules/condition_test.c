/* Conditions as rows one can read aloud: which is the first that fails. */
#include "service/rules/condition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/date.h"

#define GUIDE(number_) {PARTY_GUIDE, number_}
#define RULE(trigger_, whom, ...)                                                               \
    {.trigger = TRIGGER_##trigger_, .beneficiary = BENEFICIARY_##whom, __VA_ARGS__}
#define ALWAYS .window_from = DATE_ALWAYS, .window_to = DATE_NEVER
#define PAYS(...) RULE(PURCHASE, BUYER, ALWAYS, __VA_ARGS__)
#define WINDOW(from, to) RULE(PURCHASE, BUYER, .window_from = (from), .window_to = (to))
/* 2026-11-22 is a Sunday and day 20779. */
enum { SUNDAY = 20779, SHOP = 2 };
#define BUYS_ON(date_) .event = EVENT_PURCHASE, .date = (date_), .shop = SHOP, .buyer = 5
#define BUYS BUYS_ON(SUNDAY)
#define REGISTERS .event = EVENT_REGISTRATION, .date = SUNDAY, .buyer = 5

/* Shops 1 and 2, then 3; gold and silver, then pearls. */
static const struct program pools = {
    .shop_count = 3, .shops = {1, 2, 3},
    .category_count = 3, .categories = {"gold", "silver", "pearls"},
};
static const struct purchase_line lines[] = {
    {.amount_minor = 500, .base_minor = 400, .category = "gold"},
    {.amount_minor = 300, .base_minor = 250, .category = "watches"},
    {.amount_minor = 100, .base_minor = 90, .category = "silver"},
};
#define LINES .line_count = 3, .lines = lines, .base_minor = 740
static const struct person anna = {
    .birth_year = 1990, .birth_month = 11, .birth_day = 23, .gender = "female",
    .attribute_count = 2, .attributes = {{"staff", "no"}, {"club", "gold"}},
};

static const struct row {
    const char *says;
    struct rule rule;
    struct reward_facts facts;
    enum rule_verdict verdict;
} rows[] = {
    {"no condition", PAYS(), {BUYS}, VERDICT_MATCHED},
    {"another event", PAYS(), {REGISTERS}, VERDICT_TRIGGER},
    {"the event is said before the window", WINDOW(DATE_ALWAYS, SUNDAY), {REGISTERS},
     VERDICT_TRIGGER},
    {"a period's close looks at no purchase", RULE(PERIOD_CLOSE, SERVING_GUIDE, ALWAYS), {BUYS},
     VERDICT_TRIGGER},
    {"nobody sold", RULE(PURCHASE, SELLING_GUIDE, ALWAYS), {BUYS},
     VERDICT_NO_BENEFICIARY},
    {"somebody sold", RULE(PURCHASE, SELLING_GUIDE, ALWAYS),
     {BUYS, .seller_count = 1, .sellers = {{.guide = 7, .share_bp = 10000}}}, VERDICT_MATCHED},

    {"the window begins today", WINDOW(SUNDAY, DATE_NEVER), {BUYS}, VERDICT_MATCHED},
    {"the window begins tomorrow", WINDOW(SUNDAY + 1, DATE_NEVER), {BUYS}, VERDICT_WINDOW},
    {"today is the window's last day", WINDOW(DATE_ALWAYS, SUNDAY + 1), {BUYS}, VERDICT_MATCHED},
    {"the window ended with yesterday", WINDOW(DATE_ALWAYS, SUNDAY), {BUYS}, VERDICT_WINDOW},

    {"one of the shops", PAYS(.shops = {0, 2}), {BUYS}, VERDICT_MATCHED},
    {"not one of the shops", PAYS(.shops = {2, 1}), {BUYS}, VERDICT_SHOP},
    {"no shop named", RULE(REGISTRATION, BUYER, ALWAYS, .shops = {0, 3}), {REGISTERS},
     VERDICT_SHOP},
    {"the shop is said before the referrer",
     PAYS(.shops = {2, 1}, .referrer = REFERRER_MEMBER), {BUYS}, VERDICT_SHOP},
    {"another kind of referrer", PAYS(.referrer = REFERRER_MEMBER), {BUYS, .referrer = GUIDE(7)},
     VERDICT_REFERRER},
    {"inherited, but by his own code", PAYS(.code = CODE_INHERITED), {BUYS, .serving_guide = 7},
     VERDICT_CODE},

    {"her tier", PAYS(.tiers = 1 << 1 | 1 << 2), {BUYS, .tier = 2}, VERDICT_MATCHED},
    {"not her tier", PAYS(.tiers = 1 << 1 | 1 << 2), {BUYS}, VERDICT_TIER},
    {"her first purchase", PAYS(.first_purchase = true), {BUYS, .first_purchase = true},
     VERDICT_MATCHED},
    {"not her first purchase", PAYS(.first_purchase = true), {BUYS}, VERDICT_FIRST_PURCHASE},
    {"on the last day after registration", PAYS(.within_days = 30),
     {BUYS, .registered_on = SUNDAY - 30}, VERDICT_MATCHED},
    {"a day too late", PAYS(.within_days = 30), {BUYS, .registered_on = SUNDAY - 31},
     VERDICT_WITHIN_DAYS},
    {"a Sunday", PAYS(.weekdays = 1 << 6), {BUYS}, VERDICT_MATCHED},
    {"not a Sunday", PAYS(.weekdays = 0x3f), {BUYS}, VERDICT_WEEKDAY},
    {"a Monday", PAYS(.weekdays = 1), {BUYS_ON(SUNDAY + 1)}, VERDICT_MATCHED},

    {"her birthday is not known", PAYS(.birthday = BIRTHDAY_MONTH), {BUYS}, VERDICT_BIRTHDAY},
    {"the day before", PAYS(.birthday = BIRTHDAY_DAY), {BUYS, .person = &anna}, VERDICT_BIRTHDAY},
    {"the day", PAYS(.birthday = BIRTHDAY_DAY), {BUYS_ON(SUNDAY + 1), .person = &anna},
     VERDICT_MATCHED},
    {"thirty-five", PAYS(.age_from = 35, .age_to = 36), {BUYS, .person = &anna},
     VERDICT_MATCHED},
    {"not thirty-six yet", PAYS(.age_from = 36), {BUYS, .person = &anna}, VERDICT_AGE},
    {"no longer under thirty-five", PAYS(.age_to = 35), {BUYS, .person = &anna}, VERDICT_AGE},
    {"her age is not known", PAYS(.age_to = 99), {BUYS}, VERDICT_AGE},
    {"for women", PAYS(.gender = "female"), {BUYS, .person = &anna}, VERDICT_MATCHED},
    {"for men", PAYS(.gender = "male"), {BUYS, .person = &anna}, VERDICT_GENDER},
    {"her gender is not known", PAYS(.gender = "female"), {BUYS}, VERDICT_GENDER},
    {"the club's gold", PAYS(.attribute = "club", .attribute_value = "gold"),
     {BUYS, .person = &anna}, VERDICT_MATCHED},
    {"the club's silver", PAYS(.attribute = "club", .attribute_value = "silver"),
     {BUYS, .person = &anna}, VERDICT_ATTRIBUTE},
    {"an attribute she lacks", PAYS(.attribute = "vip", .attribute_value = "gold"),
     {BUYS, .person = &anna}, VERDICT_ATTRIBUTE},

    {"gold or silver", PAYS(.categories = {0, 2}), {BUYS, LINES}, VERDICT_MATCHED},
    {"pearls", PAYS(.categories = {2, 1}), {BUYS, LINES}, VERDICT_CATEGORY},
    {"gold, but without lines", PAYS(.categories = {0, 2}), {BUYS}, VERDICT_CATEGORY},
};

static void every_row_says_which_condition_failed_first(void **state)
{
    (void)state;
    size_t seen[VERDICT_COUNT] = {0};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum rule_verdict verdict = condition_verdict(&pools, &rows[i].rule, &rows[i].facts);
        if (verdict != rows[i].verdict)
            fail_msg("%s: %d, not %d", rows[i].says, (int)verdict, (int)rows[i].verdict);
        seen[verdict]++;
    }
    for (int verdict = VERDICT_MATCHED; verdict < VERDICT_COUNT; verdict++)
        if (seen[verdict] == 0) fail_msg("no row has verdict %d", verdict);
}

static void her_profile_is_asked_for_only_where_it_decides(void **state)
{
    (void)state;
    struct program program = {.rule_count = 2, .rules = {PAYS(), PAYS(.gender = "female")}};
    struct reward_facts facts = {BUYS};

    assert_true(condition_needs_person(&program, &facts));
    program.rules[1].window_to = SUNDAY;
    assert_false(condition_needs_person(&program, &facts));
    program.rules[0].age_from = 18;
    assert_true(condition_needs_person(&program, &facts));
}

static void a_category_rules_base_is_that_of_its_lines(void **state)
{
    (void)state;
    struct rule all = PAYS(), some = PAYS(.categories = {0, 2});
    struct reward_facts facts = {BUYS, LINES};

    assert_int_equal(condition_base(&pools, &all, &facts), 740);
    assert_int_equal(condition_base(&pools, &some, &facts), 490);
}

/* ---- birthdays ------------------------------------------------------------------------------- */

static struct person born(const char *birthday)
{
    struct person person = {.gender = ""};
    person_set_birthday(&person, birthday);
    return person;
}

static void birthdays_fall_on_days_weeks_and_months(void **state)
{
    (void)state;
    static const struct {
        const char *birthday;
        int year, month, day;
        bool on_day, in_week, in_month;
    } dates[] = {
        {"1990-11-23", 2026, 11, 23, true, true, true},
        {"--11-23", 2026, 11, 29, false, true, true},     /* the Sunday after that Monday */
        {"--11-23", 2026, 11, 22, false, false, true},    /* the Sunday before */
        {"--11-23", 2026, 11, 30, false, false, true},
        {"--11-23", 2026, 12, 23, false, false, false},
        {"1992-02-29", 2024, 2, 29, true, true, true},
        {"1992-02-29", 2024, 2, 28, false, true, true},
        {"1992-02-29", 2026, 2, 28, true, true, true},    /* a common year */
        {"1992-02-29", 2026, 3, 1, false, true, false},   /* its Sunday */
        {"1992-02-29", 2026, 3, 2, false, false, false},
        {"--01-02", 2025, 12, 29, false, true, false},    /* a week in two years */
        {"--12-30", 2026, 1, 4, false, true, false},
        {"", 2026, 11, 23, false, false, false},
        {"--13-01", 2026, 1, 1, false, false, false},
        {"1990/11/23", 2026, 11, 23, false, false, false},
    };
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        struct person person = born(dates[i].birthday);
        business_date date = date_from_civil(dates[i].year, dates[i].month, dates[i].day);
        bool good = person_has_birthday(&person, BIRTHDAY_DAY, date) == dates[i].on_day &&
                    person_has_birthday(&person, BIRTHDAY_WEEK, date) == dates[i].in_week &&
                    person_has_birthday(&person, BIRTHDAY_MONTH, date) == dates[i].in_month;
        if (!good) fail_msg("row %zu: %s", i, dates[i].birthday);
    }
}

static void the_next_birthday_is_today_or_ahead(void **state)
{
    (void)state;
    static const struct {
        const char *birthday;
        int year, month, day, next_year, next_month, next_day;
    } dates[] = {
        {"1990-11-23", 2026, 11, 23, 2026, 11, 23},
        {"1990-11-23", 2026, 11, 22, 2026, 11, 23},
        {"--11-23", 2026, 11, 24, 2027, 11, 23},
        {"--01-02", 2026, 12, 31, 2027, 1, 2},
        {"--02-29", 2024, 2, 28, 2024, 2, 29},
        {"--02-29", 2026, 2, 28, 2026, 2, 28}, /* a common year */
        {"--02-29", 2026, 3, 1, 2027, 2, 28},
        {"--02-29", 2027, 3, 1, 2028, 2, 29},
    };
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        struct person person = born(dates[i].birthday);
        business_date date = date_from_civil(dates[i].year, dates[i].month, dates[i].day);
        assert_int_equal(person_next_birthday(&person, date),
                         date_from_civil(dates[i].next_year, dates[i].next_month,
                                         dates[i].next_day));
    }
    struct person nobodys = born("");
    assert_int_equal(person_next_birthday(&nobodys, SUNDAY), DATE_NEVER);
}

static void ages_are_full_years(void **state)
{
    (void)state;
    struct person leap = born("2008-02-29"), nameless = born("--02-29"), old = born("1926-11-22");
    business_date eve = date_from_civil(2026, 2, 27), day = date_from_civil(2026, 2, 28);

    assert_false(person_age_within(&leap, 18, 0, eve));
    assert_true(person_age_within(&leap, 18, 0, day));
    assert_false(person_age_within(&nameless, 1, 0, day));
    assert_true(person_age_within(&nameless, 0, 0, day));
    assert_true(person_age_within(&old, 100, 101, SUNDAY));
    assert_true(person_age_within(&old, 99, 100, SUNDAY - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_says_which_condition_failed_first),
        cmocka_unit_test(her_profile_is_asked_for_only_where_it_decides),
        cmocka_unit_test(a_category_rules_base_is_that_of_its_lines),
        cmocka_unit_test(birthdays_fall_on_days_weeks_and_months),
        cmocka_unit_test(the_next_birthday_is_today_or_ahead),
        cmocka_unit_test(ages_are_full_years),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
