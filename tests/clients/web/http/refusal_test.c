/* What is refused, how, and that the visitor sees it; the rows are what a proxy, a scanner or a
 * fuzzer sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#include "tests/clients/web/http/peer.h"
#include "tests/clients/web/http/place.h"

static struct place place;

static int start(void **state)
{
    (void)state;
    place_start(&place, place_options);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    place_stop(&place);
    return 0;
}

/* The server still answers. */
static void assert_alive(void)
{
    struct answer answer;
    peer_ask(place.port, "GET /alive HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

enum { ENDLESS_BYTES = 64 * 1024 * 1024 }; /* beyond what any bound and all buffers take */

enum after { KEPT, CLOSED };

static const struct {
    const char *request;
    unsigned status;
    enum after after;
} rows[] = {
    /* What is wrong with it alone: the next request on the connection is answered. */
    { "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET /%C0%AE%C0%AE/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET /../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET /a/.. HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET /a/%2e%2E/b HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET /a/..%2fb HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET /. HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET //a HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET /a//b HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET // HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET ?a=1 HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET /?a=%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET /?a=%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET /?=1 HTTP/1.1\r\nHost: x\r\n\r\n", 400, KEPT },
    { "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, KEPT },
    { "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, KEPT },
    { "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", 400, KEPT },
    { "GET / HTTP/1.1\r\nHost: user@x\r\n\r\n", 400, KEPT },
    { "GET / HTTP/1.1\r\nHost: <script>\r\n\r\n", 400, KEPT },
    { "PUT / HTTP/1.1\r\nHost: x\r\n\r\n", 405, KEPT },
    { "DELETE / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405, KEPT },
    { "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 405, KEPT },
    { "get / HTTP/1.1\r\nHost: x\r\n\r\n", 405, KEPT },
    { "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405, KEPT },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n" FORM "\r\na=1&a=2", 400, KEPT },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n" FORM "\r\na=%00", 400, KEPT },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n" FORM "\r\na=%4", 400, KEPT },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n" FORM "\r\na=\xff", 400, KEPT },
    /* A body nobody wants to read, or a request that ends nobody knows where. */
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=1", 415, CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Type: multipart/form-data; "
      "boundary=x\r\n\r\na=1", 415, CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Type: text/plain\r\n\r\na=1",
      415, CLOSED },
    { "POST /../ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n" FORM "\r\na=1", 400, CLOSED },
    { "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=1", 405, CLOSED },
    { "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=1", 400, CLOSED },
    { "HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=1", 400, CLOSED },
    { "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8193\r\n" FORM "\r\n", 413, CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999999\r\n" FORM "\r\n", 413, CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999999999999\r\n" FORM "\r\n", 400,
      CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8193\r\nExpect: 100-continue\r\n" FORM "\r\n",
      413, CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n" FORM "\r\na=1",
      400, CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n" FORM "\r\na=1",
      400, CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n" FORM
      "\r\n3\r\na=1\r\n0\r\n\r\n", 400, CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n" FORM "\r\n", 400,
      CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n" FORM "\r\na=1", 400, CLOSED },
    { "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" FORM "\r\n0\r\n\r\n", 400,
      CLOSED },
    { "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, CLOSED },
    { "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400, CLOSED },
    { "GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\na=1", 400, CLOSED },
    { "GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\n folded\r\n\r\n", 0, CLOSED },
    { "GET / HTTP/1.1\r\nHost: x\r\nOrigin: a\r\nOrigin: b\r\n\r\n", 400, CLOSED },
    { "GET / HTTP/1.1\r\nHost: x\r\nOrigin: \xff\r\n\r\n", 400, CLOSED },
    { "GET / HTTP/1.1\r\nHost: x\r\nOrigin: a\x01\r\n\r\n", 400, CLOSED },
    { "GET / HTTP/1.0\r\n\r\n", 400, CLOSED },
    /* No HTTP at all: libmicrohttpd's own words. */
    { "GET / HTTP/1.1\r\n\r\n", 400, CLOSED },
    { "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400, CLOSED },
    { "GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505, CLOSED },
    { "GET / HTTP/1.1x\r\nHost: x\r\n\r\n", 400, CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n" FORM "\r\n", 400, CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3x\r\n" FORM "\r\n", 400, CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n" FORM "\r\n", 413,
      CLOSED },
    { "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" FORM "\r\nzz\r\n", 400,
      CLOSED },
    { "\x16\x03\x01\x02\x01\x01\xfc\x03\x03\r\n\r\n", 0, CLOSED },
    { "nonsense\r\n\r\n", 0, CLOSED },
    { "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 0, CLOSED },
};

static void each_is_refused_as_it_should_be(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct peer peer;
        struct answer answer;
        peer_open(&peer, place.port);
        peer_say(&peer, rows[i].request);
        bool heard = peer_hear(&peer, strncmp(rows[i].request, "HEAD", 4) == 0, &answer);
        /* 0: refused or closed, in whatever words. */
        if (heard ? rows[i].status != 0 && answer.status != rows[i].status : rows[i].status != 0) {
            fail_msg("%s: %u", rows[i].request, heard ? answer.status : 0);
        }
        if (heard && answer.status == 405) {
            assert_string_equal(answer_header(&answer, "Allow"), "GET, HEAD, POST");
        }
        if (heard) {
            answer_free(&answer);
        }
        if (rows[i].after == KEPT) {
            peer_say(&peer, "GET /next HTTP/1.1\r\nHost: x\r\n\r\n");
            if (!peer_hear(&peer, false, &answer)) {
                fail_msg("%s: closed", rows[i].request);
            }
            assert_int_equal(answer.status, 200);
            answer_free(&answer);
        } else if (rows[i].status != 0 && !peer_is_closed(&peer, 2000)) {
            fail_msg("%s: still open", rows[i].request);
        }
        peer_close(&peer);
    }
    assert_alive();
}

static void what_is_too_long_is_told_so(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        size_t filler;
        const char *after;
        unsigned status;
    } long_rows[] = {
        { "GET /", 511, " HTTP/1.1\r\nHost: x\r\n\r\n", 200 },
        { "GET /", 512, " HTTP/1.1\r\nHost: x\r\n\r\n", 414 },
        { "GET /", 4095, " HTTP/1.1\r\nHost: x\r\n\r\n", 414 },
        { "GET /", 20 * 1024, " HTTP/1.1\r\nHost: x\r\n\r\n", 414 },
        { "GET /", 200 * 1024, " HTTP/1.1\r\nHost: x\r\n\r\n", 414 },
        { "GET /?q=", 4000, " HTTP/1.1\r\nHost: x\r\n\r\n", 200 },
        { "GET /?q=", 4100, " HTTP/1.1\r\nHost: x\r\n\r\n", 414 },
        { "GET / HTTP/1.1\r\nHost: x\r\nA: ", 8 * 1024, "\r\n\r\n", 200 },
        { "GET / HTTP/1.1\r\nHost: x\r\nA: ", 40 * 1024, "\r\n\r\n", 431 },
        { "GET / HTTP/1.1\r\nHost: x\r\nA: ", 1024 * 1024, "\r\n\r\n", 431 },
        { "GET / HTTP/1.1\r\nHost: ", 255, "\r\n\r\n", 200 },
        { "GET / HTTP/1.1\r\nHost: ", 256, "\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nHost: x\r\nCookie: a=1; b=", 4 * 1024, "\r\n\r\n", 200 },
        { "POST / HTTP/1.1\r\nHost: x\r\n" FORM "Content-Length: 8192\r\n\r\na=", 8190, "", 200 },
        { "POST / HTTP/1.1\r\nHost: x\r\n" FORM "Content-Length: 1048576\r\n\r\na=", 1048574, "",
          413 },
        { "POST / HTTP/1.1\r\nHost: x\r\n" FORM "Transfer-Encoding: chunked\r\n\r\n4000\r\n",
          0x4000, "\r\n0\r\n\r\n", 413 },
        { "POST / HTTP/1.1\r\nHost: x\r\n" FORM "Transfer-Encoding: chunked\r\n\r\n2000\r\na=",
          8190, "\r\n0\r\n\r\n", 200 },
    };
    for (unsigned i = 0; i < sizeof(long_rows) / sizeof(long_rows[0]); i++) {
        struct peer peer;
        struct answer answer;
        char *filler = malloc(long_rows[i].filler);
        memset(filler, 'x', long_rows[i].filler);
        peer_open(&peer, place.port);
        /* A browser sends all of it before it reads; it must not be reset meanwhile. */
        peer_say(&peer, long_rows[i].before);
        assert_true(peer_send(&peer, filler, long_rows[i].filler));
        peer_say(&peer, long_rows[i].after);
        free(filler);
        if (!peer_hear(&peer, false, &answer)) {
            fail_msg("row %u: no answer", i);
        }
        if (answer.status != long_rows[i].status) {
            fail_msg("row %u: %u", i, answer.status);
        }
        answer_free(&answer);
        peer_close(&peer);
    }
    assert_alive();
}

/* Sends `chunk` again and again; how much until the server no longer takes it. */
static size_t send_for_ever(struct peer *peer, const char *chunk, size_t size)
{
    size_t sent = 0;
    while (sent < ENDLESS_BYTES && peer_send(peer, chunk, size)) {
        sent += size;
    }
    return sent;
}

static void who_is_refused_while_he_sends_may_finish(void **state)
{
    (void)state;
    enum { PART = 64 * 1024, PARTS = 16 };
    struct peer peer;
    struct answer answer;
    char part[PART];
    memset(part, 'x', sizeof(part));
    peer_open(&peer, place.port);
    peer_say(&peer, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n" FORM "\r\n");
    for (unsigned i = 0; i < PARTS; i++) {
        /* The answer is on its way since long, the connection not reset. */
        const struct timespec pause = { .tv_nsec = 10 * 1000000 };
        assert_true(peer_send(&peer, part, sizeof(part)));
        nanosleep(&pause, NULL);
    }
    assert_true(peer_hear(&peer, false, &answer));
    assert_int_equal(answer.status, 413);
    assert_true(peer_is_closed(&peer, 2000));
    answer_free(&answer);
    peer_close(&peer);
}

static void who_is_refused_and_sends_for_ever_is_cut(void **state)
{
    (void)state;
    struct peer peer;
    char part[64 * 1024];
    memset(part, 'x', sizeof(part));
    peer_open(&peer, place.port);
    peer_say(&peer, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n" FORM "\r\n");
    assert_true(send_for_ever(&peer, part, sizeof(part)) < ENDLESS_BYTES);
    peer_close(&peer);
    assert_alive();
}

static void an_endless_body_in_chunks_is_cut(void **state)
{
    (void)state;
    struct peer peer;
    char chunk[0x4000 + 8];
    memcpy(chunk, "4000\r\n", 6);
    memset(chunk + 6, 'x', 0x4000);
    memcpy(chunk + 6 + 0x4000, "\r\n", 2);
    peer_open(&peer, place.port);
    peer_say(&peer, "POST / HTTP/1.1\r\nHost: x\r\n" FORM "Transfer-Encoding: chunked\r\n\r\n");
    assert_true(send_for_ever(&peer, chunk, sizeof(chunk)) < ENDLESS_BYTES);
    peer_close(&peer);
    assert_alive();
}

static void an_address_that_asks_too_often_is_told_when_to_come_back(void **state)
{
    (void)state;
    struct place strict;
    struct server_options options = place_options;
    options.gets_per_minute = 5;
    options.posts_per_minute = 1;
    place_start(&strict, options);
    struct peer peer;
    struct answer answer;
    peer_open(&peer, strict.port);
    for (unsigned i = 0; i < 7; i++) {
        peer_say(&peer, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_true(peer_hear(&peer, false, &answer));
        assert_int_equal(answer.status, i < 5 ? 200 : 429);
        assert_string_equal(answer_header(&answer, "Retry-After"), i < 5 ? "" : "12");
        answer_free(&answer);
    }
    for (unsigned i = 0; i < 2; i++) {
        peer_say(&peer, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n" FORM "\r\na=1");
        assert_true(peer_hear(&peer, false, &answer));
        assert_int_equal(answer.status, i < 1 ? 200 : 429);
        answer_free(&answer);
    }
    assert_true(peer_is_closed(&peer, 2000));
    peer_close(&peer);
    place_stop(&strict);
}

/* A request with one byte changed: whatever it becomes, the server answers or closes, and goes on.
 * Some never end: libmicrohttpd then overlooks that the visitor has shut his side, and only the
 * deadline ends them. */
static void a_request_with_any_byte_changed_harms_nobody(void **state)
{
    (void)state;
    static const char request[] =
        "POST /g/%E7%8E%8B?q=1 HTTP/1.1\r\nHost: x\r\nCookie: a=1; b=2\r\nContent-Length: 7\r\n"
        FORM "X-Forwarded-For: 1.2.3.4\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
        "a=%41&b";
    static const char specials[] = { '\0', '\r', '\n', ' ', ':', '%', '/', '.', '0', '9', '\xff' };
    struct place hasty;
    struct server_options options = place_options;
    options.request_ms = 200;
    place_start(&hasty, options);
    for (size_t at = 0; at < sizeof(request) - 1; at++) {
        char changed[sizeof(request)];
        struct peer peer;
        struct answer answer;
        memcpy(changed, request, sizeof(request));
        changed[at] = specials[at % sizeof(specials)];
        peer_open(&peer, hasty.port);
        assert_true(peer_send(&peer, changed, sizeof(request) - 1));
        shutdown(peer.descriptor, SHUT_WR);
        if (peer_hear(&peer, false, &answer)) {
            assert_true(answer.status >= 200);
            answer_free(&answer);
        }
        peer_close(&peer);
    }
    struct answer answer;
    peer_ask(hasty.port, "GET /alive HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    place_stop(&hasty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_refused_as_it_should_be),
        cmocka_unit_test(what_is_too_long_is_told_so),
        cmocka_unit_test(who_is_refused_while_he_sends_may_finish),
        cmocka_unit_test(who_is_refused_and_sends_for_ever_is_cut),
        cmocka_unit_test(an_endless_body_in_chunks_is_cut),
        cmocka_unit_test(an_address_that_asks_too_often_is_told_when_to_come_back),
        cmocka_unit_test(a_request_with_any_byte_changed_harms_nobody),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
