/* Latencies in steps of about 3 %, statuses by name, one JSON object. */
#include "tests/bench/load.h"

static unsigned bucket_of(uint64_t us)
{
    if (us < 32)
        return (unsigned)us;
    unsigned power = 63 - (unsigned)__builtin_clzll(us);
    return (power - 4) * 32 + (unsigned)((us >> (power - 5)) & 31);
}

static double bucket_ms(unsigned bucket)
{
    if (bucket < 32)
        return bucket / 1000.0;
    unsigned power = bucket / 32 + 4;
    uint64_t from = (UINT64_C(32) + bucket % 32) << (power - 5);
    uint64_t width = UINT64_C(1) << (power - 5);
    return ((double)from + (double)width / 2) / 1000.0;
}

void load_count(struct load_report *report, grpc_status_code status, uint64_t ns, uint64_t now_ns)
{
    unsigned bucket = bucket_of(ns / 1000);
    unsigned known = (unsigned)status < LOAD_STATUSES ? (unsigned)status : GRPC_STATUS_UNKNOWN;
    report->calls++;
    report->statuses[known]++;
    report->buckets[bucket < LOAD_BUCKETS ? bucket : LOAD_BUCKETS - 1]++;
    if (status != GRPC_STATUS_OK)
        return;
    if (now_ns - report->good_ns > report->pause_ns)
        report->pause_ns = now_ns - report->good_ns;
    report->good_ns = now_ns;
}

static double percentile_ms(const struct load_report *report, double share)
{
    uint64_t wanted = (uint64_t)(share * (double)report->calls);
    uint64_t seen = 0;
    for (unsigned i = 0; i < LOAD_BUCKETS; i++) {
        seen += report->buckets[i];
        if (seen > wanted)
            return bucket_ms(i);
    }
    return 0;
}

void load_report_print(const struct load_report *report, const struct load_options *options)
{
    static const char *const names[LOAD_STATUSES] = {
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
        "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    };
    static const char *const modes[] = {"empty", "purchase", "balance", "recheck", "scoreboard",
                                        "ranking", "register", "mix"};
    uint64_t good = report->statuses[GRPC_STATUS_OK];
    printf("{\"mode\":\"%s\",\"connections\":%u,\"in_flight\":%u,\"calls\":%llu,"
           "\"seconds\":%.3f,\"per_s\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
           "\"p999_ms\":%.3f,\"pause_max_ms\":%.3f,\"statuses\":{",
           modes[options->mode], options->connections, options->in_flight,
           (unsigned long long)report->calls, report->seconds,
           report->seconds > 0 ? (double)good / report->seconds : 0,
           percentile_ms(report, 0.50), percentile_ms(report, 0.99),
           percentile_ms(report, 0.999), (double)report->pause_ns / 1e6);
    const char *comma = "";
    for (unsigned i = 0; i < LOAD_STATUSES; i++) {
        if (report->statuses[i] == 0)
            continue;
        printf("%s\"%s\":%llu", comma, names[i], (unsigned long long)report->statuses[i]);
        comma = ",";
    }
    printf("}");
    if (options->mode == LOAD_RECHECK)
        printf(",\"differences\":%llu", (unsigned long long)report->differences);
    printf(",\"gone\":%s}\n", report->gone ? "true" : "false");
}
