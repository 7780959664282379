/* Event streams: what comes, and how they end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#include "clients/web/http/clock.h"
#include "tests/clients/web/http/peer.h"
#include "tests/clients/web/http/place.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static void await(const atomic_uint *count, unsigned wanted, unsigned within_ms)
{
    const struct timespec pause = { .tv_nsec = 2 * 1000000 };
    uint64_t until_ms = clock_ms() + within_ms;
    while (*count < wanted && clock_ms() < until_ms) {
        nanosleep(&pause, NULL);
    }
    assert_int_equal(*count, wanted);
}

/* All that have begun end; none begins later than a moment ago. */
static void await_all_ended(struct place *place)
{
    const struct timespec pause = { .tv_nsec = 100 * 1000000 };
    nanosleep(&pause, NULL);
    await(&place->live_ended, place->live_begun, 2000);
}

static void events_come_one_by_one_as_they_are_made(void **state)
{
    (void)state;
    struct place place;
    struct peer peer;
    place_start(&place, place_options);
    peer_open(&peer, place.port);
    peer_say(&peer, GET("/live"));
    assert_true(peer_await(&peer, "HTTP/1.1 200 OK\r\n"));
    assert_true(peer_await(&peer, "Content-Type: text/event-stream; charset=utf-8\r\n"));
    assert_true(peer_await(&peer, "Cache-Control: no-store\r\n"));
    assert_true(peer_await(&peer, "X-Accel-Buffering: no\r\n"));
    assert_true(peer_await(&peer, "\r\n\r\n"));
    assert_true(peer_await(&peer, "id: 1\ndata: now\n\n"));
    assert_true(peer_await(&peer, "id: 2\nevent: tick\ndata: now\n\n"));
    assert_true(peer_await(&peer, "id: 3\n"));
    peer_close(&peer);
    await(&place.live_ended, 1, 2000);
    place_stop(&place);
}

