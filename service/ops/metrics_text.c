#include "service/ops/metrics_text.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

void metrics_family(FILE *out, const char *name, const char *type, const char *help)
{
    assert(strncmp(name, "beckon_", 7) == 0);
    assert(strpbrk(help, "\\\n") == NULL);
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void begin(FILE *out, const char *name, const char *suffix, const char *labels)
{
    fprintf(out, "%s%s", name, suffix);
    if (labels != NULL)
        fprintf(out, "{%s}", labels);
    fputc(' ', out);
}

void metrics_whole(FILE *out, const char *name, const char *labels, uint64_t value)
{
    begin(out, name, "", labels);
    fprintf(out, "%" PRIu64 "\n", value);
}

void metrics_value(FILE *out, const char *name, const char *labels, double value)
{
    begin(out, name, "", labels);
    fprintf(out, "%.9g\n", value);
}

void metrics_histogram(FILE *out, const char *name, const char *labels,
                       const struct metrics_buckets *buckets)
{
    uint64_t count = 0;
    const char *before = labels != NULL ? labels : "", *comma = labels != NULL ? "," : "";
    for (size_t i = 0; i < buckets->bound_count; i++) {
        count += buckets->counts[i];
        fprintf(out, "%s_bucket{%s%sle=\"%.9g\"} %" PRIu64 "\n", name, before, comma,
                buckets->bounds[i] * buckets->unit, count);
    }
    count += buckets->counts[buckets->bound_count];
    fprintf(out, "%s_bucket{%s%sle=\"+Inf\"} %" PRIu64 "\n", name, before, comma, count);
    begin(out, name, "_sum", labels);
    fprintf(out, "%.9g\n", (double)buckets->sum * buckets->unit);
    begin(out, name, "_count", labels);
    fprintf(out, "%" PRIu64 "\n", count);
}

void metrics_counter(FILE *out, const char *name, const char *help, uint64_t value)
{
    assert(strlen(name) > 6 && strcmp(name + strlen(name) - 6, "_total") == 0);
    metrics_family(out, name, "counter", help);
    metrics_whole(out, name, NULL, value);
}

void metrics_gauge(FILE *out, const char *name, const char *help, uint64_t value)
{
    metrics_family(out, name, "gauge", help);
    metrics_whole(out, name, NULL, value);
}
