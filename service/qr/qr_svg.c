/* SVG: one user unit per module, a light ground and all dark modules in one path. */
#include "service/qr/qr_inner.h"

/* A run of dark modules in a row is one rectangle. */
static void print_row(struct qr_output *output, const struct qr_grid *grid, unsigned y)
{
    unsigned total = qr_grid_total(grid);
    for (unsigned x = 0; x < total; x++) {
        unsigned start = x;
        while (qr_grid_dark(grid, x, y)) x++;
        if (x > start) qr_output_print(output, "M%u %uh%uv1h-%uz", start, y, x - start, x - start);
    }
}

enum qr_result qr_draw_svg(const struct qr_grid *grid, unsigned module_pixels,
                           const struct qr_sink *sink)
{
    struct qr_output output = {.sink = sink};
    unsigned total = qr_grid_total(grid), pixels = total * module_pixels;
    qr_output_print(&output,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
                    "viewBox=\"0 0 %u %u\" shape-rendering=\"crispEdges\">\n",
                    pixels, pixels, total, total);
    qr_output_print(&output, "<rect width=\"%u\" height=\"%u\" fill=\"#fff\"/>\n", total, total);
    qr_output_print(&output, "<path fill=\"#000\" d=\"");
    for (unsigned y = 0; y < total && !output.refused; y++) print_row(&output, grid, y);
    qr_output_print(&output, "\"/>\n</svg>\n");
    return qr_output_flush(&output);
}
