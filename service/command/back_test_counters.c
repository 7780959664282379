#include "service/command/back_test_counters.h"

#include <assert.h>
#include <stdlib.h>

#include "service/limits.h"

enum { SLOTS_FIRST = 1024 };

void back_test_counters_clear(struct back_test_counters *counters)
{
    free(counters->slots);
    *counters = (struct back_test_counters){0};
}

static bool same(const struct back_test_counter *a, const struct back_test_counter *b)
{
    return a->rule == b->rule && a->cap == b->cap && a->party.kind == b->party.kind &&
           a->party.number == b->party.number && a->start == b->start;
}

/* Mixes the fields; the finisher of SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t hash(const struct back_test_counter *counter)
{
    uint64_t value = (uint64_t)counter->party.number << 32 | (uint32_t)counter->start;

    value ^= (uint64_t)counter->rule << 20 | (uint64_t)counter->cap << 8 |
             (uint64_t)counter->party.kind;
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

/* The counter's slot, or the free one where it belongs. There is always a free one. */
static struct back_test_counter_slot *find(struct back_test_counter_slot *slots,
                                           size_t slot_count,
                                           const struct back_test_counter *counter)
{
    size_t i = hash(counter) & (slot_count - 1);

    while (slots[i].used && !same(&slots[i].counter, counter)) i = (i + 1) & (slot_count - 1);
    return &slots[i];
}

int64_t back_test_counters_get(const struct back_test_counters *counters,
                               const struct back_test_counter *counter)
{
    if (counters->slot_count == 0) return 0;
    const struct back_test_counter_slot *slot =
        find(counters->slots, counters->slot_count, counter);
    return slot->used ? slot->taken : 0;
}

/* Twice the room, so that at most half of it is ever used. */
static bool grow(struct back_test_counters *counters)
{
    size_t slot_count = counters->slot_count == 0 ? SLOTS_FIRST : 2 * counters->slot_count;

    if (counters->used_count >= LIMIT_BACK_TEST_COUNTERS) return false;
    struct back_test_counter_slot *slots = calloc(slot_count, sizeof *slots);
    if (slots == NULL) return false;
    for (size_t i = 0; i < counters->slot_count; i++)
        if (counters->slots[i].used)
            *find(slots, slot_count, &counters->slots[i].counter) = counters->slots[i];
    free(counters->slots);
    counters->slots = slots;
    counters->slot_count = slot_count;
    return true;
}

bool back_test_counters_add(struct back_test_counters *counters,
                            const struct back_test_counter *counter, int64_t amount)
{
    if (2 * counters->used_count >= counters->slot_count && !grow(counters)) return false;
    struct back_test_counter_slot *slot = find(counters->slots, counters->slot_count, counter);
    if (!slot->used) {
        *slot = (struct back_test_counter_slot){.counter = *counter, .used = true};
        counters->used_count++;
    }
    slot->taken += amount;
    assert(slot->taken >= 0);
    return true;
}
