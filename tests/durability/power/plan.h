/* Which images are drawn from a log: for each a moment, a fate and a seed, all from one seed. Also
 * the log itself, read as a whole, and what had been answered at a moment. */
#ifndef BECKON_TESTS_DURABILITY_POWER_PLAN_H
#define BECKON_TESTS_DURABILITY_POWER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/durability/power/check.h"
#include "tests/durability/power/disk.h"

enum { POWER_PHASES_MAX = 32 };

/* A part of the log, from the test's mark "phase NAME" to the next. */
struct power_phase {
    char name[32];
    size_t first, count; /* entries */
};

struct power_log {
    const uint8_t *bytes;
    size_t size;
    size_t *entries; /* where each begins */
    size_t count;
    size_t *unsynced; /* changes that are not synced behind each */
    struct power_phase phases[POWER_PHASES_MAX];
    size_t phase_count;
};

/* Reads it, and plays it once on a disk of root `root`; exits with a sentence when it can't be. */
void power_log_read(struct power_log *log, const char *path, const char *root);
void power_log_free(struct power_log *log);
struct power_entry power_log_entry(const struct power_log *log, size_t index,
                                   const uint8_t **ret_data);

struct power_plan {
    size_t number;  /* of the image, from 0 */
    size_t moment;  /* entries that were there: those below it */
    size_t phase;
    struct power_choice choice;
};
/* Plans image `number`: each phase has the same share, and in it moments at which something is
 * unsynced are preferred. phase: that one alone, exits where there is none; NULL: all. */
struct power_plan power_plan_make(const struct power_log *log, uint64_t seed, size_t number,
                                  const char *phase);

/* Takes a reply or mark; others are nothing to it. */
void power_facts_take(struct power_facts *facts, const struct power_entry *entry,
                      const uint8_t *data);

#endif
