/* PNG: one bit a pixel, grey, whole pixels per module. No time, text or resolution chunk, and fixed
 * compression settings, so that the same symbol gives the same bytes.
 *
 * libpng reports by longjmp: write_image is where it lands, and holds nothing of its own. */
#include "service/qr/qr_inner.h"

#include <assert.h>
#include <setjmp.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

enum {
    ROW_MODULES_MAX = QR_SIDE_MAX + 2 * QR_QUIET_MODULES_MAX,
    ROW_BYTES_MAX = (ROW_MODULES_MAX * QR_MODULE_PIXELS_MAX + 7) / 8,
};

/* Set before libpng is told of a failure: what kind it was. */
struct png_target {
    const struct qr_sink *sink;
    bool refused;
};

static void write_bytes(png_structp png, png_bytep data, size_t size)
{
    struct png_target *target = png_get_io_ptr(png);
    if (!target->sink->write(target->sink->context, data, size)) {
        target->refused = true;
        png_error(png, "the sink refused");
    }
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

static void fail(png_structp png, png_const_charp message)
{
    (void)message;
    png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp message)
{
    (void)png, (void)message;
}

/* One row of modules as pixels; 1 is light. */
static void fill_row(const struct qr_grid *grid, unsigned y, unsigned module_pixels,
                     uint8_t row[ROW_BYTES_MAX])
{
    unsigned pixels = qr_grid_total(grid) * module_pixels;
    assert((pixels + 7) / 8 <= ROW_BYTES_MAX);
    memset(row, 0, ROW_BYTES_MAX);
    for (unsigned x = 0; x < pixels; x++) {
        if (!qr_grid_dark(grid, x / module_pixels, y)) row[x / 8] |= (uint8_t)(0x80 >> x % 8);
    }
}

/* False when libpng failed. */
static bool write_image(png_structp png, png_infop info, const struct qr_grid *grid,
                        unsigned module_pixels)
{
    uint8_t row[ROW_BYTES_MAX];
    if (setjmp(png_jmpbuf(png)) != 0) return false;
    unsigned total = qr_grid_total(grid), pixels = total * module_pixels;
    png_set_compression_level(png, Z_BEST_COMPRESSION);
    png_set_compression_strategy(png, Z_DEFAULT_STRATEGY);
    png_set_compression_mem_level(png, 8);
    png_set_compression_window_bits(png, 15);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_IHDR(png, info, pixels, pixels, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (unsigned y = 0; y < total; y++) {
        fill_row(grid, y, module_pixels, row);
        for (unsigned line = 0; line < module_pixels; line++) png_write_row(png, row);
    }
    png_write_end(png, info);
    return true;
}

enum qr_result qr_draw_png(const struct qr_grid *grid, unsigned module_pixels,
                           const struct qr_sink *sink)
{
    struct png_target target = {.sink = sink};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, fail, ignore_warning);
    if (png == NULL) return QR_NO_MEMORY;
    png_infop info = png_create_info_struct(png);
    if (info == NULL) {
        png_destroy_write_struct(&png, NULL);
        return QR_NO_MEMORY;
    }
    png_set_write_fn(png, &target, write_bytes, flush_nothing);
    bool whole = write_image(png, info, grid, module_pixels);
    png_destroy_write_struct(&png, &info);
    if (whole) return QR_OK;
    return target.refused ? QR_SINK_FULL : QR_NO_MEMORY;
}
