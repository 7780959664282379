/* Caps and budgets: each counter against what the credits say that it holds.
 *
 * The walk over all accounts' records gives this file each credit and each counter it passes: a
 * credit adds posted - voided - reversed to its counters' sums, a counter takes what it holds from
 * its own; at the end every sum is 0. What was written after N may have been seen on one side
 * only: the counters of credits with an entry above N are left out. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/accounts.h"
#include "store/caps.h"
#include "store/programs.h"
#include "store/verify_inner.h"

enum { SLOTS_FIRST = 1024, PROGRAMS_KEPT = 4 };

struct sum {
    struct cap_counter counter; /* cap CAP_NONE: the slot is free */
    __int128 difference;
    bool moved;
};

struct verify_caps {
    struct sum *slots;
    size_t slot_count, used;    /* slot_count is a power of 2, at most half is used */
    struct program *programs;   /* PROGRAMS_KEPT, by turns; version 0: empty */
    size_t next_program;
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t hash_of(const struct cap_counter *counter)
{
    uint64_t hash = mix(counter->cap, (uint64_t)counter->party.kind << 32 | counter->party.number);
    hash = mix(hash, (uint64_t)counter->period << 32 | (uint32_t)counter->start);
    for (const char *at = counter->rule_id; *at != '\0'; at++) hash = mix(hash, (uint8_t)*at);
    return hash;
}

static struct sum *find_slot(struct sum *slots, size_t slot_count,
                             const struct cap_counter *counter)
{
    size_t at = hash_of(counter) & (slot_count - 1);
    while (slots[at].counter.cap != CAP_NONE && !cap_counter_same(&slots[at].counter, counter))
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static bool grow(struct verify_caps *caps)
{
    size_t slot_count = caps->slot_count == 0 ? SLOTS_FIRST : caps->slot_count * 2;
    struct sum *slots = calloc(slot_count, sizeof *slots);
    if (slots == NULL) return false;
    for (size_t i = 0; i < caps->slot_count; i++) {
        if (caps->slots[i].counter.cap == CAP_NONE) continue;
        *find_slot(slots, slot_count, &caps->slots[i].counter) = caps->slots[i];
    }
    free(caps->slots);
    caps->slots = slots;
    caps->slot_count = slot_count;
    return true;
}

/* NULL: no memory. */
static struct sum *sum_of(struct verify_caps *caps, const struct cap_counter *counter)
{
    if (caps->used * 2 >= caps->slot_count && !grow(caps)) return NULL;
    struct sum *sum = find_slot(caps->slots, caps->slot_count, counter);
    if (sum->counter.cap == CAP_NONE) {
        sum->counter = *counter;
        caps->used++;
    }
    return sum;
}

/* ---- what the walk passes -------------------------------------------------------------------- */

static struct verify_caps *caps_of(struct verify *verify)
{
    if (verify->caps == NULL) verify->caps = calloc(1, sizeof *verify->caps);
    return verify->caps;
}

enum store_result verify_program(struct verify *verify, uint32_t version,
                                 const struct program **ret)
{
    struct verify_caps *caps = caps_of(verify);
    enum store_result result;

    if (caps == NULL) return STORE_FAULT;
    if (caps->programs == NULL) caps->programs = calloc(PROGRAMS_KEPT, sizeof *caps->programs);
    if (caps->programs == NULL) return STORE_FAULT;
    for (size_t i = 0; i < PROGRAMS_KEPT; i++) {
        *ret = &caps->programs[i];
        if (caps->programs[i].version == version) return STORE_OK;
    }
    struct program *program = &caps->programs[caps->next_program];
    do result = programs_get(&verify->reader, version, program);
    while (verify_again(verify, result));
    if (result != STORE_OK) {
        program->version = 0;
        return result;
    }
    caps->next_program = (caps->next_program + 1) % PROGRAMS_KEPT;
    *ret = program;
    return STORE_OK;
}

/* Adds to the sums of a credit's counters, or marks them as moved. */
static enum store_result each_counter(struct verify *verify, struct party party,
                                      const struct credit *credit, bool moved)
{
    struct cap_counter counters[CAPS_OF_CREDIT_MAX];
    const struct program *program;

    if (credit->program_version == 0) return STORE_OK;
    enum store_result result = verify_program(verify, credit->program_version, &program);
    if (result == STORE_OK && credit->rule >= program->rule_count) result = STORE_DAMAGED;
    if (result != STORE_OK) {
        verify_found(verify, "%s %lu: credit %" PRIu64 ": %s rule it was made by",
                     verify_kind(party.kind), (unsigned long)party.number, credit->number,
                     verify_word(result));
        return verify_fatal(result);
    }
    size_t count = cap_counters(&program->rules[credit->rule], party, credit->referee,
                                credit->business_date, counters);
    for (size_t i = 0; i < count; i++) {
        struct sum *sum = sum_of(verify->caps, &counters[i]);
        if (sum == NULL) return STORE_FAULT;
        if (moved) sum->moved = true;
        else sum->difference += (__int128)credit->posted - credit->voided - credit->reversed;
    }
    return STORE_OK;
}

enum store_result verify_caps_credit(struct verify *verify, struct party party,
                                     const struct credit *credit)
{
    return each_counter(verify, party, credit, false);
}

enum store_result verify_caps_counter(struct verify *verify, struct bytes key,
                                      struct bytes value)
{
    struct cap_counter counter;
    int64_t taken;

    if (caps_decode(key, value, &counter, &taken) != STORE_OK) {
        verify_found(verify, "a counter of caps or budgets is damaged");
        return STORE_OK;
    }
    if (caps_of(verify) == NULL) return STORE_FAULT;
    struct sum *sum = sum_of(verify->caps, &counter);
    if (sum == NULL) return STORE_FAULT;
    sum->difference -= taken;
    return STORE_OK;
}

/* ---- the end --------------------------------------------------------------------------------- */

/* Whatever was posted since N. */
static enum store_result mark_moved(struct verify *verify)
{
    enum store_result result = verify_snapshot(verify);
    for (uint64_t number = verify->fence.entry + 1; result == STORE_OK; number++) {
        struct entry entry;
        struct credit credit;
        do result = entries_get(&verify->reader, number, &entry);
        while (verify_again(verify, result));
        if (result != STORE_OK || entry.party.kind == PARTY_NONE || entry.credit == 0) continue;
        do result = credits_find(&verify->reader, entry.party, entry.credit, &credit);
        while (verify_again(verify, result));
        if (result == STORE_OK) result = each_counter(verify, entry.party, &credit, true);
        if (result == STORE_ABSENT || result == STORE_DAMAGED) result = STORE_OK;
    }
    return result == STORE_ABSENT ? STORE_OK : result;
}

static void compare(struct verify *verify)
{
    static const char *const names[] = {"nothing", "a referee's cap", "a beneficiary's cap",
                                        "the budget"};
    for (size_t i = 0; i < verify->caps->slot_count; i++) {
        const struct sum *sum = &verify->caps->slots[i];
        if (sum->counter.cap == CAP_NONE || sum->moved || sum->difference == 0) continue;
        verify_found(verify,
                     "%s of rule '%s' (%s %lu, from day %ld): credits hold %" PRId64
                     " more than counted",
                     names[sum->counter.cap], sum->counter.rule_id,
                     verify_kind(sum->counter.party.kind),
                     (unsigned long)sum->counter.party.number, (long)sum->counter.start,
                     (int64_t)sum->difference);
    }
}

enum store_result verify_caps(struct verify *verify)
{
    enum store_result result =
        verify_table(verify, TABLE_BUDGET, "budgets", verify_caps_counter);
    if (result == STORE_OK && verify->caps != NULL) result = mark_moved(verify);
    if (result == STORE_OK && verify->caps != NULL) compare(verify);
    verify_caps_free(verify);
    return result;
}

void verify_caps_free(struct verify *verify)
{
    if (verify->caps == NULL) return;
    free(verify->caps->slots);
    free(verify->caps->programs);
    free(verify->caps);
    verify->caps = NULL;
}
