#include "clients/cli/graph.h"

#include <assert.h>

#include <glib.h>

enum { EIGHTHS = 8 };

char *graph_bar(int64_t value, int64_t full, size_t width)
{
    static const char *const PARTS[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int64_t room = (int64_t)width * EIGHTHS, filled = 0;
    assert(width > 0 && width <= GRAPH_WIDTH_MAX);
    if (value > 0 && full > 0) {
        filled = value >= full ? room : (int64_t)((__int128)value * room / full);
        if (filled == 0)
            filled = 1;
        if (filled == room && value < full)
            filled = room - 1;
    }
    GString *bar = g_string_new(NULL);
    for (int64_t i = 0; i < filled / EIGHTHS; i++)
        g_string_append(bar, "█");
    g_string_append(bar, PARTS[filled % EIGHTHS]);
    int64_t used = (filled + EIGHTHS - 1) / EIGHTHS;
    for (int64_t i = used; i < (int64_t)width; i++)
        g_string_append(bar, "░");
    return g_string_free(bar, FALSE);
}

char *graph_spark(const int64_t *values, size_t count)
{
    static const char *const LEVELS[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    int64_t most = 0;
    for (size_t i = 0; i < count; i++)
        most = values[i] > most ? values[i] : most;
    GString *spark = g_string_new(NULL);
    for (size_t i = 0; i < count; i++) {
        if (values[i] < 0)
            g_string_append(spark, "_");
        else if (values[i] == 0)
            g_string_append(spark, "·");
        else
            g_string_append(spark, LEVELS[(__int128)(values[i] - 1) * EIGHTHS / most]);
    }
    return g_string_free(spark, FALSE);
}
