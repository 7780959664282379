/* Prometheus' text format 0.0.4. Names begin with "beckon_"; a family's lines follow its heading.
 * Labels are written as they stand there, without braces: lane="fast"; NULL: none. Their values are
 * names of our own, so nothing needs to be quoted. */
#ifndef BECKON_SERVICE_OPS_METRICS_TEXT_H
#define BECKON_SERVICE_OPS_METRICS_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* # HELP and # TYPE; type is "counter", "gauge" or "histogram". */
void metrics_family(FILE *out, const char *name, const char *type, const char *help);
void metrics_whole(FILE *out, const char *name, const char *labels, uint64_t value);
void metrics_value(FILE *out, const char *name, const char *labels, double value);

/* Buckets as the parts count them: each observation in the first whose bound it does not exceed,
 * the last one for all above. `unit`: what a bound's 1 is in the metric's base unit, 1e-6 for
 * microseconds. */
struct metrics_buckets {
    const uint32_t *bounds;
    const uint64_t *counts; /* bound_count + 1 */
    size_t bound_count;
    double unit;
    uint64_t sum;           /* of the observations, in the unit of the bounds */
};
void metrics_histogram(FILE *out, const char *name, const char *labels,
                       const struct metrics_buckets *buckets);

/* The family and its one line. */
void metrics_counter(FILE *out, const char *name, const char *help, uint64_t value);
void metrics_gauge(FILE *out, const char *name, const char *help, uint64_t value);

#endif
