/* A process plays on a store (kv_model.h) and is killed at a random moment, again and again: while
 * it commits, while it opens the store, while it copies it. What it had been told to be committed
 * is there afterwards; of the write set it was committing all or nothing; and nothing else.
 *
 * The kernel keeps what a killed process has written, so this shows that commits are atomic and an
 * interrupted start can be started over, not that anything was synced (tests/durability does).
 * BECKON_TEST_SEED draws the same write sets again; the moments are the machine's. BECKON_LONG=1
 * kills more often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <inttypes.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/store/kv_model.h"

enum {
    KILLS = 12,
    KILLS_LONG = 1000,
    MORE_KILLS = 10, /* times as many, until one has met a commit */
    OPENINGS = 3, /* of them, at least, inside open; a run that can't get there has shown nothing */
    OPENINGS_LONG = 100,
    TRIES_PER_OPENING = 60,
    COMMITS_MAX = 30,     /* before one is aimed at, ... */
    COMMIT_US_MAX = 200,  /* ... and how long that takes */
    PLAY_US_MAX = 25000,
    LONG_PLAY_ONE_IN = 6, /* then more of it has been committed than any buffer holds */
    LONG_PLAY_US_MAX = 250000,
    SLEEP_US_MIN = 1000,
};

/* What the parent knows of a process that is dead. */
struct witness {
    bool opened;       /* the store: it was killed later than that */
    bool committing;   /* a write set of unknown fate */
    uint64_t commits, in_flight_found, in_flight;
    uint64_t open_us;  /* how long opening takes, roughly */
};

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Sleeping takes longer than a commit may: short whiles are sat out. */
static void wait_us(uint64_t us)
{
    uint64_t end = now_us() + us;
    struct timespec nap = {(time_t)(us / 1000000), (long)(us % 1000000 * 1000)};
    if (us >= SLEEP_US_MIN) {
        nanosleep(&nap, NULL);
    }
    while (now_us() < end) {
    }
}

static _Noreturn void play(struct model *model, int fd, uint64_t seed)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    model->report_fd = fd;
    model->random = seed; /* other reads than the process before; write sets go on */
    model_open(model);
    for (;;) {
        model_step(model);
    }
}

static bool take_report(int fd, struct model_report *ret_report)
{
    ssize_t size = read(fd, ret_report, sizeof *ret_report);
    assert_true(size == 0 || size == (ssize_t)sizeof *ret_report); /* a pipe keeps them whole */
    return size != 0;
}

/* Does to the oracle what the process said it had done to the store. */
static void believe(struct model *model, struct witness *witness,
                    const struct model_report *report)
{
    switch (report->word) {
    case MODEL_OPENING: /* also in between, when it closes the store and opens it again */
        witness->opened = false;
        break;
    case MODEL_OPENED:
        witness->opened = true;
        break;
    case MODEL_COMMITS:
        assert_false(witness->committing);
        assert_int_equal(report->number, model->batch_number + 1);
        model->batch_number = report->number;
        kv_draw_batch(model->draw, model->oracle, model->commit, report->number);
        witness->committing = true;
        break;
    default:
        assert_int_equal(report->word, MODEL_COMMITTED);
        assert_true(witness->committing);
        assert_int_equal(report->number, model->batch_number);
        assert_int_equal(report->result, model->draw->result);
        witness->committing = false;
        if (report->result == STORE_OK) {
            model_committed(model);
            witness->commits++;
        }
        break;
    }
}

/* Starts a process, waits until it has begun to open the store and, after that, to commit
 * `commits` times, and kills it `after_us` later. */
static void kill_one(struct model *model, struct witness *witness, uint32_t commits,
                     uint64_t after_us)
{
    int fds[2], status;
    struct model_report report;
    assert_int_equal(pipe(fds), 0);
    fflush(NULL);
    uint64_t seed = scratch_random(&model->random);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(fds[0]);
        play(model, fds[1], seed);
    }
    close(fds[1]);
    witness->committing = false;
    assert_true(take_report(fds[0], &report));
    assert_int_equal(report.word, MODEL_OPENING);
    believe(model, witness, &report);
    while (commits > 0 && take_report(fds[0], &report)) {
        believe(model, witness, &report);
        commits -= report.word == MODEL_COMMITS;
    }
    wait_us(after_us);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL); /* it found no fault itself */
    while (take_report(fds[0], &report)) {
        believe(model, witness, &report);
    }
    close(fds[0]);
}

/* Opens what the dead process left, and looks at all of it. */
static void look(struct model *model, struct witness *witness)
{
    uint64_t begun = now_us();
    model_open(model);
    witness->open_us = now_us() - begun;
    if (witness->committing && model->draw->result == STORE_OK) {
        witness->in_flight++;
        if (!model_same(model)) { /* then all of it must be there */
            model_committed(model);
            witness->in_flight_found++;
        }
    }
    model_check(model);
    model_close(model);
}

static void a_killed_process_leaves_what_it_was_told_is_committed(void **state)
{
    bool is_long = getenv("BECKON_LONG") != NULL;
    struct model model;
    struct witness witness = {0};
    model_begin(&model, *state, scratch_seed());
    int kills = is_long ? KILLS_LONG : KILLS;
    for (int i = 0; i < kills || (witness.in_flight == 0 && i < MORE_KILLS * kills); i++) {
        uint64_t *random = &model.random;
        if (i % 2 == 0) { /* inside a commit, if it can be met */
            kill_one(&model, &witness, 1 + scratch_below(random, COMMITS_MAX),
                     scratch_below(random, COMMIT_US_MAX));
        } else if (scratch_below(random, LONG_PLAY_ONE_IN) == 0) {
            kill_one(&model, &witness, 0, scratch_below(random, LONG_PLAY_US_MAX));
        } else {
            kill_one(&model, &witness, 0, scratch_below(random, PLAY_US_MAX));
        }
        look(&model, &witness);
    }
    /* Now inside open; what was not killed there has played on a little. Often several in a row. */
    int openings = 0, tries = 0, wanted = is_long ? OPENINGS_LONG : OPENINGS;
    while (openings < wanted) {
        assert_true(tries < wanted * TRIES_PER_OPENING);
        tries++;
        kill_one(&model, &witness, 0,
                 scratch_below(&model.random, (uint32_t)witness.open_us + 1));
        openings += !witness.opened;
        if (witness.committing || scratch_below(&model.random, 3) == 0) {
            look(&model, &witness);
        }
    }
    look(&model, &witness);
    print_message("%s: %" PRIu64 " commits, %" PRIu64 " of %" PRIu64 " in flight were found, %d "
                  "kills inside open of %d tries\n", model.engine->name, witness.commits,
                  witness.in_flight_found, witness.in_flight, openings, tries);
    assert_true(witness.commits > 0 && witness.in_flight > 0);
    model_end(&model);
}

int main(void)
{
    struct CMUnitTest tests[MODEL_ENGINE_COUNT];
    char names[MODEL_ENGINE_COUNT][128];
    for (size_t i = 0; i < MODEL_ENGINE_COUNT; i++) {
        snprintf(names[i], sizeof names[i],
                 "a_killed_process_leaves_what_it_was_told_is_committed (%s)",
                 MODEL_ENGINES[i].name);
        tests[i] = (struct CMUnitTest){
            .name = names[i],
            .test_func = a_killed_process_leaves_what_it_was_told_is_committed,
            .initial_state = (void *)(uintptr_t)&MODEL_ENGINES[i],
        };
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
