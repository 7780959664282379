/* What a request becomes, and what an answer looks like on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

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

static void assert_has(const struct answer *answer, const char *line)
{
    char *whole = NULL;
    assert_true(asprintf(&whole, "%s\n", line) > 0);
    if (strstr(answer->body, whole) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", line, answer->body);
    }
    free(whole);
}

static void a_page_gets_the_request_decoded(void **state)
{
    (void)state;
    struct answer answer;
    peer_ask(place.port,
             "GET /g/%E7%8E%8B+x/?q=a%20b+c&empty=&bare HTTP/1.1\r\nHost: shop.example:7780\r\n"
             "Cookie: a=1; __Host-beckon=session_1_x; bad\x01=2\r\nCookie: b=\"2\"\r\n"
             "Origin: https://shop.example\r\nSec-Fetch-Site: same-origin\r\n"
             "Accept-Language: zh-CN,zh;q=0.9\r\nIf-None-Match: \"abc\"\r\nLast-Event-ID: 7\r\n"
             "\r\n", &answer);
    assert_int_equal(answer.status, 200);
    assert_has(&answer, "method=GET");
    assert_has(&answer, "path=/g/王+x");
    assert_has(&answer, "host=shop.example:7780");
    assert_has(&answer, "query.q=a b c");
    assert_has(&answer, "query.empty=");
    assert_has(&answer, "query.bare=");
    assert_has(&answer, "cookie.a=1");
    assert_has(&answer, "cookie.__Host-beckon=session_1_x");
    assert_has(&answer, "cookie.b=\"2\"");
    assert_null(strstr(answer.body, "bad"));
    assert_has(&answer, "origin=https://shop.example");
    assert_has(&answer, "fetch_site=same-origin");
    assert_has(&answer, "language=zh-CN,zh;q=0.9");
    assert_has(&answer, "none_match=\"abc\"");
    assert_has(&answer, "last_event=7");
    assert_has(&answer, "address=127.0.0.1");
    assert_has(&answer, "near=1");
    assert_has(&answer, "secure=0");
    assert_string_equal(answer_header(&answer, "X-Test"), "yes");
    assert_string_not_equal(answer_header(&answer, "Date"), "");
    answer_free(&answer);
}

static void a_header_told_anew_is_told_once_and_each_cookie_is_set(void **state)
{
    (void)state;
    struct answer answer;
    peer_ask(place.port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_string_equal(answer_header(&answer, "X-Test"), "yes");
    assert_null(strstr(answer.head, ": no\r\n"));
    assert_non_null(strstr(answer.head, "Set-Cookie: a=1\r\n"));
    assert_non_null(strstr(answer.head, "Set-Cookie: b=2\r\n"));
    answer_free(&answer);
}

static void a_form_comes_whole_however_it_is_cut(void **state)
{
    (void)state;
    static const char head[] = "POST /f HTTP/1.1\r\nHost: x\r\nContent-Length: 31\r\n"
                               "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
                               "\r\n";
    static const char body[] = "name=%E6%9D%8E&note=a%0D%0Ab&x=";
    struct peer peer;
    struct answer answer;
    peer_open(&peer, place.port);
    peer_say(&peer, head);
    for (size_t i = 0; i < sizeof(body) - 1; i++) {
        assert_true(peer_send(&peer, body + i, 1));
    }
    assert_true(peer_hear(&peer, false, &answer));
    assert_has(&answer, "method=POST");
    assert_has(&answer, "form.name=李");
    assert_has(&answer, "form.note=a\nb");
    assert_has(&answer, "form.x=");
    answer_free(&answer);
    peer_close(&peer);
}

static void a_form_in_chunks_is_a_form(void **state)
{
    (void)state;
    struct answer answer;
    peer_ask(place.port,
             "POST /f HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
             "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
             "3\r\na=1\r\n4;ext=1\r\n&b=2\r\n0\r\n\r\n", &answer);
    assert_int_equal(answer.status, 200);
    assert_has(&answer, "form.a=1");
    assert_has(&answer, "form.b=2");
    answer_free(&answer);
}

static void a_form_of_nothing_is_a_form(void **state)
{
    (void)state;
    struct answer answer;
    peer_ask(place.port, "POST /f HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", &answer);
    assert_int_equal(answer.status, 200);
    assert_has(&answer, "method=POST");
    answer_free(&answer);
}

static void a_visitor_who_asks_before_he_sends_is_told_to_go_on(void **state)
{
    (void)state;
    struct peer peer;
    struct answer answer;
    peer_open(&peer, place.port);
    peer_say(&peer, "POST /f HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
                    "Content-Type: application/x-www-form-urlencoded\r\n\r\n");
    assert_true(peer_hear(&peer, false, &answer));
    assert_int_equal(answer.status, 100);
    answer_free(&answer);
    peer_say(&peer, "a=1");
    assert_true(peer_hear(&peer, false, &answer));
    assert_int_equal(answer.status, 200);
    assert_has(&answer, "form.a=1");
    answer_free(&answer);
    peer_close(&peer);
}

static void requests_on_one_connection_are_answered_in_order(void **state)
{
    (void)state;
    enum { COUNT = 50 };
    struct peer peer;
    peer_open(&peer, place.port);
    /* Pipelined, with a form and an answer without body between. */
    for (unsigned i = 0; i < COUNT; i++) {
        char request[200];
        snprintf(request, sizeof(request),
                 i % 5 == 4 ? "POST /%u HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Type: "
                              "application/x-www-form-urlencoded\r\n\r\na=1"
                            : "GET /%u HTTP/1.1\r\nHost: x\r\n\r\n", i);
        peer_say(&peer, request);
    }
    for (unsigned i = 0; i < COUNT; i++) {
        char line[32];
        struct answer answer;
        assert_true(peer_hear(&peer, false, &answer));
        snprintf(line, sizeof(line), "path=/%u", i);
        assert_has(&answer, line);
        answer_free(&answer);
    }
    peer_close(&peer);
}

