/* Token buckets, and whose they are. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "clients/web/http/address.h"
#include "clients/web/http/rate.h"

static void an_address_may_do_its_minute_at_once_and_then_waits(void **state)
{
    (void)state;
    struct rate *rate = rate_new(6, 3);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(rate_take(rate, 1, false, 0), 0);
    }
    assert_int_equal(rate_take(rate, 1, false, 0), 10);
    assert_int_equal(rate_take(rate, 1, false, 9000), 1);
    assert_int_equal(rate_take(rate, 1, false, 9999), 1);
    assert_int_equal(rate_take(rate, 1, false, 10000), 0);
    assert_int_equal(rate_take(rate, 1, false, 10000), 10);
    rate_free(rate);
}

static void asking_often_loses_nothing(void **state)
{
    (void)state;
    struct rate *rate = rate_new(1, 1);
    assert_int_equal(rate_take(rate, 1, false, 0), 0);
    for (uint64_t now_ms = 1; now_ms < 60 * 1000; now_ms++) {
        assert_int_not_equal(rate_take(rate, 1, false, now_ms), 0);
    }
    assert_int_equal(rate_take(rate, 1, false, 60 * 1000), 0);
    rate_free(rate);
}

static void gets_posts_and_addresses_are_counted_apart(void **state)
{
    (void)state;
    struct rate *rate = rate_new(1, 1);
    assert_int_equal(rate_take(rate, 1, false, 0), 0);
    assert_int_equal(rate_take(rate, 1, true, 0), 0);
    assert_int_equal(rate_take(rate, 2, false, 0), 0);
    assert_int_equal(rate_take(rate, 1, false, 0), 60);
    assert_int_equal(rate_take(rate, 1, true, 0), 60);
    rate_free(rate);
}

static void no_bound_is_no_bound(void **state)
{
    (void)state;
    struct rate *rate = rate_new(0, 1);
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(rate_take(rate, 1, false, 0), 0);
    }
    assert_int_equal(rate_take(rate, 1, true, 0), 0);
    assert_int_not_equal(rate_take(rate, 1, true, 0), 0);
    rate_free(rate);
}

static void a_long_silence_fills_once_and_an_older_clock_takes_nothing_away(void **state)
{
    (void)state;
    struct rate *rate = rate_new(2, 2);
    assert_int_equal(rate_take(rate, 1, false, 1000), 0);
    assert_int_equal(rate_take(rate, 1, false, UINT64_MAX / 2), 0);
    assert_int_equal(rate_take(rate, 1, false, 1000), 0);
    assert_int_equal(rate_take(rate, 1, false, UINT64_MAX / 2), 30);
    rate_free(rate);
}

static void a_crowd_of_addresses_does_not_free_one_who_keeps_asking(void **state)
{
    (void)state;
    struct rate *rate = rate_new(1, 1);
    unsigned passed = 0;
    assert_int_equal(rate_take(rate, 1, false, 0), 0);
    for (uint64_t other = 2; other < 4 * RATE_ADDRESSES_MAX; other++) {
        uint64_t now_ms = other / 10; /* 13 seconds in all */
        assert_int_equal(rate_take(rate, other, false, now_ms), 0);
        if (other % 100 == 0) {
            passed += rate_take(rate, 1, false, now_ms) == 0;
        }
    }
    assert_int_equal(passed, 0);
    rate_free(rate);
}

static uint64_t key_of(const char *text)
{
    struct address address;
    assert_true(address_from_text(text, strlen(text), &address));
    return address.key;
}

static void an_address_is_an_ipv4_or_the_half_of_an_ipv6(void **state)
{
    (void)state;
    assert_int_equal(key_of("1.2.3.4"), key_of("::ffff:1.2.3.4"));
    assert_int_not_equal(key_of("1.2.3.4"), key_of("1.2.3.5"));
    assert_int_equal(key_of("2001:db8:1:2::1"), key_of("2001:db8:1:2:ffff::9"));
    assert_int_not_equal(key_of("2001:db8:1:2::1"), key_of("2001:db8:1:3::1"));
    struct address address;
    static const char *const none[] = {
        "", " ", "1.2.3", "1.2.3.4 ", "1.2.3.4:80", "[::1]", "fe80::1%eth0", "unknown", "01.2.3.4",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:1111:2222",
    };
    for (unsigned i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_false(address_from_text(none[i], strlen(none[i]), &address));
    }
    static const struct {
        const char *text;
        bool loopback;
    } rows[] = {
        { "127.0.0.1", true }, { "127.9.9.9", true }, { "::1", true }, { "::ffff:127.0.0.1", true },
        { "128.0.0.1", false }, { "::2", false }, { "10.0.0.1", false },
    };
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(address_from_text(rows[i].text, strlen(rows[i].text), &address));
        assert_int_equal(address.loopback, rows[i].loopback);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_may_do_its_minute_at_once_and_then_waits),
        cmocka_unit_test(asking_often_loses_nothing),
        cmocka_unit_test(gets_posts_and_addresses_are_counted_apart),
        cmocka_unit_test(no_bound_is_no_bound),
        cmocka_unit_test(a_long_silence_fills_once_and_an_older_clock_takes_nothing_away),
        cmocka_unit_test(a_crowd_of_addresses_does_not_free_one_who_keeps_asking),
        cmocka_unit_test(an_address_is_an_ipv4_or_the_half_of_an_ipv6),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
