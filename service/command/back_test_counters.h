/* What a replay's credits hold of caps and budgets: the counters of store/caps.h in memory.
 *
 * A hash table that grows up to LIMIT_BACK_TEST_COUNTERS. One thread; freed by its owner. */
#ifndef BECKON_SERVICE_COMMAND_BACK_TEST_COUNTERS_H
#define BECKON_SERVICE_COMMAND_BACK_TEST_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/record.h"

/* Rule ids are numbered by back_test_totals.h; `start` is DATE_ALWAYS where no period counts. */
struct back_test_counter {
    uint16_t rule;
    uint8_t cap;
    struct party party;
    business_date start;
};

struct back_test_counter_slot {
    struct back_test_counter counter;
    bool used;
    int64_t taken;
};

struct back_test_counters {
    struct back_test_counter_slot *slots; /* a power of two of them; NULL: none yet */
    size_t slot_count, used_count;
};

/* Frees what it holds. */
void back_test_counters_clear(struct back_test_counters *counters);
/* 0 where nothing was counted. */
int64_t back_test_counters_get(const struct back_test_counters *counters,
                               const struct back_test_counter *counter);
/* Adds (or takes away). false: no memory, or the bound is reached. */
bool back_test_counters_add(struct back_test_counters *counters,
                            const struct back_test_counter *counter, int64_t amount);

#endif
