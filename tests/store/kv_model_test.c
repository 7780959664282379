/* kv.h against a plain ordered map: random operations, each answer compared. Every engine there is
 * goes through the same plays (kv_model.h). The seed is printed, BECKON_TEST_SEED replays it;
 * BECKON_LONG=1 plays a million operations on each engine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <inttypes.h>

#include <cmocka.h>

#include "tests/store/kv_model.h"

enum { STEPS = 6000, STEPS_LONG = 1000000, SEED_EVERY = 50000 };

static void print_counts(const struct model *model)
{
    const uint64_t *counts = model->counts;
    print_message("%s: %" PRIu64 " steps: %" PRIu64 " commits of %" PRIu64 " writes, %" PRIu64
                  " refused by a fence, %" PRIu64 " times full, %" PRIu64 " gets, %" PRIu64
                  " records scanned, %" PRIu64 " snapshots read in full, %" PRIu64
                  " times reopened, %" PRIu64 " backups, %" PRIu64 " flushed, %" PRIu64
                  " rested\n",
                  model->engine->name, model->step, counts[MODEL_COUNT_COMMITS],
                  counts[MODEL_COUNT_WRITES], counts[MODEL_COUNT_REFUSED],
                  counts[MODEL_COUNT_FULL], counts[MODEL_COUNT_GETS], counts[MODEL_COUNT_SCANNED],
                  counts[MODEL_COUNT_CHECKS], counts[MODEL_COUNT_REOPENED],
                  counts[MODEL_COUNT_BACKUPS], counts[MODEL_COUNT_FLUSHED],
                  counts[MODEL_COUNT_RESTED]);
}

/* A long run is many plays, so that a failure is never further than SEED_EVERY steps from the
 * beginning of one. */
static void every_answer_is_the_models(void **state)
{
    const struct model_engine *engine = *state;
    uint64_t seed = scratch_seed();
    uint32_t steps = getenv("BECKON_LONG") != NULL ? STEPS_LONG : STEPS;
    for (uint32_t done = 0; done < steps; done += SEED_EVERY) {
        struct model model;
        model_begin(&model, engine, seed + done);
        model_open(&model);
        while (model.step < SEED_EVERY && model.step < steps) {
            model_step(&model);
        }
        model_check(&model);
        model_close(&model);
        model_open(&model);
        model_check(&model);
        print_counts(&model);
        model_end(&model);
    }
}

int main(void)
{
    struct CMUnitTest tests[MODEL_ENGINE_COUNT];
    char names[MODEL_ENGINE_COUNT][96];
    for (size_t i = 0; i < MODEL_ENGINE_COUNT; i++) {
        snprintf(names[i], sizeof names[i], "every_answer_is_the_models (%s)",
                 MODEL_ENGINES[i].name);
        tests[i] = (struct CMUnitTest){
            .name = names[i],
            .test_func = every_answer_is_the_models,
            .initial_state = (void *)(uintptr_t)&MODEL_ENGINES[i],
        };
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
