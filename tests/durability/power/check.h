/* Is an image of the data folder what a beckond that lost its power may find? It is opened as
 * beckond's start does, and what clients had been answered is looked for; then it has to take more
 * work, and to keep that too. */
#ifndef BECKON_TESTS_DURABILITY_POWER_CHECK_H
#define BECKON_TESTS_DURABILITY_POWER_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/durability/power/log.h"

enum { POWER_FACTS_MAX = 20000, POWER_WHY_BYTES = 400 };

/* What had been answered at a moment. */
struct power_facts {
    char receipts[POWER_FACTS_MAX][POWER_RECEIPT_BYTES + 1]; /* POWER_RECEIPT_BYTES each */
    size_t receipt_count;
    uint32_t members[POWER_FACTS_MAX]; /* registered */
    size_t member_count;
    uint32_t erased[POWER_FACTS_MAX];
    size_t erased_count;
    bool backed_up, restored;
};

/* The names of the image's data folder and of the backup below the image's own; a backup that has
 * its name is whole, answered or not. */
struct power_layout {
    const char *data, *backup;
    const char *restored; /* NULL, or the folder of a restore, which is looked at instead */
    const char *shop; /* whose receipts they are */
    int64_t amount_minor; /* of receipt 0; n (its digits, "LOSS0000012X") has n more */
};

/* Called once before the first image: sets up libraries, and what children inherit. */
void power_check_begin(void);
/* False: *ret_why says what is wrong. `thorough` restores backups, too, and verifies twice. */
bool power_check(const char *image, const struct power_layout *layout,
                 const struct power_facts *facts, bool thorough, char ret_why[POWER_WHY_BYTES]);

#endif
