#include "service/main_metrics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "service/ops/log.h"
#include "service/ops/metrics_http.h"
#include "service/ops/metrics_text.h"
#include "service/ops/process_stats.h"

struct metrics {
    struct metrics_parts parts;
    const struct method *methods;
    size_t method_count;
    uint64_t started_ms;
    struct metrics_http *http;
};

/* ---- calls ----------------------------------------------------------------------------------- */

/* In the order of grpc_status_code, which is gRPC's wire format. */
static const char *const CODE_NAMES[] = {
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"};

enum { LABEL_BYTES = 256 };

static void write_outcomes(const struct method *method, const struct rpc_method_stats *stats,
                           FILE *out)
{
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
        if (stats->outcomes[outcome] == 0)
            continue;
        const struct outcome_info *info = outcome_info((enum outcome)outcome);
        assert((size_t)info->grpc_code < sizeof CODE_NAMES / sizeof *CODE_NAMES);
        char labels[LABEL_BYTES];
        snprintf(labels, sizeof labels, "method=\"%s\",code=\"%s\",reason=\"%s\"",
                 method->path + 1, CODE_NAMES[info->grpc_code],
                 outcome == OUTCOME_OK ? "OK" : info->reason);
        metrics_whole(out, "beckon_calls_total", labels, stats->outcomes[outcome]);
    }
}

static void write_durations(const struct method *method, const struct rpc_method_stats *stats,
                            FILE *out)
{
    struct metrics_buckets buckets = {
        .bounds = RPC_DURATION_BOUNDS_US, .counts = stats->durations,
        .bound_count = RPC_DURATION_BUCKETS, .unit = 1e-6, .sum = stats->duration_us};
    uint64_t count = 0;
    for (size_t i = 0; i <= RPC_DURATION_BUCKETS; i++)
        count += stats->durations[i];
    if (count == 0)
        return;
    char labels[LABEL_BYTES];
    snprintf(labels, sizeof labels, "method=\"%s\"", method->path + 1);
    metrics_histogram(out, "beckon_call_duration_seconds", labels, &buckets);
}

/* Methods nobody called have no lines: they would be most of the answer. */
static void write_calls(const struct metrics *metrics, FILE *out)
{
    struct rpc *rpc = metrics->parts.rpc;
    struct rpc_method_stats stats;
    struct rpc_stats now;
    metrics_family(out, "beckon_calls_total", "counter", "Calls that ended, by how they ended.");
    for (size_t i = 0; i < metrics->method_count; i++) {
        rpc_method_stats(rpc, i, &stats);
        write_outcomes(&metrics->methods[i], &stats, out);
    }
    metrics_family(out, "beckon_call_duration_seconds", "histogram",
                   "Unary calls, from the arrival of the request to the departure of the answer.");
    for (size_t i = 0; i < metrics->method_count; i++) {
        rpc_method_stats(rpc, i, &stats);
        write_durations(&metrics->methods[i], &stats, out);
    }
    rpc_stats(rpc, &now);
    metrics_counter(out, "beckon_calls_unknown_total", "Calls of methods that do not exist.",
                    now.unknown_methods);
    metrics_gauge(out, "beckon_calls_in_progress", "Calls that are not answered yet.",
                  now.calls_in_progress);
    metrics_gauge(out, "beckon_followers", "Open streams that follow something.", now.followers);
    metrics_gauge(out, "beckon_streams_open", "Open streams of health and reflection.",
                  now.open_streams);
}

/* ---- the executor ---------------------------------------------------------------------------- */

