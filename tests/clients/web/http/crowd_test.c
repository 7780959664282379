/* Many at once: idle ones, waiting ones, too many of one address, a server that stops meanwhile. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include <cmocka.h>

#include "clients/web/http/clock.h"
#include "tests/clients/web/http/peer.h"
#include "tests/clients/web/http/place.h"

static void pause_ms(unsigned ms)
{
    const struct timespec pause = { .tv_nsec = (long)ms * 1000000 };
    nanosleep(&pause, NULL);
}

static void await(const atomic_uint *count, unsigned wanted)
{
    uint64_t until_ms = clock_ms() + PEER_WAIT_MS;
    while (*count < wanted && clock_ms() < until_ms) {
        pause_ms(2);
    }
    assert_int_equal(*count, wanted);
}

static struct peer *open_all(struct place *place, unsigned count, const char *request)
{
    struct peer *peers = calloc(count, sizeof(*peers));
    assert_non_null(peers);
    for (unsigned i = 0; i < count; i++) {
        peer_open(&peers[i], place->port);
        peer_say(&peers[i], request);
    }
    return peers;
}

static void close_all(struct peer *peers, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        peer_close(&peers[i]);
    }
    free(peers);
}

static unsigned status_of(struct peer *peer)
{
    struct answer answer;
    if (!peer_hear(peer, false, &answer)) {
        return 0;
    }
    unsigned status = answer.status;
    answer_free(&answer);
    return status;
}

static void two_thousand_who_say_nothing_hinder_nobody(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    struct place place;
    struct rlimit limit;
    place_start(&place, place_options);
    getrlimit(RLIMIT_NOFILE, &limit);
    assert_true(limit.rlim_cur > SERVER_CONNECTIONS_MAX);
    struct peer *idle = open_all(&place, COUNT / 2, "");
    struct peer *slow = open_all(&place, COUNT / 2, "GET / HTTP/1.1\r\nHost");
    uint64_t begin_ms = clock_ms();
    struct answer answer;
    peer_ask(place.port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_int_equal(answer.status, 200);
    assert_true(clock_ms() - begin_ms < 1000);
    answer_free(&answer);
    /* They are still there. */
    peer_say(&idle[0], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(status_of(&idle[0]), 200);
    peer_say(&slow[0], ": x\r\n\r\n");
    assert_int_equal(status_of(&slow[0]), 200);
    close_all(idle, COUNT / 2);
    close_all(slow, COUNT / 2);
    place_stop(&place);
}

static void when_all_places_are_taken_the_laziest_goes(void **state)
{
    (void)state;
    enum { MAX = 32 };
    struct place place;
    struct server_options options = place_options;
    options.connections_max = MAX;
    place_start(&place, options);
    struct peer *working = open_all(&place, 4, "GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    await(&place.at_gate, 4);
    struct peer *idle = open_all(&place, MAX - 4, "");
    pause_ms(20);
    struct peer *fresh = open_all(&place, 10, "GET / HTTP/1.1\r\nHost");
    pause_ms(100);
    unsigned closed = 0;
    for (unsigned i = 0; i < MAX - 4; i++) {
        closed += peer_is_closed(&idle[i], 0);
    }
    assert_int_equal(closed, 10);
    place_open_gate(&place);
    for (unsigned i = 0; i < 10; i++) {
        peer_say(&fresh[i], ": x\r\n\r\n");
        assert_int_equal(status_of(&fresh[i]), 200);
    }
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(status_of(&working[i]), 200);
    }
    close_all(working, 4);
    close_all(idle, MAX - 4);
    close_all(fresh, 10);
    place_stop(&place);
}

