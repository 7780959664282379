/* Who guesses codes waits, alone and all together. */
#include "service/rpc/throttle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "service/limits.h"

static struct throttle throttle;

static int setup(void **state)
{
    (void)state;
    throttle_init(&throttle, 42);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    throttle_destroy(&throttle);
    return 0;
}

static uint32_t bucket(const char *forwarded_for)
{
    return throttle_bucket(&throttle,
                           (struct bytes){(const uint8_t *)forwarded_for, strlen(forwarded_for)});
}

static uint32_t wait_ms(uint32_t peer, uint64_t now_ms)
{
    return throttle_wait_ms(&throttle, SLOWED_GUESSES, peer, now_ms);
}

static void guess(uint32_t peer, uint64_t now_ms)
{
    throttle_guessed(&throttle, SLOWED_GUESSES, peer, now_ms);
}

static void a_burst_is_free_and_then_one_every_so_often(void **state)
{
    (void)state;
    uint64_t now = 1000000;
    for (int i = 0; i < LIMIT_GUESSES_PEER; i++) {
        assert_int_equal(wait_ms(7, now), 0);
        guess(7, now);
    }
    assert_int_equal(wait_ms(7, now), LIMIT_GUESS_PEER_MS);
    assert_int_equal(wait_ms(8, now), 0);
    assert_int_equal(wait_ms(7, now + LIMIT_GUESS_PEER_MS - 1), 1);
    now += LIMIT_GUESS_PEER_MS;
    assert_int_equal(wait_ms(7, now), 0);
    guess(7, now);
    assert_int_equal(wait_ms(7, now), LIMIT_GUESS_PEER_MS);
}

static void all_is_forgiven_in_time_and_not_more_than_all(void **state)
{
    (void)state;
    uint64_t now = 5000;
    for (int i = 0; i < LIMIT_GUESSES_PEER; i++) guess(7, now);
    now += 1000 * (uint64_t)LIMIT_GUESS_PEER_MS;
    for (int i = 0; i < LIMIT_GUESSES_PEER; i++) {
        assert_int_equal(wait_ms(7, now), 0);
        guess(7, now);
    }
    assert_true(wait_ms(7, now) > 0);
}

static void calls_under_way_together_are_paid_for_later(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * LIMIT_GUESSES_PEER; i++) guess(7, 0);
    assert_int_equal(wait_ms(7, 0),
                     (2 * LIMIT_GUESSES_PEER + 1) * LIMIT_GUESS_PEER_MS);
}

static void all_peers_together_have_a_limit_too(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LIMIT_GUESSES; i++) {
        assert_int_equal(wait_ms(i, 0), 0);
        guess(i, 0);
    }
    /* Who has guessed waits, before his own burst is over; not longer than for what is his own. */
    assert_int_equal(wait_ms(5, 0), LIMIT_GUESS_MS);
    assert_int_equal(wait_ms(5, LIMIT_GUESS_MS), 0);
    for (uint32_t i = 0; i < LIMIT_GUESSES; i++) guess(i, 0);
    assert_int_equal(wait_ms(5, 0), 2 * LIMIT_GUESS_PEER_MS);
}

static void who_guessed_nothing_waits_for_nobody(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3 * LIMIT_GUESSES; i++) guess(i, 0);
    assert_int_equal(wait_ms(4000, 0), 0);
    guess(4000, 0);
    assert_int_equal(wait_ms(4000, 0), LIMIT_GUESS_PEER_MS);
    assert_int_equal(wait_ms(4000, LIMIT_GUESS_PEER_MS), 0);
}

static void a_flood_is_forgiven_in_minutes(void **state)
{
    (void)state;
    static_assert(THROTTLE_BUCKETS > 20 * LIMIT_GUESSES, "each peer guesses once");
    for (uint32_t i = 0; i < 20 * LIMIT_GUESSES; i++) guess(i, 0);
    uint64_t now = (uint64_t)LIMIT_GUESSES * LIMIT_GUESS_MS + LIMIT_GUESS_MS;
    guess(4000, now);
    assert_int_equal(wait_ms(4000, now), LIMIT_GUESS_MS);
}

