/* The replayer: plays a recorded log (log.h), stops at moments drawn from a seed, makes an
 * image of the disk as a power cut may leave it there (disk.h), and looks whether it opens
 * and has what was answered (check.h). The same log and seed give the same images.
 *
 *   power_replay LOG --root FOLDER --data NAME --out FOLDER [--images N] [--seed N]
 *     [--image N]      this one alone
 *     [--keep]         images that are wrong stay in the folder of --out
 *     [--failures N]   ends after so many
 *     [--thorough N]   each N-th image: the backup too, and a second verify
 *     [--jobs N] [--phase NAME]
 *     [--restored NAME] a restore's folder is looked at instead
 *     [--quiet]        what the store says about images that are wrong isn't shown
 *     [--end FOLDER]   no images: the disk at the end of the log, everything kept, goes there
 *
 * A line for each image that is wrong, then one of JSON. Exit 0: none was; 1: some were; 2: the log
 * can't be played. Each image is made and looked at in a process of its own, so that one in which
 * the store crashes is told like any other. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/folder.h"
#include "tests/durability/power/plan.h"

enum { JOBS_MAX = 16, IMAGE_SECONDS = 120, PATH_BYTES = 400, EXIT_WRONG = 1, EXIT_LOG = 2 };

struct asked {
    const char *log, *root, *out, *end;
    struct power_layout layout;
    size_t images, failures_max, thorough_every, jobs;
    uint64_t seed;
    long image; /* -1: all */
    const char *phase; /* NULL: all */
    bool keep, quiet;
};

struct job {
    pid_t process; /* 0: free */
    int said;      /* the pipe's reading end */
    struct power_plan plan;
};

struct replay {
    struct asked asked;
    struct power_log log;
    struct power_disk *disk;
    size_t moment; /* entries taken */
    struct job jobs[JOBS_MAX];
    size_t images, failures, unsynced, fates[POWER_FATES];
};

static struct power_facts facts; /* as of the moment: too much for a stack */

/* ---- one image ------------------------------------------------------------------------------- */

static void child(const struct replay *replay, const struct power_plan *plan, int say)
{
    char image[PATH_BYTES], why[POWER_WHY_BYTES] = "";
    const struct asked *asked = &replay->asked;
    bool thorough = asked->thorough_every > 0 && plan->number % asked->thorough_every == 0;
    static const char *const buffers[] = {"0", "65536", "262144", "4194304"};
    /* A store may be opened with another buffer than it was left with. */
    setenv("BECKON_TINY_BUFFER", buffers[power_mix(plan->choice.seed, 3) % 4], 1);
    alarm(IMAGE_SECONDS);
    if (asked->quiet && freopen("/dev/null", "w", stderr) == NULL) _exit(EXIT_LOG);
    snprintf(image, sizeof image, "%s/image-%zu", asked->out, plan->number);
    if (!power_disk_image(replay->disk, &plan->choice, image)) {
        fprintf(stderr, "%s can't be made: %s\n", image, strerror(errno));
        _exit(EXIT_LOG);
    }
    bool ok = power_check(image, &asked->layout, &facts, thorough, why);
    if (!ok && write(say, why, strlen(why)) < 0) ok = false;
    if ((ok || !asked->keep) && !folder_remove(image)) _exit(EXIT_LOG);
    _exit(ok ? 0 : EXIT_WRONG);
}

/* Waits for one child and tells what it found. */
static void reap(struct replay *replay)
{
    int status;
    pid_t process = wait(&status);
    if (process < 0) abort();
    for (size_t i = 0; i < replay->asked.jobs; i++) {
        struct job *job = &replay->jobs[i];
        char why[POWER_WHY_BYTES + 1] = "";
        if (job->process != process) continue;
        job->process = 0;
        ssize_t size = read(job->said, why, POWER_WHY_BYTES);
        why[size > 0 ? size : 0] = '\0';
        close(job->said);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
        if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_LOG) exit(EXIT_LOG);
        if (WIFSIGNALED(status))
            snprintf(why, sizeof why, "ended by SIG%s", sigabbrev_np(WTERMSIG(status)));
        replay->failures++;
        printf("image %zu (entry %zu, %s, %s): %s\n", job->plan.number, job->plan.moment,
               replay->log.phases[job->plan.phase].name, POWER_FATE_NAMES[job->plan.choice.fate],
               why);
        return;
    }
}

static struct job *free_job(struct replay *replay)
{
    for (;;) {
        for (size_t i = 0; i < replay->asked.jobs; i++)
            if (replay->jobs[i].process == 0) return &replay->jobs[i];
        reap(replay);
    }
}

static void advance(struct replay *replay, size_t moment)
{
    for (; replay->moment < moment; replay->moment++) {
        const uint8_t *data;
        const char *why = NULL;
        struct power_entry entry = power_log_entry(&replay->log, replay->moment, &data);
        if (!power_disk_take(replay->disk, &entry, data, &why)) exit(EXIT_LOG); /* was read well */
        power_facts_take(&facts, &entry, data);
    }
}

static void launch(struct replay *replay, const struct power_plan *plan)
{
    int ends[2];
    advance(replay, plan->moment);
    struct job *job = free_job(replay);
    if (pipe(ends) != 0) abort();
    fflush(stdout);
    pid_t process = fork();
    if (process < 0) abort();
    if (process == 0) {
        close(ends[0]);
        child(replay, plan, ends[1]);
    }
    close(ends[1]);
    *job = (struct job){process, ends[0], *plan};
    replay->images++;
    replay->fates[plan->choice.fate]++;
    replay->unsynced += replay->log.unsynced[plan->moment - 1];
}