static void a_visitor_who_hangs_up_or_breaks_off_ends_it(void **state)
{
    (void)state;
    struct place place;
    place_start(&place, place_options);
    for (unsigned i = 0; i < 20; i++) {
        struct peer peer;
        struct linger reset = { .l_onoff = 1 };
        peer_open(&peer, place.port);
        peer_say(&peer, GET("/live"));
        if (i % 3 != 0) {
            assert_true(peer_await(&peer, "id: 1\n"));
        }
        if (i % 2 == 0) {
            setsockopt(peer.descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        }
        peer_close(&peer);
    }
    /* A few hung up before a stream began, and that is as well. */
    struct answer answer;
    peer_ask(place.port, GET("/"), &answer);
    answer_free(&answer);
    await_all_ended(&place);
    assert_true(place.live_begun >= 12);
    place_stop(&place);
}

static void a_hang_up_is_noticed_without_a_word_sent(void **state)
{
    (void)state;
    struct place place;
    struct peer peer;
    place_start(&place, place_options);
    peer_open(&peer, place.port);
    peer_say(&peer, GET("/quiet"));
    assert_true(peer_await(&peer, "\r\n\r\n"));
    assert_int_equal(place.live_ended, 0);
    peer_close(&peer);
    await(&place.live_ended, 1, 2000);
    place_stop(&place);
}

static void one_who_does_not_take_what_comes_is_cut(void **state)
{
    (void)state;
    struct place place;
    struct peer peer;
    struct server_options options = place_options;
    options.response_ms = 300;
    place_start(&place, options);
    peer_open(&peer, place.port);
    peer_say(&peer, GET("/flood"));
    await(&place.live_begun, 1, 2000);
    await(&place.live_ended, 1, 3000);
    while (peer_await(&peer, "data: ")) {
    }
    peer_close(&peer);
    place_stop(&place);
}

static void a_stream_that_is_over_leaves_the_connection_as_it_was(void **state)
{
    (void)state;
    struct place place;
    struct peer peer;
    struct answer answer;
    place_start(&place, place_options);
    peer_open(&peer, place.port);
    for (unsigned i = 0; i < 10; i++) {
        peer_say(&peer, GET("/three"));
        assert_true(peer_hear(&peer, false, &answer));
        assert_string_equal(answer.body, "event: three\ndata: event\n\n"
                                         "event: three\ndata: event\n\n"
                                         "event: three\ndata: event\n\n");
        answer_free(&answer);
    }
    peer_close(&peer);
    await(&place.live_ended, 10, 2000);
    place_stop(&place);
}

static void an_old_client_gets_one_too_and_a_head_does_not(void **state)
{
    (void)state;
    struct place place;
    struct peer peer;
    struct answer answer;
    place_start(&place, place_options);
    peer_open(&peer, place.port);
    peer_say(&peer, "GET /three HTTP/1.0\r\nHost: x\r\n\r\n");
    assert_true(peer_await(&peer, "\r\n\r\nevent: three\ndata: event\n\n"));
    assert_true(peer_await(&peer, "data: event\n\nevent: three\ndata: event\n\n"));
    assert_true(peer_is_closed(&peer, 2000));
    peer_close(&peer);
    peer_ask(place.port, "HEAD /live HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    await(&place.live_ended, 2, 2000);
    place_stop(&place);
}

static void there_are_so_many_streams_and_no_more(void **state)
{
    (void)state;
    struct place place;
    struct answer answer;
    struct peer *peers = calloc(SERVER_LIVE_MAX, sizeof(*peers));
    place_start(&place, place_options);
    for (unsigned i = 0; i < SERVER_LIVE_MAX; i++) {
        peer_open(&peers[i], place.port);
        peer_say(&peers[i], GET("/live"));
    }
    await(&place.live_begun, SERVER_LIVE_MAX, 5000);
    peer_ask(place.port, GET("/live"), &answer);
    assert_int_equal(answer.status, 204);
    answer_free(&answer);
    /* The pages go on beside them. */
    peer_ask(place.port, GET("/"), &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    /* One goes, one comes. */
    peer_close(&peers[0]);
    await(&place.live_ended, 1, 5000);
    await(&place.live_released, 1, 5000);
    peer_open(&peers[0], place.port);
    peer_say(&peers[0], GET("/live"));
    assert_true(peer_await(&peers[0], "data: now"));
    place_stop(&place);
    for (unsigned i = 0; i < SERVER_LIVE_MAX; i++) {
        peer_close(&peers[i]);
    }
    free(peers);
}

static void a_server_that_stops_ends_its_streams(void **state)
{
    (void)state;
    enum { COUNT = 20 };
    struct place place;
    struct peer peers[COUNT];
    place_start(&place, place_options);
    for (unsigned i = 0; i < COUNT; i++) {
        peer_open(&peers[i], place.port);
        peer_say(&peers[i], i % 4 == 3 ? GET("/flood") : GET("/live"));
    }
    await(&place.live_begun, COUNT, 5000);
    uint64_t begin_ms = clock_ms();
    for (unsigned i = 0; i < COUNT; i++) {
        if (i % 4 == 3) {
            peer_close(&peers[i]); /* who reads nothing would be waited for */
        }
    }
    place_stop(&place);
    assert_true(clock_ms() - begin_ms < 2000);
    for (unsigned i = 0; i < COUNT; i++) {
        if (i % 4 != 3) {
            /* Told that this was all, not just cut. */
            assert_true(peer_await(&peers[i], "0\r\n\r\n"));
            peer_close(&peers[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_one_by_one_as_they_are_made),
        cmocka_unit_test(a_visitor_who_hangs_up_or_breaks_off_ends_it),
        cmocka_unit_test(a_hang_up_is_noticed_without_a_word_sent),
        cmocka_unit_test(one_who_does_not_take_what_comes_is_cut),
        cmocka_unit_test(a_stream_that_is_over_leaves_the_connection_as_it_was),
        cmocka_unit_test(an_old_client_gets_one_too_and_a_head_does_not),
        cmocka_unit_test(there_are_so_many_streams_and_no_more),
        cmocka_unit_test(a_server_that_stops_ends_its_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
