/* What a call leaves behind: its counts, and a line of the log when it failed, was slow, or was
 * refused and somebody wants to know. A line names method, reason, time, merchant, role, number of
 * the token and the call's id: nothing of what was asked or answered. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "service/rpc/call.h"

const uint32_t RPC_DURATION_BOUNDS_US[RPC_DURATION_BUCKETS] = {
    250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000,
    10000000};

struct method_counts {
    atomic_uint_least64_t outcomes[OUTCOME_COUNT];
    atomic_uint_least64_t durations[RPC_DURATION_BUCKETS + 1];
    atomic_uint_least64_t duration_us;
};

static void count(atomic_uint_least64_t *counter, uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

static uint64_t counted(const atomic_uint_least64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void report_init(struct rpc *rpc)
{
    rpc->counts = calloc(rpc->options.method_count, sizeof *rpc->counts);
    if (rpc->counts == NULL)
        abort(); /* start-up */
}

void report_free(struct rpc *rpc)
{
    free(rpc->counts);
}

static struct method_counts *counts_of(const struct rpc *rpc, const struct method *method)
{
    size_t index = (size_t)(method - rpc->options.methods);
    assert(index < rpc->options.method_count);
    return &rpc->counts[index];
}

void report_refused(struct rpc *rpc, const struct method *method, enum outcome outcome)
{
    if (method != NULL)
        count(&counts_of(rpc, method)->outcomes[outcome], 1);
    else
        count(&rpc->unknown_methods, 1);
}

/* Which line, or NULL. */
static const char *line_of(const struct call *call, enum outcome outcome, uint64_t took_us,
                           const char **ret_level)
{
    const struct rpc *rpc = call->rpc;
    uint64_t slow_ms = atomic_load_explicit(&rpc->log_slow_ms, memory_order_relaxed);
    /* A full disk must not be filled with lines about it: main says once that it is. */
    if (outcome >= OUTCOME_STORE_DAMAGED && outcome != OUTCOME_STORE_FULL) {
        *ret_level = "error";
        return "call failed";
    }
    if (slow_ms > 0 && took_us >= slow_ms * 1000 && call->method->kind == METHOD_UNARY) {
        *ret_level = "warn";
        return "slow call";
    }
    *ret_level = "debug";
    bool told = atomic_load_explicit(&rpc->log_refusals, memory_order_relaxed);
    return outcome != OUTCOME_OK && told ? "call refused" : NULL;
}

void report_ended(const struct call *call, enum outcome outcome)
{
    const struct rpc *rpc = call->rpc;
    const struct principal *principal = &call->work.call.principal;
    uint64_t took_us = executor_clock_us(&rpc->options.clock) - call->began_us;
    struct method_counts *counts = counts_of(rpc, call->method);
    count(&counts->outcomes[outcome], 1);
    if (call->method->kind == METHOD_UNARY) {
        size_t bucket = 0;
        while (bucket < RPC_DURATION_BUCKETS && took_us > RPC_DURATION_BOUNDS_US[bucket])
            bucket++;
        count(&counts->durations[bucket], 1);
        count(&counts->duration_us, took_us);
    }
    const char *level, *line = line_of(call, outcome, took_us, &level);
    if (line == NULL)
        return;
    char details[512];
    snprintf(details, sizeof details,
             "method=%s reason=%s duration_ms=%" PRIu64 ".%03u merchant=%" PRIu32
             " role=%s token=%" PRIu32 " request_id=%s",
             call->method->path, outcome == OUTCOME_OK ? "OK" : outcome_info(outcome)->reason,
             took_us / 1000, (unsigned)(took_us % 1000), call->work.call.merchant,
             METHOD_ROLE_NAMES[principal->role], principal->token, call->request_id.text);
    rpc->options.log(rpc->options.log_context, level, line, details);
}

void rpc_method_stats(const struct rpc *rpc, size_t method, struct rpc_method_stats *ret)
{
    assert(method < rpc->options.method_count);
    const struct method_counts *counts = &rpc->counts[method];
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        ret->outcomes[i] = counted(&counts->outcomes[i]);
    for (size_t i = 0; i <= RPC_DURATION_BUCKETS; i++)
        ret->durations[i] = counted(&counts->durations[i]);
    ret->duration_us = counted(&counts->duration_us);
}

void rpc_stats(struct rpc *rpc, struct rpc_stats *ret)
{
    *ret = (struct rpc_stats){.unknown_methods = counted(&rpc->unknown_methods)};
    pthread_mutex_lock(&rpc->pool_lock);
    ret->calls_in_progress = rpc->calls_taken;
    pthread_mutex_unlock(&rpc->pool_lock);
    pthread_mutex_lock(&rpc->stream_lock);
    ret->followers = (unsigned)rpc->follower_count;
    ret->open_streams = rpc->open_streams;
    pthread_mutex_unlock(&rpc->stream_lock);
}

void rpc_set_log(struct rpc *rpc, bool refusals, uint64_t slow_ms)
{
    atomic_store(&rpc->log_refusals, refusals);
    atomic_store(&rpc->log_slow_ms, slow_ms);
}
