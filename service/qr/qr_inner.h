/* What the three drawings share: the symbol as a grid of modules, and a sticky, buffered output. */
#ifndef BECKON_SERVICE_QR_QR_INNER_H
#define BECKON_SERVICE_QR_QR_INNER_H

#include "service/qr/qr.h"

enum { QR_SIDE_MAX = 177, QR_OUTPUT_BYTES = 4096 };

/* A symbol with its quiet zone, as libqrencode drew it. */
struct qr_grid {
    const uint8_t *modules; /* side * side bytes, lowest bit: dark */
    unsigned side;
    unsigned quiet;
};

/* After the sink's first refusal everything is a no-op. */
struct qr_output {
    const struct qr_sink *sink;
    bool refused;
    size_t used;
    char pending[QR_OUTPUT_BYTES];
};

/* Modules of the whole image's side, quiet zones included. */
unsigned qr_grid_total(const struct qr_grid *grid);
/* Is the module at x, y of the whole image dark? Outside of the symbol none is. */
bool qr_grid_dark(const struct qr_grid *grid, unsigned x, unsigned y);

/* Appends printf's text of at most 255 bytes. */
void qr_output_print(struct qr_output *output, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Hands on what is pending: QR_OK or QR_SINK_FULL. */
enum qr_result qr_output_flush(struct qr_output *output);

enum qr_result qr_draw_png(const struct qr_grid *grid, unsigned module_pixels,
                           const struct qr_sink *sink);
enum qr_result qr_draw_svg(const struct qr_grid *grid, unsigned module_pixels,
                           const struct qr_sink *sink);
enum qr_result qr_draw_terminal(const struct qr_grid *grid, const struct qr_sink *sink);

#endif