static void write_executor(struct executor *executor, FILE *out)
{
    struct executor_counters counters;
    executor_counters(executor, &counters);
    metrics_family(out, "beckon_batch_commands", "histogram",
                   "Batches that ended, by the commands in them.");
    metrics_histogram(out, "beckon_batch_commands", NULL, &(struct metrics_buckets){
        .bounds = EXECUTOR_SIZE_BOUNDS, .counts = counters.batch_sizes,
        .bound_count = EXECUTOR_SIZE_BUCKETS, .unit = 1, .sum = counters.commands});
    metrics_family(out, "beckon_commit_duration_seconds", "histogram",
                   "Commits, until they are on disk.");
    metrics_histogram(out, "beckon_commit_duration_seconds", NULL, &(struct metrics_buckets){
        .bounds = EXECUTOR_TIME_BOUNDS_US, .counts = counters.commit_times,
        .bound_count = EXECUTOR_TIME_BUCKETS, .unit = 1e-6, .sum = counters.commit_us});
    metrics_family(out, "beckon_queue_waiting", "gauge", "Writes that wait for the writer.");
    for (size_t i = 0; i < EXECUTOR_LANE_COUNT; i++) {
        char labels[LABEL_BYTES];
        snprintf(labels, sizeof labels, "lane=\"%s\"", EXECUTOR_LANES[i]);
        metrics_whole(out, "beckon_queue_waiting", labels, counters.waiting[i]);
    }
    metrics_gauge(out, "beckon_queue_waiting_max", "Most writes that ever waited at once.",
                  counters.queue_depth_max);
    metrics_gauge(out, "beckon_long_jobs", "Exports, checks and backups that wait or run.",
                  counters.long_jobs);
    metrics_counter(out, "beckon_writes_refused_total",
                    "Writes that ended with anything but OK.", counters.refusals);
}

/* ---- what is around -------------------------------------------------------------------------- */

static void write_hooks(const struct hooks *hooks, FILE *out)
{
    struct hooks_stats stats = hooks_stats(hooks);
    metrics_counter(out, "beckon_webhook_delivered_total", "Events that hooks took.",
                    stats.delivered_count);
    metrics_counter(out, "beckon_webhook_failed_total", "Attempts that came to nothing.",
                    stats.failed_count);
    metrics_gauge(out, "beckon_webhooks", "Hooks of all merchants.", stats.hook_count);
    metrics_gauge(out, "beckon_webhooks_off", "Those that are off.", stats.off_count);
    metrics_gauge(out, "beckon_webhooks_failing", "Those on whose next attempt waits.",
                  stats.failing_count);
    metrics_gauge(out, "beckon_webhooks_waiting", "Those on that have events before them.",
                  stats.waiting_count);
}

static void write_sender(struct sender *sender, FILE *out)
{
    struct sender_stats stats;
    if (sender == NULL)
        return;
    sender_stats(sender, &stats);
    metrics_gauge(out, "beckon_sender_waiting", "Messages to phones that wait.", stats.waiting);
    metrics_counter(out, "beckon_sender_sent_total", "Messages handed over.", stats.sent);
    metrics_counter(out, "beckon_sender_failed_total", "Messages that nobody took.",
                    stats.failed);
    metrics_counter(out, "beckon_sender_dropped_total",
                    "Messages given up because too many waited, or for too long.", stats.dropped);
}

static void write_process(const struct metrics *metrics, FILE *out)
{
    struct process_stats stats;
    process_stats(&stats);
    metrics_gauge(out, "beckon_process_resident_memory_bytes", "Memory in use.",
                  stats.resident_bytes);
    metrics_family(out, "beckon_process_cpu_seconds_total", "counter",
                   "Time of the processors, user and system.");
    metrics_value(out, "beckon_process_cpu_seconds_total", NULL, (double)stats.cpu_us * 1e-6);
    metrics_gauge(out, "beckon_process_open_fds", "Open file descriptors.", stats.open_fds);
    metrics_gauge(out, "beckon_process_max_fds", "File descriptors that may be open.",
                  stats.fds_max);
    metrics_gauge(out, "beckon_process_threads", "Threads.", stats.threads);
    metrics_gauge(out, "beckon_process_start_time_seconds",
                  "When it began to serve, in seconds since 1970.", metrics->started_ms / 1000);
}