static void a_head_has_the_headers_of_the_page_alone(void **state)
{
    (void)state;
    struct peer peer;
    struct answer head, page;
    peer_open(&peer, place.port);
    peer_say(&peer, "HEAD /long HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(peer_hear(&peer, true, &head));
    assert_int_equal(head.status, 200);
    assert_int_equal(strtoul(answer_header(&head, "Content-Length"), NULL, 10), PLACE_LONG_BYTES);
    assert_true(peer_hear(&peer, false, &page));
    assert_has(&page, "path=/");
    answer_free(&head);
    answer_free(&page);
    peer_close(&peer);
}

static void an_old_client_is_answered_and_closed(void **state)
{
    (void)state;
    struct peer peer;
    struct answer answer;
    peer_open(&peer, place.port);
    peer_say(&peer, "GET / HTTP/1.0\r\nHost: x\r\n\r\n");
    assert_true(peer_hear(&peer, false, &answer));
    assert_int_equal(answer.status, 200);
    assert_true(peer_is_closed(&peer, 2000));
    answer_free(&answer);
    peer_close(&peer);
}

static void one_who_asks_for_it_is_closed(void **state)
{
    (void)state;
    struct peer peer;
    struct answer answer;
    peer_open(&peer, place.port);
    peer_say(&peer, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_true(peer_hear(&peer, false, &answer));
    assert_string_equal(answer_header(&answer, "Connection"), "close");
    assert_true(peer_is_closed(&peer, 2000));
    answer_free(&answer);
    peer_close(&peer);
}

static void text_is_compressed_for_those_who_take_it(void **state)
{
    (void)state;
    static const struct {
        const char *path, *accept;
        bool gzipped;
    } rows[] = {
        { "/text", "gzip, deflate, br", true },
        { "/text", "deflate, GZIP;q=0.5", true },
        { "/text", "gzip;q=0", false },
        { "/text", "gzip; q=0.000", false },
        { "/text", "x-gzip, br", false },
        { "/text", "", false },
        { "/static", "gzip", true },
        { "/static", "br", false },
        { "/", "gzip", false },     /* short */
        { "/file", "gzip", false }, /* no text */
    };
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char request[200];
        struct answer answer;
        snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: x\r\nAccept-Encoding: %s\r\n"
                 "\r\n", rows[i].path, rows[i].accept);
        peer_ask(place.port, request, &answer);
        assert_int_equal(answer.status, 200);
        assert_string_equal(answer_header(&answer, "Content-Encoding"),
                            rows[i].gzipped ? "gzip" : "");
        if (rows[i].path[1] == 't' || rows[i].path[1] == 's') {
            assert_string_equal(answer_header(&answer, "Vary"), "Accept-Encoding");
        }
        if (rows[i].gzipped && rows[i].path[1] == 't') {
            unsigned char plain[10000];
            z_stream stream = {
                .next_in = (unsigned char *)answer.body, .avail_in = (uInt)answer.body_size,
                .next_out = plain, .avail_out = sizeof(plain),
            };
            assert_true(answer.body_size < 200);
            assert_int_equal(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
            assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
            assert_int_equal(stream.total_out, 6000);
            inflateEnd(&stream);
        }
        answer_free(&answer);
    }
}

static void a_file_is_sent_whole(void **state)
{
    (void)state;
    struct answer answer;
    peer_ask(place.port, "GET /file HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_string_equal(answer.body, "a file");
    answer_free(&answer);
}

static void an_answer_without_body_keeps_the_connection(void **state)
{
    (void)state;
    struct peer peer;
    struct answer answer;
    peer_open(&peer, place.port);
    peer_say(&peer, "GET /empty HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(peer_hear(&peer, false, &answer));
    assert_int_equal(answer.status, 304);
    answer_free(&answer);
    assert_true(peer_hear(&peer, false, &answer));
    assert_has(&answer, "path=/next");
    answer_free(&answer);
    peer_close(&peer);
}

static void a_redirect_stays_with_us(void **state)
{
    (void)state;
    static const struct {
        const char *to, *location;
    } rows[] = {
        { "/card", "/card" },
        { "/card%3Fdone%3D1", "/card?done=1" },
        { "/%E7%8E%8B", "/%E7%8E%8B" },
        { "//evil.example", "/" },
        { "/%5Cevil.example", "/" },
        { "https://evil.example", "/" },
        { "card", "/" },
        { "", "/" },
        { "/a%20b", "/" },
    };
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char request[200];
        struct answer answer;
        snprintf(request, sizeof(request), "GET /redirect?to=%s HTTP/1.1\r\nHost: x\r\n\r\n",
                 rows[i].to);
        peer_ask(place.port, request, &answer);
        assert_int_equal(answer.status, 303);
        assert_string_equal(answer_header(&answer, "Location"), rows[i].location);
        answer_free(&answer);
    }
}

static void a_proxy_nobody_told_us_of_makes_nobody_near(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "X-Forwarded-For: 1.2.3.4", "Forwarded: for=1.2.3.4", "X-Forwarded-Proto: https",
        "Via: 1.1 proxy", "X-Real-IP: 1.2.3.4",
    };
    for (unsigned i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        char request[200];
        struct answer answer;
        snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n", headers[i]);
        peer_ask(place.port, request, &answer);
        assert_has(&answer, "near=0");
        assert_has(&answer, "secure=0");
        assert_has(&answer, "address=127.0.0.1");
        answer_free(&answer);
    }
}

static void our_proxy_is_believed_about_its_visitors(void **state)
{
    (void)state;
    struct place behind;
    struct server_options options = place_options;
    options.behind_proxy = true;
    place_start(&behind, options);
    static const struct {
        const char *headers, *address;
        bool secure;
    } rows[] = {
        { "X-Forwarded-For: 9.9.9.9, 1.2.3.4\r\nX-Forwarded-Proto: https\r\n", "1.2.3.4", true },
        { "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 2001:db8::1 \r\n", "2001:db8::1", false },
        { "X-Forwarded-For: ::ffff:5.6.7.8\r\nX-Forwarded-Proto: https, http\r\n", "5.6.7.8",
          false },
        { "X-Forwarded-Proto: HTTPS\r\n", "127.0.0.1", true },
    };
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char request[300], line[80];
        struct answer answer;
        snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", rows[i].headers);
        peer_ask(behind.port, request, &answer);
        snprintf(line, sizeof(line), "address=%s", rows[i].address);
        assert_has(&answer, line);
        assert_has(&answer, rows[i].secure ? "secure=1" : "secure=0");
        assert_has(&answer, "near=0");
        answer_free(&answer);
    }
    struct answer answer;
    peer_ask(behind.port, "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.2.3.4, evil\r\n\r\n",
             &answer);
    assert_int_equal(answer.status, 400);
    answer_free(&answer);
    place_stop(&behind);
}

