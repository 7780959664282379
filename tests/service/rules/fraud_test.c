/* What looks like fraud, as rows one can read aloud; and the window that counts by the minute. */
#include "service/rules/fraud.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/date.h"

#define REGISTERS .event = EVENT_REGISTRATION, .business_date = 19782 /* 2024-02-29 */
#define BUYS .event = EVENT_PURCHASE, .business_date = 19782
#define OPEN(from, to) .open_from_minutes = (from) * 60, .open_to_minutes = (to) * 60
#define AT_SHOP(hour, minute) .at_shop = true, .local_minute = (hour) * 60 + (minute)
#define SPIKE(days, times, least) .spike_days = days, .spike_factor = times, .spike_minimum = least

struct row {
    const char *says;
    struct fraud_settings settings;
    struct fraud_facts facts;
    size_t count;
    struct evidence evidence[EVIDENCE_MAX];
};

static const struct row rows[] = {
    {"all off: nothing", {0}, {REGISTERS, AT_SHOP(3, 0), .in_ten_minutes = 999}, 0, {{0}}},
    {"her own guide's code, with nothing switched on", {0},
     {REGISTERS, .self_guide = 7, .self_referral = true}, 1, {{SIGNAL_SELF_REFERRAL, 0, 7, 0}}},
    {"a guide registers by a colleague's code", {0}, {REGISTERS, .self_guide = 7}, 0, {{0}}},

    {"as many as allowed", {.registrations_per_ten_minutes = 5},
     {REGISTERS, .in_ten_minutes = 5}, 0, {{0}}},
    {"one more", {.registrations_per_ten_minutes = 5}, {REGISTERS, .in_ten_minutes = 6}, 1,
     {{SIGNAL_REGISTRATION_RATE, 5, 6, 10}}},

    {"the shop opens now", {OPEN(9, 21)}, {REGISTERS, AT_SHOP(9, 0)}, 0, {{0}}},
    {"a minute before it opens", {OPEN(9, 21)}, {REGISTERS, AT_SHOP(8, 59)}, 1,
     {{SIGNAL_SHOP_CLOSED, 540, 539, 1260}}},
    {"its last minute", {OPEN(9, 21)}, {REGISTERS, AT_SHOP(20, 59)}, 0, {{0}}},
    {"it closes now", {OPEN(9, 21)}, {REGISTERS, AT_SHOP(21, 0)}, 1,
     {{SIGNAL_SHOP_CLOSED, 540, 1260, 1260}}},
    {"open past midnight", {OPEN(18, 2)}, {REGISTERS, AT_SHOP(1, 59)}, 0, {{0}}},
    {"and closed in the afternoon", {OPEN(18, 2)}, {REGISTERS, AT_SHOP(17, 59)}, 1,
     {{SIGNAL_SHOP_CLOSED, 1080, 1079, 120}}},
    {"at home, by a friend's code, any hour is good", {OPEN(9, 21)},
     {REGISTERS, .local_minute = 180}, 0, {{0}}},

    {"buying and giving back, not often enough", {.refund_cycles = 3, .refund_cycle_days = 30},
     {BUYS, .full_refunds = 2}, 0, {{0}}},
    {"often enough", {.refund_cycles = 3, .refund_cycle_days = 30}, {BUYS, .full_refunds = 3}, 1,
     {{SIGNAL_REFUND_CYCLE, 3, 3, 30}}},
    {"refunds say nothing of a registration", {.refund_cycles = 3, .refund_cycle_days = 30},
     {REGISTERS, .full_refunds = 3}, 0, {{0}}},
    {"a guide buys from himself, with nothing switched on", {0},
     {BUYS, .self_guide = 7, .own_purchase = true}, 1, {{SIGNAL_OWN_PURCHASE, 0, 7, 0}}},
    {"the phone of somebody who was erased",
     {0}, {REGISTERS, .erased_before = true, .erased_days = 12}, 1,
     {{SIGNAL_ERASED_BEFORE, 0, 12, 0}}},
    {"and her first purchase, a guide's own", {0},
     {BUYS, .self_guide = 7, .own_purchase = true, .erased_before = true}, 2,
     {{SIGNAL_OWN_PURCHASE, 0, 7, 0}, {SIGNAL_ERASED_BEFORE, 0, 0, 0}}},
    {"a guide buys from a colleague", {0}, {BUYS, .self_guide = 7}, 0, {{0}}},

    {"three times the mean is allowed", {SPIKE(3, 3, 2)},
     {REGISTERS, .by_day = {[0] = 28, [28] = 3}}, 0, {{0}}},
    {"more than three times the mean of the 28 days before", {SPIKE(3, 3, 2)},
     {REGISTERS, .by_day = {[0] = 28, [28] = 4}}, 1, {{SIGNAL_MONTH_END_SPIKE, 3, 4, 28}}},
    {"but too few to matter", {SPIKE(3, 3, 5)}, {REGISTERS, .by_day = {[0] = 28, [28] = 4}}, 0,
     {{0}}},
    {"nobody all month, then five", {SPIKE(1, 3, 5)}, {REGISTERS, .by_day = {[28] = 5}}, 1,
     {{SIGNAL_MONTH_END_SPIKE, 0, 5, 28}}},
    {"days after it are not looked at", {SPIKE(1, 3, 5)},
     {REGISTERS, .by_day = {[28] = 4, [29] = 9}}, 0, {{0}}},

    {"several at once, in order", {OPEN(9, 21), .registrations_per_ten_minutes = 1,
                                   SPIKE(3, 3, 2)},
     {REGISTERS, AT_SHOP(2, 13), .in_ten_minutes = 2, .self_guide = 7, .self_referral = true,
      .by_day = {[28] = 2}}, 4,
     {{SIGNAL_SELF_REFERRAL, 0, 7, 0}, {SIGNAL_REGISTRATION_RATE, 1, 2, 10},
      {SIGNAL_SHOP_CLOSED, 540, 133, 1260}, {SIGNAL_MONTH_END_SPIKE, 0, 2, 28}}},
};