static void write_reason(FILE *out, const char *name, const char *reason, uint64_t value)
{
    char labels[LABEL_BYTES];
    snprintf(labels, sizeof labels, "reason=\"%s\"", reason);
    metrics_whole(out, name, labels, value);
}

static void write_tls(const struct door_stats *stats, FILE *out)
{
    metrics_gauge(out, "beckon_connections_tls", "Of them, those with TLS.", stats->open_tls);
    metrics_counter(out, "beckon_handshakes_total", "TLS handshakes begun.", stats->handshakes);
    metrics_family(out, "beckon_handshakes_failed_total", "counter",
                   "TLS handshakes that came to nothing.");
    write_reason(out, "beckon_handshakes_failed_total", "refused", stats->handshakes_failed);
    write_reason(out, "beckon_handshakes_failed_total", "late", stats->handshakes_late);
    if (stats->certificate_days == INT32_MAX)
        return;
    metrics_family(out, "beckon_certificate_days", "gauge", "Days until the certificate ends.");
    metrics_value(out, "beckon_certificate_days", NULL, stats->certificate_days);
}

static void write_door(struct door *door, FILE *out)
{
    static const char REFUSED[] = "beckon_connections_refused_total";
    struct door_stats stats;
    door_stats(door, &stats);
    metrics_gauge(out, "beckon_connections", "Connections open now.", stats.open);
    metrics_counter(out, "beckon_connections_accepted_total", "Connections taken.",
                    stats.accepted);
    metrics_family(out, REFUSED, "counter", "Connections that were not taken.");
    write_reason(out, REFUSED, "full", stats.refused_full);
    write_reason(out, REFUSED, "address", stats.refused_address);
    write_reason(out, REFUSED, "descriptors", stats.refused_descriptors);
    metrics_family(out, "beckon_connections_cut_total", "counter",
                   "Connections ended because of what came over them, or did not.");
    write_reason(out, "beckon_connections_cut_total", "stalled", stats.stalled);
    for (size_t i = 1; i < GUARD_CUTS; i++) /* the first is none */
        write_reason(out, "beckon_connections_cut_total", GUARD_CUT_NAMES[i], stats.cut[i]);
    write_tls(&stats, out);
}

static void write_all(void *context, FILE *out)
{
    const struct metrics *metrics = context;
    metrics_family(out, "beckon_build_info", "gauge", "Always 1; the version is in the label.");
    metrics_whole(out, "beckon_build_info", "version=\"" BECKON_VERSION "\"", 1);
    write_calls(metrics, out);
    write_executor(metrics->parts.executor, out);
    metrics_write_store(metrics->parts.store, metrics->parts.data, out);
    write_door(metrics->parts.door, out);
    write_sender(metrics->parts.sender, out);
    write_hooks(metrics->parts.hooks, out);
    write_process(metrics, out);
}

bool metrics_start(const struct options *options, const struct metrics_parts *parts,
                   struct metrics **ret_metrics)
{
    char message[METRICS_MESSAGE_BYTES], quoted[LOG_VALUE_BYTES];
    unsigned port = 0;
    if (options->metrics == NULL)
        return true;
    struct metrics *metrics = calloc(1, sizeof *metrics);
    if (metrics == NULL)
        abort(); /* start-up */
    metrics->parts = *parts;
    metrics->methods = method_table(&metrics->method_count);
    metrics->started_ms = parts->clock.now_ms(parts->clock.context);
    metrics->http = metrics_http_start(options->metrics, write_all, metrics, &port, message);
    if (metrics->http == NULL) {
        log_event("error", "metrics are not served", "cause=%s", log_quote(message, quoted));
        free(metrics);
        return false;
    }
    log_event("info", "metrics", "address=%s port=%u", log_quote(options->metrics, quoted), port);
    *ret_metrics = metrics;
    return true;
}

void metrics_stop(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    metrics_http_stop(metrics->http);
    free(metrics);
}
