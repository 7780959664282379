#include "service/command/caps.h"

#include <assert.h>

#include "store/caps.h"
#include "store/programs.h"

enum outcome caps_load(struct reader *reader, struct cap_uses *uses)
{
    for (size_t i = 0; i < uses->count; i++) caps_want(reader, &uses->list[i].counter);
    for (size_t i = 0; i < uses->count; i++) {
        enum outcome outcome = command_outcome(
            caps_get(reader, &uses->list[i].counter, &uses->list[i].taken), OUTCOME_INTERNAL);
        if (outcome != OUTCOME_OK) return outcome;
    }
    return OUTCOME_OK;
}

static void move(struct batch *batch, const struct cap_counter *counter, int64_t amount)
{
    int64_t taken;

    enum store_result result = caps_get(&batch->reader, counter, &taken);
    assert(result == STORE_OK); /* read before the LINE */
    /* A counter that holds too little is damage that verify names; room stays within the cap. */
    if (__builtin_add_overflow(taken, amount, &taken)) taken = INT64_MAX;
    caps_put(batch, counter, taken > 0 ? taken : 0);
}

void caps_take(struct batch *batch, const struct rule *rule, struct party holder,
               const struct credit *credit)
{
    struct cap_counter counters[CAPS_OF_CREDIT_MAX];
    size_t count = cap_counters(rule, holder, credit->referee, credit->business_date, counters);

    assert(credit->posted > 0);
    for (size_t i = 0; i < count; i++) move(batch, &counters[i], credit->posted);
}

/* A credit that a person adjusted in has no rule: *ret_count 0. */
static enum store_result counters_of(struct batch *batch, struct party holder,
                                     const struct credit *credit,
                                     struct cap_counter ret[CAPS_OF_CREDIT_MAX],
                                     size_t *ret_count)
{
    const struct program *program;

    *ret_count = 0;
    if (credit->program_version == 0) return STORE_OK;
    enum store_result result = programs_get_cached(batch, credit->program_version, &program);
    if (result != STORE_OK) return result == STORE_ABSENT ? STORE_DAMAGED : result;
    if (credit->rule >= program->rule_count) return STORE_DAMAGED;
    *ret_count = cap_counters(&program->rules[credit->rule], holder, credit->referee,
                              credit->business_date, ret);
    return STORE_OK;
}

enum outcome caps_release_prepare(struct batch *batch, struct party holder,
                                  const struct credit *credit)
{
    struct cap_counter counters[CAPS_OF_CREDIT_MAX];
    size_t count;
    int64_t taken;

    enum store_result result = counters_of(batch, holder, credit, counters, &count);
    for (size_t i = 0; i < count && result == STORE_OK; i++)
        result = caps_get(&batch->reader, &counters[i], &taken);
    return command_outcome(result, OUTCOME_INTERNAL);
}

void caps_release(struct batch *batch, struct party holder, const struct credit *credit,
                  int64_t amount)
{
    struct cap_counter counters[CAPS_OF_CREDIT_MAX];
    size_t count;

    assert(amount > 0 && amount <= credit->voided + credit->reversed);
    enum store_result result = counters_of(batch, holder, credit, counters, &count);
    assert(result == STORE_OK); /* read before the LINE */
    for (size_t i = 0; i < count; i++) move(batch, &counters[i], -amount);
}

enum outcome caps_relieve(struct batch *batch, struct cap_uses *uses, struct party holder,
                          const struct credit *credit, int64_t amount)
{
    struct cap_counter counters[CAPS_OF_CREDIT_MAX];
    size_t count;

    enum store_result result = counters_of(batch, holder, credit, counters, &count);
    if (result != STORE_OK) return command_outcome(result, OUTCOME_INTERNAL);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < uses->count; j++) {
            struct cap_use *use = &uses->list[j];
            if (!cap_counter_same(&use->counter, &counters[i])) continue;
            use->taken = use->taken > amount ? use->taken - amount : 0;
        }
    }
    return OUTCOME_OK;
}
