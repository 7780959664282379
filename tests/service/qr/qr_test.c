/* SVG and terminal text are read back into modules and compared with what libqrencode makes. */
#include "service/qr/qr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <qrencode.h>

#include "tests/service/qr/qr_sample.h"

enum { SIDE_MAX = 177 + 80, SIZE_MAX_TEST = 1 << 20 };
struct picture {
    bool dark[SIDE_MAX + 1][SIDE_MAX];
    unsigned side;
};

static struct picture expected, seen;

static void expect_symbol(const char *text, enum qr_level level, unsigned quiet)
{
    memset(&expected, 0, sizeof(expected));
    QRcode *code = QRcode_encodeString(text, 0, (QRecLevel)level, QR_MODE_8, 0);
    assert_non_null(code);
    expected.side = (unsigned)code->width + 2 * quiet;
    for (int i = 0; i < code->width * code->width; i++) {
        expected.dark[quiet + (unsigned)(i / code->width)][quiet + (unsigned)(i % code->width)] =
            code->data[i] & 1;
    }
    QRcode_free(code);
}

static void assert_pictures_equal(void)
{
    assert_int_equal(seen.side, expected.side);
    assert_memory_equal(seen.dark, expected.dark, sizeof(seen.dark));
}

static void read_svg(const char *svg)
{
    memset(&seen, 0, sizeof(seen));
    const char *box = strstr(svg, "viewBox=\"0 0 ");
    assert_non_null(box);
    assert_int_equal(sscanf(box, "viewBox=\"0 0 %u", &seen.side), 1);
    const char *path = strstr(svg, " d=\"");
    assert_non_null(path);
    assert_null(strstr(path + 4, " d=\"")); /* one path */
    for (path += 4; *path != '"';) {
        unsigned x, y, width, back;
        int size = 0;
        assert_int_equal(sscanf(path, "M%u %uh%uv1h-%uz%n", &x, &y, &width, &back, &size), 4);
        assert_true(size > 0);
        assert_int_equal(width, back);
        assert_true(x + width <= seen.side && y < seen.side);
        assert_false(x > 0 && seen.dark[y][x - 1]); /* runs are merged */
        for (unsigned i = 0; i < width; i++) {
            assert_false(seen.dark[y][x + i]);
            seen.dark[y][x + i] = true;
        }
        path += size;
    }
}

static void read_terminal(const char *text)
{
    memset(&seen, 0, sizeof(seen));
    unsigned x = 0, y = 0;
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            assert_true(y == 0 || x == seen.side);
            seen.side = x, x = 0, y += 2;
            continue;
        }
        bool upper = true, lower = true;
        if (*text != ' ') {
            assert_memory_equal(text, "\xe2\x96", 2);
            unsigned char block = (unsigned char)text[2];
            assert_true(block == 0x80 || block == 0x84 || block == 0x88);
            upper = block == 0x84, lower = block == 0x80;
            text += 2;
        }
        assert_true(x < SIDE_MAX && y < SIDE_MAX);
        seen.dark[y][x] = upper, seen.dark[y + 1][x] = lower;
        x++;
    }
    assert_true(x == 0 && y == seen.side + 1);
}

/* Without long runs of digits, so that libqrencode's own choice of modes is alphanumeric too. */
static const char *const texts[] = {"A", "HTTPS://A.B/R/XYZABCDEF",
                                    "HTTPS://BECKON.EXAMPLE.COM/R/ABCDEFGHJ"};

static void svg_and_terminal_show_the_symbol(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++) {
        for (enum qr_level level = QR_LEVEL_L; level <= QR_LEVEL_H; level++) {
            unsigned quiet = 4 + (unsigned)level * 3;
            struct sample sample;
            expect_symbol(texts[t], level, quiet);
            struct qr_options options = {QR_SVG, level, 8, quiet, false};
            assert_int_equal(sample_draw(texts[t], options, SIZE_MAX_TEST, &sample), QR_OK);
            read_svg(sample.data);
            assert_pictures_equal();
            free(sample.data);

            options.format = QR_TERMINAL;
            assert_int_equal(sample_draw(texts[t], options, SIZE_MAX_TEST, &sample), QR_OK);
            read_terminal(sample.data);
            assert_pictures_equal();
            free(sample.data);
        }
    }
}

static void the_same_request_gives_the_same_bytes(void **state)
{
    (void)state;
    for (enum qr_format format = QR_PNG; format <= QR_TERMINAL; format++) {
        struct qr_options options = {format, QR_LEVEL_M, 8, 4, false};
        struct sample first, second;
        assert_int_equal(sample_draw(QR_LINK, options, SIZE_MAX_TEST, &first), QR_OK);
        assert_int_equal(sample_draw(QR_LINK, options, SIZE_MAX_TEST, &second), QR_OK);
        assert_int_equal(first.size, second.size);
        assert_memory_equal(first.data, second.data, first.size);
        free(first.data);
        free(second.data);
    }
}

