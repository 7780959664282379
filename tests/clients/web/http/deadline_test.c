/* Nobody holds a connection for longer than its deadline, whatever he does meanwhile; who is within
 * it is left alone. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#include "clients/web/http/clock.h"
#include "clients/web/http/deadline.h"
#include "tests/clients/web/http/peer.h"
#include "tests/clients/web/http/place.h"

/* The deadlines of these tests; one not tested is long. */
enum {
    SOON_MS = 200,
    PAST_MS = SOON_MS + DEADLINE_STEP_MS + 50, /* it has happened by then */
    LATE_MS = PAST_MS + 1000,                  /* on a machine that does something else too */
};

static void pause_ms(unsigned ms)
{
    const struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
    nanosleep(&pause, NULL);
}

/* Sends a byte now and again until the server has closed; how long that took. */
static uint64_t send_slowly(struct peer *peer)
{
    uint64_t begin_ms = clock_ms();
    while (!peer_is_closed(peer, 20) && peer_send(peer, "a", 1)
           && clock_ms() - begin_ms < PEER_WAIT_MS) {
    }
    return clock_ms() - begin_ms;
}

static void assert_closed_in_time(struct place *place, const char *begin)
{
    struct peer peer;
    peer_open(&peer, place->port);
    peer_say(&peer, begin);
    uint64_t took_ms = send_slowly(&peer);
    assert_true(took_ms >= SOON_MS / 2 && took_ms < LATE_MS);
    peer_close(&peer);
}

static void slow_senders_are_cut_however_busy_they_look(void **state)
{
    (void)state;
    struct place place;
    struct server_options options = place_options;
    options.request_ms = SOON_MS;
    place_start(&place, options);
    assert_closed_in_time(&place, "");
    assert_closed_in_time(&place, "GET /");
    assert_closed_in_time(&place, "GET / HTTP/1.1\r\nHost: x\r\nA: ");
    assert_closed_in_time(&place, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8000\r\n"
                                  "Content-Type: application/x-www-form-urlencoded\r\n\r\n");
    assert_int_equal(place.handled, 0);
    place_stop(&place);
}

static void idle_connections_are_closed(void **state)
{
    (void)state;
    struct place place;
    struct peer peer;
    struct answer answer;
    struct server_options options = place_options;
    options.idle_ms = SOON_MS;
    place_start(&place, options);
    peer_open(&peer, place.port);
    peer_say(&peer, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(peer_hear(&peer, false, &answer));
    answer_free(&answer);
    assert_false(peer_is_closed(&peer, SOON_MS / 2));
    assert_true(peer_is_closed(&peer, LATE_MS));
    peer_close(&peer);
    place_stop(&place);
}

/* Asks for the long page, longer than all buffers between, and takes nothing of it yet. */
static void ask_long(struct peer *peer, uint16_t port)
{
    peer_open(peer, port);
    peer_say(peer, "GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
}

static void a_reader_who_does_not_read_is_cut(void **state)
{
    (void)state;
    struct place place;
    struct peer peer;
    struct answer answer;
    struct server_options options = place_options;
    options.response_ms = SOON_MS;
    place_start(&place, options);
    ask_long(&peer, place.port);
    pause_ms(PAST_MS);
    /* Reset: nothing of it waits for him any more. */
    assert_false(peer_hear(&peer, false, &answer));
    assert_int_equal(errno, ECONNRESET);
    peer_close(&peer);
    place_stop(&place);
}

static void a_slow_reader_within_his_time_gets_all(void **state)
{
    (void)state;
    struct place place;
    struct peer peer;
    struct answer answer;
    place_start(&place, place_options);
    ask_long(&peer, place.port);
    pause_ms(PAST_MS);
    assert_true(peer_hear(&peer, false, &answer));
    assert_int_equal(answer.body_size, PLACE_LONG_BYTES);
    answer_free(&answer);
    peer_close(&peer);
    place_stop(&place);
}

static void work_is_not_cut(void **state)
{
    (void)state;
    struct place place;
    struct peer peer;
    struct answer answer;
    struct server_options options = place_options;
    options.request_ms = options.response_ms = options.idle_ms = SOON_MS;
    place_start(&place, options);
    peer_open(&peer, place.port);
    peer_say(&peer, "GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    pause_ms(PAST_MS);
    place_open_gate(&place);
    assert_true(peer_hear(&peer, false, &answer));
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    peer_close(&peer);
    place_stop(&place);
}

static void visitors_who_hang_up_while_we_work_are_forgotten(void **state)
{
    (void)state;
    enum { COUNT = 40 };
    struct place place;
    struct peer peer;
    struct answer answer;
    place_start(&place, place_options);
    for (unsigned i = 0; i < COUNT; i++) {
        struct linger reset = { .l_onoff = 1 };
        peer_open(&peer, place.port);
        peer_say(&peer, "GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
        if (i % 2 == 0) {
            setsockopt(peer.descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        }
        if (i % 3 == 0) {
            pause_ms(5);
        }
        peer_close(&peer);
    }
    peer_open(&peer, place.port);
    peer_say(&peer, "GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    pause_ms(50);
    place_open_gate(&place);
    assert_true(peer_hear(&peer, false, &answer));
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    peer_close(&peer);
    place_stop(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow_senders_are_cut_however_busy_they_look),
        cmocka_unit_test(idle_connections_are_closed),
        cmocka_unit_test(a_reader_who_does_not_read_is_cut),
        cmocka_unit_test(a_slow_reader_within_his_time_gets_all),
        cmocka_unit_test(work_is_not_cut),
        cmocka_unit_test(visitors_who_hang_up_while_we_work_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
