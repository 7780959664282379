/* Small graphics of a terminal line: bars and sparklines of block characters. Pure; returned
 * strings are the caller's to g_free. */
#ifndef BECKON_CLIENTS_CLI_GRAPH_H
#define BECKON_CLIENTS_CLI_GRAPH_H

#include <stddef.h>
#include <stdint.h>

enum { GRAPH_WIDTH_MAX = 80 };

/* A bar of `width` columns, at most GRAPH_WIDTH_MAX, filled by value of full in eighths of a
 * column; below 0 or full 0: empty. A value above 0 is never wholly empty, one below full never
 * full. */
char *graph_bar(int64_t value, int64_t full, size_t width);

/* One column a value, from low to high as the largest of them is high; 0 is a dot, below 0 a
 * line. */
char *graph_spark(const int64_t *values, size_t count);

#endif
