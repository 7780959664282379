/* Check the request -> libqrencode makes the symbol -> one of the drawings writes it. */
#include "service/qr/qr.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <qrencode.h>

#include "service/qr/qr_inner.h"

unsigned qr_grid_total(const struct qr_grid *grid)
{
    return grid->side + 2 * grid->quiet;
}

bool qr_grid_dark(const struct qr_grid *grid, unsigned x, unsigned y)
{
    if (x < grid->quiet || y < grid->quiet) return false;
    x -= grid->quiet, y -= grid->quiet;
    if (x >= grid->side || y >= grid->side) return false;
    return grid->modules[(size_t)y * grid->side + x] & 1;
}

enum qr_result qr_output_flush(struct qr_output *output)
{
    if (!output->refused && output->used > 0) {
        const struct qr_sink *sink = output->sink;
        output->refused = !sink->write(sink->context, output->pending, output->used);
    }
    output->used = 0;
    return output->refused ? QR_SINK_FULL : QR_OK;
}

void qr_output_print(struct qr_output *output, const char *format, ...)
{
    enum { PIECE_BYTES = 256 };
    if (QR_OUTPUT_BYTES - output->used < PIECE_BYTES && qr_output_flush(output) != QR_OK) return;
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(output->pending + output->used, PIECE_BYTES, format, arguments);
    va_end(arguments);
    assert(size >= 0 && size < PIECE_BYTES);
    output->used += (size_t)size;
}

static bool options_are_valid(const struct qr_options *options)
{
    if (options->format > QR_TERMINAL || options->level > QR_LEVEL_H) return false;
    if (options->quiet_modules < QR_QUIET_MODULES_MIN) return false;
    if (options->quiet_modules > QR_QUIET_MODULES_MAX) return false;
    if (options->format == QR_TERMINAL) return true;
    return options->module_pixels >= 1 && options->module_pixels <= QR_MODULE_PIXELS_MAX;
}

/* ISO/IEC 18004, 7.3.4. Checked here since libqrencode takes lower case for upper. */
static bool text_is_alphanumeric(const char *text, size_t text_size)
{
    static const char allowed[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    if (text_size == 0 || text_size > QR_TEXT_BYTES_MAX) return false;
    for (size_t i = 0; i < text_size; i++) {
        if (memchr(allowed, text[i], sizeof(allowed) - 1) == NULL) return false;
    }
    return true;
}

static bool text_is_printable(const char *text, size_t text_size)
{
    if (text_size == 0 || text_size > QR_TEXT_BYTES_MAX) return false;
    for (size_t i = 0; i < text_size; i++) {
        if (text[i] <= ' ' || text[i] > '~') return false;
    }
    return true;
}

/* Makes the smallest symbol of the level; NULL: no memory. */
static QRcode *encode(const char *text, size_t text_size, const struct qr_options *options)
{
    static const QRecLevel levels[] = {
        [QR_LEVEL_L] = QR_ECLEVEL_L, [QR_LEVEL_M] = QR_ECLEVEL_M,
        [QR_LEVEL_Q] = QR_ECLEVEL_Q, [QR_LEVEL_H] = QR_ECLEVEL_H,
    };
    QRinput *input = QRinput_new2(0, levels[options->level]);
    if (input == NULL) return NULL;
    QRcode *code = NULL;
    QRencodeMode mode = options->bytes ? QR_MODE_8 : QR_MODE_AN;
    if (QRinput_append(input, mode, (int)text_size, (const unsigned char *)text) == 0) {
        code = QRcode_encodeInput(input);
    }
    QRinput_free(input);
    return code;
}

enum qr_result qr_draw(const char *text, size_t text_size, const struct qr_options *options,
                       const struct qr_sink *sink)
{
    bool good = options->bytes ? text_is_printable(text, text_size)
                               : text_is_alphanumeric(text, text_size);
    if (!good) return QR_TEXT_INVALID;
    if (!options_are_valid(options)) return QR_OPTIONS_INVALID;

    QRcode *code = encode(text, text_size, options);
    if (code == NULL) return QR_NO_MEMORY;
    assert(code->width > 0 && code->width <= QR_SIDE_MAX);
    struct qr_grid grid = {
        .modules = code->data, .side = (unsigned)code->width, .quiet = options->quiet_modules,
    };
    enum qr_result result = QR_OPTIONS_INVALID;
    switch (options->format) {
    case QR_PNG: result = qr_draw_png(&grid, options->module_pixels, sink); break;
    case QR_SVG: result = qr_draw_svg(&grid, options->module_pixels, sink); break;
    case QR_TERMINAL: result = qr_draw_terminal(&grid, sink); break;
    }
    QRcode_free(code);
    return result;
}

const char *qr_media_type(enum qr_format format)
{
    static const char *const types[] = {
        [QR_PNG] = "image/png", [QR_SVG] = "image/svg+xml",
        [QR_TERMINAL] = "text/plain; charset=utf-8",
    };
    assert(format <= QR_TERMINAL);
    return types[format];
}