static int plan_order(const void *a, const void *b)
{
    const struct power_plan *left = a, *right = b;
    if (left->moment != right->moment) return left->moment < right->moment ? -1 : 1;
    return (left->number > right->number) - (left->number < right->number);
}

static void run(struct replay *replay)
{
    const struct asked *asked = &replay->asked;
    struct power_plan *plans = calloc(asked->images, sizeof *plans);
    if (plans == NULL) abort();
    for (size_t i = 0; i < asked->images; i++)
        plans[i] = power_plan_make(&replay->log, asked->seed, i, asked->phase);
    qsort(plans, asked->images, sizeof *plans, plan_order);
    for (size_t i = 0; i < asked->images && replay->failures < asked->failures_max; i++)
        if (asked->image < 0 || plans[i].number == (size_t)asked->image)
            launch(replay, &plans[i]);
    for (size_t i = 0; i < asked->jobs; i++)
        while (replay->jobs[i].process != 0) reap(replay);
    free(plans);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void report(const struct replay *replay, double seconds)
{
    printf("{\"images\": %zu, \"failures\": %zu, \"seed\": %" PRIu64 ", \"entries\": %zu, "
           "\"receipts\": %zu, \"unsynced_mean\": %.1f, \"seconds\": %.2f, \"phases\": {",
           replay->images, replay->failures, replay->asked.seed, replay->log.count,
           facts.receipt_count,
           replay->images > 0 ? (double)replay->unsynced / (double)replay->images : 0.0, seconds);
    for (size_t i = 0; i < replay->log.phase_count; i++)
        printf("%s\"%s\": %zu", i > 0 ? ", " : "", replay->log.phases[i].name,
               replay->log.phases[i].count);
    printf("}, \"fates\": {");
    for (size_t i = 0; i < POWER_FATES; i++)
        printf("%s\"%s\": %zu", i > 0 ? ", " : "", POWER_FATE_NAMES[i], replay->fates[i]);
    printf("}}\n");
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void ask(struct asked *asked, int count, char **arguments)
{
    enum { ROOT = 1, DATA, OUT, IMAGES, SEED, IMAGE, KEEP, FAILURES, THOROUGH, JOBS, END,
           PHASE, QUIET, RESTORED };
    static const struct option options[] = {
        {"root", required_argument, NULL, ROOT}, {"data", required_argument, NULL, DATA},
        {"out", required_argument, NULL, OUT}, {"images", required_argument, NULL, IMAGES},
        {"seed", required_argument, NULL, SEED}, {"image", required_argument, NULL, IMAGE},
        {"keep", no_argument, NULL, KEEP}, {"failures", required_argument, NULL, FAILURES},
        {"thorough", required_argument, NULL, THOROUGH}, {"jobs", required_argument, NULL, JOBS},
        {"end", required_argument, NULL, END}, {"phase", required_argument, NULL, PHASE},
        {"quiet", no_argument, NULL, QUIET}, {"restored", required_argument, NULL, RESTORED}, {0},
    };
    *asked = (struct asked){
        .layout = {.backup = "backup", .shop = "S01", .amount_minor = 1000}, .images = 500,
        .failures_max = 10, .thorough_every = 10, .jobs = 2, .seed = 1, .image = -1};
    for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;) {
        uint64_t number = optarg != NULL ? strtoull(optarg, NULL, 10) : 0;
        switch (option) {
        case ROOT: asked->root = optarg; break;
        case DATA: asked->layout.data = optarg; break;
        case OUT: asked->out = optarg; break;
        case END: asked->end = optarg; break;
        case IMAGES: asked->images = number; break;
        case SEED: asked->seed = number; break;
        case IMAGE: asked->image = (long)number; break;
        case KEEP: asked->keep = true; break;
        case QUIET: asked->quiet = true; break;
        case RESTORED: asked->layout.restored = optarg; break;
        case PHASE: asked->phase = optarg; break;
        case FAILURES: asked->failures_max = number; break;
        case THOROUGH: asked->thorough_every = number; break;
        case JOBS: asked->jobs = number; break;
        default: exit(EXIT_LOG);
        }
    }
    if (optind != count - 1 || asked->root == NULL || (asked->end == NULL && asked->out == NULL) ||
        asked->layout.data == NULL || asked->jobs < 1 || asked->jobs > JOBS_MAX ||
        asked->images < 1) {
        fprintf(stderr, "power_replay LOG --root FOLDER --data NAME --out FOLDER ...\n");
        exit(EXIT_LOG);
    }
    asked->log = arguments[optind];
}

int main(int count, char **arguments)
{
    static struct replay replay;
    double began = seconds_now();
    ask(&replay.asked, count, arguments);
    power_log_read(&replay.log, replay.asked.log, replay.asked.root);
    replay.disk = power_disk_new(replay.asked.root);
    if (replay.asked.end != NULL) {
        struct power_choice all = {.fate = POWER_KEPT};
        advance(&replay, replay.log.count);
        if (!power_disk_image(replay.disk, &all, replay.asked.end)) return EXIT_LOG;
    } else {
        power_check_begin();
        run(&replay);
        report(&replay, seconds_now() - began);
    }
    power_disk_free(replay.disk);
    power_log_free(&replay.log);
    return replay.failures > 0 ? EXIT_WRONG : 0;
}
