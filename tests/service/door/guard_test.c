/* Frames that pass and frames that are cut. A script is a row of frames; "in" unless it says so. */
#include "service/door/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "service/limits.h"

enum { DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION };
enum { NONE = 0, END = 0x1, ACK = 0x1, HEAD = 0x4, BOTH = 0x5 };
static const char PREFACE[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

struct line {
    unsigned times;     /* 0: the script ends */
    uint8_t type, flags;
    uint32_t size;
    bool out;
    uint32_t stream;    /* 0: a new one each time, or the connection's */
    uint32_t wait_ms;   /* before each */
    uint8_t fill;       /* of the payload */
};

struct script {
    const char *name;
    struct line lines[6];
    enum guard_cut cut; /* with the last frame of the last line, none before */
};

static const struct script SCRIPTS[] = {
    {"calls of a busy client", {{100000, HEADERS, BOTH, 200, .wait_ms = 0}}, GUARD_ON},
    {"calls with bodies", {{1000, HEADERS, HEAD, 200, .wait_ms = 0}}, GUARD_STREAMS},
    {"a header block of the size that is allowed",
     {{1, HEADERS, END, 8000, .stream = 1}, {1, CONTINUATION, HEAD, 8000, .stream = 1}}, GUARD_ON},
    {"a header block that is too large",
     {{1, HEADERS, END, 16384, .stream = 1}, {1, CONTINUATION, HEAD, 1, .stream = 1}},
     GUARD_HEADERS},
    {"a header block in too many pieces",
     {{1, HEADERS, END, 1, .stream = 1},
      {LIMIT_HEADER_FRAMES, CONTINUATION, NONE, 0, .stream = 1}}, GUARD_HEADERS},
    {"a frame within a header block",
     {{1, HEADERS, END, 1, .stream = 1}, {1, PING, NONE, 8, .wait_ms = 0}}, GUARD_FRAME},
    {"another stream within a header block",
     {{1, HEADERS, END, 1, .stream = 1}, {1, CONTINUATION, HEAD, 1, .stream = 3}}, GUARD_FRAME},
    {"a continuation of nothing", {{1, CONTINUATION, HEAD, 1, .stream = 1}}, GUARD_FRAME},
    {"a frame that is too large", {{1, DATA, END, 16385, .stream = 1}}, GUARD_FRAME},
    {"a promise of a client", {{1, PUSH, HEAD, 8, .stream = 1}}, GUARD_FRAME},
    {"resets of a client that gives up much",
     {{LIMIT_RESETS, RST, NONE, 4, .stream = 1}}, GUARD_ON},
    {"rapid reset", {{LIMIT_RESETS + 1, RST, NONE, 4, .stream = 1}}, GUARD_RESETS},
    {"slow resets", {{2000, RST, NONE, 4, .stream = 1, .wait_ms = 1000 / LIMIT_RESETS_SECOND}},
     GUARD_ON},
    {"resets that the server is made to send",
     {{LIMIT_RESETS + 1, RST, NONE, 4, .out = true, .stream = 1, .fill = 1}}, GUARD_RESETS},
    {"resets with which the server ends early",
     {{10 * LIMIT_RESETS, RST, NONE, 4, .out = true, .stream = 1}}, GUARD_ON},
    {"pings", {{LIMIT_PINGS, PING, NONE, 8, .wait_ms = 0}}, GUARD_ON},
    {"ping flood", {{LIMIT_PINGS + 1, PING, NONE, 8, .wait_ms = 0}}, GUARD_PINGS},
    {"ping flood of answers", {{LIMIT_PINGS + 1, PING, ACK, 8, .wait_ms = 0}}, GUARD_PINGS},
    {"settings flood", {{LIMIT_SETTINGS + 1, SETTINGS, NONE, 0, .wait_ms = 0}}, GUARD_SETTINGS},
    {"settings flood of answers",
     {{LIMIT_SETTINGS + 1, SETTINGS, ACK, 0, .wait_ms = 0}}, GUARD_SETTINGS},
    {"frames of no data",
     {{1, HEADERS, HEAD, 9, .stream = 1}, {LIMIT_EMPTY + 1, DATA, NONE, 0, .stream = 1}},
     GUARD_EMPTY},
    {"a message in small pieces",
     {{1, HEADERS, HEAD, 9, .stream = 1}, {LIMIT_TINY + 1, DATA, NONE, 1, .stream = 1}},
     GUARD_EMPTY},
    {"a message in pieces", {{100000, DATA, NONE, LIMIT_TINY_BYTES, .stream = 1}}, GUARD_ON},
    {"priorities", {{LIMIT_EMPTY + 1, PRIORITY, NONE, 5, .stream = 1}}, GUARD_EMPTY},
    {"frames that nobody knows", {{LIMIT_EMPTY + 1, 0x77, NONE, 5, .wait_ms = 0}}, GUARD_EMPTY},
    {"trailers again and again",
     {{1, HEADERS, HEAD, 9, .stream = 1}, {LIMIT_EMPTY + 1, HEADERS, BOTH, 9, .stream = 1}},
     GUARD_EMPTY},
    {"window flood", {{LIMIT_WINDOWS + 1, WINDOW, NONE, 4, .wait_ms = 0}}, GUARD_WINDOWS},
    {"windows of one who reads",
     {{LIMIT_WINDOWS, WINDOW, NONE, 4, .wait_ms = 0},
      {LIMIT_WINDOWS / 4, DATA, NONE, 100, .out = true, .stream = 1},
      {LIMIT_WINDOWS, WINDOW, NONE, 4, .wait_ms = 0}}, GUARD_ON},
    {"pings of one who reads",
     {{LIMIT_PINGS, PING, NONE, 8, .wait_ms = 0},
      {LIMIT_PINGS, DATA, NONE, 100, .out = true, .stream = 1},
      {LIMIT_PINGS, PING, NONE, 8, .wait_ms = 0}}, GUARD_ON},
};

static void feed_head(struct guard *guard, const struct line *line, uint32_t stream,
                      uint64_t now_ms, enum guard_cut *ret_cut)
{
    const uint8_t head[GUARD_HEAD_BYTES] = {
        (uint8_t)(line->size >> 16), (uint8_t)(line->size >> 8), (uint8_t)line->size, line->type,
        line->flags, (uint8_t)(stream >> 24), (uint8_t)(stream >> 16), (uint8_t)(stream >> 8),
        (uint8_t)stream};
    static uint8_t payload[20000];
    memset(payload, 0, line->size);
    if (line->size > 0)
        payload[line->size - 1] = line->fill;
    *ret_cut = line->out ? guard_out(guard, head, sizeof head, now_ms)
                         : guard_in(guard, head, sizeof head, now_ms);
    if (*ret_cut != GUARD_ON)
        return;
    *ret_cut = line->out ? guard_out(guard, payload, line->size, now_ms)
                         : guard_in(guard, payload, line->size, now_ms);
}

static bool last_frame(const struct script *script, size_t line, unsigned time)
{
    bool last_line = line + 1 == sizeof script->lines / sizeof script->lines[0]
                     || script->lines[line + 1].times == 0;
    return last_line && time + 1 == script->lines[line].times;
}

static void play(const struct script *script)
{
    static struct guard guard;
    uint64_t now_ms = 100000;
    uint32_t next = 1;
    guard_init(&guard, now_ms);
    assert_int_equal(guard_in(&guard, (const uint8_t *)PREFACE, 24, now_ms), GUARD_ON);
    for (size_t i = 0; i < 6 && script->lines[i].times > 0; i++)
        for (unsigned time = 0; time < script->lines[i].times; time++) {
            const struct line *line = &script->lines[i];
            uint32_t stream = line->stream;
            if (stream == 0 && (line->type == HEADERS || line->type == DATA))
                stream = next, next += 2;
            now_ms += line->wait_ms;
            enum guard_cut cut;
            feed_head(&guard, line, stream, now_ms, &cut);
            if (script->cut == GUARD_STREAMS && cut == GUARD_STREAMS)
                return;
            enum guard_cut expected = last_frame(script, i, time) ? script->cut : GUARD_ON;
            if (cut != expected)
                fail_msg("%s: line %zu, time %u: %s instead of %s", script->name, i, time,
                         GUARD_CUT_NAMES[cut], GUARD_CUT_NAMES[expected]);
        }
    assert_int_not_equal(script->cut, GUARD_STREAMS);
}

static void frames_pass_or_are_cut_as_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SCRIPTS / sizeof SCRIPTS[0]; i++)
        play(&SCRIPTS[i]);
}