static void one_address_has_so_many_connections_and_no_more(void **state)
{
    (void)state;
    enum { MAX = 5 };
    struct place place;
    struct peer one_more;
    struct server_options options = place_options;
    options.address_connections_max = MAX;
    place_start(&place, options);
    struct peer *peers = open_all(&place, MAX, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    for (unsigned i = 0; i < MAX; i++) {
        assert_int_equal(status_of(&peers[i]), 200);
    }
    peer_open(&one_more, place.port);
    assert_true(peer_is_closed(&one_more, 2000));
    peer_close(&one_more);
    peer_close(&peers[0]);
    pause_ms(50);
    peer_open(&peers[0], place.port);
    peer_say(&peers[0], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(status_of(&peers[0]), 200);
    close_all(peers, MAX);
    place_stop(&place);
}

static void who_finds_everybody_waiting_is_told_at_once(void **state)
{
    (void)state;
    enum { MORE = 20 };
    struct place place;
    struct server_options options = place_options;
    options.worker_count = 1;
    place_start(&place, options);
    struct peer *first = open_all(&place, 1, "GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    await(&place.at_gate, 1);
    struct peer *waiting =
        open_all(&place, SERVER_WAITING_MAX, "GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    pause_ms(200);
    for (unsigned i = 0; i < MORE; i++) {
        struct answer answer;
        peer_ask(place.port, i % 2 == 0 ? "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
                                        : "PUT / HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
        assert_int_equal(answer.status, i % 2 == 0 ? 503 : 405);
        assert_string_equal(answer_header(&answer, "Retry-After"), i % 2 == 0 ? "2" : "");
        answer_free(&answer);
    }
    place_open_gate(&place);
    assert_int_equal(status_of(first), 200);
    for (unsigned i = 0; i < SERVER_WAITING_MAX; i++) {
        assert_int_equal(status_of(&waiting[i]), 200);
    }
    close_all(first, 1);
    close_all(waiting, SERVER_WAITING_MAX);
    place_stop(&place);
}

static void *stop_server(void *context)
{
    struct place *place = context;
    server_stop(place->server);
    place->server = NULL;
    return NULL;
}

static void a_server_that_stops_ends_what_it_began_and_refuses_what_waits(void **state)
{
    (void)state;
    enum { WAITING = 10 };
    struct place place;
    struct server_options options = place_options;
    options.worker_count = 1;
    place_start(&place, options);
    struct peer *first = open_all(&place, 1, "GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    await(&place.at_gate, 1);
    struct peer *waiting = open_all(&place, WAITING, "GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    struct peer *idle = open_all(&place, WAITING, "");
    pthread_t stopping;
    struct peer late;
    pause_ms(50);
    assert_int_equal(pthread_create(&stopping, NULL, stop_server, &place), 0);
    for (unsigned i = 0; i < WAITING; i++) {
        assert_int_equal(status_of(&waiting[i]), 503);
    }
    peer_open(&late, place.port);
    assert_true(peer_is_closed(&late, 2000));
    place_open_gate(&place);
    assert_int_equal(status_of(first), 200);
    pthread_join(stopping, NULL);
    assert_true(peer_is_closed(&idle[0], 2000));
    peer_close(&late);
    close_all(first, 1);
    close_all(waiting, WAITING);
    close_all(idle, WAITING);
    place_stop(&place);
}

/* ---- many threads of visitors, while connections come and go ---- */

static void *ask_often(void *context)
{
    struct place *place = context;
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /text HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\na=1",
        "GET /empty HTTP/1.1\r\nHost: x\r\n\r\n",
    };
    size_t answered = 0;
    for (unsigned i = 0; i < 50; i++) {
        struct peer peer;
        peer_open(&peer, place->port);
        for (unsigned k = 0; k < 10; k++) {
            peer_say(&peer, requests[(i + k) % 4]);
            if (k == 9 && i % 5 == 0) {
                break; /* without waiting for the answer */
            }
            unsigned status = status_of(&peer);
            answered += status == 200 || status == 304;
        }
        peer_close(&peer);
    }
    return (void *)(uintptr_t)answered;
}

static void visitors_of_many_threads_are_all_answered(void **state)
{
    (void)state;
    enum { THREADS = 8 };
    struct place place;
    pthread_t threads[THREADS];
    place_start(&place, place_options);
    for (unsigned i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &place), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        void *answered;
        pthread_join(threads[i], &answered);
        assert_int_equal((uintptr_t)answered, 50 * 10 - 10);
    }
    place_stop(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_thousand_who_say_nothing_hinder_nobody),
        cmocka_unit_test(when_all_places_are_taken_the_laziest_goes),
        cmocka_unit_test(one_address_has_so_many_connections_and_no_more),
        cmocka_unit_test(who_finds_everybody_waiting_is_told_at_once),
        cmocka_unit_test(a_server_that_stops_ends_what_it_began_and_refuses_what_waits),
        cmocka_unit_test(visitors_of_many_threads_are_all_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
