/* What the executor counts for operators. The writer alone counts; anybody reads. */
#include <assert.h>

#include "service/executor/executor_inner.h"

const uint32_t EXECUTOR_SIZE_BOUNDS[EXECUTOR_SIZE_BUCKETS] = {
    1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
const uint32_t EXECUTOR_TIME_BOUNDS_US[EXECUTOR_TIME_BUCKETS] = {
    100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 500000, 2500000};
const char *const EXECUTOR_LANES[EXECUTOR_LANE_COUNT] = {
    [LANE_RESERVE] = "reserve", [LANE_FAST] = "fast", [LANE_SLOW] = "slow"};
static_assert((int)EXECUTOR_LANE_COUNT == (int)LANE_COUNT, "each lane has its name");

/* One writer counts: a load and a store, no locked instruction. */
static void add(_Atomic uint64_t *counter, uint64_t more)
{
    uint64_t before = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, before + more, memory_order_relaxed);
}

static size_t bucket_of(const uint32_t *bounds, size_t count, uint64_t value)
{
    size_t bucket = 0;
    while (bucket < count && value > bounds[bucket]) bucket++;
    return bucket;
}

void count_batch(struct executor *executor, size_t command_count)
{
    if (command_count == 0) return; /* nothing in it but works that came too late */
    add(&executor->commands, command_count);
    add(&executor->batch_sizes[bucket_of(EXECUTOR_SIZE_BOUNDS, EXECUTOR_SIZE_BUCKETS,
                                         command_count)], 1);
    if (command_count > executor->batch_command_max) executor->batch_command_max = command_count;
}

void count_commit(struct executor *executor, uint64_t took_us)
{
    add(&executor->commits, 1);
    add(&executor->commit_us, took_us);
    add(&executor->commit_times[bucket_of(EXECUTOR_TIME_BOUNDS_US, EXECUTOR_TIME_BUCKETS,
                                          took_us)], 1);
}

void count_turn_begun(struct executor *executor)
{
    add(&executor->turns_begun, 1);
}

void count_turn_ended(struct executor *executor)
{
    add(&executor->turns_ended, 1);
}

void executor_pace(const struct executor *executor, struct executor_pace *ret)
{
    *ret = (struct executor_pace){
        .turns = executor->turns_ended,
        .has_work = executor->turns_begun != executor->turns_ended || executor->writes.waiting > 0};
}

void executor_counters(const struct executor *executor, struct executor_counters *ret)
{
    *ret = (struct executor_counters){
        .commits = executor->commits,
        .commands = executor->commands,
        .refusals = executor->refusals,
        .queue_depth_max = executor->writes.depth_max,
        .batch_command_max = executor->batch_command_max,
        .commit_us = executor->commit_us,
        .long_jobs = executor->long_jobs.waiting,
    };
    for (size_t i = 0; i <= EXECUTOR_SIZE_BUCKETS; i++)
        ret->batch_sizes[i] = executor->batch_sizes[i];
    for (size_t i = 0; i <= EXECUTOR_TIME_BUCKETS; i++)
        ret->commit_times[i] = executor->commit_times[i];
    for (size_t i = 0; i < LANE_COUNT; i++) ret->waiting[i] = executor->writes.lane_waiting[i];
}