/* The chunks' names in order: nothing in them depends on the time or machine. */
static void a_png_holds_nothing_but_the_image(void **state)
{
    (void)state;
    struct sample png;
    struct qr_options options = {QR_PNG, QR_LEVEL_M, 8, 4, false};
    assert_int_equal(sample_draw(QR_LINK, options, SIZE_MAX_TEST, &png), QR_OK);
    assert_memory_equal(png.data, "\x89PNG\r\n\x1a\n", 8);
    char names[64] = "";
    const uint8_t *bytes = (const uint8_t *)png.data;
    for (size_t at = 8; at < png.size;) {
        size_t length = (size_t)bytes[at] << 24 | (size_t)bytes[at + 1] << 16 |
                        (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        assert_true(strlen(names) < 50);
        snprintf(names + strlen(names), 6, "%.4s ", png.data + at + 4);
        at += 12 + length;
    }
    assert_string_equal(names, "IHDR IDAT IEND ");
    /* 25 modules (version 2) and two quiet zones of 4, 8 pixels each; one bit, grey. */
    assert_memory_equal(png.data + 16, "\0\0\1\x08\0\0\1\x08\1\0", 10);
    free(png.data);
}

static void a_request_outside_of_the_bounds_is_refused(void **state)
{
    (void)state;
    struct sample none;
    char longest[QR_TEXT_BYTES_MAX + 2];
    memset(longest, 'A', sizeof(longest));
    longest[QR_TEXT_BYTES_MAX + 1] = '\0';
    const struct qr_options good = {QR_PNG, QR_LEVEL_M, 1, 4, false};
    const char *bad_texts[] = {"", "https://A", "A_B", "A\n", "A?B=C", "\xc3\xa9", longest};
    for (size_t i = 0; i < sizeof(bad_texts) / sizeof(bad_texts[0]); i++) {
        assert_int_equal(sample_draw(bad_texts[i], good, SIZE_MAX_TEST, &none), QR_TEXT_INVALID);
    }
    const struct qr_options bytes = {QR_PNG, QR_LEVEL_M, 1, 4, true};
    const char *bad_bytes[] = {"", "a b", "a\n", "\xc3\xa9", longest};
    for (size_t i = 0; i < sizeof(bad_bytes) / sizeof(bad_bytes[0]); i++) {
        assert_int_equal(sample_draw(bad_bytes[i], bytes, SIZE_MAX_TEST, &none), QR_TEXT_INVALID);
    }
    const struct qr_options bad[] = {
        {QR_PNG, QR_LEVEL_M, 0, 4, false}, {QR_PNG, QR_LEVEL_M, 41, 4, false},
        {QR_PNG, QR_LEVEL_M, 8, 3, false}, {QR_PNG, QR_LEVEL_M, 8, 41, false},
        {QR_SVG, QR_LEVEL_M, 0, 4, false}, {(enum qr_format)3, QR_LEVEL_M, 8, 4, false},
        {QR_PNG, (enum qr_level)4, 8, 4, false},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(sample_draw("A", bad[i], SIZE_MAX_TEST, &none), QR_OPTIONS_INVALID);
    }
    assert_int_equal(none.size, 0);
}

static void the_largest_symbol_is_drawn(void **state)
{
    (void)state;
    char longest[QR_TEXT_BYTES_MAX + 1];
    memset(longest, 'A', sizeof(longest));
    longest[QR_TEXT_BYTES_MAX] = '\0';
    for (enum qr_format format = QR_PNG; format <= QR_TERMINAL; format++) {
        struct qr_options options = {format, QR_LEVEL_H, format == QR_PNG ? 4 : 40, 40, false};
        struct sample sample;
        assert_int_equal(sample_draw(longest, options, 8 << 20, &sample), QR_OK);
        free(sample.data);
    }
}

static void a_full_sink_ends_every_drawing(void **state)
{
    (void)state;
    for (enum qr_format format = QR_PNG; format <= QR_TERMINAL; format++) {
        struct qr_options options = {format, QR_LEVEL_M, 8, 4, false};
        struct sample whole, cut;
        assert_int_equal(sample_draw(QR_LINK, options, SIZE_MAX_TEST, &whole), QR_OK);
        for (size_t room = 0; room < whole.size; room += 37) {
            assert_int_equal(sample_draw(QR_LINK, options, room, &cut), QR_SINK_FULL);
            free(cut.data);
        }
        assert_int_equal(sample_draw(QR_LINK, options, whole.size, &cut), QR_OK);
        free(cut.data);
        free(whole.data);
    }
}

static void each_format_has_its_media_type(void **state)
{
    (void)state;
    assert_string_equal(qr_media_type(QR_PNG), "image/png");
    assert_string_equal(qr_media_type(QR_SVG), "image/svg+xml");
    assert_string_equal(qr_media_type(QR_TERMINAL), "text/plain; charset=utf-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(svg_and_terminal_show_the_symbol),
        cmocka_unit_test(the_same_request_gives_the_same_bytes),
        cmocka_unit_test(a_png_holds_nothing_but_the_image),
        cmocka_unit_test(a_request_outside_of_the_bounds_is_refused),
        cmocka_unit_test(the_largest_symbol_is_drawn),
        cmocka_unit_test(a_full_sink_ends_every_drawing),
        cmocka_unit_test(each_format_has_its_media_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