static void bytes_may_come_in_any_pieces(void **state)
{
    (void)state;
    uint8_t bytes[24 + 3 * (9 + 4)];
    memcpy(bytes, PREFACE, 24);
    for (int i = 0; i < 3; i++)
        memcpy(bytes + 24 + i * 13, (const uint8_t[13]){0, 0, 4, RST, 0, 0, 0, 0, 1}, 13);
    for (size_t piece = 1; piece < sizeof bytes; piece++) {
        struct guard guard;
        guard_init(&guard, 0);
        for (size_t at = 0; at < sizeof bytes; at += piece) {
            size_t size = sizeof bytes - at < piece ? sizeof bytes - at : piece;
            assert_int_equal(guard_in(&guard, bytes + at, size, 0), GUARD_ON);
        }
        assert_int_equal(guard.forgiven_us[GUARD_RATE_RESETS], 3 * 1000000 / LIMIT_RESETS_SECOND);
        assert_int_equal(guard.in.skip, 0);
    }
}

static void what_is_no_http2_is_cut_at_its_first_byte(void **state)
{
    (void)state;
    struct guard guard;
    guard_init(&guard, 0);
    assert_int_equal(guard_in(&guard, (const uint8_t *)"PRI * HTTP/1", 12, 0), GUARD_PREFACE);
    guard_init(&guard, 0);
    assert_int_equal(guard_in(&guard, (const uint8_t *)"G", 1, 0), GUARD_PREFACE);
    guard_init(&guard, 0);
    assert_int_equal(guard_tick(&guard, LIMIT_PREFACE_MS), GUARD_ON);
    assert_int_equal(guard_tick(&guard, LIMIT_PREFACE_MS + 1), GUARD_PREFACE);
}