static void a_taken_port_and_a_bad_address_are_told_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *listen, *told;
    } rows[] = {
        { "127.0.0.1", "no address" }, { "localhost:80x", "no address" }, { ":80", "no address" },
        { "[::1:80", "no address" }, { "192.0.2.1:0", "no such address" },
    };
    char error[200], taken[32];
    struct server_options options = place_options;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        options.listen = rows[i].listen;
        assert_null(server_start(&options, error, sizeof(error)));
        assert_non_null(strstr(error, rows[i].told));
    }
    snprintf(taken, sizeof(taken), "127.0.0.1:%u", place.port);
    options.listen = taken;
    assert_null(server_start(&options, error, sizeof(error)));
    assert_non_null(strstr(error, "another program"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_gets_the_request_decoded),
        cmocka_unit_test(a_header_told_anew_is_told_once_and_each_cookie_is_set),
        cmocka_unit_test(a_form_comes_whole_however_it_is_cut),
        cmocka_unit_test(a_form_in_chunks_is_a_form),
        cmocka_unit_test(a_form_of_nothing_is_a_form),
        cmocka_unit_test(a_visitor_who_asks_before_he_sends_is_told_to_go_on),
        cmocka_unit_test(requests_on_one_connection_are_answered_in_order),
        cmocka_unit_test(a_head_has_the_headers_of_the_page_alone),
        cmocka_unit_test(an_old_client_is_answered_and_closed),
        cmocka_unit_test(one_who_asks_for_it_is_closed),
        cmocka_unit_test(text_is_compressed_for_those_who_take_it),
        cmocka_unit_test(a_file_is_sent_whole),
        cmocka_unit_test(an_answer_without_body_keeps_the_connection),
        cmocka_unit_test(a_redirect_stays_with_us),
        cmocka_unit_test(a_proxy_nobody_told_us_of_makes_nobody_near),
        cmocka_unit_test(our_proxy_is_believed_about_its_visitors),
        cmocka_unit_test(a_taken_port_and_a_bad_address_are_told_in_words),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
