/* Text for a terminal: two modules a character, one above the other. Terminals are mostly dark, so
 * ink is light: a full block is two light modules, a blank two dark ones. */
#include "service/qr/qr_inner.h"

enum qr_result qr_draw_terminal(const struct qr_grid *grid, const struct qr_sink *sink)
{
    static const char *const blocks[2][2] = {
        /* [upper dark][lower dark] */
        {"\xe2\x96\x88", "\xe2\x96\x80"}, /* full block, upper half block */
        {"\xe2\x96\x84", " "},            /* lower half block, blank */
    };
    struct qr_output output = {.sink = sink};
    unsigned total = qr_grid_total(grid);
    /* A symbol's side is odd: the last line's lower half is one more row of the quiet zone. */
    for (unsigned y = 0; y < total && !output.refused; y += 2) {
        for (unsigned x = 0; x < total; x++) {
            bool upper = qr_grid_dark(grid, x, y), lower = qr_grid_dark(grid, x, y + 1);
            qr_output_print(&output, "%s", blocks[upper][lower]);
        }
        qr_output_print(&output, "\n");
    }
    return qr_output_flush(&output);
}