static void what_is_slowed_is_slowed_apart(void **state)
{
    (void)state;
    for (int i = 0; i < LIMIT_SENDS_PEER; i++) {
        assert_int_equal(throttle_wait_ms(&throttle, SLOWED_SENDS, 7, 0), 0);
        throttle_guessed(&throttle, SLOWED_SENDS, 7, 0);
    }
    assert_int_equal(throttle_wait_ms(&throttle, SLOWED_SENDS, 7, 0), LIMIT_SEND_PEER_MS);
    assert_int_equal(throttle_wait_ms(&throttle, SLOWED_TRIES, 7, 0), 0);
    assert_int_equal(wait_ms(7, 0), 0);
    for (uint32_t i = 0; i < LIMIT_TRIES; i++)
        throttle_guessed(&throttle, SLOWED_TRIES, i, 0);
    assert_int_equal(throttle_wait_ms(&throttle, SLOWED_TRIES, 4000, 0), LIMIT_TRY_MS);
    assert_int_equal(throttle_wait_ms(&throttle, SLOWED_SENDS, 4000, 0), 0);
}

static void a_peer_is_the_last_address_that_the_front_end_saw(void **state)
{
    (void)state;
    assert_int_equal(bucket("198.51.100.1"), bucket("203.0.113.5,  198.51.100.1 "));
    assert_int_not_equal(bucket("198.51.100.1"), bucket("198.51.100.2"));
    assert_int_not_equal(bucket("198.51.100.1"), bucket("198.51.100.1, 198.51.100.2"));
    assert_int_equal(bucket(""), throttle_bucket(&throttle, (struct bytes){NULL, 0}));
    assert_int_equal(bucket("2001:db8:1:2::1"), bucket("2001:db8:1:2:ffff::9"));
    assert_int_not_equal(bucket("2001:db8:1:2::1"), bucket("2001:db8:1:3::1"));
    char longest[2000];
    memset(longest, 'x', sizeof longest);
    assert_in_range(throttle_bucket(&throttle, (struct bytes){(uint8_t *)longest, sizeof longest}),
                    0, THROTTLE_BUCKETS - 1);
}

static void an_address_is_a_peer_and_an_ipv6_network_too(void **state)
{
    (void)state;
    uint8_t four[2][16] = {{[10] = 0xFF, 0xFF, 198, 51, 100, 1},
                           {[10] = 0xFF, 0xFF, 198, 51, 100, 2}};
    uint8_t six[3][16] = {{0x20, 0x01, [15] = 1}, {0x20, 0x01, [15] = 2}, {0x20, 0x01, [7] = 1}};
    assert_int_not_equal(throttle_bucket_address(&throttle, four[0]),
                         throttle_bucket_address(&throttle, four[1]));
    assert_int_equal(throttle_bucket_address(&throttle, six[0]),
                     throttle_bucket_address(&throttle, six[1]));
    assert_int_not_equal(throttle_bucket_address(&throttle, six[0]),
                         throttle_bucket_address(&throttle, six[2]));
}

static void who_shares_a_bucket_is_a_secret(void **state)
{
    (void)state;
    static struct throttle other;
    throttle_init(&other, 43);
    size_t moved = 0;
    for (int i = 0; i < 256; i++) {
        uint8_t text[] = {(uint8_t)i, 'a'};
        struct bytes name = {text, sizeof text};
        moved += throttle_bucket(&throttle, name) != throttle_bucket(&other, name);
    }
    throttle_destroy(&other);
    assert_true(moved > 240);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_burst_is_free_and_then_one_every_so_often, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(all_is_forgiven_in_time_and_not_more_than_all, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(calls_under_way_together_are_paid_for_later, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_slowed_is_slowed_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(all_peers_together_have_a_limit_too, setup, teardown),
        cmocka_unit_test_setup_teardown(who_guessed_nothing_waits_for_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(a_flood_is_forgiven_in_minutes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_peer_is_the_last_address_that_the_front_end_saw, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_address_is_a_peer_and_an_ipv6_network_too, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(who_shares_a_bucket_is_a_secret, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