static void every_row_finds_what_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct evidence found[EVIDENCE_MAX];
        size_t count = fraud_evidence(&rows[i].settings, &rows[i].facts, found);
        if (count != rows[i].count) fail_msg("%s: found %zu", rows[i].says, count);
        for (size_t j = 0; j < count; j++) {
            const struct evidence *expected = &rows[i].evidence[j];
            if (found[j].signal != expected->signal || found[j].limit != expected->limit ||
                found[j].observed != expected->observed || found[j].window != expected->window)
                fail_msg("%s: %zu is %d %d %d %d", rows[i].says, j, (int)found[j].signal,
                         (int)found[j].limit, (int)found[j].observed, (int)found[j].window);
        }
    }
}

static void every_signal_has_a_row(void **state)
{
    (void)state;
    for (int signal = 1; signal < SIGNAL_COUNT; signal++) {
        size_t count = 0;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            for (size_t j = 0; j < rows[i].count; j++)
                count += (int)rows[i].evidence[j].signal == signal;
        assert_true(count > 0);
    }
}

static void a_month_ends_with_its_last_days_whatever_its_length(void **state)
{
    (void)state;
    static const struct { int year, month, day; bool ends; } days[] = {
        {2024, 2, 26, false}, {2024, 2, 27, true}, {2024, 2, 29, true}, {2023, 2, 25, false},
        {2023, 2, 26, true}, {2024, 4, 27, false}, {2024, 4, 28, true}, {2024, 12, 28, false},
        {2024, 12, 29, true}, {2025, 1, 1, false},
    };
    struct fraud_settings three = {SPIKE(3, 2, 1)}, off = {SPIKE(0, 2, 1)};
    struct fraud_settings whole = {SPIKE(31, 2, 1)};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        business_date date = date_from_civil(days[i].year, days[i].month, days[i].day);
        assert_int_equal(fraud_month_ends(&three, date), days[i].ends);
        assert_false(fraud_month_ends(&off, date));
        assert_true(fraud_month_ends(&whole, date));
    }
}

static void a_first_of_the_month_has_nothing_to_be_compared_with(void **state)
{
    (void)state;
    struct fraud_settings settings = {SPIKE(31, 2, 1)};
    struct fraud_facts facts = {.event = EVENT_REGISTRATION,
                                .business_date = date_from_civil(2024, 3, 1), .by_day = {100}};
    struct evidence found[EVIDENCE_MAX];
    assert_int_equal(fraud_evidence(&settings, &facts, found), 0);
}

static void minutes_are_counted_in_a_window_that_runs_along(void **state)
{
    (void)state;
    static const struct { uint64_t minute; uint32_t count; } steps[] = {
        {1000, 1}, {1000, 2}, {1009, 3}, {1010, 2}, {1005, 3}, {1010, 4}, {1014, 5}, {1015, 5},
        {984, 0}, {985, 1}, {1024, 2}, {1055, 1}, {1024, 0}, {1025, 1}, {5000, 1},
    };
    struct signal_counts window = {.first = 0};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        uint32_t count = fraud_count_minute(&window, steps[i].minute);
        if (count != steps[i].count) fail_msg("step %zu: %u", i, (unsigned)count);
    }
}

static void a_count_that_is_full_stays_full(void **state)
{
    (void)state;
    struct signal_counts window = {.first = 100, .counts = {UINT16_MAX}};
    assert_int_equal(fraud_count_minute(&window, 100), UINT16_MAX);
    assert_int_equal(fraud_count_minute(&window, 101), UINT16_MAX + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_finds_what_it_says),
        cmocka_unit_test(every_signal_has_a_row),
        cmocka_unit_test(a_month_ends_with_its_last_days_whatever_its_length),
        cmocka_unit_test(a_first_of_the_month_has_nothing_to_be_compared_with),
        cmocka_unit_test(minutes_are_counted_in_a_window_that_runs_along),
        cmocka_unit_test(a_count_that_is_full_stays_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
