/* Draws a link as a QR code (ISO/IEC 18004, never Micro QR): PNG, SVG or text for a terminal.
 *
 * Deterministic: the same text and options give the same bytes, whatever the machine. No I/O, no
 * state; any thread. Images are dark on light, never inverted: readers fail on that. */
#ifndef BECKON_SERVICE_QR_QR_H
#define BECKON_SERVICE_QR_QR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    QR_TEXT_BYTES_MAX = 512,    /* a link; also bounds the symbol */
    QR_MODULE_PIXELS_MAX = 40,
    QR_QUIET_MODULES_MIN = 4,   /* ISO/IEC 18004, 9.1 */
    QR_QUIET_MODULES_MAX = 40,
};

enum qr_format { QR_PNG, QR_SVG, QR_TERMINAL };
/* Share of the symbol that may be unreadable: about 7, 15, 25, 30 %. */
enum qr_level { QR_LEVEL_L, QR_LEVEL_M, QR_LEVEL_Q, QR_LEVEL_H };

struct qr_options {
    enum qr_format format;
    enum qr_level level;
    unsigned module_pixels; /* 1 to 40; PNG: exactly, SVG: its suggested size, terminal: ignored */
    unsigned quiet_modules; /* 4 to 40 */
    bool bytes; /* text of printable ASCII, in byte mode: for links whose case counts */
};

/* Where the bytes go, in pieces and in order. False: no room, stop. */
struct qr_sink {
    bool (*write)(void *context, const void *data, size_t size);
    void *context;
};

enum qr_result {
    QR_OK = 0,
    QR_TEXT_INVALID,    /* empty, too long, or a character that the mode hasn't */
    QR_OPTIONS_INVALID, /* outside of the bounds above */
    QR_SINK_FULL,       /* the sink refused; it may have got a part */
    QR_NO_MEMORY,       /* a library's allocation failed; as above */
};

/* Draws `text`: digits, A to Z, blank and $%*+-./: (alphanumeric mode; see options->bytes),
 * QR_TEXT_BYTES_MAX at most, not terminated. */
enum qr_result qr_draw(const char *text, size_t text_size, const struct qr_options *options,
                       const struct qr_sink *sink) __attribute__((warn_unused_result));

/* "image/png", "image/svg+xml", "text/plain; charset=utf-8". */
const char *qr_media_type(enum qr_format format);

#endif