static void a_request_ends_in_time_or_is_answered(void **state)
{
    (void)state;
    static const struct line begin = {1, HEADERS, HEAD, 9, .stream = 1},
                             end = {1, DATA, END, 9, .stream = 1},
                             answer = {1, HEADERS, HEAD, 9, .out = true, .stream = 1},
                             reset = {1, RST, NONE, 4, .stream = 1};
    static const struct line *const ends[] = {NULL, &end, &answer, &reset};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct guard guard;
        enum guard_cut cut;
        guard_init(&guard, 0);
        guard_in(&guard, (const uint8_t *)PREFACE, 24, 0);
        feed_head(&guard, &begin, 1, 0, &cut);
        if (ends[i] != NULL)
            feed_head(&guard, ends[i], 1, 0, &cut);
        assert_int_equal(guard_tick(&guard, LIMIT_REQUEST_MS), GUARD_ON);
        assert_int_equal(guard_tick(&guard, LIMIT_REQUEST_MS + 1),
                         ends[i] == NULL ? GUARD_REQUEST : GUARD_ON);
    }
}

static void goaway_says_why_and_what_was_seen(void **state)
{
    (void)state;
    struct guard guard;
    enum guard_cut cut;
    guard_init(&guard, 0);
    guard_in(&guard, (const uint8_t *)PREFACE, 24, 0);
    feed_head(&guard, &(struct line){1, HEADERS, BOTH, 9, .wait_ms = 0}, 0x1235, 0, &cut);
    uint8_t frame[GUARD_GOAWAY_BYTES];
    size_t size = guard_goaway(&guard, GUARD_PINGS, frame);
    static const uint8_t expected[] = {0, 0, 13, GOAWAY, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x35,
                                       0, 0, 0, 0xB, 'p', 'i', 'n', 'g', 's'};
    assert_int_equal(size, sizeof expected);
    assert_memory_equal(frame, expected, sizeof expected);
    assert_true(guard_between_frames(&guard));
    guard_out(&guard, (const uint8_t[]){0, 0}, 2, 0);
    assert_false(guard_between_frames(&guard));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_pass_or_are_cut_as_the_table_says),
        cmocka_unit_test(bytes_may_come_in_any_pieces),
        cmocka_unit_test(what_is_no_http2_is_cut_at_its_first_byte),
        cmocka_unit_test(a_request_ends_in_time_or_is_answered),
        cmocka_unit_test(goaway_says_why_and_what_was_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
